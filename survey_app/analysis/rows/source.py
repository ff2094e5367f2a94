"""Where the files of a specification are, and the columns of the rows it looks at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sampling.arrays import Flags, Floats, Ints
from sampling.routes import CENSUS, PROBABILITY, is_probability
from survey_app.analysis.faults import Faults, nearest, some
from survey_app.analysis.rows.columns import NOTHING_SAID, Columns, Levels, Missing, Request, read_columns
from survey_app.analysis.specification.shapes import join

# Far above any frame, and low enough for sums over a million strata to be exact.
MAX_UNITS = 10**12
# Numbers of crossings below this leave room for one more column of levels.
MAX_CODES = 2**31


@dataclass(frozen=True)
class Source:
    """The folder of the specification, and the data file that takes the place of its own."""

    folder: Path
    data: Path | None = None
    missing: Missing = NOTHING_SAID

    def main(self, named: str | None, requests: Iterable[Request], faults: Faults) -> Columns | None:
        """The columns of the task's data file."""
        file = self.data or (None if named is None else self.folder / named)
        return read_columns(file, "data", requests, faults, missing=self.missing)

    def other(self, named: str, at: str, requests: Iterable[Request], faults: Faults) -> Columns | None:
        """The columns of another file that the specification names at the path `at`."""
        return read_columns(self.folder / named, at, requests, faults, missing=self.missing)


def level_requests(columns: Iterable[str], path: str) -> list[Request]:
    return [Request(column, "level", path) for column in columns]


def where_requests(where: Mapping[str, str] | None, path: str) -> list[Request]:
    return [Request(column, "level", join(path, column), levels_named=True) for column in where or {}]


def selected(data: Columns, where: Mapping[str, str] | None, path: str, faults: Faults) -> Flags:
    """The rows in which every column has its level, shape (rows,); a domain without any row is a fault."""
    inside = np.ones(data.rows, dtype=np.bool_)
    for column, level in (where or {}).items():
        known = data.levels[column]
        if level not in known.names:
            correction = f"the nearest is {nearest(level, known.names)}" if known.names else "fill the column"
            faults.add(join(path, column), f"{data.file} has no {column} {level}", correction)
            return np.zeros(data.rows, dtype=np.bool_)
        inside &= known.codes == known.names.index(level)
    if where and not inside.any():
        domain = " and ".join(f"{column} {level}" for column, level in where.items())
        faults.add(path, f"no row of {data.file} has {domain}", "name a domain that has units")
    return inside


@dataclass(frozen=True)
class Crossings:
    """The crossings of levels that occur, sorted, and the place of each row among them, -1 for none."""

    by: tuple[dict[str, str], ...]
    place: NDArray[np.int32]

    def __iter__(self) -> Iterator[tuple[dict[str, str], Flags]]:
        """Each crossing with its rows."""
        for code, by in enumerate(self.by):
            yield by, np.asarray(self.place == code)


def crossings(data: Columns, by: Iterable[str], inside: Flags) -> Crossings:
    """Every crossing of levels that occurs where `inside`, shape (rows,); without `by` one, of all."""
    columns = list(by)
    if not columns:
        return Crossings(({},), np.where(inside, 0, -1).astype(np.int32))
    levels = [data.levels[column] for column in columns]
    rows, code = inside.copy(), np.zeros(data.rows, dtype=np.int64)
    codes_so_far = 1
    for level in levels:
        rows &= ~level.missing
        if codes_so_far > MAX_CODES:
            # Only crossings that occur are numbered on, so that no number grows beyond its place.
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            codes_so_far = data.rows
        code *= max(len(level.names), 1)
        code += level.codes
        codes_so_far *= max(len(level.names), 1)
    _, first, place = np.unique(code[rows], return_index=True, return_inverse=True)
    where = np.flatnonzero(rows)[first]
    domains = tuple(
        {column: _name(level, int(row)) for column, level in zip(columns, levels, strict=True)}
        for row in where
    )
    whole = np.full(data.rows, -1, dtype=np.int32)
    whole[rows] = place
    return Crossings(domains, whole)


def _name(level: Levels, row: int) -> str:
    return level.names[int(level.codes[row])]


@dataclass(frozen=True)
class Routes:
    """The rows that chance chose, and of each other route the rows that came by it."""

    drawn: Columns
    apart: Mapping[str, Columns]

    @property
    def messages(self) -> tuple[str, ...]:
        """That some rows were kept apart, if any were."""
        if not self.apart:
            return ()
        counts = ", ".join(f"{route} {data.rows}" for route, data in self.apart.items())
        return (f"rows that no probability stands behind carry no weight and are told apart: {counts}",)


def by_route(data: Columns, column: str | None, path: str, faults: Faults) -> Routes:
    """The rows apart that came by another route than chance; without such a column there are none."""
    if column is None:
        return Routes(data, {})
    levels = complete_levels(data, column, path, faults)
    faults.stop()
    others = [code for code, name in enumerate(levels.names) if not is_probability(name)]
    outside = np.isin(levels.codes, others)
    if outside.all():
        what = f"no row of {data.file} has the route {PROBABILITY} or {CENSUS}"
        faults.add(path, what, "estimates need rows that were drawn")
        faults.stop()
    if not others:
        return Routes(data, {})
    apart = {levels.names[code]: data.within(levels.codes == code) for code in others}
    return Routes(data.within(~outside), apart)


def complete_levels(data: Columns, column: str, path: str, faults: Faults) -> Levels:
    """A column of labels that every row must have."""
    levels = data.levels[column]
    if levels.missing.any():
        what = f"{data.file} column {column} is empty in {data.row_numbers(levels.missing)}"
        faults.add(path, what, "fill it in, or leave these rows out")
    return levels


def complete_flags(data: Columns, column: str, path: str, faults: Faults) -> Flags:
    """A column of 0 and 1 that every row must have, as truth values of shape (rows,)."""
    values = data.numbers[column]
    wrong = ~((values == 0) | (values == 1))
    if wrong.any():
        what = f"{data.file} column {column} is neither 0 nor 1 in {data.row_numbers(wrong)}"
        faults.add(path, what, "write 0 or 1")
    return np.asarray(values == 1)


def whole_counts(data: Columns, column: str, path: str, faults: Faults) -> Ints:
    """A column of whole numbers of 0 or more that every row must have, shape (rows,).

    One beyond all counting is a fault.
    """
    values = data.numbers[column]
    beyond = values > MAX_UNITS
    if beyond.any():
        what = f"{data.file} column {column} is above {MAX_UNITS:,} in {data.row_numbers(beyond)}"
        faults.add(path, what, "give a count of units")
        values = np.where(beyond, 0, values)
    wrong = ~(values >= 0) | (values != np.floor(values))
    if wrong.any():
        what = f"{data.file} column {column} is no whole number of 0 or more in {data.row_numbers(wrong)}"
        faults.add(path, what, "give a count")
    return np.where(wrong, 0, values).astype(np.int64)


def unlike_zero(data: Columns, column: str, path: str, faults: Faults) -> Floats:
    """A column of weights, shape (rows,): numbers above 0 that every row must have."""
    values = data.numbers[column]
    for what, wrong in {
        "missing": np.isnan(values),
        "zero": values == 0,
        "negative": values < 0,
    }.items():
        if wrong.any():
            wrong_weights = f"the weight {column} is {what} in {data.row_numbers(wrong)} of {data.file}"
            faults.add(path, wrong_weights, "give every unit a weight above 0")
    return values


def no_repeats(data: Columns, column: str, path: str, faults: Faults, *, rows: Flags | None = None) -> None:
    """Every id is there, and there once, among the rows that are True, shape (rows,); default all."""
    names = data.names[column]
    if names.missing.any():
        empty = f"{data.file} column {column} is empty in {data.row_numbers(names.missing)}"
        faults.add(path, empty, "give every unit an id")
    twice = (names if rows is None else names.within(rows)).repeated()
    if twice:
        faults.add(path, f"the ids {some(twice)} occur more than once", "keep one row for each unit")
