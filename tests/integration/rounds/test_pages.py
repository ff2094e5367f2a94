"""Rounds on the screen: planned, checked, launched, watched, and their cases worked."""

import csv
import io

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.clock import at, end_of
from survey_app.models.audit import AuditEntry
from survey_app.models.jobs import Job
from survey_app.services import jobs
from survey_app.services.cases import casework
from survey_app.services.cases.casework import CaseView
from survey_app.services.responses.seats import seat_for_code
from survey_app.services.rounds import events, lifecycle
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES as CALENDAR
from tests.fixtures.world import World

DATES = {
    "opens_on-day": "7", "opens_on-month": "9", "opens_on-year": "2026",
    "first_reminder_on-day": "21", "first_reminder_on-month": "9", "first_reminder_on-year": "2026",
    "second_reminder_on-day": "12", "second_reminder_on-month": "10", "second_reminder_on-year": "2026",
    "closes_on-day": "19", "closes_on-month": "11", "closes_on-year": "2026",
}  # fmt: skip


def stage(world: World) -> Stage:
    return world.read(
        lambda session: lifecycle.get_round(session, round_id=1, programme_id=world.programme).stage
    )


def case(world: World, case_id: int = 1) -> CaseView:
    return world.read(
        lambda session: casework.case_view(session, world.keys, case_id=case_id, programme_id=world.programme)
    )


def acts(world: World) -> list[str]:
    return world.read(lambda session: list(session.scalars(select(AuditEntry.act))))


def test_a_round_is_planned_checked_and_launched(embedded_world: World) -> None:
    world = embedded_world.drawn()
    coordinator = Visitor(world, "coordinator")

    planned = coordinator.send("/rounds/plan", title="Annual survey 2026", panel=world.panel_id, **DATES)
    assert planned.location == "/rounds/1"
    shown = words(coordinator.open("/rounds/1/check"))
    assert "It writes to 40 organisations on 7 September 2026" in shown
    assert "It cannot be taken back; letters can be stopped before their day." in shown
    launched = coordinator.send("/rounds/1/launch", form_at="/rounds/1/check")

    assert launched.location == "/rounds/1"
    assert stage(world) is Stage.LAUNCHING


def test_the_plan_offers_the_usual_dates_from_a_monday_on(embedded_world: World) -> None:
    page = Visitor(embedded_world.drawn(), "coordinator").open("/rounds/plan").text

    for part, value in {"day": "7", "month": "9", "year": "2026"}.items():
        assert f'id="opens_on-{part}" name="opens_on-{part}" type="text" value="{value}"' in page


def test_dates_that_do_not_follow_one_another_are_named_and_what_was_typed_stays(
    embedded_world: World,
) -> None:
    world = embedded_world.drawn()
    wrong = DATES | {"first_reminder_on-year": "2025"}

    answer = Visitor(world, "coordinator").send("/rounds/plan", title="Kept", panel=world.panel_id, **wrong)

    assert answer.status_code == 422
    assert "The first reminder, 21 September 2025, is not after the opening" in words(answer)
    assert 'value="Kept"' in answer.text
    assert 'value="2025"' in answer.text


def test_launching_twice_is_harmless(embedded_world: World) -> None:
    world = embedded_world.planned()
    coordinator = Visitor(world, "coordinator")

    answers = [coordinator.send("/rounds/1/launch", form_at="/rounds/1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert acts(world).count("round launched") == 1


def test_a_withdrawn_plan_cannot_be_launched(embedded_world: World) -> None:
    world = embedded_world.planned()
    coordinator = Visitor(world, "coordinator")

    assert coordinator.send("/rounds/1/withdraw", form_at="/rounds/1/withdraw").status_code == 302
    assert stage(world) is Stage.WITHDRAWN
    assert coordinator.send("/rounds/1/launch", form_at="/rounds").status_code == 302
    assert stage(world) is Stage.WITHDRAWN


def test_the_round_says_who_has_answered_and_what_comes_next(embedded_world: World) -> None:
    said = words(Visitor(embedded_world.opened(), "coordinator").open("/rounds/1"))

    assert "Round 1, asked of 40 organisations" in said
    assert "0 of 20 in scope" in said
    assert "Today: opens" in said
    assert "Send the first reminder 21 Sep 2026, 09:00" in said
    assert "Annual survey of public bodies, version 1" in said


def test_work_can_be_stopped_and_goes_on_from_where_it_was(embedded_world: World) -> None:
    world = embedded_world.launched()
    coordinator = Visitor(world, "coordinator")

    def job(session: Session) -> jobs.JobView:
        return jobs.jobs_of(session, kinds=("open",), subject_kind=jobs.ROUND, subject_id=1)["open"]

    job_id = world.read(job).id
    coordinator.send(f"/rounds/1/jobs/{job_id}/stop", form_at="/rounds/1")
    assert world.read(job).state == jobs.STOPPED
    assert "See to work that stopped" in words(coordinator.open("/rounds/1"))

    coordinator.send(f"/rounds/1/jobs/{job_id}/resume", form_at="/rounds/1")
    assert world.read(job).state == jobs.WAITING


def test_a_reminder_that_failed_for_good_may_be_left_out_and_the_round_goes_on(embedded_world: World) -> None:
    world = embedded_world.opened()
    coordinator = Visitor(world, "coordinator")
    with world.database.writing() as session:
        session.execute(update(Job).where(Job.kind == "first_reminder").values(state="failed", failure="Odd"))
    there = {job.kind: job.id for job in world.read(lambda s: s.scalars(select(Job)).all())}
    assert "See to work that stopped" in words(coordinator.open("/today"))
    address = f"/rounds/1/jobs/{there['first_reminder']}/leave-out"

    coordinator.send(address, form_at="/rounds/1")

    reminder = world.read(lambda s: events.events_of(s, round_id=1))[1]
    assert (reminder.state, reminder.why) == ("cancelled", "Left out by coordinator@compact.invalid.")
    assert "See to work that stopped" not in words(coordinator.open("/today"))
    close = coordinator.send(f"/rounds/1/jobs/{there['close']}/leave-out", form_at="/rounds/1")
    assert close.status_code == 404
    world.move_to(at(CALENDAR.second_reminder_on, 9))
    assert len(world.sent) == 80


def test_a_round_that_is_over_expects_nothing_more(embedded_world: World) -> None:
    world = embedded_world.opened()
    coordinator = Visitor(world, "coordinator")

    assert "where we expected to be today" in words(coordinator.open("/rounds/1"))
    world.move_to(end_of(CALENDAR.closes_on))

    over = words(coordinator.open("/rounds/1"))
    assert "Replies so far" not in over
    assert "where we expected to be today" not in over


def test_cases_are_found_by_part_of_a_name_and_by_state(embedded_world: World) -> None:
    coordinator = Visitor(embedded_world.opened(), "coordinator")

    assert "1 case" in words(coordinator.open("/rounds/1/cases?search=body+003"))
    assert "40 cases" in words(coordinator.open("/rounds/1/cases?outcome=not_started&page=-7"))
    assert "No case fits" in words(coordinator.open("/rounds/1/cases?outcome=refused"))


def test_an_interviewer_records_a_refusal_with_a_note(embedded_world: World) -> None:
    world = embedded_world.opened()
    interviewer = Visitor(world, "interviewer")

    empty = interviewer.send("/cases/1/outcome", form_at="/cases/1", outcome="called")
    assert empty.status_code == 422
    assert "such as when to call again" in words(empty)
    interviewer.send("/cases/1/outcome", form_at="/cases/1", outcome="called", note="Call on Thursday")
    called = words(interviewer.open("/cases/1"))
    assert "Called Call on Thursday" in called
    assert "Not started" in called
    interviewer.send("/cases/1/outcome", form_at="/cases/1", outcome="refused", note="Not this year\x00")

    assert case(world).outcome_code == "refused"
    assert "Not this year" in words(interviewer.open("/cases/1"))


def test_an_outcome_that_does_not_exist_is_refused_and_the_note_stays(embedded_world: World) -> None:
    world = embedded_world.opened()

    answer = Visitor(world, "interviewer").send(
        "/cases/1/outcome", form_at="/cases/1", outcome="complete", note="Kept note"
    )

    assert answer.status_code == 422
    assert "Kept note" in answer.text
    assert case(world).outcome_code == "not_started"


def test_a_new_access_code_goes_to_the_contact_and_is_on_no_page(embedded_world: World) -> None:
    world = embedded_world.opened()
    interviewer = Visitor(world, "interviewer")

    interviewer.send("/cases/1/code", form_at="/cases/1")
    coordinator = Visitor(world, "coordinator")
    coordinator.send("/cases/1/code/1", form_at="/cases/1", agree="1")
    page = words(coordinator.open("/cases/1"))
    world.tick()

    letter = world.sent[-1].get_content()
    code = letter.partition("Your access code: ")[2][:14]
    assert world.read(lambda s: seat_for_code(s, world.keys, code=code)).generation == 2
    assert "A new code is on its way to the contact." in page
    assert code not in page
    assert code not in words(interviewer.open("/cases/1"))


def test_the_list_for_follow_up_is_a_file_that_no_spreadsheet_computes_and_is_audited(
    embedded_world: World,
) -> None:
    world = embedded_world.founded()
    world.imported("Odd", "source_id,name,region,income_band\r\nX1,=HYPERLINK(1),London,0\r\n")
    world.programme_id = None
    world.planned()
    world.launch()
    world.tick()

    answer = Visitor(world, "coordinator").open("/rounds/1/not-answered.csv")

    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == len({row["organisation"] for row in rows})
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert "'=HYPERLINK(1)" in {row["organisation"] for row in rows}
    assert "list for follow-up exported" in acts(world)


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("interviewer", "/rounds/1/not-answered.csv", 403),
        ("interviewer", "/rounds/1/check", 403),
        ("interviewer", "/cases/1", 200),
        ("administrator", "/rounds/1", 200),
        ("administrator", "/rounds/1/cases", 403),
        ("administrator", "/cases/1", 403),
        ("reviewer", "/rounds/1", 403),
        ("coordinator", "/people", 403),
        ("coordinator", "/audit", 403),
    ],
)
def test_a_role_opens_what_it_needs_and_nothing_else(
    embedded_world: World, role: str, path: str, status: int
) -> None:
    assert Visitor(embedded_world.opened(), role).open(path).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/rounds/99",
        "/rounds/2147483648",
        f"/rounds/{'9' * 5000}",
        "/rounds/-1",
        "/rounds/%00",
        "/cases/2147483647",
        "/cases/1/code",
        "/panels/99999999999999999999",
        "/questionnaires/77",
        "/rounds/1/jobs/1/stop",
    ],
)
def test_an_address_that_leads_nowhere_says_so(embedded_world: World, path: str) -> None:
    assert Visitor(embedded_world.founded(), "coordinator").open(path).status_code in {404, 405}
