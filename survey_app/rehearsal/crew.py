"""The workers of a rehearsal: one in this process, or several of their own that are killed at random."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

import numpy as np

from config import Settings
from survey_app.application import keyring
from survey_app.clock import SetClock
from survey_app.database import Database
from survey_app.rehearsal.channel import Noted
from survey_app.worker.wakings import Worker, tick

# The report of a release is drawn by nobody: it changes nothing in the cycle.
LEAVES = frozenset({"report"})


class Crew(Protocol):
    """Whoever does what is due at an instant."""

    def work(self, now: datetime) -> None:
        """Do all that is due, as far as the crew lives."""

    @property
    def killed(self) -> int:
        """How many of it were killed so far."""

    def end(self) -> None: ...


@dataclass
class Alone:
    """One worker, in this process."""

    worker: Worker
    clock: SetClock
    killed: int = 0

    def work(self, now: datetime) -> None:
        self.clock.advance_to(now)
        tick(self.worker)

    def end(self) -> None:
        return None


@dataclass(frozen=True)
class _Hand:
    """A worker in a process of its own, and the line to it."""

    process: BaseProcess
    line: Connection

    def answers(self) -> bool:
        """Whether it says that it is done; one that was killed says nothing."""
        try:
            self.line.recv()
        except (EOFError, OSError):
            self.process.join()
            return False
        return True

    def tell(self, now: datetime) -> None:
        try:
            self.line.send(now)
        except OSError:
            return

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


@dataclass
class Several:
    """Processes that each do what is due when they are told an instant; some are killed while they do."""

    settings: Settings
    letters: Path
    count: int
    kills: int
    rng: np.random.Generator
    chance: float = 0.02
    killed: int = 0
    hands: list[_Hand] = field(default_factory=list)

    def work(self, now: datetime) -> None:
        while len(self.hands) < self.count:
            self.hands.append(_hire(self.settings, self.letters))
        for hand in self.hands:
            hand.tell(now)
        if self.killed < self.kills and self.rng.random() < self.chance:
            self._kill_one()
        self.hands = [hand for hand in self.hands if hand.answers()]

    def _kill_one(self) -> None:
        """Kill one that is at work, or has just done it: a process ends by itself never."""
        hand = self.hands[int(self.rng.integers(len(self.hands)))]
        hand.process.join(timeout=float(self.rng.random()) * 0.05)
        hand.process.kill()
        self.killed += 1

    def end(self) -> None:
        for hand in self.hands:
            hand.end()


def _hire(settings: Settings, letters: Path) -> _Hand:
    """Another worker: from a process that holds the program already, since many are killed."""
    forking = get_context("forkserver")
    forking.set_forkserver_preload([__name__])
    ours, theirs = forking.Pipe()
    process = forking.Process(target=_serve, args=(settings, letters, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def worker_at(settings: Settings, clock: SetClock, letters: Path) -> Worker:
    """A worker of the copy."""
    return Worker(
        Database(settings.database_url),
        keyring(settings),
        settings,
        clock,
        lambda: Noted(letters),
        leaves=LEAVES,
    )


def _serve(settings: Settings, letters: Path, line: Connection) -> None:
    # What goes wrong is kept with the work, and told with its result.
    logging.disable()
    clock = SetClock(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
    worker = worker_at(settings, clock, letters)
    while True:
        try:
            clock.advance_to(line.recv())
        except EOFError:
            return
        tick(worker)
        line.send("done")
