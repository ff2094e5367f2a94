"""The cycle's own work: ten years worked out, a tick with nothing due, the launch of a round.

    ./run bench cycle --engine postgresql --members 1000,10000,100000

A launch ends when every case has its invitation in the outbox; its memory is what the process grew by.
Beside the seconds stand those in which this process was busy, which others on the machine change less.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.staff_work import place
from benchmarks.storage import START, _population, _round, settings_for
from config import Settings
from scheduler.cycle import derive
from scheduler.rules import OnDay, usual_rules
from scheduler.working_days import england
from survey_app.application import keyring
from survey_app.clock import SetClock
from survey_app.database import Database
from survey_app.mail.channels import Folder
from survey_app.models.outbox import Message
from survey_app.services import installation
from survey_app.services.cycle import rules
from survey_app.worker.wakings import Worker, tick

REPEATS = 20


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--members", default="1000,10000", help="cases of a launch, as 1000,10000,100000")
    arguments.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    given = arguments.parse_args()
    print(f"ten years worked out: {ten_years() * 1000:.1f} ms")
    for members in map(int, given.members.split(",")):
        with tempfile.TemporaryDirectory(prefix="cycle-") as folder, place(given.engine, Path(folder)) as url:
            measure(replace(settings_for(Path(folder)), database_url=url), members)
    return 0


def ten_years() -> float:
    """Seconds that ten years take, the middle of many."""
    today = datetime(2026, 1, 5, tzinfo=UTC).date()
    return median(lambda: derive(usual_rules(2026), [], today=today, first_year=2026, calendar=england()))


def median(work: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    spans = []
    for _ in range(REPEATS):
        begun = clock()
        work()
        spans.append(clock() - begun)
    return statistics.median(spans)


def measure(settings: Settings, members: int) -> None:
    """A launch of so many cases, then ticks with nothing due."""
    database = Database(settings.database_url)
    installation.upgrade(database)
    context = _population(database, settings, members)
    _round(database, settings, context, year=2026, title="Measured")
    clock = SetClock(START)
    worker = Worker(database, keyring(settings), settings, clock, lambda: Folder(Path(settings.mail_folder)))
    before, begun, busy = memory(), time.perf_counter(), time.process_time()
    tick(worker)
    span, own, grown = time.perf_counter() - begun, time.process_time() - busy, memory() - before
    with database.reading() as session:
        letters = session.scalar(select(func.count()).select_from(Message)) or 0
    print(
        f"launch of {letters:,}: {span:.1f} s ({own:.1f} s busy), {letters / span:,.0f} a second, "
        f"{grown:.0f} MB more"
    )
    with database.writing() as session:
        rules.set_usual(session, start=2027, opens=OnDay(3, 1), context=context)
    tick(worker)
    tick(worker)
    idle, own = median(lambda: tick(worker)), median(lambda: tick(worker), clock=time.process_time)
    print(
        f"tick with nothing due beside {letters:,} letters: {idle * 1000:.1f} ms ({own * 1000:.1f} ms busy)"
    )
    database.close()


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit(main())
