"""What the storage design rests on: saves by two web processes while a worker launches and sends.

Two processes save answers through `services.answering`, each save its own writing transaction, paced
at about 100 a second each; a third runs a worker that launches a round of some 2,500 cases and sends
its letters into a folder, again and again. SQLite in WAL mode with synchronous FULL.

    ./run bench storage --seconds 300

Prints one line per measure; ends with status 1 when a "locked" error was met.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from config import Settings
from sampling.vocabulary import ENGLISH_REGIONS, INCOME_BANDS
from scheduler.strands import Strand
from scheduler.timetable import RoundDates
from survey_app.application import keyring
from survey_app.clock import SetClock, at
from survey_app.database import Database
from survey_app.mail.channels import Folder
from survey_app.models.cases.casework import Case
from survey_app.services import installation
from survey_app.services.audit import AuditContext
from survey_app.services.cases import launch
from survey_app.services.frames import snapshots
from survey_app.services.frames.lists import ListDescription, import_list
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.panels.planner import look_at
from survey_app.services.programmes import registry
from survey_app.services.questionnaires import versions
from survey_app.services.responses import saving, seats
from survey_app.services.responses.checking import Sent
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import Save
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from survey_app.worker.wakings import Worker, tick

START = datetime(2026, 8, 24, 9, tzinfo=UTC)
DATES = RoundDates(date(2026, 9, 7), date(2026, 9, 21), date(2026, 10, 12), date(2026, 11, 19))
SAVERS, SAVES_PER_SECOND = 2, 100.0


@dataclass
class Tally:
    """What one process met: how long each transaction took, in seconds, and what failed."""

    taken: list[float] = field(default_factory=list)
    locked: int = 0
    launched: int = 0
    sent: int = 0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=float, default=300)
    arguments.add_argument("--members", type=int, default=2500, help="cases in each launch of the worker")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="storage-") as folder:
        figures = measure(Path(folder), seconds=given.seconds, members=given.members)
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:34} {value}")
    return 1 if figures["locked errors"] else 0


def measure(folder: Path, *, seconds: float, members: int) -> dict[str, Any]:
    """Run all three processes for so long; each measure by its name. Times are in milliseconds."""
    settings = settings_for(folder)
    case_ids = prepare(settings, members)
    # Each starts fresh: a forked process would share its parent's database connections.
    processes = multiprocessing.get_context("spawn")
    out: Queue[Tally] = processes.Queue()
    together = processes.Barrier(SAVERS + 1)
    running = [
        processes.Process(target=save_answers, args=(settings, case_ids[n::SAVERS], seconds, together, out))
        for n in range(SAVERS)
    ]
    running.append(processes.Process(target=launch_and_send, args=(settings, seconds, together, out)))
    for process in running:
        process.start()
    tallies = [out.get(timeout=seconds + 120) for _ in running]
    for process in running:
        process.join()
    return _summary(tallies, seconds, settings)


def settings_for(folder: Path) -> Settings:
    keys = ("SECRET_KEY", "PRN_KEY", "LINK_KEY", "CODE_KEY", "DATA_KEY")
    return Settings.from_environment(
        dict.fromkeys(keys, "a key for measurements and for nothing else")
        | {"DATABASE_URL": f"sqlite:///{folder / 'measured.sqlite'}", "MAIL_FOLDER": str(folder / "outbox")}
    )


def prepare(settings: Settings, members: int) -> list[int]:
    """One open round to answer, and a second, launched, for the worker; the ids of the open cases."""
    database = Database(settings.database_url)
    installation.upgrade(database)
    context = _population(database, settings, members)
    answered = _round(database, settings, context, year=2026, title="Answered")
    clock = SetClock(START)
    worker = Worker(database, keyring(settings), settings, clock, lambda: Folder(Path(settings.mail_folder)))
    tick(worker)
    with database.writing() as session:
        # Opened by hand: its letters are left for the worker to send while answers come in.
        round_view = lifecycle.get_round(session, round_id=answered, programme_id=context.programme_id)
        launch.open_round(session, round_view=round_view, context=context)
    with database.reading() as session:
        case_ids = list(session.scalars(select(Case.id).where(Case.round_id == answered)))
    database.close()
    return case_ids


def _population(database: Database, settings: Settings, members: int) -> AuditContext:
    with database.writing() as session:
        installation.mark_installation(session, synthetic=True, now=START)
        programme = registry.ensure_national(
            session, agreement="Compact", context=AuditContext("measurement", START)
        )
        context = AuditContext("measurement", START, programme.id)
        versions.publish_shipped(session, context=context)
        import_list(
            session,
            keyring(settings),
            content=_charities(members * 2).encode(),
            file_name="charities.csv",
            description=ListDescription("Charities", "Nobody", date(2026, 8, 1), "To measure", "Nobody real"),
            context=context,
        )
        snapshots.make_frame(session, as_of=date(2026, 8, 24), context=context)
    return context


def _charities(count: int) -> str:
    lines = ["source_id,name,region,income_band,email"]
    lines += [
        f"V{n:05},Charity {n:05},{ENGLISH_REGIONS[n % 9]},{INCOME_BANDS[n // 9 % 4]},v{n:05}@vcos.invalid"
        for n in range(count)
    ]
    return "\n".join(lines) + "\n"


def _round(database: Database, settings: Settings, context: AuditContext, *, year: int, title: str) -> int:
    with database.writing() as session:
        frame_id = snapshots.newest_frame(session, context.programme_id or 0) or 0
        everybody = PanelRequest(frame_id, Strand.ANNUAL_SURVEY, year, PanelPlan())
        there = look_at(session, request=everybody, programme_id=context.programme_id or 0).lines
        plan = PanelPlan(voluntary_total=sum(line.pop_size for line in there) // 2)
        panel = drawing.draw_panel(
            session, request=PanelRequest(frame_id, Strand.ANNUAL_SURVEY, year, plan), context=context
        )
        return _launched(session, settings, context, panel, title)


def _launched(session: Any, settings: Settings, context: AuditContext, panel: int, title: str) -> int:
    round_id = lifecycle.plan_round(session, plan=RoundPlan(title, panel, DATES), context=context)
    lifecycle.launch_round(session, keyring(settings), round_id=round_id, context=context)
    return round_id


def save_answers(
    settings: Settings, case_ids: list[int], seconds: float, together: Barrier, out: "Queue[Tally]"
) -> None:
    """Save one answer after another, changing it back and forth, at an even pace."""
    database, keys, tally = Database(settings.database_url), keyring(settings), Tally()
    now = at(DATES.opens_on, 10)
    step, number = 1 / SAVES_PER_SECOND, 0
    together.wait()
    next_at = time.monotonic()
    until = next_at + seconds
    while time.monotonic() < until:
        begun = time.perf_counter()
        try:
            _save_one(database, keys, case_ids[number % len(case_ids)], number // len(case_ids), now)
        except OperationalError as fault:
            tally.locked += 1
            print(fault, file=sys.stderr)
        tally.taken.append(time.perf_counter() - begun)
        number += 1
        next_at += step
        time.sleep(max(0.0, next_at - time.monotonic()))
    database.close()
    out.put(tally)


def _save_one(database: Database, keys: Any, case_id: int, turn: int, now: datetime) -> None:
    with database.writing() as session:
        seat = seats.lead_seat_of(session, keys, case_id=case_id)
        sheet = seats.sheet_of(session, keys, seat=seat)
        questionnaire = seats.questionnaire_for(session, seat)
        journey = Journey(questionnaire, sheet.answers, seat.facts)
        question = journey.worded(questionnaire.by_item("heard-of"))
        raw = {"answer": ["yes" if turn % 2 == 0 else "no"]}
        sent = Sent(question, raw, seats.digest(sheet.answers.get(question.item)))
        saving.save_page(session, seat, sheet, journey=journey, sent=[sent], save=Save(now))


def launch_and_send(settings: Settings, seconds: float, together: Barrier, out: "Queue[Tally]") -> None:
    """Launch a round, send its letters, and begin again with another until the time is over."""
    database, tally, clock, year = Database(settings.database_url), Tally(), SetClock(START), 2027
    context = AuditContext("measurement", START, 1)
    counted: Counter[str] = Counter()

    def report(kind: str, done: int, _total: int) -> None:
        counted[kind] = done

    folder = Folder(Path(settings.mail_folder))
    worker = Worker(database, keyring(settings), settings, clock, lambda: folder, report)
    together.wait()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            _round(database, settings, context, year=year, title=f"Round {year}")
            year += 1
            worker = replace(worker, clock=SetClock(START))
            counted.clear()
            tick(worker, stopping=lambda: time.monotonic() >= until)
            tally.launched += counted["cases"]
            worker = replace(worker, clock=SetClock(at(DATES.opens_on, 9) + timedelta(minutes=1)))
            tick(worker, stopping=lambda: time.monotonic() >= until)
            tally.sent += counted["letters"]
        except OperationalError as fault:
            tally.locked += 1
            print(fault, file=sys.stderr)
    database.close()
    out.put(tally)


def _summary(tallies: list[Tally], seconds: float, settings: Settings) -> dict[str, Any]:
    taken = sorted(one * 1000 for tally in tallies for one in tally.taken)
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    size = Path(settings.database_url.removeprefix("sqlite:///")).stat().st_size
    return {
        "seconds": round(seconds),
        "processors": os.cpu_count(),
        "saves": len(taken),
        "saves per second": round(len(taken) / seconds, 1),
        "locked errors": sum(tally.locked for tally in tallies),
        "save p50 ms": round(cuts[49], 1),
        "save p95 ms": round(cuts[94], 1),
        "save p99 ms": round(cuts[98], 1),
        "save max ms": round(taken[-1], 1),
        "cases launched meanwhile": sum(tally.launched for tally in tallies),
        "letters sent meanwhile": sum(tally.sent for tally in tallies),
        "database MB": round(size / 1e6, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
