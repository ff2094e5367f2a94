"""A draw with the database in it: a large frame, ten years of panels and ledger, then one more year.

Fills a database with made-up organisations in 200 strata, draws a panel of a twentieth of them for each of
ten years through the product's own service, and enters in the ledger what each panel was asked, and what
another survey asks in the year that is to be drawn: so much that its twentieth of the organisations passes
the ceiling. Then a fresh process draws that year's panel, and says how long it took and how much memory it
held at most.

    ./run bench panels --only database --sizes 100000 1000000
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from os import sysconf
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, text

from sampling.vocabulary import INCOME_BANDS
from scheduler.strands import Strand
from survey_app.database import Database
from survey_app.services.audit import AuditContext
from survey_app.services.installation import upgrade
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.panels.planner import look_at
from survey_app.services.panels.verification import verify_panel

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
ACT = AuditContext("benchmark", NOW, 1)
FIRST_YEAR, YEARS = 2016, 10
REGIONS, BANDS = 25, ("", *INCOME_BANDS)
PER_STATEMENT = 50_000
REPLIED, REMINDED = 0.4, 0.8


@dataclass(frozen=True)
class Measured:
    """Seconds of the plan, the draw with its commit and the check, by the clock; of the draw also the time of
    processors, the database server's among them; members, and most memory held by the process, in MB.
    """

    plan: float
    draw: float
    processors: float
    verify: float
    members: int
    memory: float


def filled(database: Database, size: int, rng: np.random.Generator) -> None:
    """Organisations, a frame of them, and ten years of panels with what they were asked."""
    with database.writing() as session:
        _frame(session.connection(), size, rng)
    for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        with database.writing() as session:
            panel_id = drawing.draw_panel(
                session, request=PanelRequest(1, Strand.ANNUAL_SURVEY, year, plan_of(size)), context=ACT
            )
            asked = _members(session.connection(), panel_id)
            _asked(session.connection(), asked, Strand.ANNUAL_SURVEY, year, 15, rng)
    with database.writing() as session:
        others = rng.choice(size, size // 20, replace=False) + 1
        _asked(session.connection(), others.tolist(), Strand.LOCAL_SURVEY, FIRST_YEAR + YEARS, 80, rng)
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def plan_of(size: int) -> PanelPlan:
    """A twentieth of the frame, and in each of the 200 strata five of it where that leaves any choice."""
    total = size // 20
    return PanelPlan(voluntary_total=total, minimum=min(5, total // 250), reserve_share=0.1, minutes=15)


def _frame(connection: Connection, size: int, rng: np.random.Generator) -> None:
    run = connection.exec_driver_sql
    stamp = NOW.isoformat()
    run(
        "INSERT INTO programme (id, uuid, code, name, kind, agreement_word, state, created_at)"
        f" VALUES (1, '{UUID(int=1)}', 'e', 'E', 'national', 'Compact', 'active', '{stamp}')"
    )
    run(
        "INSERT INTO source_list (id, programme_id, name, owner, dated, purpose, coverage, licence,"
        " known_defects, file_name, file_sha256, row_count, imported_at, imported_by) VALUES"
        f" (1, 1, 'l', 'o', '2026-01-01', '', '', '', '', '', '', {size}, '{stamp}', '')"
    )
    run(
        "INSERT INTO frame (id, programme_id, number, as_of, created_at, created_by)"
        f" VALUES (1, 1, 1, '2026-01-01', '{stamp}', '')"
    )
    cell, prn = rng.integers(0, REGIONS * len(BANDS), size), rng.random(size)
    named = [(f"Region {h // len(BANDS):02}", BANDS[h % len(BANDS)]) for h in range(REGIONS * len(BANDS))]
    counts = np.bincount(cell, minlength=len(named))
    _insert(
        connection, "frame_cell",
        ("id", "frame_id", "sector", "region", "band", "rural", "bme_led", "pop_size"),
        ((h + 1, 1, "vco", *named[h], "", "", int(counts[h])) for h in range(len(named))),
    )  # fmt: skip
    _insert(
        connection, "organisation",
        ("id", "uuid", "sector", "name", "prn", "prn_key_fingerprint", "created_at"),
        (
            (i, str(UUID(int=i)), "vco", f"Organisation {i}", number, "f", stamp)
            for i, number in enumerate(prn.tolist(), start=1)
        ),
    )  # fmt: skip
    _insert(
        connection,
        "frame_entry",
        (
            "frame_id", "organisation_id", "source_list_id", "name", "sector", "region", "kind", "size",
            "area", "rural_urban", "bme_led", "frame_cell_id", "in_scope", "scope_reason",
        ),
        (
            (1, i, 1, f"Name {i}", "vco", named[h][0], "sport", named[h][1], "", "", "", h + 1, True, "")
            for i, h in enumerate(cell.tolist(), start=1)
        ),
    )  # fmt: skip


def _members(connection: Connection, panel_id: int) -> list[int]:
    identifiers = connection.execute(
        text("SELECT organisation_id FROM panel_member WHERE panel_id = :panel"), {"panel": panel_id}
    )
    return list(identifiers.scalars())


def _asked(
    connection: Connection, ids: list[int], strand: str, year: int, asked: int, rng: np.random.Generator
) -> None:
    """What organisations were asked for one survey of one year, as the ledger has it."""
    common = (1, strand, year, date(year, 9, 7).isoformat())

    def entries() -> Iterator[tuple[Any, ...]]:
        for one, chance in zip(ids, rng.random(len(ids)).tolist(), strict=True):
            kinds = [("invitation", 0), ("minutes_asked", asked)]
            kinds += [("minutes_answered", asked)] if chance < REPLIED else []
            kinds += [("reminder", 0)] if chance > 1 - REMINDED else []
            for kind, minutes in kinds:
                yield (int(rng.integers(1, 2**62)), one, *common, kind, minutes, "")

    columns = ("id", "organisation_id", "programme_id", "strand", "year", "day", "kind", "minutes", "note")
    _insert(connection, "burden_entry", columns, entries())


def _insert(
    connection: Connection, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
) -> None:
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        bare = connection.connection.cursor()
        with bare.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    bare = connection.connection.cursor()
    bare.executemany(statement, rows)


def measured(url: str, size: int) -> Measured:
    """One more year: its plan, its draw and the check of it; nothing is kept."""
    database = Database(url)
    plan, year = plan_of(size), FIRST_YEAR + YEARS
    with database.reading() as session:
        session.connection()
        began = perf_counter()
        look_at(session, request=PanelRequest(1, Strand.ANNUAL_SURVEY, year, plan), programme_id=1)
        planned = perf_counter() - began
    began = perf_counter()
    with database.writing() as session:
        busy = process_time() + _server_time(session.connection())
        panel_id = drawing.draw_panel(
            session,
            request=PanelRequest(1, Strand.ANNUAL_SURVEY, year, plan),
            context=ACT,
            confirmed_shrink=True,
        )
        busy = process_time() + _server_time(session.connection()) - busy
    drawn = perf_counter() - began
    with database.reading() as session:
        began = perf_counter()
        verified_panel = verify_panel(session, panel_id=panel_id, programme_id=1)
        verified = perf_counter() - began
    database.close()
    if not verified_panel.sound:
        raise AssertionError(verified_panel.faults)
    memory = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    return Measured(planned, drawn, busy, verified, verified_panel.members, memory)


def _server_time(connection: Connection) -> float:
    """Processor seconds of the server process that serves this connection; none where there is no server."""
    if connection.dialect.name != "postgresql":
        return 0.0
    process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    """An address on each engine, of databases with tables and no row."""
    from tests.fixtures.engines import Cluster

    with tempfile.TemporaryDirectory(prefix="panels-") as folder:
        cluster = Cluster()
        try:
            yield {
                "sqlite": f"sqlite:///{Path(folder) / 'panels.sqlite'}",
                "postgresql": cluster.url(cluster.fresh("template0")),
            }
        finally:
            cluster.stop()


def show_database(asked: argparse.Namespace) -> None:
    """A year's draw on both engines, by the size of the frame."""
    print("\nengine          frame   members      plan      draw  of it busy   verify    memory")
    for size in asked.sizes:
        with _databases() as urls:
            for engine, url in urls.items():
                database = Database(url)
                upgrade(database)
                filled(database, size, np.random.default_rng(23))
                database.close()
                said = subprocess.run(
                    [sys.executable, "-m", "benchmarks.panel_database", url, str(size)],
                    check=True,
                    capture_output=True,
                    text=True,
                ).stdout
                one = Measured(**json.loads(said))
                print(
                    f"{engine:12}{size:9,}{one.members:10,}{one.plan * 1e3:7.0f} ms{one.draw:8.2f} s"
                    f"{one.processors:10.2f} s{one.verify:7.2f} s{one.memory:7.0f} MB",
                    flush=True,
                )


if __name__ == "__main__":
    print(json.dumps(asdict(measured(sys.argv[1], int(sys.argv[2])))))
