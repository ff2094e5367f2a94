"""Only organisations that chance chose carry a weight, whatever else is in the tables."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sampling.routes import OPEN_LINK, OUTREACH, SNOWBALL
from survey_app.crypto import seal, unseal
from survey_app.models.base import fresh_uuid
from survey_app.models.cases.casework import Case, Outcome, Seat
from survey_app.models.organisations import Organisation
from survey_app.models.panels import PanelMember, PanelStratum
from survey_app.models.programmes import Programme
from survey_app.models.responses import Response
from survey_app.models.rounds import Round
from survey_app.services.cases.subjects import Subject
from survey_app.services.material import ROUND, material_key
from survey_app.services.responses.moments import open_moments, seal_moments
from survey_app.services.results.replies import RoundReplies, replies_of
from survey_app.services.results.weighting import weight_replies
from survey_app.services.rounds import lifecycle
from tests.fixtures.two_rounds import first_round
from tests.fixtures.world import World


def replies(world: World, round_id: int) -> RoundReplies:
    with world.database.writing() as session:
        round_view = lifecycle.get_round(session, round_id=round_id, programme_id=world.programme)
        return replies_of(session, world.keys, round_view=round_view)


def weighted(received: RoundReplies) -> list[tuple[str, float, tuple[tuple[str, float], ...]]]:
    """Who is counted, with which weight and which answers."""
    done = weight_replies(received)
    return sorted(
        (row.unit, float(weight), tuple(sorted(row.values.items())))
        for row, weight in zip(done.rows, done.weights, strict=True)
    )


def unit_of(session: Session, world: World, round_id: int, organisation: Organisation) -> str:
    """The pseudonym that an organisation's answers have in a round."""
    round_ = session.get_one(Round, round_id)
    programme = session.get_one(Programme, round_.programme_id).uuid
    return world.keys.unit_pseudonym(programme, round_.strand, organisation.uuid)


def answered(session: Session, world: World, case: Case) -> None:
    """Let the lead of a new case have answered what another one did."""
    round_id, seat = case.round_id, fresh_uuid()
    session.add(case)
    session.flush()
    session.add(Seat(uuid=seat, case_id=case.id, created_on=world.clock.now().date()))
    key = material_key(session, world.keys, subject_kind=ROUND, subject_id=round_id)
    other = session.scalars(select(Response).where(Response.round_id == round_id, Response.sent)).first()
    assert other is not None
    own, opener = fresh_uuid(), world.keys.moments_key(key)
    session.add(
        Response(
            id=own,
            round_id=round_id,
            seat_pseudonym=world.keys.seat_pseudonym(session.get_one(Round, round_id).uuid, seat),
            instrument_version_id=other.instrument_version_id,
            revision=1,
            sent=True,
            moments=seal_moments(opener, open_moments(opener, other.moments, other.id), own),
            document=seal(key, unseal(key, other.document, f"response {other.id}"), f"response {own}"),
        )
    )


def not_drawn(session: Session) -> Organisation:
    drawn = select(PanelMember.organisation_id)
    organisation = session.scalars(select(Organisation).where(Organisation.id.not_in(drawn))).first()
    assert organisation is not None
    return organisation


def case_of(world: World, round_id: int, organisation: Organisation, route: str, member: int | None) -> Case:
    return Case(
        uuid=fresh_uuid(),
        round_id=round_id,
        **Subject(organisation_id=organisation.id).columns,
        panel_member_id=member,
        route=route,
        outcome=Outcome.COMPLETE,
        created_at=world.clock.now(),
    )


@pytest.mark.parametrize("route", [SNOWBALL, OPEN_LINK, OUTREACH])
def test_a_case_by_another_route_that_answered_changes_no_weight_and_no_estimate(
    route: str, embedded_world: World
) -> None:
    round_id = first_round(embedded_world, bodies=20, charities=70)
    before = weighted(replies(embedded_world, round_id))
    with embedded_world.database.writing() as session:
        organisation = not_drawn(session)
        answered(session, embedded_world, case_of(embedded_world, round_id, organisation, route, None))

    assert weighted(replies(embedded_world, round_id)) == before


def test_the_tables_refuse_a_member_that_chance_did_not_choose(embedded_world: World) -> None:
    embedded_world.drawn()

    with pytest.raises(IntegrityError, match="route"), embedded_world.database.writing() as session:
        session.execute(update(PanelMember).values(route=SNOWBALL))


def test_a_member_by_another_route_carries_no_weight_even_if_the_tables_let_it_in(
    embedded_world: World,
) -> None:
    round_id = first_round(embedded_world, bodies=20, charities=70)
    before = weighted(replies(embedded_world, round_id))
    with embedded_world.database.writing() as session:
        session.execute(text("PRAGMA ignore_check_constraints = ON"))
        organisation = not_drawn(session)
        stratum = session.scalars(
            select(PanelStratum).where(PanelStratum.certainty.is_(False), PanelStratum.sample_size > 0)
        ).first()
        assert stratum is not None
        member = PanelMember(
            panel_id=stratum.panel_id,
            panel_stratum_id=stratum.id,
            organisation_id=organisation.id,
            prn=0.5,
            inclusion_probability=1.0,
            design_weight=1.0,
            route=SNOWBALL,
        )
        session.add(member)
        session.flush()
        case = case_of(embedded_world, round_id, organisation, "panel", member.id)
        answered(session, embedded_world, case)
        session.flush()
        session.execute(text("PRAGMA ignore_check_constraints = OFF"))

        unit = unit_of(session, embedded_world, round_id, organisation)

    received = replies(embedded_world, round_id)

    assert unit not in {row.unit for row in received.rows}
    assert weighted(received) == before
