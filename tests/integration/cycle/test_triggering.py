"""The cycle sets rounds going by itself, each once, as far as its policy goes, and says what is missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from scheduler.rules import OnDay, Policy, Rule, usual_rules
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import EventKind, EventState
from scheduler.working_days import england
from survey_app.clock import at, end_of
from survey_app.errors import InvalidError
from survey_app.models.cycle import TaskKind
from survey_app.models.jobs import Job
from survey_app.models.outbox import Message
from survey_app.services.cycle import preparing, rules, tasks
from survey_app.services.cycle.tasks import TaskView
from survey_app.services.panels import saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.world import World, public_bodies

SURVEY = Strand.ANNUAL_SURVEY
OPENS = date(2026, 12, 1)
BEGINS = date(2026, 10, 6)
USUAL = usual_rules(2026, opens=OnDay(12, 1))[0]


def saved(world: World, *, year: int = 2026) -> None:
    """A plan for the panel, kept under a name."""
    request = PanelRequest(world.frame_id, SURVEY, year, PanelPlan(voluntary_total=20, minimum=2))
    with world.database.writing() as session:
        saved_plans.save_plan(session, name="The usual", request=request, context=world.context())


def follow(world: World, *wanted: Rule, months: int = 18) -> None:
    with world.database.writing() as session:
        for rule in wanted:
            rules.set_rule(session, rule=rule, lists_valid_months=months, context=world.context())


def until(world: World, day: date, *, hour: int = 12) -> None:
    """Let time pass until a day, and a worker wake every third."""
    while world.clock.now() < at(day, hour):
        world.move_to(min(world.clock.now() + timedelta(days=3), at(day, hour)))


def rounds(world: World) -> list[RoundView]:
    return world.read(lambda s: lifecycle.rounds_of(s, world.programme))


def waiting(world: World) -> list[TaskView]:
    return world.read(lambda s: tasks.waiting(s, world.programme))


def test_a_survey_is_prepared_on_its_day_and_waits_for_approval(world: World) -> None:
    saved(world.framed())
    follow(world, USUAL)
    until(world, BEGINS - timedelta(days=1))
    assert (rounds(world), waiting(world)) == ([], [])

    until(world, BEGINS)
    until(world, BEGINS + timedelta(days=7))

    (prepared,) = rounds(world)
    assert (prepared.title, prepared.stage, prepared.dates.opens_on) == (
        "Annual survey 2026",
        Stage.PLANNED,
        OPENS,
    )
    assert prepared.panel_id is not None
    (task,) = waiting(world)
    assert (task.kind, task.what) == (TaskKind.APPROVE, "Everything is ready, and waits for your approval.")
    assert (task.due_on, task.about) == (england().after(OPENS, -10), "Annual survey 2026")
    assert world.sent == []

    world.round_id = prepared.id
    world.launch()
    until(world, OPENS)
    assert (rounds(world)[0].stage, len(world.sent), waiting(world)) == (Stage.OPEN, 40, [])


def test_a_survey_that_runs_is_launched_unless_somebody_objects(world: World) -> None:
    saved(world.framed())
    follow(world, replace(USUAL, policy=Policy.RUN))
    until(world, BEGINS)
    (task,) = waiting(world)
    assert (task.kind, task.due_on) == (TaskKind.OBJECT, england().after(OPENS, -5))

    until(world, OPENS)

    assert (rounds(world)[0].stage, len(world.sent), waiting(world)) == (Stage.OPEN, 40, [])


def test_an_objection_makes_it_wait_for_approval(world: World) -> None:
    saved(world.framed())
    follow(world, replace(USUAL, policy=Policy.RUN))
    until(world, BEGINS)
    with world.database.writing() as session:
        preparing.object_to(session, round_view=rounds(world)[0], why="An election", context=world.context())

    until(world, OPENS - timedelta(days=1))

    assert (rounds(world)[0].stage, world.sent) == (Stage.PLANNED, [])
    assert [task.kind for task in waiting(world)] == [TaskKind.APPROVE]
    with pytest.raises(InvalidError, match="not waiting to be launched"), world.database.writing() as session:
        preparing.object_to(session, round_view=rounds(world)[0], why="Again", context=world.context())


def test_what_is_not_approved_opens_later_with_the_reason_and_is_not_lost(world: World) -> None:
    saved(world.framed())
    follow(world, USUAL)

    until(world, OPENS)

    (late,) = rounds(world)
    assert late.dates.opens_on == england().after(OPENS, 10)
    (opening, *_) = world.read(lambda s: events.events_of(s, round_id=late.id))
    assert (opening.moved_from, opening.moved_by) == (OPENS, "worker")
    assert opening.why == "It was not approved by the day of its opening."
    (task,) = waiting(world)
    assert task.is_late(date(2026, 12, 2))
    assert task.is_escalated(date(2026, 12, 2))


def test_a_proposal_is_a_plan_with_dates_and_a_task(world: World) -> None:
    saved(world.framed())
    follow(world, replace(USUAL, policy=Policy.PROPOSE))

    until(world, BEGINS)

    assert [(one.stage, one.panel_id) for one in rounds(world)] == [(Stage.PLANNED, None)]
    assert [task.kind for task in waiting(world)] == [TaskKind.PLAN]


def test_what_is_missing_is_a_task_until_it_is_there(world: World) -> None:
    world.framed()
    follow(world, USUAL, months=1)
    until(world, BEGINS)
    (task,) = waiting(world)
    assert task.kind is TaskKind.LISTS
    assert task.what == (
        "Bring in newer lists: “Charities” is of 1 August 2026, “Public bodies” is of 1 August 2026, "
        "and lists are valid for 1 months."
    )

    follow(world, USUAL, months=18)
    until(world, BEGINS + timedelta(days=1))
    assert [one.kind for one in waiting(world)] == [TaskKind.PLAN]
    saved(world)
    until(world, BEGINS + timedelta(days=2))

    assert [one.kind for one in waiting(world)] == [TaskKind.APPROVE]


def test_a_newer_list_makes_a_newer_frame_and_an_old_one_is_drawn_from_again(world: World) -> None:
    saved(world.framed())
    follow(world, USUAL)
    until(world, date(2026, 9, 15))
    world.imported("Public bodies", public_bodies(22), dated=date(2026, 9, 1))

    until(world, BEGINS)

    assert rounds(world)[0].panel_id is not None
    world.round_id = rounds(world)[0].id
    world.launch()
    world.tick()
    until(world, OPENS)
    assert len(world.sent) == 42


def test_a_worker_that_was_down_for_months_catches_up_in_order(world: World) -> None:
    saved(world.framed())
    follow(world, replace(USUAL, policy=Policy.RUN))

    world.move_to(at(date(2027, 2, 10), 3))

    (late,) = rounds(world)
    assert (late.slot.year if late.slot else 0, late.stage) == (2026, Stage.PLANNED)
    assert late.dates.opens_on == england().after(date(2027, 2, 10), 10)
    until(world, late.dates.opens_on + timedelta(days=1))
    assert [one.stage for one in rounds(world)] == [Stage.OPEN]
    assert len(world.sent) == 40


def test_no_occurrence_is_made_twice_however_often_it_is_looked_at(world: World) -> None:
    saved(world.framed())
    follow(world, USUAL)
    until(world, BEGINS)

    for _ in range(3):
        follow(world, USUAL)
        world.tick()
        world.tick()

    assert len(rounds(world)) == 1
    assert (
        world.read(lambda s: s.scalar(select(func.count()).select_from(Job).where(Job.kind == "prepare")))
        == 1
    )


def test_a_round_of_the_cycle_that_is_withdrawn_does_not_come_again(world: World) -> None:
    saved(world.framed())
    follow(world, USUAL)
    until(world, BEGINS)
    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=rounds(world)[0].id, context=world.context())

    until(world, OPENS)

    assert [one.stage for one in rounds(world)] == [Stage.WITHDRAWN]
    assert waiting(world) == []


def test_a_round_whose_predecessor_was_withdrawn_waits_day_after_day_for_a_decision(world: World) -> None:
    saved(world.framed())
    survey, review, *_ = usual_rules(2026, opens=OnDay(12, 1))
    follow(world, survey, review)
    until(world, BEGINS)
    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=rounds(world)[0].id, context=world.context())

    until(world, date(2027, 4, 20))

    assert [(task.about, task.kind) for task in waiting(world)] == [("Annual review 2026", TaskKind.DECIDE)]
    assert waiting(world)[0].what.startswith("The annual survey of 2026 was withdrawn")
    assert [one.stage for one in rounds(world)] == [Stage.WITHDRAWN]
    assert world.read(lambda s: s.scalar(select(func.count()).where(Job.failure != ""))) == 0


def test_a_review_follows_the_end_of_its_survey_and_runs_without_a_panel(world: World) -> None:
    saved(world.framed())
    survey, review, *_ = usual_rules(2026, opens=OnDay(12, 1))
    follow(world, replace(survey, policy=Policy.RUN))
    until(world, date(2026, 12, 24))
    follow(world, replace(review, policy=Policy.RUN))

    until(world, date(2027, 4, 1))

    reviewed = next(one for one in rounds(world) if one.strand is Strand.ANNUAL_REVIEW)
    assert reviewed.title == "Annual review 2026"
    assert reviewed.slot is not None
    assert reviewed.dates.opens_on.year == 2027
    assert len([one for one in rounds(world) if one.strand is Strand.ANNUAL_REVIEW]) == 1


def test_a_strand_that_is_switched_off_keeps_its_round_and_gets_no_other(world: World) -> None:
    saved(world.framed())
    follow(world, replace(USUAL, policy=Policy.RUN))
    until(world, OPENS)

    follow(world, replace(USUAL, policy=Policy.RUN, active=False))
    until(world, date(2027, 11, 20))

    assert [one.stage for one in rounds(world)] == [Stage.CLOSED]


def test_a_reminder_that_comes_up_more_than_three_working_days_late_is_not_sent_and_says_so(
    world: World,
) -> None:
    world.opened()
    day = world.read(lambda s: dict(events.dates_of(s, [world.round_id])[world.round_id].in_order()))
    world.move_to(at(day[EventKind.FIRST_REMINDER] + timedelta(days=3), 23))
    reminders = select(Message.due_at).where(Message.event == "first_reminder")
    # A Thursday night: it leaves on Friday morning.
    assert world.read(lambda s: set(s.scalars(reminders))) == {at(date(2026, 9, 25), 9)}

    world.move_to(at(day[EventKind.SECOND_REMINDER] + timedelta(days=7), 10))

    second = world.read(lambda s: events.events_of(s, round_id=world.round_id))[2]
    assert second.state is EventState.CANCELLED
    assert second.why == "Not sent: its day was 12 October 2026, and it came up on 19 October 2026."
    assert world.read(lambda s: s.scalar(select(func.count()).where(Message.event == "second_reminder"))) == 0
    world.move_to(end_of(day[EventKind.CLOSE]))
    assert rounds(world)[0].stage is Stage.CLOSED


def test_two_plans_for_one_panel_are_not_both_launched(world: World) -> None:
    world.launched()
    world.plan_round()

    with pytest.raises(InvalidError) as refused:
        world.launch()

    assert refused.value.faults == (
        "Annual survey 2026 (ready) asks the same panel, that of the annual survey of 2026. Nobody is asked "
        "twice at a time: withdraw this plan, or choose the panel of another year.",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [({"every": 0}, "comes every year, not every 0"), ({"opens": OnDay(2, 29)}, "29 February comes only")],
)
def test_a_rule_that_cannot_be_followed_is_refused_and_changes_nothing(
    world: World, change: dict[str, object], words: str
) -> None:
    follow(world.founded(), USUAL)

    with pytest.raises(InvalidError, match=words):
        follow(world, replace(USUAL, **change))  # type: ignore[arg-type]

    kept = world.read(lambda s: rules.rules_of(s, world.programme))
    assert [one.rule for one in kept] == [USUAL]
