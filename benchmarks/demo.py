"""How long the demonstration takes, by kind of work, and a draw from its frame of some 12,000 organisations.

    ./run bench demo [--folder FOLDER] [--vcos 1200] [--draws 5]

Prints one line per measure. With a folder the demonstration stays there for `benchmarks/pages.py`.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from survey_app.application import keyring
from survey_app.clock import SetClock, SystemClock, london_date
from survey_app.database import Database
from survey_app.demo.installation import environment_of, settings_of
from survey_app.demo.story import STRAND, Demonstration, start_of, tell
from survey_app.mail.channels import Folder
from survey_app.services.audit import AuditContext
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.programmes.registry import find_programme
from survey_app.worker.wakings import Worker

# A draw for a year that no demonstration reaches; it is never kept.
FAR_YEAR = 2199


@dataclass
class Stopwatch:
    """Seconds by kind of work: each report closes the stretch of time since the one before."""

    last: float = field(default_factory=perf_counter)
    spent: dict[str, float] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)
    _running: dict[str, int] = field(default_factory=dict)

    def report(self, kind: str, done: int, _total: int) -> None:
        now = perf_counter()
        self.spent[kind] = self.spent.get(kind, 0.0) + now - self.last
        before = self._running.get(kind, 0)
        self.count[kind] = self.count.get(kind, 0) + (done - before if done >= before else done)
        self._running[kind] = done
        self.last = now


def lived_through(folder: Path, voluntary_total: int) -> tuple[Stopwatch, Database]:
    """A whole demonstration in `folder`, timed, and its database."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_of(environment_of(folder, port=8000))
    keys, database = keyring(settings), Database(settings.database_url)
    today = london_date(SystemClock().now())
    clock, watch = SetClock(start_of(today)), Stopwatch()
    worker = Worker(database, keys, settings, clock, lambda: Folder(Path(settings.mail_folder)), watch.report)
    tell(
        Demonstration(
            folder=folder,
            database=database,
            keys=keys,
            worker=worker,
            clock=clock,
            today=today,
            voluntary_total=voluntary_total,
            report=watch.report,
        )
    )
    return watch, database


def draws(database: Database, repeats: int, voluntary_total: int) -> tuple[list[float], int, int]:
    """Seconds of each draw, rows of the frame, members of the panel."""
    times, members, rows = [], 0, 0
    for _ in range(repeats):
        with database.writing() as session:
            context = AuditContext("benchmark", SystemClock().now(), find_programme(session).id)
            frame_id = snapshots.newest_frame(session, context.programme_id or 0)
            assert frame_id is not None
            began = perf_counter()
            plan = PanelPlan(voluntary_total=voluntary_total, minimum=5)
            request = PanelRequest(frame_id, STRAND, FAR_YEAR, plan)
            panel_id = drawing.draw_panel(session, request=request, context=context)
            times.append(perf_counter() - began)
            page = drawing.panel_page(session, panel_id=panel_id, programme_id=context.programme_id or 0)
            members = sum(line.sample_size for line in page.strata)
            rows = sum(line.pop_size for line in page.strata)
            session.rollback()
    return times, rows, members


@contextmanager
def place(folder: Path | None) -> Iterator[Path]:
    """The folder asked for, or one that goes away again."""
    if folder is not None:
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--vcos", type=int, default=1200)
    parser.add_argument("--draws", type=int, default=5)
    chosen = parser.parse_args(arguments)
    with place(chosen.folder) as folder:
        began = perf_counter()
        watch, database = lived_through(folder, chosen.vcos)
        total = perf_counter() - began
        times, rows, members = draws(database, chosen.draws, chosen.vcos)
        database.close()
    print(f"{'work':<24}{'done':>8}{'seconds':>10}")
    for kind, seconds in watch.spent.items():
        print(f"{kind:<24}{watch.count[kind]:>8,}{seconds:>10.1f}")
    print(f"{'the whole demonstration':<24}{'':>8}{total:>10.1f}")
    print(
        f"a draw of {members:,} from a frame of {rows:,}: median {median(times):.2f} s, "
        f"slowest {max(times):.2f} s of {len(times)}"
    )


if __name__ == "__main__":
    main()
