"""Letters sent by several workers at once, each a process of its own, to a mail server on this machine.

The mail server is a process too, and only counts: that is little beside what a letter costs.
"""

import asyncio
import multiprocessing
import socket
import time
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event

from config import Settings
from survey_app.application import keyring
from survey_app.clock import SetClock
from survey_app.database import Database
from survey_app.mail.channels import Smtp
from survey_app.services import timekeeping
from survey_app.worker.outbox import send_due
from survey_app.worker.wakings import Worker


@dataclass(frozen=True)
class Sent:
    """Letters sent, the seconds from the first to the last, the workers' own seconds, and what arrived."""

    letters: int
    seconds: float
    busy: float
    arrived: int


def send(settings: Settings, *, workers: int, now: datetime) -> Sent:
    """Let workers send all letters that are due at an instant."""
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
