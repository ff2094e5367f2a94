"""A database that is gone for a minute, or full: afterwards everything is there, each once."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from types import TracebackType
from typing import ClassVar, Self

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.clock import at
from survey_app.models.cases.casework import Case
from survey_app.models.jobs import Job
from survey_app.models.outbox import Message
from survey_app.services.rounds import lifecycle
from tests.fixtures.engines import Cluster
from tests.fixtures.world import DATES, World

OPENING = at(DATES.opens_on, 9)


@dataclass
class FailingAt:
    """A channel that does something just before it takes the letter of this number."""

    world: World
    number: int
    then: Callable[[], None]
    taken: int = 0
    repeatable: ClassVar[bool] = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def send(self, letter: EmailMessage) -> None:
        self.taken += 1
        if self.taken == self.number:
            self.then()
        self.world.post.send(letter)


def stage(world: World) -> Stage:
    view = world.read(lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme))
    return view.stage


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_is_gone_for_a_minute_loses_no_letter_and_repeats_the_one_in_hand(
    world: World, cluster: Cluster
) -> None:
    world.launched()
    name = make_url(world.settings.database_url).database or ""
    world.clock.advance_to(OPENING)

    with pytest.raises(SQLAlchemyError):
        world.tick(lambda: FailingAt(world, 7, lambda: cluster.shut(name)))
    world.clock.advance_to(OPENING + timedelta(seconds=30))
    with pytest.raises(SQLAlchemyError):
        world.tick()
    cluster.open(name)
    for minutes in (1, 6, 12):
        world.move_to(OPENING + timedelta(minutes=minutes))

    times = Counter(letter["Message-ID"] for letter in world.sent)
    assert (stage(world), len(times), times.total()) == (Stage.OPEN, 40, 41)
    states = world.read(
        lambda s: s.execute(select(Message.state, func.count()).group_by(Message.state)).all()
    )
    assert [tuple(one) for one in states] == [("sent", 40)]


def test_a_launch_on_a_full_disk_is_finished_when_there_is_room_again(embedded_world: World) -> None:
    world = embedded_world.planned(bodies=20, charities=400)
    world.launch()
    limit = [0]

    def narrow(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + limit[0]}")
        cursor.close()

    event.listen(world.database.engine, "connect", narrow)
    world.database.engine.dispose()
    world.tick()
    assert "full" in (world.read(lambda s: s.scalar(select(Job.failure).where(Job.kind == "launch"))) or "")
    assert (stage(world), world.read(cases)) == (Stage.LAUNCHING, 0)

    limit[0] = 1_000_000
    world.database.engine.dispose()
    world.wait(timedelta(minutes=20))

    assert (stage(world), world.read(cases)) == (Stage.READY, 220)
    doubled = select(Message.seat_id).group_by(Message.seat_id).having(func.count() > 1)
    assert world.read(lambda s: s.scalars(doubled).all()) == []


def cases(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Case)) or 0
