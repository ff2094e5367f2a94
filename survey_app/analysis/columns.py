"""A CSV as numpy columns: read in chunks, only the columns asked for, every fault with its row.

Row numbers are those of a spreadsheet: the header is row 1.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal, TextIO

import numpy as np

from sampling.arrays import Flags, Floats, Ints, Labels
from survey_app.analysis.faults import Faults, nearest, some

CHUNK = 100_000
Kind = Literal["number", "level", "name"]


@dataclass(frozen=True)
class Request:
    """A column that a specification names: how it is read, and the path that names it."""

    column: str
    kind: Kind
    path: str


@dataclass(frozen=True)
class Levels:
    """A column of labels: its distinct texts in sorted order, and each row's place among them, -1 missing."""

    names: tuple[str, ...]
    codes: Ints

    @property
    def text(self) -> Labels:
        """The label of every row; empty where it is missing."""
        return np.array([*self.names, ""], dtype=np.str_)[self.codes]

    def used(self) -> "Levels":
        """The same rows without the levels that none of them has."""
        held, codes = np.unique(self.codes, return_inverse=True)
        present = held[held >= 0]
        return Levels(
            tuple(self.names[code] for code in present), codes.astype(np.int64) - (held.size - present.size)
        )

    @property
    def missing(self) -> Flags:
        return np.asarray(self.codes < 0)


@dataclass(frozen=True)
class Columns:
    """The columns of one file. Numbers are NaN where missing; names (ids) are text, empty where missing."""

    file: str
    rows: int
    numbers: Mapping[str, Floats]
    levels: Mapping[str, Levels]
    names: Mapping[str, Labels]

    def row_numbers(self, where: Flags) -> str:
        """The first few rows of a fault, as a person finds them."""
        return "rows " + some((np.flatnonzero(where) + 2).tolist())

    def within(self, rows: Flags) -> "Columns":
        """The same columns, of some rows only."""
        return Columns(
            self.file,
            int(rows.sum()),
            {name: values[rows] for name, values in self.numbers.items()},
            {name: Levels(level.names, level.codes[rows]).used() for name, level in self.levels.items()},
            {name: values[rows] for name, values in self.names.items()},
        )

    def one_level(self) -> Levels:
        """A column of one label, for files without strata."""
        return Levels(("all",), np.zeros(self.rows, dtype=np.int64))


@dataclass
class _Numbers:
    parts: list[Floats] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def take(self, values: Sequence[str], first_row: int) -> None:
        try:
            numbers = np.array([float(value) if value else np.nan for value in values])
        except ValueError:
            numbers = None
        # What float() takes and a data file should not hold: nan, inf, 1_000.
        if (
            numbers is None
            or np.isfinite(numbers).sum() + values.count("") != len(values)
            or _underscored(values)
        ):
            numbers = np.array([self._one(value, first_row + i) for i, value in enumerate(values)])
        self.parts.append(numbers)

    def _one(self, value: str, row: int) -> float:
        number = as_number(value)
        if number is None and value:
            self.wrong.append((row, value))
        return np.nan if number is None else number

    def column(self) -> Floats:
        return np.concatenate(self.parts) if self.parts else np.empty(0)


@dataclass
class _Levels:
    parts: list[Ints] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)

    def take(self, values: Sequence[str], first_row: int) -> None:
        for value in set(values).difference(self.index):
            self.index[value] = len(self.index)
        self.parts.append(np.fromiter(map(self.index.__getitem__, values), dtype=np.int64, count=len(values)))

    def column(self) -> Levels:
        names = sorted(name for name in self.index if name)
        place = {name: code for code, name in enumerate(names)}
        recode = np.array([place.get(name, -1) for name in self.index], dtype=np.int64)
        found = np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.int64)
        return Levels(tuple(names), recode[found] if found.size else found)


@dataclass
class _Names:
    parts: list[Labels] = field(default_factory=list)

    def take(self, values: Sequence[str], first_row: int) -> None:
        self.parts.append(np.array(values, dtype=np.str_))

    def column(self) -> Labels:
        return np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.str_)


def as_number(text: str) -> float | None:
    """The number a text is, as data files write numbers; None for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in text else None


def read_columns(file: Path | None, at: str, requests: Iterable[Request], faults: Faults) -> Columns | None:
    """The columns asked for; None, with the faults told, when the file cannot be used.

    Args:
        file: the CSV. at: the path in the specification that names it.
    """
    if file is None:
        faults.add(at, "is missing", "name a CSV file")
        return None
    before = len(faults.found)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            columns = _read(stream, file.name, at, list(requests), faults)
    except OSError as error:
        faults.add(at, f"{file} cannot be read ({error.strerror})", "name an existing file")
        return None
    except UnicodeDecodeError:
        faults.add(at, f"{file.name} is not UTF-8", "save it as CSV UTF-8")
        return None
    except csv.Error as error:
        faults.add(at, f"{file.name} is not a CSV file ({error})", "save it as CSV UTF-8")
        return None
    return columns if len(faults.found) == before else None


def _read(stream: TextIO, file: str, at: str, requests: list[Request], faults: Faults) -> Columns | None:
    reader = csv.reader(stream, strict=True)
    header = next(reader, [])
    if not _good_header(header, file, at, faults):
        return None
    known = [request for request in requests if _known(request, header, file, faults)]
    makers: dict[Kind, type[_Numbers] | type[_Levels] | type[_Names]]
    makers = {"number": _Numbers, "level": _Levels, "name": _Names}
    built = {(request.kind, request.column): makers[request.kind]() for request in known}
    rows, ragged = 0, []
    for chunk in _chunks(reader):
        if {len(row) for row in chunk} != {len(header)}:
            ragged += [rows + i + 2 for i, row in enumerate(chunk) if len(row) != len(header)]
            break
        for (_, column), builder in built.items():
            position = header.index(column)
            builder.take([row[position] for row in chunk], rows + 2)
        rows += len(chunk)
    if ragged:
        faults.add(
            at,
            f"{file} rows {some(ragged)} have not {len(header)} fields as the header",
            "mend or quote them",
        )
        return None
    if rows == 0:
        faults.add(at, f"{file} has no rows under its header", "give a file with data")
    _tell_wrong(built, known, file, faults)
    return _columns(file, rows, built)


def _columns(file: str, rows: int, built: Mapping[tuple[Kind, str], _Numbers | _Levels | _Names]) -> Columns:
    numbers = {column: maker.column() for (_, column), maker in built.items() if isinstance(maker, _Numbers)}
    levels = {column: maker.column() for (_, column), maker in built.items() if isinstance(maker, _Levels)}
    names = {column: maker.column() for (_, column), maker in built.items() if isinstance(maker, _Names)}
    return Columns(file, rows, numbers, levels, names)


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Some rows at a time; blank lines at the end of a file are no rows."""
    while chunk := list(islice(reader, CHUNK)):
        if kept := [row for row in chunk if row]:
            yield kept


def _good_header(header: list[str], file: str, at: str, faults: Faults) -> bool:
    if not any(header):
        faults.add(at, f"{file} has no header", "put the names of the columns in the first line")
        return False
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            faults.add(at, f"{file} is separated by {name}", "save it separated by commas")
            return False
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        faults.add(at, f"{file} has more than one column {some(twice)}", "name every column differently")
    return not twice


def _known(request: Request, header: list[str], file: str, faults: Faults) -> bool:
    if request.column in header:
        return True
    mend = f"the nearest is {nearest(request.column, header)}"
    faults.add(request.path, f"{file} has no column {request.column}", mend)
    return False


def _tell_wrong(
    built: Mapping[tuple[Kind, str], _Numbers | _Levels | _Names],
    known: list[Request],
    file: str,
    faults: Faults,
) -> None:
    for request in known:
        maker = built[request.kind, request.column]
        if isinstance(maker, _Numbers) and maker.wrong:
            shown = some(f"row {row}: {value}" for row, value in maker.wrong)
            what = f"{file} column {request.column} holds what is not a number ({shown})"
            faults.add(request.path, what, "write a number, or leave the field empty where it is missing")


def _underscored(values: Sequence[str]) -> bool:
    return "_" in "".join(values)
