"""The cycle's own work: ten years worked out, a tick with nothing due, the launch of a round.

    ./run bench cycle --engine postgresql --members 1000,10000,100000
    ./run bench cycle --engine postgresql --members 20000,104000 --senders 4

With `--senders` so many workers then send its letters to a mail server on this machine. A launch ends when
every case has its invitation in the outbox; its memory is what the process grew by.
Beside the seconds stand those in which this process was busy, which others on the machine change less, and
the load of the machine.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks.staff_work import place
from benchmarks.storage import DATES, START, _population, _round, settings_for
from config import Settings
from scheduler.cycle import derive
from scheduler.rules import OnDay, usual_rules
from scheduler.working_days import england
from survey_app.application import keyring
from survey_app.clock import SetClock, at
from survey_app.database import Database
from survey_app.mail.channels import Folder, Smtp
from survey_app.models.outbox import Message
from survey_app.services import installation, timekeeping
from survey_app.services.audit import AuditContext
from survey_app.services.cases import launch
from survey_app.services.cycle import rules
from survey_app.services.rounds import lifecycle
from survey_app.worker.outbox import send_due
from survey_app.worker.wakings import Worker, tick

REPEATS = 20
OPENING = at(DATES.opens_on, 10)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--members", default="1000,10000", help="cases of a launch, as 1000,10000,100000")
    arguments.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--senders", type=int, default=0, help="workers that send the letters")
    arguments.add_argument("--letters", type=int, default=20_000, help="letters that they send at the most")
    given = arguments.parse_args()
    print(f"ten years worked out: {ten_years() * 1000:.1f} ms")
    for members in map(int, given.members.split(",")):
        with tempfile.TemporaryDirectory(prefix="cycle-") as folder, place(given.engine, Path(folder)) as url:
            settings = replace(settings_for(Path(folder)), database_url=url)
            measure(settings, members)
            if given.senders:
                measure_letters(settings, given.senders, given.letters)
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
        made = session.scalar(select(func.count()).select_from(Message)) or 0
    print(
        f"launch of {made:,}: {span:.1f} s ({own:.1f} s busy), {made / span:,.0f} a second, "
        f"{grown:.0f} MB more, load {load()}"
    )
    with database.writing() as session:
        rules.set_usual(session, start=2027, opens=OnDay(3, 1), context=context)
    tick(worker)
    tick(worker)
    idle, own = median(lambda: tick(worker)), median(lambda: tick(worker), clock=time.process_time)
    print(
        f"tick with nothing due beside {made:,} letters: {idle * 1000:.1f} ms ({own * 1000:.1f} ms busy), "
        f"load {load()}"
    )
    database.close()


def measure_letters(settings: Settings, workers: int, most: int) -> None:
    """Invitations of the round that was launched, sent by several workers."""
    database = Database(settings.database_url)
    context = AuditContext("measurement", OPENING, 1)
    with database.writing() as session:
        round_view = lifecycle.rounds_of(session, 1)[0]
        launch.open_round(session, round_view=round_view, context=context)
        kept = select(Message.id).order_by(Message.id).limit(most)
        session.execute(update(Message).where(Message.id.not_in(kept)).values(state="withdrawn"))
    database.close()
    sent = send_all(settings, workers=workers, now=OPENING)
    print(
        f"{sent.letters:,} letters by {workers} workers: {sent.seconds:.1f} s, "
        f"{sent.letters / sent.seconds:,.0f} a second, {sent.busy / sent.letters * 1000:.2f} ms busy a "
        f"letter, {sent.arrived:,} arrived, load {load()}"
    )


@dataclass(frozen=True)
class Sent:
    """Letters sent, the seconds from the first to the last, the workers' own seconds, and what arrived."""

    letters: int
    seconds: float
    busy: float
    arrived: int


def send_all(settings: Settings, *, workers: int, now: datetime) -> Sent:
    """Let workers send all letters that are due at an instant, each a process of its own.

    The mail server is a process too, and only counts: that is little beside what a letter costs.
    """
    forked = multiprocessing.get_context("spawn")
    arrived: Queue[int] = forked.Queue()
    results: Queue[tuple[int, float, float, float]] = forked.Queue()
    over, together = forked.Event(), forked.Barrier(workers)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = forked.Process(target=_serve, args=(listening, over, arrived))
        server.start()
        settings = replace(settings, smtp_port=listening.getsockname()[1])
        crew = [forked.Process(target=_work, args=(settings, now, together, results)) for _ in range(workers)]
        for process in crew:
            process.start()
        spans = [results.get() for _ in crew]
        over.set()
        taken = arrived.get()
        for process in (*crew, server):
            process.join()
    began, ended = min(span[1] for span in spans), max(span[2] for span in spans)
    return Sent(sum(span[0] for span in spans), ended - began, sum(span[3] for span in spans), taken)


def _work(
    settings: Settings, now: datetime, together: Barrier, results: "Queue[tuple[int, float, float, float]]"
) -> None:
    clock, database = SetClock(now), Database(settings.database_url)
    worker = Worker(
        database,
        keyring(settings),
        settings,
        clock,
        lambda: Smtp("127.0.0.1", settings.smtp_port, tls=False),
    )
    with database.writing() as session:
        timekeeping.look(session, now=now, uptime=clock.uptime())
    together.wait()
    began, busy = time.monotonic(), time.process_time()
    sent = send_due(worker)
    results.put((sent, began, time.monotonic(), time.process_time() - busy))
    database.close()


def _serve(listening: socket.socket, over: Event, arrived: "Queue[int]") -> None:
    asyncio.run(_take(listening, over, arrived))


async def _take(listening: socket.socket, over: Event, arrived: "Queue[int]") -> None:
    count = 0

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            if line[:4].upper() == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                count += 1
            writer.write(b"250 OK\r\n")
        writer.close()

    async with await asyncio.start_server(one, sock=listening):
        while not over.is_set():
            await asyncio.sleep(0.1)
    arrived.put(count)


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit(main())
