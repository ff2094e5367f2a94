"""Several workers at once, and workers that die, in real processes, on both engines."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from scheduler.stages import Stage
from survey_app.clock import at
from survey_app.mail.channels import Smtp
from survey_app.models.cases.casework import Case
from survey_app.models.jobs import Job
from survey_app.models.outbox import Message
from survey_app.services import jobs as work
from survey_app.services.rounds import lifecycle
from survey_app.worker import outbox
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import DATES, World

ROOT = Path(__file__).parents[3]
OPENING = at(DATES.opens_on, 9)
BODIES, CHARITIES = 200, 800
MEMBERS = BODIES + CHARITIES // 2


class Workers:
    """Worker processes of one world, sending to one mail server."""

    def __init__(self, world: World, server: MailServer) -> None:
        self._environment = dict(os.environ) | {
            each.metadata["variable"]: _text(getattr(world.settings, each.name))
            for each in fields(world.settings)
        }
        self._environment |= {"SMTP_PORT": str(server.port), "PYTHONPATH": str(ROOT)}
        self._running: list[subprocess.Popen[str]] = []

    def start(self, instant: datetime, *, pause: float = 0.0) -> subprocess.Popen[str]:
        """A worker that has its doors open and waits for the word."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fixtures.worker_process", instant.isoformat(), str(pause)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
            cwd=ROOT,
        )
        self._running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def stop(self) -> None:
        for process in self._running:
            process.kill()
            process.communicate()


def _text(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL: nothing is tidied up."""
    process.kill()
    process.wait(timeout=20)


def finish(process: subprocess.Popen[str]) -> list[str]:
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return said.splitlines()


@pytest.fixture
def workers(world: World, smtp_server: MailServer) -> Iterator[Workers]:
    started = Workers(world, smtp_server)
    yield started
    started.stop()


def count(world: World, table: type[Case] | type[Message]) -> int:
    return world.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


def stage(world: World) -> Stage:
    return world.read(
        lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme)
    ).stage


def test_two_workers_side_by_side_do_nothing_twice(
    world: World, workers: Workers, smtp_server: MailServer
) -> None:
    world.planned(bodies=60, charities=120)
    world.launch()

    pair = [workers.start(OPENING) for _ in range(2)]
    for process in pair:
        go(process)
    said = [finish(process) for process in pair]
    # Who finds the launch taken leaves what follows it to the next waking.
    world.clock.advance_to(OPENING + timedelta(seconds=15))
    world.tick(lambda: Smtp("127.0.0.1", smtp_server.port, tls=False))

    assert [lines[-1] for lines in said] == ["done", "done"]
    assert (count(world, Case), count(world, Message), stage(world)) == (120, 120, Stage.OPEN)
    assert len(smtp_server.message_ids) == len(set(smtp_server.message_ids)) == 120


def test_letters_are_shared_by_workers_and_none_goes_out_twice(world: World, smtp_server: MailServer) -> None:
    world.launched(bodies=60, charities=240)
    world.clock.advance_to(OPENING)
    world.tick(lambda: _Nowhere())
    together = Barrier(4)

    def work_along() -> None:
        mine = world.worker(lambda: Smtp("127.0.0.1", smtp_server.port, tls=False))
        together.wait()
        outbox.send_due(mine)

    world.clock.advance_to(OPENING + timedelta(minutes=10))
    threads = [Thread(target=work_along) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(smtp_server.message_ids) == len(set(smtp_server.message_ids)) == 180
    states = world.read(lambda s: Counter(s.scalars(select(Message.state))))
    assert states == {"sent": 180}


class _Nowhere:
    """A mail channel that does not open."""

    def __enter__(self) -> "_Nowhere":
        raise ConnectionRefusedError("nobody listens")

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, letter: object) -> None:
        raise AssertionError("the channel never opened")


def test_a_worker_killed_in_the_middle_of_a_launch_loses_and_doubles_nothing(
    world: World, workers: Workers, smtp_server: MailServer
) -> None:
    world.planned(bodies=BODIES, charities=CHARITIES)
    world.launch()
    victim = workers.start(world.clock.now(), pause=0.3)
    go(victim)
    assert victim.stdout is not None
    assert victim.stdout.readline() == "cases 200\n"

    kill(victim)
    made = count(world, Case)
    assert 200 <= made < MEMBERS
    assert stage(world) is Stage.LAUNCHING
    world.wait(work.LEASE / 2)
    assert count(world, Case) == made
    heir = workers.start(world.clock.now() + work.LEASE)
    go(heir)
    finish(heir)

    assert (count(world, Case), count(world, Message), stage(world)) == (MEMBERS, MEMBERS, Stage.READY)
    job = world.read(lambda s: s.scalars(select(Job).where(Job.kind == "launch")).one())
    assert (job.state, job.done, job.total) == ("done", MEMBERS, MEMBERS)
    assert smtp_server.letters == []


def test_a_worker_killed_among_its_letters_repeats_one_at_the_most(
    world: World, workers: Workers, smtp_server: MailServer
) -> None:
    world.launched(bodies=60, charities=120)
    victim = workers.start(OPENING)
    go(victim)
    _wait_until(lambda: len(smtp_server.letters) >= 15)

    kill(victim)
    left = len(smtp_server.letters)
    assert left < 120
    heir = workers.start(OPENING + timedelta(minutes=6))
    go(heir)
    finish(heir)

    times = Counter(smtp_server.message_ids)
    assert len(times) == 120
    assert sum(times.values()) <= 121
    assert world.read(lambda s: Counter(s.scalars(select(Message.state)))) == {"sent": 120}


def _wait_until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it did not come about in 10 s")
