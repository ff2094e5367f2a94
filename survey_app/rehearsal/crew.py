"""The workers of a rehearsal: one in this process, or several of their own that are killed at random."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass
class Several:
    """Processes that each do what is due when they are told an instant; some are killed while they do."""

    environment: dict[str, str]
    letters: Path
    count: int
    kills: int
    rng: np.random.Generator
    chance: float = 0.02
    killed: int = 0
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def work(self, now: datetime) -> None:
        while len(self.processes) < self.count:
            self.processes.append(self._hire())
        for process in self.processes:
            _tell(process, now.isoformat())
        if self.killed < self.kills and self.rng.random() < self.chance:
            self._kill_one()
        self.processes = [one for one in self.processes if _answers(one)]

    def _kill_one(self) -> None:
        process = self.processes[int(self.rng.integers(len(self.processes)))]
        try:
            process.wait(timeout=float(self.rng.random()) * 0.05)
        except subprocess.TimeoutExpired:
            process.kill()
            self.killed += 1

    def _hire(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "survey_app.rehearsal.crew", str(self.letters)]
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | self.environment,
        )
        _answers(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


def _tell(process: subprocess.Popen[str], words: str) -> None:
    if process.stdin is not None:
        try:
            process.stdin.write(f"{words}\n")
            process.stdin.flush()
        except BrokenPipeError:
            return


def _answers(process: subprocess.Popen[str]) -> bool:
    """Whether a process says that it is done; one that was killed says nothing."""
    said = process.stdout.readline() if process.stdout else ""
    if said:
        return True
    process.communicate()
    return False


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


def _serve(letters: Path, lines: Callable[[], str]) -> None:
    settings = Settings.from_environment(os.environ)
    clock = SetClock(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
    worker = worker_at(settings, clock, letters)
    print(json.dumps("ready"), flush=True)
    while line := lines():
        clock.advance_to(datetime.fromisoformat(line.strip()))
        tick(worker)
        print(json.dumps("done"), flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.stdin.readline)
