"""Seats beside the lead's: a code and a questionnaire of their own, and no sight of the lead's answers."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from instruments.conduct import SeatKind
from sampling.frame import Sector
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.agreements import Agreement
from survey_app.models.cases.casework import Case, CaseAgreement, Outcome, Seat, SeatOutcome
from survey_app.models.outbox import Message
from survey_app.models.responses import Response
from survey_app.services.cases import casework
from survey_app.services.cases import seats as case_seats
from survey_app.services.cases.codes import code_of
from survey_app.services.cases.letters import schedule_letters
from survey_app.services.cases.seats import NewSeat, SeatKey
from survey_app.services.cases.subjects import Subject
from survey_app.services.people import access
from survey_app.services.questionnaires.seat_kinds import give_questionnaire
from survey_app.services.questionnaires.versions import newest_version
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import UnknownCodeError
from survey_app.services.results.replies import replies_of
from survey_app.services.rounds.lifecycle import get_round
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

SECOND = NewSeat(kind=SeatKind.SECOND, label="Trustees", intended_tier="board")


def planned_with_second(world: World) -> World:
    """A planned round that has a questionnaire for second respondents of charities."""
    world.planned(bodies=4, charities=20)
    with world.database.writing() as session:
        give_questionnaire(
            session,
            round_id=world.round_id,
            audience=Sector.VOLUNTARY,
            seat_kind=SeatKind.SECOND,
            version_id=newest_version(session, Sector.VOLUNTARY),
            context=world.context(),
        )
    return world


@pytest.fixture
def opened(world: World) -> World:
    planned_with_second(world).launch()
    world.tick()
    world.move_to(at(DATES.opens_on, 9))
    return world


def charity(world: World, place: int = 0) -> int:
    return case_of(world, Sector.VOLUNTARY, place)[0]


def open_seat(world: World, case_id: int, new: NewSeat = SECOND) -> SeatKey:
    with world.database.writing() as session:
        return case_seats.open_seat(session, world.keys, case_id=case_id, new=new, context=world.context())


def code(world: World, case_id: int, seat: SeatKey | None = None) -> str:
    with world.database.writing() as session:
        return code_of(
            session, world.keys, case_id=case_id, context=world.context(), seat_id=seat and seat.id
        )


def answer(world: World, case_id: int, seat: SeatKey | None = None, *, stop_after: int = 99) -> None:
    with world.database.writing() as session:
        answer_all(
            session,
            world.keys,
            case_id=case_id,
            seat_id=seat and seat.id,
            rng=np.random.default_rng(case_id),
            save=Save(world.clock.now()),
            stop_after=stop_after,
        )
    world.settle()


def test_a_second_respondent_has_a_code_of_their_own_and_sees_nothing_of_the_leads_answers(
    opened: World,
) -> None:
    case_id = charity(opened)
    answer(opened, case_id, stop_after=3)

    second = open_seat(opened, case_id)

    with opened.database.reading() as session:
        lead = seats.lead_seat_of(session, opened.keys, case_id=case_id)
    own = code(opened, case_id, second)
    assert own != code(opened, case_id)
    with opened.database.reading() as session:
        seat = seats.seat_for_code(session, opened.keys, code=own)
        sheet = seats.sheet_of(session, opened.keys, seat=seat)
        lead_sheet = seats.sheet_of(session, opened.keys, seat=lead)
    assert (seat.id, seat.kind, seat.case_id) == (second.id, SeatKind.SECOND, case_id)
    assert (sheet.revision, dict(sheet.answers)) == (0, {})
    assert lead_sheet.answers
    assert seat.seat_pseudonym != lead.seat_pseudonym


def test_what_a_second_respondent_sends_leaves_case_and_figures_to_the_lead(opened: World) -> None:
    case_id = charity(opened)
    round_view = opened.read(lambda s: get_round(s, round_id=opened.round_id, programme_id=opened.programme))
    answer(opened, case_id)
    before = opened.read(lambda s: replies_of(s, opened.keys, round_view=round_view))
    second = open_seat(opened, case_id)

    answer(opened, case_id, second)

    view = opened.read(
        lambda s: casework.case_view(s, opened.keys, case_id=case_id, programme_id=opened.programme)
    )
    assert view.outcome_code == "complete"
    assert [(one.kind, one.outcome) for one in view.seats] == [
        (SeatKind.LEAD, SeatOutcome.COMPLETE),
        (SeatKind.SECOND, SeatOutcome.COMPLETE),
    ]
    labels = opened.read(lambda s: sorted(s.scalars(select(Response.seat_label))))
    assert labels == [SeatKind.LEAD, SeatKind.SECOND]
    after = opened.read(lambda s: replies_of(s, opened.keys, round_view=round_view))
    assert [row.values for row in after.rows] == [row.values for row in before.rows]


def test_a_second_respondent_may_begin_while_the_lead_has_not(opened: World) -> None:
    case_id = charity(opened)
    second = open_seat(opened, case_id)

    answer(opened, case_id, second)

    case = opened.read(lambda s: s.get_one(Case, case_id))
    assert (case.outcome, case.outcome_on) == (Outcome.NOT_STARTED, None)
    kinds = opened.read(
        lambda s: casework.case_view(s, opened.keys, case_id=case_id, programme_id=opened.programme)
    ).events
    assert {event.kind for event in kinds} >= {
        "seat opened: second respondent",
        "second respondent: started",
        "second respondent: sent",
    }


def test_only_a_seat_that_was_written_to_is_reminded_beside_the_lead(opened: World) -> None:
    case_id, other = charity(opened), charity(opened, 1)
    written, silent = open_seat(opened, case_id), open_seat(opened, other)
    answer(opened, case_id)
    with opened.database.writing() as session:
        schedule_letters(session, "invitation", [written], due=opened.clock.now())
    opened.tick()

    opened.move_to(end_of(DATES.first_reminder_on))

    reminded = opened.read(
        lambda s: set(s.scalars(select(Message.seat_id).where(Message.event == "first_reminder")))
    )
    lead = opened.read(lambda s: case_seats.lead_of(s, case_id)).id
    assert (written.id in reminded, silent.id in reminded, lead in reminded) == (True, False, False)


def test_a_new_code_for_one_seat_leaves_the_other_seats_code(opened: World) -> None:
    case_id = charity(opened)
    second = open_seat(opened, case_id)
    lead, old = code(opened, case_id), code(opened, case_id, second)

    with opened.database.writing() as session:
        access.renew(session, opened.keys, holder=case_seats.holder_of(second))
    new = code(opened, case_id, second)

    assert (code(opened, case_id), new != old) == (lead, True)
    with opened.database.reading() as session:
        assert seats.seat_for_code(session, opened.keys, code=new).id == second.id
        with pytest.raises(UnknownCodeError):
            seats.seat_for_code(session, opened.keys, code=old)
        with pytest.raises(NotFoundError):
            code_of(
                session,
                opened.keys,
                case_id=charity(opened, 1),
                context=opened.context(),
                seat_id=second.id,
            )


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (replace(SECOND, kind=SeatKind.LEAD), "has its lead already"),
        (replace(SECOND, kind=SeatKind.MEMBER), "no questionnaire for this kind of seat: member"),
        (replace(SECOND, label="x" * 121), "up to 120 characters"),
    ],
)
def test_a_seat_that_makes_no_sense_is_not_opened(opened: World, new: NewSeat, said: str) -> None:
    with pytest.raises(InvalidError) as caught:
        open_seat(opened, charity(opened), new)

    assert any(said in fault for fault in caught.value.faults)


def test_a_seat_is_opened_for_whoever_it_stands_in_for_and_only_while_the_round_goes_on(
    opened: World,
) -> None:
    case_id, other = charity(opened), charity(opened, 1)
    second = open_seat(opened, case_id)

    stand_in = open_seat(opened, case_id, replace(SECOND, stands_in_for=second.id))
    with pytest.raises(NotFoundError):
        open_seat(opened, other, replace(SECOND, stands_in_for=second.id))
    opened.move_to(end_of(DATES.closes_on))
    with pytest.raises(StageError):
        open_seat(opened, case_id)

    assert opened.read(lambda s: s.get_one(Seat, stand_in.id).stands_in_for_seat_id) == second.id


def test_the_database_refuses_a_second_lead(opened: World) -> None:
    case_id = charity(opened)
    second = open_seat(opened, case_id)

    with pytest.raises(IntegrityError), opened.database.writing() as session:
        session.execute(update(Seat).where(Seat.id == second.id).values(kind=SeatKind.LEAD))


def test_a_refused_case_has_a_refused_lead_until_it_may_be_asked_again(opened: World) -> None:
    case_id = charity(opened)

    stood = []
    for outcome in ("refused", "not_started", "non_contact", "not_eligible"):
        with opened.database.writing() as session:
            casework.record_outcome(
                session, opened.keys, case_id=case_id, outcome=outcome, note="", context=opened.context()
            )
        stood.append(opened.read(lambda s: case_seats.seats_of_case(s, case_id)[0].outcome))

    assert stood == ["refused", "not_started", "not_started", "withdrawn"]


def test_a_questionnaire_names_the_agreement_that_its_case_is_asked_about(opened: World) -> None:
    case_id, other = charity(opened), charity(opened, 1)
    with opened.database.writing() as session:
        own = Agreement(programme_id=opened.programme, title="Leeds Covenant", name="Covenant")
        session.add(own)
        session.flush()
        session.execute(update(CaseAgreement).where(CaseAgreement.case_id == case_id).values(position=1))
        session.add(CaseAgreement(case_id=case_id, agreement_id=own.id, position=0))

    with opened.database.reading() as session:
        named = [
            seats.lead_seat_of(session, opened.keys, case_id=one).facts["agreement"]
            for one in (case_id, other)
        ]

    assert named == ["Covenant", opened.settings.agreement]


def test_a_unit_is_the_same_however_it_is_typed_and_another_than_the_whole() -> None:
    whole = Subject(organisation_id=12)

    assert whole.ref == "organisation:12:"
    assert (
        Subject(organisation_id=12, unit=" Adult  Care ").ref
        == Subject(organisation_id=12, unit="adult care").ref
    )
    for nothing in ({}, {"organisation_id": 1, "agreement_id": 2}, {"organisation_id": 1, "key": "x"}):
        with pytest.raises(InvalidError):
            Subject(**nothing)


def test_the_page_of_a_case_lists_its_seats_with_their_state(embedded_world: World) -> None:
    planned_with_second(embedded_world).launch()
    embedded_world.tick()
    embedded_world.move_to(at(DATES.opens_on, 9))
    case_id = charity(embedded_world)
    interviewer = Visitor(embedded_world, "interviewer")
    assert "Who answers" not in words(interviewer.open(f"/cases/{case_id}"))

    second = open_seat(embedded_world, case_id)
    answer(embedded_world, case_id, second, stop_after=1)

    shown = words(interviewer.open(f"/cases/{case_id}"))
    assert "Who answers Seat State Lead Not started Second respondent, Trustees Started" in shown
    assert "Seat opened: second respondent" in shown
