"""A clock that jumps forward closes no round and sends no letter until a person says that it is right."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from scheduler.stages import Stage
from survey_app.clock import Uptime, at
from survey_app.errors import ConflictError
from survey_app.models.audit import AuditEntry
from survey_app.models.outbox import Message
from survey_app.models.rounds import RoundEvent
from survey_app.services import timekeeping
from survey_app.services.rounds import lifecycle
from tests.fixtures.world import DATES, START, World

LATER = at(DATES.closes_on + timedelta(days=2), 9)


def stage(world: World) -> Stage:
    return world.read(
        lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme)
    ).stage


def letters(world: World, template: str) -> int:
    query = select(func.count()).where(Message.template == template, Message.state == "sent")
    return world.read(lambda s: s.scalar(query) or 0)


def jumped(world: World) -> bool:
    return world.read(timekeeping.jump_of) is not None


def test_a_jump_closes_nothing_and_sends_nothing_until_somebody_confirms_it(world: World) -> None:
    world.opened()
    world.clock.jump_to(LATER)
    for _ in range(2):
        world.tick()
    assert (stage(world), len(world.sent), jumped(world)) == (Stage.OPEN, 40, True)

    with world.database.writing() as session:
        timekeeping.confirm(session, context=world.context())
    world.tick()

    assert (stage(world), len(world.sent), jumped(world)) == (Stage.CLOSED, 40, False)
    acts = world.read(lambda s: s.scalars(select(AuditEntry.act).where(AuditEntry.subject == "clock")).all())
    assert sorted(acts) == ["clock confirmed", "clock in doubt"]


def test_letters_that_are_due_wait_for_the_clock_to_be_confirmed(embedded_world: World) -> None:
    world = embedded_world.launched()
    world.clock.jump_to(at(DATES.opens_on, 9))
    world.tick()
    assert (stage(world), world.sent) == (Stage.READY, [])

    with world.database.writing() as session:
        timekeeping.confirm(session, context=world.context())
    world.tick()

    assert len(world.sent) == 40


def test_a_clock_that_is_put_right_needs_nobody(embedded_world: World) -> None:
    world = embedded_world.opened()
    right = world.clock.now()
    world.clock.jump_to(LATER)
    world.tick()
    world.clock.jump_to(right + timedelta(minutes=5))
    world.tick()

    assert (stage(world), jumped(world)) == (Stage.OPEN, False)
    with pytest.raises(ConflictError), world.database.writing() as session:
        timekeeping.confirm(session, context=world.context())


def test_a_worker_that_was_stopped_for_weeks_on_a_machine_that_ran_goes_on(embedded_world: World) -> None:
    world = embedded_world.opened()

    world.move_to(LATER)

    assert (stage(world), jumped(world)) == (Stage.CLOSED, False)


@pytest.mark.parametrize(
    ("hours", "uptime", "believed"),
    [
        (24, Uptime("one", 10.0), True),
        (25, Uptime("one", 10.0), False),
        (25, Uptime("one", 10.0 + 25 * 3600), True),
        (25, Uptime("another", 25 * 3600), False),
        (-300, Uptime("one", 10.0), True),
    ],
)
def test_what_the_machine_counted_explains_how_late_it_is(
    embedded_world: World, hours: int, uptime: Uptime, believed: bool
) -> None:
    with embedded_world.database.writing() as session:
        assert timekeeping.look(session, now=START, uptime=Uptime("one", 10.0))

        assert timekeeping.look(session, now=START + timedelta(hours=hours), uptime=uptime) is believed


def test_a_worker_that_comes_weeks_late_sends_one_reminder_and_not_two(world: World) -> None:
    world.opened()

    world.move_to(at(DATES.second_reminder_on, 10))

    assert (letters(world, "first_reminder"), letters(world, "second_reminder")) == (0, 40)
    states = world.read(lambda s: dict(s.execute(select(RoundEvent.kind, RoundEvent.state)).all()))
    assert (states["first_reminder"], states["second_reminder"]) == ("cancelled", "done")


def test_a_first_reminder_that_could_not_leave_gives_way_to_the_second(embedded_world: World) -> None:
    world = embedded_world.opened()

    def refuse(letter: object) -> None:
        raise ConnectionRefusedError("nobody listens")

    world.post.refuse = refuse
    world.move_to(at(DATES.first_reminder_on, 9))
    world.post.refuse = lambda letter: None
    world.clock.advance_to(at(DATES.second_reminder_on, 10))
    world.tick()

    assert (letters(world, "first_reminder"), letters(world, "second_reminder")) == (0, 40)


def test_nobody_is_reminded_of_an_invitation_that_has_not_left(embedded_world: World) -> None:
    world = embedded_world.launched()

    def refuse(letter: object) -> None:
        raise ConnectionRefusedError("nobody listens")

    world.post.refuse = refuse
    world.move_to(at(DATES.opens_on, 9))
    world.post.refuse = lambda letter: None
    world.clock.advance_to(at(DATES.first_reminder_on, 10))
    world.tick()

    assert (letters(world, "invitation"), letters(world, "first_reminder")) == (40, 0)
