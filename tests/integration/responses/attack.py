"""Somebody who has the file and tries to join answers to cases: by every column, every order, every place.

Both sides have features: for each response and for each case, whatever the database says of it in clear, and
where its bytes stand in the file. Any two features are tried as an order: within a sector and an outcome the
responses are put in the order of the one, the cases in that of the other, and paired.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Row, Table, inspect, select, text

from survey_app.models.base import table
from survey_app.models.cases.casework import Case, Outcome, Seat
from survey_app.models.organisations import Organisation
from survey_app.models.responses import Response
from survey_app.models.rounds import Round, RoundInstrument
from survey_app.services.cases.launch import UNANSWERED
from tests.fixtures.world import World

Features = dict[str, dict[Any, Any]]
Pairs = Mapping[str, int]
SYSTEM = ("xmin", "cmin", "ctid")


@dataclass
class File:
    """The database as a thief has it: its rows, and on SQLite its bytes, journal and all."""

    rows: dict[str, list[dict[str, Any]]]
    parts: dict[str, bytes] = field(default_factory=dict)

    def places(self, value: object) -> Iterator[tuple[str, int]]:
        """Where a text or the end of a blob first stands in each part of the file."""
        sought = value.encode() if isinstance(value, str) else value
        if isinstance(sought, bytes) and len(sought) >= 16:
            for name, content in self.parts.items():
                place = content.find(sought[-64:])
                if place >= 0:
                    yield name, place


def copied(world: World) -> dict[str, bytes]:
    """The files of an embedded database as they are now: a backup made by copying, journal and all."""
    if not world.database.embedded:
        return {}
    path = Path(str(world.database.engine.url.database))
    there = (path, path.with_name(path.name + "-wal"))
    return {one.suffix: one.read_bytes() for one in there if one.exists()}


def stolen(world: World, *copies: Mapping[str, bytes]) -> File:
    """Every table with its hidden columns, and the files: what they are now, and what was copied before."""
    with world.database.engine.connect() as connection:
        made = MetaData()
        made.reflect(connection)
        rows = {one.name: list(_rows(connection, one)) for one in made.sorted_tables}
    now = copied(world)
    parts = {name: b"".join([*(copy[name] for copy in copies), now[name]]) for name in now}
    # Alone, too: what was copied before would hide it.
    return File(rows, parts | {f"{name} now": content for name, content in now.items()})


def _rows(connection: Connection, one: Table) -> Iterator[dict[str, Any]]:
    hidden = SYSTEM if connection.dialect.name == "postgresql" else _hidden(connection, one.name)
    query = select(one, *(text(f'"{one.name}".{name} AS "~{name}"') for name in hidden))
    for row in connection.execute(query).mappings():
        yield {name: _orderly(name, value) for name, value in row.items()}


def _hidden(connection: Connection, name: str) -> tuple[str, ...]:
    sql = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name})
    return () if "WITHOUT ROWID" in (sql.scalar() or "") else ("rowid",)


def _orderly(name: str, value: object) -> object:
    """Numbers that arrive as text, as numbers: (0,12) is page 0, line 12."""
    if name == "~ctid":
        return tuple(int(part) for part in str(value).strip("()").split(","))
    return int(str(value)) if name.startswith("~") else value


def answers_seen(file: File) -> Features:
    """What is seen of each confidential response, by its id."""
    ids = {row["seat_pseudonym"]: row["id"] for row in file.rows["response"] if row["seat_pseudonym"]}
    owner = {
        "response": lambda row: row["id"] if row["seat_pseudonym"] else None,
        "response_change": lambda row: row["response_id"],
        "response_draft": lambda row: ids.get(row["seat_pseudonym"]),
        "response_opening": lambda row: ids.get(row["seat_pseudonym"]),
    }
    return _features(file, owner)


def cases_seen(file: File) -> Features:
    """What is seen of each case, by its id, in every table that names it, its seat or its organisation."""
    seats = {row["id"]: row["case_id"] for row in file.rows["seat"]}
    of = {row["organisation_id"]: row["id"] for row in file.rows["case"]}

    def owner(name: str) -> Any:
        def owned(row: dict[str, Any]) -> object:
            if name == "case":
                return row["id"]
            if row.get("case_id") is not None:
                return row["case_id"]
            seat = row["id"] if name == "seat" else row.get("seat_id")
            return seats.get(seat) if seat is not None else of.get(row.get("organisation_id"))

        return owned

    owners = {name: owner(name) for name in file.rows if not name.startswith("response")}
    # Open forms name their case, as the confidential answers beside them never do.
    return _features(file, owners | {"response": owner("response")})


def _features(file: File, owner: Mapping[str, Any]) -> Features:
    seen: dict[str, dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for name, owned in owner.items():
        for row in file.rows[name]:
            if (whose := owned(row)) is None:
                continue
            for column, value in row.items():
                if isinstance(value, int | float | datetime | date | str | tuple):
                    seen[f"{name}.{column}"][whose].append(value)
                for part, place in file.places(value):
                    seen[f"{name}.{column} in {part}"][whose].append(place)
    return {
        f"{how.__name__} {name}": {whose: how(values) for whose, values in by.items()}
        for name, by in seen.items()
        for how in (min, max)
    }


def joined(world: World, file: File) -> tuple[int, str, int]:
    """The most pairs that any two features join rightly, which these are, and what a full join would be."""
    truth, cells_of_answers, cells_of_cases = _truth(world)
    answers, cases = answers_seen(file), cases_seen(file)
    best, how = 0, ""
    rng = random.Random(1)
    cells = set(cells_of_answers.values())
    sides = {name: _ordered(by, cells_of_cases, rng) for name, by in cases.items()}
    for mine, by in answers.items():
        ordered = _ordered(by, cells_of_answers, rng)
        for theirs, other in sides.items():
            for turned in (1, -1):
                hits = sum(
                    truth[one] == case
                    for cell in cells
                    for one, case in zip(ordered[cell][::turned], other[cell], strict=False)
                )
                if hits > best:
                    best, how = hits, f"{mine} beside {theirs}"
    return best, how, len(truth)


def _ordered(by: Mapping[Any, Any], cells: Mapping[Any, Any], rng: random.Random) -> dict[Any, list[Any]]:
    """The members of each cell in the order of a feature; those who share a value in any order."""
    ordered: dict[Any, list[Any]] = defaultdict(list)
    shuffled = rng.sample([one for one in by if one in cells], sum(one in cells for one in by))
    for one in sorted(shuffled, key=lambda one: by[one]):
        ordered[cells[one]].append(one)
    return ordered


def _truth(world: World) -> tuple[dict[str, int], dict[str, Any], dict[int, Any]]:
    """Whose each response is, and the sector and outcome of each response and of each case."""
    with world.database.reading() as session:
        rounds = session.execute(select(Round.uuid).where(Round.id == world.round_id)).scalar_one()
        asked: Iterable[Row[Any]] = session.execute(
            select(Case.id, Case.outcome, Seat.uuid, RoundInstrument.instrument_version_id)
            .join(Seat, Seat.case_id == Case.id)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .join(
                RoundInstrument,
                (RoundInstrument.round_id == Case.round_id)
                & (RoundInstrument.audience == Organisation.sector)
                & (RoundInstrument.seat_kind == Seat.kind),
            )
        ).all()
        by_pseudonym = {world.keys.seat_pseudonym(rounds, row.uuid): row for row in asked}
        confidential = table(Response).c.seat_pseudonym.is_not(None)
        answers = session.execute(select(table(Response)).where(confidential)).all()
    truth = {row.id: by_pseudonym[row.seat_pseudonym].id for row in answers}
    of_answers = {row.id: (row.instrument_version_id, row.sent) for row in answers}
    of_cases = {
        row.id: (row.instrument_version_id, row.outcome is Outcome.COMPLETE)
        for row in asked
        if row.outcome not in UNANSWERED or row.outcome is Outcome.STARTED
    }
    return truth, of_answers, of_cases


def primary_keys(connection: Connection, name: str) -> list[str]:
    """The columns of a table's key."""
    return list(inspect(connection).get_pk_constraint(name)["constrained_columns"])
