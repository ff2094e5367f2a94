"""A rehearsal that somebody asked for on the site, in a process of its own, so that letters go on leaving.

The process says how far it is every few seconds, which also keeps its lease. Its copy goes with it, whether
it ends, is stopped, fails, or its worker is told to end; then another worker takes it up from the first day.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from config import Settings
from survey_app.clock import Clock, SystemClock, london_date
from survey_app.database import Database
from survey_app.errors import CompactError
from survey_app.logs import write_lines
from survey_app.rehearsal.report import as_json
from survey_app.rehearsal.run import Course, rehearse
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import rehearsals
from survey_app.services.jobs import JobView
from survey_app.worker.wakings import Worker

BEATS_APART = timedelta(seconds=5)
# It leaves the processor to the website and to letters.
NICENESS = 10
BROKEN_OFF = "It was broken off too often. See whether this machine has the memory and the room for a copy."


@dataclass
class Starter:
    """Starts a process for each rehearsal that a worker has claimed, and goes on."""

    running: dict[int, BaseProcess] = field(default_factory=dict)

    def __call__(self, worker: Worker, job: JobView) -> None:
        before = self.running.get(job.id)
        if before is not None and before.is_alive():
            return
        if job.attempts > jobs.MAX_ATTEMPTS:
            with worker.database.writing() as session:
                jobs.note_fault(session, job_id=job.id, fault=BROKEN_OFF, now=worker.clock.now(), final=True)
            return
        process = get_context("spawn").Process(
            target=_alone, args=(worker.settings, job, worker.name), daemon=True
        )
        process.start()
        self.running[job.id] = process


def _alone(settings: Settings, job: JobView, worker: str) -> None:
    os.nice(NICENESS)
    write_lines()
    # Told to end, it takes its copy away first.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    live(settings, job, worker=worker, clock=SystemClock())


def live(settings: Settings, job: JobView, *, worker: str, clock: Clock) -> None:
    """Live through a rehearsal whose job this worker holds, and keep what it came to."""
    database = Database(settings.database_url)
    hold = _Hold(database, job, worker, clock)
    try:
        _live(settings, hold)
    except jobs.StoppedError:
        return
    except (SystemExit, KeyboardInterrupt):
        hold.give_back()
        raise
    except Exception as fault:
        said = str(fault) if isinstance(fault, CompactError) else f"{type(fault).__name__}: {fault}"
        with database.writing() as session:
            jobs.note_fault(session, job_id=job.id, fault=said, now=clock.now())
    finally:
        database.close()


def _live(settings: Settings, hold: "_Hold") -> None:
    job, now = hold.job, hold.clock.now()
    with hold.database.reading() as session:
        asked = rehearsals.rehearsal(session, rehearsal_id=job.subject_id, programme_id=job.programme_id)
    lived = rehearse(settings, wanted=Course(years=asked.years), now=now, beat=hold.beats(now, asked.years))
    with hold.database.writing() as session:
        context = AuditContext("worker", hold.clock.now(), job.programme_id)
        said = dict(lived.said) | {"faults": as_json(lived)["faults"]}
        rehearsals.keep(session, job=job, worker=hold.worker, said=said, context=context)


@dataclass
class _Hold:
    """A claimed job: says how far it is, and learns that it was stopped."""

    database: Database
    job: JobView
    worker: str
    clock: Clock

    def beats(self, now: datetime, years: int) -> Callable[[datetime], None]:
        """To be called with each moment that is lived; raises StoppedError when the job was stopped."""
        first = london_date(now)
        total = (date(first.year + years + 1, 1, 1) - first).days
        noted, beaten = self.job.done, now - BEATS_APART

        def beat(moment: datetime) -> None:
            nonlocal noted, beaten
            if beaten <= (now := self.clock.now()) < beaten + BEATS_APART:
                return
            done = (london_date(moment) - first).days
            with self.database.writing() as session:
                if not jobs.advance(
                    session, job_id=self.job.id, worker=self.worker, by=done - noted, total=total, now=now
                ):
                    raise jobs.StoppedError(f"job {self.job.id} was stopped, or another worker has it")
            noted, beaten = done, now

        return beat

    def give_back(self) -> None:
        now = self.clock.now()
        with self.database.writing() as session:
            jobs.postpone(session, job_id=self.job.id, worker=self.worker, due_at=now, now=now)
