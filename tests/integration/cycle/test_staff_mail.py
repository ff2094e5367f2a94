"""Whoever runs rounds hears once of each task and once a week of all; and it is said who sees to what."""

from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

from sqlalchemy import select

from scheduler.rules import OnDay, Policy, usual_rules
from survey_app.clock import at
from survey_app.models.jobs import Job
from survey_app.services import jobs
from survey_app.services.cycle import mailing, rules, tasks
from survey_app.services.fieldwork import outbox
from survey_app.services.rounds import lifecycle
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

SURVEY = replace(usual_rules(2026, opens=OnDay(12, 1))[0], policy=Policy.PREPARE)
TUESDAY, MONDAY = date(2026, 10, 6), date(2026, 10, 12)


def followed(world: World) -> World:
    """The cycle's survey on the evening before its preparation begins, with people who may hear of it."""
    world.framed(bodies=4, charities=16)
    for role in ("coordinator", "interviewer"):
        world.person(role)
    with world.database.writing() as session:
        rules.set_rule(session, rule=SURVEY, context=world.context())
    return world


def subjects(world: World) -> list[tuple[str, str]]:
    return [(letter["To"], letter["Subject"]) for letter in world.sent]


def body(letter: EmailMessage) -> str:
    return " ".join(letter.get_content().split())


def test_a_task_is_told_once_to_those_who_can_do_it(world: World) -> None:
    followed(world)

    world.move_to(at(TUESDAY, 12))
    world.move_to(at(TUESDAY + timedelta(days=1), 12))

    ((to, subject),) = [line for line in subjects(world) if "A round waits" in line[1]]
    assert to == "coordinator@compact.invalid"
    assert subject == "A round waits for you: England"
    said = body(world.sent[-1])
    assert "Plan and draw its panel: Annual survey 2026." in said
    assert "No plan is saved for the annual survey. Due on 6 October 2026." in said
    assert "SYNTHETIC DATA" in said


def test_what_waits_is_mailed_on_the_first_working_day_of_a_week_by_day_and_once(world: World) -> None:
    followed(world)
    world.move_to(at(TUESDAY, 12))
    before = len(world.sent)

    world.move_to(at(MONDAY, 6))
    assert len(world.sent) == before
    world.move_to(at(MONDAY, 9))
    world.move_to(at(MONDAY, 15))
    world.move_to(at(MONDAY + timedelta(days=1), 9))

    (digest,) = world.sent[before:]
    assert digest["Subject"] == "What waits for you this week: England"
    assert "* Plan and draw its panel: Annual survey 2026." in body(digest)
    assert "http" in body(digest)
    assert mailing.first_working_day(date(2027, 5, 5)) == date(2027, 5, 4)


def test_no_digest_leaves_while_letters_are_paused_or_nothing_waits(embedded_world: World) -> None:
    world = followed(embedded_world)
    with world.database.writing() as session:
        outbox.pause(session, context=world.context())
    world.move_to(at(TUESDAY, 12))
    assert world.sent == []
    with world.database.writing() as session:
        tasks.settle(session, rule_id=1, slot=2026, context=world.context())
        outbox.resume(session, context=world.context())

    world.wait(timedelta(minutes=20))

    assert world.sent == []
    (job,) = world.read(lambda s: list(s.scalars(select(Job).where(Job.kind == mailing.TASK))))
    assert (job.state, job.note) == (jobs.SKIPPED, "Nothing waited any more.")


def test_today_says_who_sees_to_what_and_who_has_done_it(embedded_world: World) -> None:
    world = embedded_world.framed(bodies=4, charities=16)
    with world.database.writing() as session:
        rules.set_rule(session, rule=replace(SURVEY, policy=Policy.PROPOSE), context=world.context())
    world.move_to(at(TUESDAY, 12))
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")
    take, who = "/today/tasks/cycle/1/take", "/today/who"
    assert "Nobody sees to it yet." in words(coordinator.open("/today"))

    coordinator.send(take, form_at=who)
    assert "You see to it." in words(coordinator.open("/today"))
    assert interviewer.send(take, form_at=who).status_code == 404
    assert coordinator.send("/today/tasks/cycle/99/take", form_at=who).status_code == 404
    coordinator.send("/today/tasks/cycle/1/give-back", form_at=who)
    assert "Nobody sees to it yet." in words(coordinator.open("/today"))

    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=1, context=world.context("boss@compact.invalid"))
    world.move_to(at(TUESDAY + timedelta(days=1), 7))
    coordinator.sign_in(world)
    assert "Annual survey 2026 7 October 2026, by boss@compact.invalid" in words(coordinator.open("/today"))
