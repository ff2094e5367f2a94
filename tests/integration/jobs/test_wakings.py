"""Whatever one part of a waking raises, the others are done, and the worker wakes again."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from scheduler.stages import Stage
from survey_app.cli.processes import keep_waking
from survey_app.clock import at
from survey_app.mail.channels import Channel
from survey_app.services.rounds import lifecycle
from survey_app.worker.wakings import tick
from tests.fixtures.world import DATES, World


class Unexpected(Exception):  # noqa: N818 - what no part of the product raises
    """Something that nobody thought of."""


class Unlucky(frozenset[str]):
    """Kinds of work of which nobody can say whether one is among them."""

    def __or__(self, other: object) -> "Unlucky":
        raise Unexpected

    def __iter__(self) -> Iterator[str]:
        raise Unexpected


def no_channel() -> Channel:
    raise Unexpected


def test_letters_leave_though_work_cannot_be_looked_for_and_rounds_open_though_no_letter_leaves(
    embedded_world: World,
) -> None:
    world = embedded_world.launched()
    world.clock.advance_to(at(DATES.opens_on, 9))

    with pytest.raises(Unexpected):
        world.tick(no_channel)
    opened = world.read(
        lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme)
    )
    assert (opened.stage, len(world.sent)) == (Stage.OPEN, 0)

    world.clock.advance_to(world.clock.now() + timedelta(hours=1))
    with pytest.raises(Unexpected):
        tick(replace(world.worker(), leaves=Unlucky({"launch"})))
    assert len(world.sent) == 40


@pytest.fixture
def signals() -> Iterator[None]:
    """What the process does when told to end, as it was before the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_the_first_waking_ends_no_worker_whatever_it_raises(caplog: pytest.LogCaptureFixture) -> None:
    told_to_end: list[bool] = []

    def waking(stopping: Callable[[], bool]) -> None:
        told_to_end.append(stopping())
        if len(told_to_end) == 1:
            raise Unexpected
        os.kill(os.getpid(), signal.SIGTERM)

    keep_waking(waking, every=1)

    assert told_to_end[:2] == [False, False]
    assert "this waking did not finish" in caplog.text


def test_a_waking_with_nothing_to_do_asks_four_questions_and_writes_nothing(world: World) -> None:
    world.launched()
    world.tick()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    world.tick()
    event.remove(world.database.engine, "before_cursor_execute", note)

    assert len([one for one in asked if one.startswith("SELECT")]) == 4
    assert all(one.startswith(("SELECT", "BEGIN DEFERRED")) for one in asked)
