"""Cases that no draw chose: asked, told apart, and never weighted; on both engines."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from sampling.frame import Sector
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.base import table
from survey_app.models.burden import BurdenBreach, BurdenEntry
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.organisations import Organisation
from survey_app.models.panels import PanelMember, PanelReserve
from survey_app.services.burden.ledger import Rule
from survey_app.services.cases import added as added_cases
from survey_app.services.cases import casework
from survey_app.services.cases.added import AddedLine, NewCase
from survey_app.services.fieldwork import reserve, reserve_rule
from survey_app.services.fieldwork.progress import dashboard
from survey_app.services.organisations.history import organisation_history
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from survey_app.services.results.replies import replies_of
from survey_app.services.results.weighting import weight_replies
from survey_app.services.rounds.lifecycle import get_round
from tests.fixtures.panel_years import launch, rows, rule, verified
from tests.fixtures.world import DATES, World

SNOWBALL = NewCase(
    "snowball",
    name="Riverside Carers",
    region="London",
    band="under 10k",
    email="hello@riverside.invalid",
    referrer_note="The council",
    note="Met at the forum",
)


@pytest.fixture
def opened(world: World) -> World:
    return world.opened()


def add(world: World, added: NewCase = SNOWBALL) -> int:
    with world.database.writing() as session:
        return added_cases.add_case(
            session, world.keys, round_id=world.round_id, added=added, context=world.context()
        )


def listed(world: World) -> list[AddedLine]:
    return world.read(
        lambda s: added_cases.added_of(s, world.keys, round_id=world.round_id, programme_id=world.programme)
    )


def answer(world: World, *case_ids: int) -> None:
    for case_id in case_ids:
        with world.database.writing() as session:
            answer_all(
                session,
                world.keys,
                case_id=case_id,
                rng=np.random.default_rng(case_id),
                save=Save(now=world.clock.now()),
            )
    world.settle()


def panel_cases(world: World) -> list[int]:
    return [row.id for row in rows(world, Case) if row.panel_member_id is not None]


def test_an_added_organisation_is_listed_apart_with_its_route_and_who_named_it(opened: World) -> None:
    referrer = panel_cases(opened)[0]

    first = add(opened)
    second = add(
        opened, NewCase("outreach", name="Hill Farm Club", referrer_case_id=referrer, note="Telephoned")
    )

    named = opened.read(lambda s: s.get_one(Organisation, s.get_one(Case, referrer).organisation_id).name)
    assert [(line.case_id, line.name, line.route, line.referrer) for line in listed(opened)] == [
        (second, "Hill Farm Club", "outreach", named),
        (first, "Riverside Carers", "snowball", "The council"),
    ]
    everybody = opened.read(
        lambda s: casework.case_list(s, round_id=opened.round_id, programme_id=opened.programme)
    )
    assert everybody.total == 40
    view = opened.read(
        lambda s: casework.case_view(s, opened.keys, case_id=first, programme_id=opened.programme)
    )
    assert (view.name, view.region, view.band, view.route) == (
        "Riverside Carers",
        "London",
        "under 10k",
        "snowball",
    )
    assert view.events[-1].kind == "added: suggested by another"


def test_it_is_invited_in_words_of_its_own_and_can_answer(opened: World) -> None:
    case_id = add(opened)
    opened.tick()

    (letter,) = (one for one in opened.sent if "hello@riverside.invalid" in str(one["To"]))
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "It was not chosen at random" in " ".join(text.split())
    answer(opened, case_id)
    seat = opened.read(lambda s: seats.lead_seat_of(s, opened.keys, case_id=case_id))
    assert (seat.outcome, seat.organisation, seat.facts["income_band"]) == (
        Outcome.COMPLETE,
        "Riverside Carers",
        "under 10k",
    )
    organisation = opened.read(lambda s: s.get_one(Case, case_id).organisation_id)
    history = opened.read(lambda s: organisation_history(s, organisation_id=organisation))
    assert [part.route for part in history.rounds] == ["snowball"]
    assert (history.memberships, history.years[0].invitations, history.years[0].minutes_answered) == (
        (),
        1,
        15,
    )


def test_without_an_address_no_letter_is_owed(opened: World) -> None:
    sent = len(opened.sent)

    add(opened, replace(SNOWBALL, email=""))
    opened.tick()

    assert len(opened.sent) == sent


def test_it_is_reminded_like_the_others(opened: World) -> None:
    add(opened)
    # Nobody is reminded of an invitation that has not left.
    opened.tick()

    opened.move_to(at(DATES.first_reminder_on, 9))

    letters = [one for one in opened.sent if "hello@riverside.invalid" in str(one["To"])]
    assert len(letters) == 2


def test_it_counts_in_no_weight_no_rate_and_no_estimate(opened: World) -> None:
    answer(opened, *panel_cases(opened)[::2])
    round_view = opened.read(lambda s: get_round(s, round_id=opened.round_id, programme_id=opened.programme))
    before = opened.read(lambda s: replies_of(s, opened.keys, round_view=round_view))
    page = opened.read(
        lambda s: dashboard(
            s, round_id=opened.round_id, programme_id=opened.programme, now=opened.clock.now()
        )
    )

    for n in range(6):
        answer(opened, add(opened, replace(SNOWBALL, name=f"Friends {n}", email="")))

    after = opened.read(lambda s: replies_of(s, opened.keys, round_view=round_view))
    assert after.rows == before.rows
    assert np.array_equal(weight_replies(after).weights, weight_replies(before).weights)
    again = opened.read(
        lambda s: dashboard(
            s, round_id=opened.round_id, programme_id=opened.programme, now=opened.clock.now()
        )
    )
    assert (again.sectors, again.strata) == (page.sectors, page.strata)
    assert [line.outcome for line in listed(opened)] == [Outcome.COMPLETE] * 6


def test_the_database_refuses_a_weight_for_what_was_not_drawn(opened: World) -> None:
    case_id = add(opened)
    member = rows(opened, PanelMember)[0]

    for statement in (
        update(Case).where(Case.id == case_id).values(panel_member_id=member.id),
        update(Case).where(Case.id == case_id).values(route="panel"),
        update(Case).where(Case.panel_member_id == member.id).values(route="snowball"),
        update(Case).where(Case.id == case_id).values(route="by_magic"),
        insert(table(PanelMember)).values(
            panel_id=member.panel_id,
            panel_stratum_id=member.panel_stratum_id,
            organisation_id=rows(opened, Organisation)[-1].id,
            prn=0.5,
            inclusion_probability=0.5,
            design_weight=2.0,
            route="snowball",
        ),
    ):
        with pytest.raises(IntegrityError), opened.database.writing() as session:
            session.execute(statement)


def test_an_organisation_is_asked_once_in_a_round(opened: World) -> None:
    member = rows(opened, PanelMember)[0].organisation_id

    with pytest.raises(ConflictError, match="is asked in this round already"):
        add(opened, NewCase("snowball", organisation_id=member))

    case_id = add(opened)
    organisation = opened.read(lambda s: s.get_one(Case, case_id).organisation_id)
    with pytest.raises(InvalidError, match=f"known already, with the number {organisation}"):
        add(opened, replace(SNOWBALL, name="RIVERSIDE carers"))
    add(opened, replace(SNOWBALL, another=True))
    assert len(listed(opened)) == 2


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (replace(SNOWBALL, route="panel"), "'panel' is not a route"),
        (replace(SNOWBALL, name=" "), "Give its name"),
        (replace(SNOWBALL, region="Wales"), "'Wales' is not a region"),
        (replace(SNOWBALL, band="rich"), "'rich' is not an income band"),
        (replace(SNOWBALL, email="nowhere"), "'nowhere' has no @"),
        (replace(SNOWBALL, email="@"), "'@' has nothing before the @"),
        (replace(SNOWBALL, email="a@one.invalid,b@two.invalid"), "more than one address"),
        (replace(SNOWBALL, email="a@one.invalid\nBcc: b@two.invalid"), "more than one address"),
        (replace(SNOWBALL, note="x" * 2001), "A note has up to 2,000 characters"),
    ],
)
def test_what_is_not_described_is_not_added(opened: World, added: NewCase, said: str) -> None:
    with pytest.raises(InvalidError) as caught:
        add(opened, added)

    assert any(said in fault for fault in caught.value.faults)
    assert listed(opened) == []


def test_what_is_not_there_cannot_be_added_or_refer(opened: World) -> None:
    for added in (NewCase("snowball", organisation_id=999), replace(SNOWBALL, referrer_case_id=999)):
        with pytest.raises(NotFoundError):
            add(opened, added)


def test_nothing_is_added_to_a_round_that_is_closed(opened: World) -> None:
    opened.move_to(end_of(DATES.closes_on))

    with pytest.raises(StageError, match="while it is ready or open"):
        add(opened)


def test_one_that_was_asked_enough_needs_a_reason_which_is_kept(opened: World) -> None:
    rule(opened, Rule(Sector.VOLUNTARY, 10, None, 3, 3))

    with pytest.raises(InvalidError, match="5 minutes and 0 invitations too many"):
        add(opened)
    assert [row for row in rows(opened, BurdenEntry) if row.organisation_id > 60] == []
    add(opened, replace(SNOWBALL, why="It asked to be asked"))

    assert [(row.rule, row.excess, row.why) for row in rows(opened, BurdenBreach)] == [
        ("minutes", 5, "It asked to be asked")
    ]


def test_one_of_the_reserve_that_came_by_itself_counts_as_drawn_once_it_is_released(world: World) -> None:
    world.drawn(plan=PanelPlan(voluntary_total=20, minimum=2, reserve_share=0.6))
    launch(world, "Annual survey 2026")
    world.tick()
    world.move_to(at(DATES.opens_on, 9))
    first = min(rows(world, PanelReserve), key=lambda row: (row.panel_stratum_id, row.place))
    case_id = add(world, NewCase("open_link", organisation_id=first.organisation_id))
    answer(world, case_id)

    with world.database.writing() as session:
        reserve.release(
            session,
            round_id=world.round_id,
            panel_stratum_id=first.panel_stratum_id,
            count=1,
            why="Few answers",
            context=world.context(),
        )
    world.tick()

    case = world.read(lambda s: s.get_one(Case, case_id))
    assert (case.route, case.outcome) == ("panel", Outcome.COMPLETE)
    assert listed(world) == []
    assert len([row for row in rows(world, Case) if row.organisation_id == first.organisation_id]) == 1
    round_view = world.read(lambda s: get_round(s, round_id=world.round_id, programme_id=world.programme))
    replies = world.read(lambda s: replies_of(s, world.keys, round_view=round_view))
    assert sum(row.outcome is Outcome.COMPLETE for row in replies.rows) == 1
    assert verified(world, world.panel_id) == ()
    lines = world.read(
        lambda s: reserve_rule.reserves_of(
            s, round_id=world.round_id, programme_id=world.programme, now=world.clock.now()
        )
    )
    assert sum(line.complete for line in lines) == 1


@pytest.mark.parametrize("name", ["ÉCOLE  FRANÇAISE", "Ecole Francaise", "école française\u200b"])
def test_nobody_is_added_twice_under_two_spellings(opened: World, name: str) -> None:
    add(opened, replace(SNOWBALL, name="École Française"))

    with pytest.raises(InvalidError, match="École Française is known already"):
        add(opened, replace(SNOWBALL, name=name))
