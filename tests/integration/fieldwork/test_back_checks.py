"""Calls that somebody else asks about: which are drawn, who asks, and what follows if nobody knows of one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from instruments.conduct import Mode
from sampling.frame import Sector
from survey_app.errors import ConflictError, NotAllowedError
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.back_checks import BackCheck
from survey_app.models.cases.casework import Case, Outcome, Seat
from survey_app.models.outbox import Message
from survey_app.services.cases.contacts import note_contact
from survey_app.services.fieldwork import back_checks, new_codes
from survey_app.services.fieldwork.back_checks import Check, Reached
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.fieldwork.test_after_a_call import entered, taking
from tests.integration.fieldwork.test_new_codes import FIRST, SECOND, with_two_interviewers

INTERVIEWER, ALONE = "interviewer@compact.invalid", "alone@compact.invalid"


def called(world: World, **calls: int) -> None:
    """Let so many cases have been sent in a call of each of these people, whose names begin addresses."""
    who = [f"{name}@compact.invalid" for name, count in calls.items() for _ in range(count)]
    with world.database.writing() as session:
        cases = session.scalars(select(Case.id).order_by(Case.id).limit(len(who))).all()
        for case_id, actor in zip(cases, who, strict=True):
            note_contact(session, case_id=case_id, kind=back_checks.CALL, actor=actor, now=world.clock.now())
        session.execute(update(Case).where(Case.id.in_(cases)).values(outcome=Outcome.COMPLETE))
        session.execute(update(Seat).where(Seat.case_id.in_(cases)).values(mode=Mode.TELEPHONE))


def drawn(world: World, percent: int = 10) -> int:
    with world.database.writing() as session:
        return back_checks.draw(session, round_id=world.round_id, percent=percent, now=world.clock.now())


def checks(world: World) -> tuple[Check, ...]:
    return world.read(lambda session: back_checks.checks_of(session, round_id=world.round_id))


def said(world: World, case_id: int, outcome: Reached, *, person_id: int = FIRST, by: str = "first") -> None:
    with world.database.writing() as session:
        back_checks.settle(
            session,
            case_id=case_id,
            round_id=world.round_id,
            outcome=outcome,
            person_id=person_id,
            context=world.context(f"{by}@compact.invalid"),
        )


def test_a_share_of_each_interviewers_calls_is_drawn_and_two_of_them_at_least(world: World) -> None:
    world.launched(bodies=4, charities=60)
    called(world, interviewer=26, alone=1)

    assert drawn(world, percent=0) == 0
    assert drawn(world) == 3 + 1
    assert drawn(world) == 0, "another pass draws no more of the same calls"
    assert sorted(one.caller for one in checks(world)) == [ALONE] + [INTERVIEWER] * 3

    own = next(one for one in checks(world) if one.caller == INTERVIEWER)
    said(with_two_interviewers(world), own.case_id, Reached.NOT_REACHED)
    assert drawn(world) == 1, "a call that could not be asked about is made up for"


def test_whoever_called_does_not_ask_and_what_was_said_is_recorded_once(world: World) -> None:
    with_two_interviewers(world.launched(bodies=4, charities=16))
    called(world, first=2)
    drawn(world)
    case_id = checks(world)[0].case_id

    with pytest.raises(NotAllowedError, match="You called there yourself"):
        said(world, case_id, Reached.CONFIRMED)
    said(world, case_id, Reached.CONFIRMED, person_id=SECOND, by="second")
    with pytest.raises(ConflictError):
        said(world, case_id, Reached.NOT_CONFIRMED, person_id=SECOND, by="second")

    trail = world.read(lambda s: s.scalars(select(AuditEntry).filter_by(act="call confirmed")).one())
    assert (trail.subject, trail.by_day) == ("case", True)


def test_of_several_who_called_the_one_who_sent_the_answers_is_asked_about(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    case_id = case_of(world, Sector.VOLUNTARY)[0]
    taking(world).send()
    with world.database.writing() as session:
        note_contact(
            session, case_id=case_id, kind=back_checks.CALL, actor="zoe@compact.invalid",
            now=world.clock.now() + timedelta(hours=1),
        )  # fmt: skip
    world.settle(nightly=True)
    drawn(world)

    assert [one.caller for one in checks(world)] == [INTERVIEWER]


def test_a_call_that_nobody_there_knows_of_is_on_today_and_seen_to(embedded_world: World) -> None:
    world = embedded_world.launched(bodies=4, charities=16)
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")
    called(world, interviewer=1)
    drawn(world)
    page = f"/rounds/{world.round_id}/calls"
    case_id = checks(world)[0].case_id
    assert "Ask whether a call took place" not in words(interviewer.open("/today"))
    assert "call of your own" in words(interviewer.open(page)).replace("is a ", "")
    assert "Ask whether a call took place" in words(coordinator.open("/today"))

    assert coordinator.send(f"{page}/{case_id}", form_at=page, outcome="maybe").status_code == 422
    assert coordinator.send(f"{page}/{case_id}", form_at=page, outcome="not_confirmed").location == page

    assert "See to calls that nobody there knows of" in words(coordinator.open("/today"))
    assert interviewer.send(f"{page}/{case_id}/seen", form_at=page).status_code == 403
    coordinator.send(f"{page}/{case_id}/seen", form_at=page)
    assert "See to calls that nobody there knows of" not in words(coordinator.open("/today"))
    assert "Not confirmed" in words(coordinator.open(page))


def test_answers_that_a_call_sent_with_nobody_on_the_line_go_back_to_their_organisation(
    embedded_world: World,
) -> None:
    world = with_two_interviewers(embedded_world.opened(bodies=4, charities=16))
    case_id = case_of(world, Sector.VOLUNTARY)[0]
    assert taking(world).send().heading == "Your answers were sent"
    world.settle(nightly=True)
    assert drawn(world) == 1

    with pytest.raises(ConflictError, match="no new access code"):
        asked_for_code(world, case_id)
    said(world, case_id, Reached.NOT_CONFIRMED)
    approval_id = asked_for_code(world, case_id)
    with world.database.writing() as session:
        new_codes.agree(
            session, world.keys, case_id=case_id, approval_id=approval_id, person_id=SECOND,
            context=world.context("second@compact.invalid"),
        )  # fmt: skip
    letter = world.read(lambda s: s.scalars(select(Message).filter_by(template="new_code")).one())
    assert letter.due_at > world.clock.now() + timedelta(hours=9), "not before the answers went back"

    world.clock.advance_to(letter.due_at - timedelta(hours=1))
    world.settle(nightly=True)

    assert state(world, case_id) == (Outcome.STARTED, date(2026, 9, 8))
    respondent = entered(world, case_of(world, Sector.VOLUNTARY)[1]).get("/check")
    assert respondent.address == "/check"
    assert respondent.send().heading == "Your answers were sent"
    world.settle(nightly=True)
    assert state(world, case_id)[0] is Outcome.COMPLETE
    mode = world.read(lambda s: s.scalars(select(Seat.mode).filter_by(case_id=case_id)).one())
    assert (mode, drawn(world)) == (Mode.WEB, 0)


def asked_for_code(world: World, case_id: int) -> int:
    with world.database.writing() as session:
        sent = new_codes.send_code(
            session, world.keys, case_id=case_id, person_id=FIRST, context=world.context()
        )
        assert not sent, "the round is open: a second person agrees"
        waiting = new_codes.waiting_for_code(
            session, case_id=case_id, person_id=SECOND, context=world.context()
        )
        assert waiting is not None
        return waiting.id


def state(world: World, case_id: int) -> tuple[Outcome, date | None]:
    row = world.read(lambda session: session.get_one(Case, case_id))
    return row.outcome, row.outcome_on


def test_no_row_of_a_back_check_tells_an_answer_or_a_time() -> None:
    columns = {column.name: str(column.type) for column in BackCheck.__table__.columns}

    assert [name for name, kind in columns.items() if "TIME" in kind.upper()] == []
    assert "response" not in " ".join(columns)
