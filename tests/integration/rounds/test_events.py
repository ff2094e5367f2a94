"""The days of a round are events: they are done as it goes on, and cancelled when they will not come."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import EventKind, EventState, usual_dates
from survey_app.clock import at, end_of
from survey_app.errors import InvalidError, StageError
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView
from tests.fixtures.world import DATES, World

PLANNED, DONE, CANCELLED = EventState.PLANNED, EventState.DONE, EventState.CANCELLED
GUIDES = usual_dates(date(2026, 10, 5))


def states(world: World) -> list[EventState]:
    return world.read(lambda s: [one.state for one in events.events_of(s, round_id=world.round_id)])


def view(world: World, round_id: int) -> RoundView:
    return world.read(lambda s: lifecycle.get_round(s, round_id=round_id, programme_id=world.programme))


def plan(world: World, chosen: RoundPlan) -> int:
    with world.database.writing() as session:
        return lifecycle.plan_round(session, plan=chosen, context=world.context())


def prepare(world: World, round_id: int) -> None:
    with world.database.writing() as session:
        lifecycle.prepare_round(session, round_id=round_id, context=world.context())


def withdraw(world: World, round_id: int) -> None:
    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=round_id, context=world.context())


def test_events_are_done_one_after_the_other(world: World) -> None:
    world.launched()
    assert states(world) == [PLANNED] * 4

    world.move_to(at(DATES.opens_on, 9))
    assert states(world) == [DONE, PLANNED, PLANNED, PLANNED]
    world.move_to(at(DATES.first_reminder_on, 9))
    world.move_to(at(DATES.second_reminder_on, 9))
    assert states(world) == [DONE, DONE, DONE, PLANNED]
    world.move_to(end_of(DATES.closes_on))
    assert states(world) == [DONE] * 4


def test_the_events_of_a_plan_that_is_withdrawn_are_cancelled(world: World) -> None:
    world.planned()

    withdraw(world, world.round_id)

    assert states(world) == [CANCELLED] * 4


def test_a_round_counts_in_the_year_of_its_panel_and_follows_the_one_that_opened_before(world: World) -> None:
    world.planned()
    withdrawn, first = world.round_id, plan(world, RoundPlan("Again", world.panel_id, DATES))
    withdraw(world, withdrawn)
    later = RoundPlan("Later", world.panel_id, usual_dates(DATES.opens_on + timedelta(days=365)))

    second = plan(world, later)

    assert view(world, second).follows_id == first
    assert (view(world, second).year, view(world, second).dates.opens_on.year) == (2026, 2027)
    assert view(world, second).dates == later.dates
    newest = world.read(lambda s: lifecycle.rounds_of(s, world.programme))
    assert newest[0].id == second


def test_a_round_asks_a_panel_of_its_own_strand(world: World) -> None:
    world.framed()
    request = PanelRequest(world.frame_id, Strand.FOCUS_GROUPS, 2026, PanelPlan(voluntary_total=20))
    with world.database.writing() as session:
        panel_id = drawing.draw_panel(session, request=request, context=world.context())

    with pytest.raises(InvalidError) as refused:
        plan(world, RoundPlan("Annual survey 2026", panel_id, DATES))

    assert refused.value.faults == (
        "The panel is one of the strand “Focus groups”, and the round is one of “Annual survey”. "
        "Choose a panel of the same strand.",
    )
    assert view(world, plan(world, RoundPlan("Groups", panel_id, DATES, strand=Strand.FOCUS_GROUPS)))


def test_a_survey_needs_a_panel_and_the_database_holds_it(world: World) -> None:
    world.planned()

    with pytest.raises(InvalidError) as refused:
        plan(world, RoundPlan("Annual survey 2026", None, DATES))

    assert refused.value.faults == ("A round of the annual survey asks the members of a panel. Choose one.",)
    with pytest.raises(IntegrityError), world.database.writing() as session:
        session.execute(text("UPDATE round SET panel_id = NULL, stage = 'launching'"))


def test_a_round_without_a_panel_is_prepared_and_opens_and_closes_on_its_days(world: World) -> None:
    world.planned()
    reviewed = plan(world, RoundPlan("Annual review 2026", None, GUIDES, strand=Strand.ANNUAL_REVIEW))
    with pytest.raises(StageError, match="prepared, not launched"), world.database.writing() as session:
        lifecycle.launch_round(session, world.keys, round_id=reviewed, context=world.context())

    prepare(world, reviewed)
    prepare(world, reviewed)
    assert view(world, reviewed).stage is Stage.PREPARING
    world.move_to(at(GUIDES.opens_on, 9))
    assert view(world, reviewed).stage is Stage.OPEN
    world.move_to(end_of(GUIDES.closes_on))

    assert view(world, reviewed).stage is Stage.CLOSED
    world.round_id = reviewed
    assert states(world) == [DONE, CANCELLED, CANCELLED, DONE]


def test_a_round_that_was_being_prepared_may_be_withdrawn_and_never_opens(world: World) -> None:
    world.founded()
    reviewed = plan(world, RoundPlan("Annual review 2026", None, GUIDES, strand=Strand.ANNUAL_REVIEW))
    prepare(world, reviewed)

    withdraw(world, reviewed)
    world.move_to(at(GUIDES.opens_on, 9))

    assert view(world, reviewed).stage is Stage.WITHDRAWN


def test_a_survey_is_launched_and_not_prepared(world: World) -> None:
    world.planned()

    with pytest.raises(StageError, match="cannot become preparing"):
        prepare(world, world.round_id)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "party"},
        {"state": "late"},
        {"moved_from": "2026-01-01"},
    ],
)
def test_the_database_refuses_an_event_that_cannot_be(world: World, change: dict[str, str]) -> None:
    world.planned()
    ((column, value),) = change.items()

    with pytest.raises(IntegrityError), world.database.writing() as session:
        session.execute(text(f"UPDATE round_event SET {column} = '{value}' WHERE kind = 'open'"))


def test_dates_are_put_together_from_the_events_of_each_kind() -> None:
    assert replace(DATES) == type(DATES).of(dict(reversed(DATES.in_order())))
    assert [kind for kind, _ in DATES.in_order()] == list(EventKind)
