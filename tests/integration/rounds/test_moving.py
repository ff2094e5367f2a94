"""Days moved by hand: what follows is shown first, all that hangs on a day moves too, who and why stay."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from scheduler.stages import Stage
from scheduler.timetable import EventState, RoundDates
from survey_app.clock import at, end_of
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.burden import BurdenEntry
from survey_app.models.outbox import Message
from survey_app.services import jobs
from survey_app.services.fieldwork import moving
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

WEEK = timedelta(days=7)
LATER = RoundDates(*(day + WEEK for _, day in DATES.in_order()))


def view(world: World) -> RoundView:
    return world.read(lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme))


def move(
    world: World, wanted: RoundDates, *, why: str = "The hall was taken", seen: RoundView | None = None
) -> None:
    with world.database.writing() as session:
        moving.move_dates(
            session, round_view=seen or view(world), wanted=wanted, why=why, context=world.context()
        )


def stage(world: World) -> Stage:
    return view(world).stage


def test_a_later_opening_takes_its_letters_its_work_and_the_ledger_with_it(world: World) -> None:
    world.launched()

    move(world, LATER)
    world.move_to(at(DATES.opens_on, 9))
    assert (stage(world), world.sent) == (Stage.READY, [])
    world.move_to(at(LATER.opens_on, 9))

    assert (stage(world), len(world.sent)) == (Stage.OPEN, 40)
    assert world.read(lambda s: set(s.scalars(select(BurdenEntry.day)))) == {LATER.opens_on}
    (opening, *_) = world.read(lambda s: events.events_of(s, round_id=world.round_id))
    assert (opening.moved_from, opening.moved_by) == (DATES.opens_on, "coordinator@compact.invalid")
    assert (opening.why, opening.state) == ("The hall was taken", EventState.DONE)


def test_an_earlier_opening_takes_its_letters_with_it(world: World) -> None:
    world.launched()
    earlier = replace(DATES, opens_on=date(2026, 9, 1))

    move(world, earlier)
    world.move_to(at(earlier.opens_on, 9))

    assert (stage(world), len(world.sent)) == (Stage.OPEN, 40)


def test_an_open_round_is_extended_and_its_reminders_move(world: World) -> None:
    world.opened()
    wanted = replace(LATER, opens_on=DATES.opens_on)

    move(world, wanted)
    world.move_to(at(DATES.first_reminder_on, 10))
    assert (
        world.read(lambda s: list(s.scalars(select(Message.id).where(Message.event == "first_reminder"))))
        == []
    )
    world.move_to(at(wanted.first_reminder_on, 9))
    assert len(world.sent) == 2 * 40
    world.move_to(at(DATES.second_reminder_on, 10))
    assert len(world.sent) == 2 * 40
    world.move_to(at(wanted.second_reminder_on, 9))
    assert len(world.sent) == 3 * 40
    world.move_to(end_of(DATES.closes_on))
    assert stage(world) is Stage.OPEN
    world.move_to(end_of(wanted.closes_on))

    assert stage(world) is Stage.CLOSED
    assert len(world.sent) == 3 * 40


def test_an_end_that_is_brought_forward_closes_the_round_then(world: World) -> None:
    world.opened()
    world.move_to(at(DATES.second_reminder_on, 9))

    move(world, replace(DATES, closes_on=DATES.second_reminder_on + timedelta(days=5)))
    world.wait(timedelta(days=6))

    assert stage(world) is Stage.CLOSED


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        (replace(DATES, opens_on=date(2026, 9, 8)), "The opening has been, on 7 September 2026"),
        (
            replace(DATES, first_reminder_on=date(2026, 9, 4)),
            "The first reminder, 4 September 2026, has passed.",
        ),
        (replace(DATES, closes_on=DATES.second_reminder_on), "is not after the second reminder"),
        (DATES, "These are the dates that the round has."),
    ],
)
def test_what_cannot_be_moved_so_is_refused_in_words(world: World, wanted: RoundDates, fault: str) -> None:
    world.opened()

    with pytest.raises(InvalidError) as refused:
        move(world, wanted)

    assert fault in " ".join((str(refused.value), *refused.value.faults))
    assert view(world).dates == DATES


def test_a_move_without_a_reason_is_refused(world: World) -> None:
    world.planned()

    with pytest.raises(InvalidError, match="Say why"):
        move(world, LATER, why="  ")


def test_two_who_move_the_same_day_do_not_overwrite_each_other(world: World) -> None:
    world.launched()
    seen = view(world)
    move(world, replace(DATES, closes_on=date(2026, 11, 26)))

    with pytest.raises(ConflictError, match="Somebody else moved days of this round"):
        move(world, replace(DATES, closes_on=date(2026, 12, 3)), seen=seen)
    # Nor another day, which would stand before the one that the first has moved.
    with pytest.raises(ConflictError, match="Somebody else moved days of this round"):
        move(world, replace(DATES, second_reminder_on=date(2026, 11, 25)), seen=seen)

    assert view(world).dates == replace(DATES, closes_on=date(2026, 11, 26))


def test_a_worker_that_holds_the_closing_loses_it_when_the_end_moves(world: World) -> None:
    world.opened()
    world.clock.advance_to(end_of(DATES.closes_on))
    closing = world.read(
        lambda s: jobs.jobs_of(s, kinds=["close"], subject_kind=jobs.ROUND, subject_id=world.round_id)
    )["close"]
    with world.database.writing() as session:
        assert jobs.claim(session, job_id=closing.id, worker="busy", now=world.clock.now())
    move(world, replace(DATES, closes_on=DATES.closes_on + WEEK))
    with world.database.writing() as session:
        assert not jobs.finish(session, job_id=closing.id, worker="busy", now=world.clock.now())

    world.tick()
    assert stage(world) is Stage.OPEN
    world.move_to(end_of(DATES.closes_on + WEEK))
    assert stage(world) is Stage.CLOSED


def test_no_day_of_a_round_that_is_over_moves(world: World) -> None:
    world.opened()
    world.move_to(end_of(DATES.closes_on))

    with pytest.raises(StageError, match="Its days are history"):
        move(world, LATER)


def test_the_page_shows_what_follows_before_anything_moves(embedded_world: World) -> None:
    coordinator = Visitor(embedded_world.launched(), "coordinator")
    address = "/rounds/1/dates/move"
    fields = {"why": "The hall was taken", "submit": "yes"}
    for name, day in zip(vars(LATER), vars(LATER).values(), strict=True):
        fields |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}

    shown = coordinator.send(address, form_at=address, **fields)

    assert "The opening moves from 7 September 2026 to 14 September 2026." in words(shown)
    assert "40 invitations that wait for 7 September 2026 leave on 14 September 2026." in words(shown)
    assert view(embedded_world).dates == DATES
    seen = shown.text.split('name="seen"')[1].split('value="')[1].split('"')[0].replace("&gt;", ">")
    moved = coordinator.send(address, form_at=address, **fields, confirm="yes", seen=seen)
    assert moved.status_code == 302
    assert view(embedded_world).dates == LATER
    page = words(coordinator.open("/rounds/1/dates"))
    assert "From 7 September 2026, by coordinator@compact.invalid" in page
    assert "The hall was taken" in page


def test_a_page_that_shows_other_days_than_the_round_has_moves_nothing(embedded_world: World) -> None:
    coordinator = Visitor(embedded_world.launched(), "coordinator")
    address = "/rounds/1/dates/move"
    fields = {"why": "x", "confirm": "yes", "seen": "of another day"}
    for name, day in zip(vars(LATER), vars(LATER).values(), strict=True):
        fields |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}

    answer = coordinator.send(address, form_at=address, **fields)

    assert "What follows" in words(answer)
    assert view(embedded_world).dates == DATES
