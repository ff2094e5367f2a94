"""What staff do beside respondents: the longest that a save of an answer waits, by what is going on.

Two processes save answers, ten a second each, as the website does; beside them one process brings in a list
of 200,000 organisations, makes a frame of it, draws a panel, takes in a questionnaire and freezes the results
of a round, one after the other, through the same doors as the site and the commands.

    ./run bench staff_work
    ./run bench staff_work --engine postgresql --rows 50000

Prints for each kind of work how long it took, how many answers were saved meanwhile and the longest wait;
ends with status 1 when a save waited for more than a second.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from benchmarks.storage import DATES, SAVERS, START, _round, _save_one, prepare, settings_for
from config import Settings
from instruments.versions.library import read
from sampling.vocabulary import ENGLISH_REGIONS, INCOME_BANDS
from scheduler.strands import Strand
from survey_app.application import keyring
from survey_app.clock import SetClock, at, end_of
from survey_app.database import Database
from survey_app.demo.respondents import answer_all
from survey_app.mail.channels import Folder
from survey_app.models.cases.casework import Case
from survey_app.services.audit import AuditContext
from survey_app.services.cases import launch
from survey_app.services.frames import snapshots
from survey_app.services.frames.lists import ListDescription, arrival_of
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.questionnaires import drafts
from survey_app.services.responses.saving import Save
from survey_app.services.results import freezing
from survey_app.services.rounds import lifecycle
from survey_app.worker import passes
from survey_app.worker.wakings import Worker, run_job, tick
from tests.fixtures.engines import Cluster

SAVES_PER_SECOND, LIMIT_SECONDS = 10.0, 1.0
Taken = list[tuple[float, float]]
"""When each save began, on the monotonic clock, and how long it took, in seconds."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--rows", type=int, default=200_000, help="organisations on the list")
    arguments.add_argument("--members", type=int, default=600, help="cases of the open round")
    arguments.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="storage-") as folder, place(given.engine, Path(folder)) as url:
        settings = replace(settings_for(Path(folder)), database_url=url)
        longest = measure(settings, rows=given.rows, members=given.members)
    return 1 if longest > LIMIT_SECONDS else 0


@contextmanager
def place(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of this engine."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'measured.sqlite'}"
        return
    cluster = Cluster(safe=True)
    try:
        yield cluster.url(cluster.fresh("template0"))
    finally:
        cluster.stop()


def measure(settings: Settings, *, rows: int, members: int) -> float:
    """Do all of the staff's work beside saves; prints a line for each kind. The longest wait, in seconds."""
    case_ids = prepare(settings, members)
    release_id = closed_round(settings)
    processes = multiprocessing.get_context("spawn")
    out: Queue[Taken] = processes.Queue()
    stop = processes.Event()
    savers = [
        processes.Process(target=save_on, args=(settings, case_ids[n::SAVERS], stop, out))
        for n in range(SAVERS)
    ]
    for saver in savers:
        saver.start()
    time.sleep(5)
    spans = [(name, *timed(work)) for name, work in staff_work(settings, rows, release_id).items()]
    stop.set()
    taken = [one for _ in savers for one in out.get(timeout=120)]
    for saver in savers:
        saver.join()
    return print_waits(spans, taken)


def timed(work: Callable[[], None]) -> tuple[float, float]:
    begun = time.monotonic()
    work()
    return begun, time.monotonic()


def print_waits(spans: list[tuple[str, float, float]], taken: Taken) -> float:
    """Print a line for each kind of work; the longest wait of all, in seconds."""
    print(f"{'':16} {'took s':>8} {'saves':>7} {'p95 ms':>8} {'longest ms':>11}")
    for name, begun, ended in spans:
        waits = [wait for at_, wait in taken if at_ + wait >= begun and at_ <= ended]
        p95 = float(np.quantile(waits, 0.95))
        print(
            f"{name:16} {ended - begun:8.1f} {len(waits):7} {1000 * p95:8.1f} {1000 * max(waits):11.1f}",
            flush=True,
        )
    return max(wait for at_, wait in taken if at_ >= spans[0][1])


def save_on(settings: Settings, case_ids: list[int], stop: Event, out: "Queue[Taken]") -> None:
    """Save one answer after another at an even pace, until told to stop."""
    database, keys, taken = Database(settings.database_url), keyring(settings), Taken()
    now, number, next_at = at(DATES.opens_on, 10), 0, time.monotonic()
    while not stop.is_set():
        begun = time.monotonic()
        _save_one(database, keys, case_ids[number % len(case_ids)], number // len(case_ids), now)
        taken.append((begun, time.monotonic() - begun))
        number += 1
        # Not a save later for each that waited: people do not take turns.
        next_at = max(next_at + 1 / SAVES_PER_SECOND, time.monotonic() - 1)
        time.sleep(max(0.0, next_at - time.monotonic()))
    database.close()
    out.put(taken)


def closed_round(settings: Settings) -> int:
    """Close a second round that most have answered; the id of the draft of its release."""
    database, keys, context = Database(settings.database_url), keyring(settings), context_at(START)
    round_id = _round(database, settings, context, year=2027, title="Closed")
    clock = SetClock(START)
    worker = Worker(database, keys, settings, clock, lambda: Folder(Path(settings.mail_folder)))
    tick(worker)
    clock.advance_to(at(DATES.opens_on, 9))
    with database.writing() as session:
        round_view = lifecycle.get_round(session, round_id=round_id, programme_id=1)
        launch.open_round(session, round_view=round_view, context=context_at(clock.now()))
        for number, case_id in enumerate(session.scalars(select(Case.id).where(Case.round_id == round_id))):
            if number % 2 == 0:
                rng = np.random.default_rng(number)
                answer_all(session, keys, case_id=case_id, save=Save(clock.now()), rng=rng)
    passes.settle_round(database, keys, round_id=round_id)
    with database.writing() as session:
        late = context_at(end_of(DATES.closes_on) + timedelta(minutes=1))
        round_view = lifecycle.get_round(session, round_id=round_id, programme_id=1)
        launch.close_round(session, round_view=round_view, context=late)
        release_id = freezing.schedule_freeze(session, round_id=round_id, context=late)
    database.close()
    return release_id


def context_at(now: Any) -> AuditContext:
    return AuditContext("measurement", now, 1)


def staff_work(settings: Settings, rows: int, release_id: int) -> dict[str, Callable[[], None]]:
    """Each kind of work by its name, in the order in which it can be done."""
    database, keys, context = Database(settings.database_url), keyring(settings), context_at(START)
    described = ListDescription("Register", "Nobody", date(2026, 8, 1), "To measure", "Nobody real")

    def bring_in() -> None:
        arrival = arrival_of(
            keys, content=register(rows), file_name="register.csv", description=described,
            context=context,
        )  # fmt: skip
        database.in_turns(arrival.steps(), lambda: START)

    def make_frame() -> None:
        making = snapshots.FrameMaking(as_of=date(2026, 8, 24), context=context)
        database.in_turns(making.steps(), lambda: START)

    def draw() -> None:
        with database.reading() as session:
            frame_id = snapshots.newest_frame(session, 1) or 0
        plan = PanelPlan(voluntary_total=5_000, minimum=5, reserve_share=0.5)
        request = PanelRequest(frame_id, Strand.ANNUAL_SURVEY, 2028, plan)
        drawn = drawing.Drawing(request=request, context=context, confirmed_shrink=True)
        database.in_turns(drawn.steps(), lambda: START)

    def upload() -> None:
        text = read("annual-vco", 1).text.replace("version: 1", "version: 2", 1)
        sent = drafts.Upload(text, "measured")
        with database.reading() as session:
            looked = drafts.look_at(session, sent)
        with database.writing() as session:
            drafts.upload_draft(session, upload=sent, looked=looked, context=context)

    def freeze() -> None:
        clock = SetClock(end_of(DATES.closes_on) + timedelta(hours=1))
        worker = Worker(database, keys, settings, clock, lambda: Folder(Path(settings.mail_folder)))
        with database.reading() as session:
            job_id = freezing.freezing_job(session, release_id=release_id).id
        run_job(worker, job_id)
        with database.reading() as session:
            job = freezing.freezing_job(session, release_id=release_id)
        if job.finished_at is None or job.failure:
            raise RuntimeError(f"the results were not frozen: {job.failure or job.state}")

    return {
        "list": bring_in, "frame": make_frame, "panel": draw, "questionnaire": upload, "results": freeze
    }  # fmt: skip


def register(rows: int) -> bytes:
    """A list of VCOs, half of them with an address."""
    lines = ["source_id,name,region,income_band,email"]
    lines += [
        f"R{n:06},Society {n:06},{ENGLISH_REGIONS[n % 9]},{INCOME_BANDS[n // 9 % 4]},"
        + (f"r{n:06}@vcos.invalid" if n % 2 else "")
        for n in range(rows)
    ]
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    sys.exit(main())
