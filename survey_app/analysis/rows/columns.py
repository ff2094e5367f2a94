"""A CSV as numpy columns: read in chunks, only the columns asked for, every fault with its row.

Row numbers are those of a spreadsheet: the header is row 1.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import Literal, TextIO

import numpy as np
from numpy.typing import NDArray

from sampling.arrays import Coded, Flags, Floats, Ints
from sampling.texts import cleaned, folded
from survey_app.analysis.faults import Faults, nearest, some
from survey_app.analysis.names import Names, NamesBuilder, joined

# Rows held as text at one time.
CHUNK = 20_000
Kind = Literal["number", "level", "name"]


@dataclass(frozen=True)
class Request:
    """A column that a specification names: how it is read, the path that names it, and its levels too?"""

    column: str
    kind: Kind
    path: str
    levels_named: bool = False


@dataclass(frozen=True)
class Levels:
    """A column of labels: its distinct texts in sorted order, and each row's place among them, -1 missing."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]

    @property
    def coded(self) -> Coded:
        """The labels as the statistics take them, shape (n,); no row may be missing."""
        return Coded(self.names, self.codes)

    def within(self, rows: Flags) -> "Levels":
        """Some rows, shape (n,) of truth values, without the levels that none of them has."""
        codes = self.codes[rows]
        held = np.bincount(codes[codes >= 0], minlength=len(self.names)) > 0
        place = np.append(np.cumsum(held) - 1, -1).astype(np.int32)
        return Levels(tuple(np.array(self.names, dtype=object)[held].tolist()), place[codes])

    @property
    def missing(self) -> Flags:
        """True where a row has no label, shape (n,)."""
        return np.asarray(self.codes < 0)


@dataclass(frozen=True)
class Columns:
    """The columns of one file. Numbers are NaN where missing; names (ids) are empty there.

    `places` are the rows of the file that these are, counted from 0; None: all of them.
    """

    file: str
    rows: int
    numbers: Mapping[str, Floats]
    levels: Mapping[str, Levels]
    names: Mapping[str, Names]
    places: Ints | None = None

    def rows_of(self, where: Flags) -> Ints:
        """The numbers of the rows where `where`, shape (rows,), is True, as a spreadsheet shows them."""
        rows = np.flatnonzero(where)
        return (rows if self.places is None else self.places[rows]) + 2

    def row_numbers(self, where: Flags) -> str:
        """The first rows of a fault, shape (rows,) of truth values, as a person finds them."""
        return "rows " + some(self.rows_of(where).tolist())

    def within(self, rows: Flags) -> "Columns":
        """The same columns, of the rows that are True, shape (rows,)."""
        return Columns(
            self.file,
            int(rows.sum()),
            {name: values[rows] for name, values in self.numbers.items()},
            {name: level.within(rows) for name, level in self.levels.items()},
            {name: values.within(rows) for name, values in self.names.items()},
            self.rows_of(rows) - 2,
        )

    def one_level(self) -> Levels:
        """A column of one label, for files without strata."""
        return Levels(("all",), np.zeros(self.rows, dtype=np.int32))


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
        return joined(self.parts, np.float64)


@dataclass
class _Levels:
    parts: list[NDArray[np.int32]] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)

    def take(self, values: Sequence[str], first_row: int) -> None:
        for value in set(values).difference(self.index):
            self.index[value] = len(self.index)
        self.parts.append(np.fromiter(map(self.index.__getitem__, values), dtype=np.int32, count=len(values)))

    def column(self) -> Levels:
        names = sorted(name for name in self.index if name)
        place = {name: code for code, name in enumerate(names)}
        recode = np.array([place.get(name, -1) for name in self.index], dtype=np.int32)
        codes = joined(self.parts, np.int32)
        return Levels(tuple(names), np.take(recode, codes, out=codes) if codes.size else codes)


# What programs write where a value is missing. None of it is taken for missing, or for a level, unasked.
CODES = frozenset({"na", "n/a", "#n/a", "nan", "<na>", "null", "#null!", ".", "..", "-"})


@dataclass(frozen=True)
class Missing:
    """The codes that a specification declares to stand for a missing value; None: it says nothing."""

    codes: frozenset[str] | None = None

    def read(self, row: list[str], position: int) -> str:
        """A field without what cannot be seen in it, empty where it is missing."""
        value = row[position].strip()
        if not value.isascii() or "  " in value:
            value = cleaned(value)
        return "" if self.codes and value in self.codes else value

    def undeclared(self, levels: Iterable[str]) -> list[str]:
        """Levels that look like a missing value, and of which nobody said what they are."""
        if self.codes is not None:
            return []
        return sorted(level for level in levels if level.casefold() in CODES)


NOTHING_SAID = Missing()
Builder = _Numbers | _Levels | NamesBuilder
MAKERS: Mapping[Kind, type[Builder]] = {"number": _Numbers, "level": _Levels, "name": NamesBuilder}


def as_number(text: str) -> float | None:
    """The number a text is, as data files write numbers; None for anything else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) and "_" not in text else None


def read_columns(
    file: Path | None,
    at: str,
    requests: Iterable[Request],
    faults: Faults,
    *,
    missing: Missing = NOTHING_SAID,
) -> Columns | None:
    """The columns asked for; None, with the faults told, when the file cannot be used.

    Args:
        file: the CSV. at: the path in the specification that names it.
    """
    if file is None:
        faults.add(at, "is missing", "name a CSV file")
        return None
    before = len(faults.lines)
    try:
        with file.open("rb") as raw:
            # Looked at without being read, so that a pipe will do.
            other = _other_encoding(raw.peek(1024))
            if other:
                faults.add(at, f"{file.name} {other}", "save it as CSV UTF-8")
                return None
            stream = TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            columns = _read(stream, file.name, at, list(requests), faults, missing)
    except OSError as error:
        faults.add(at, f"{file} cannot be read ({error.strerror})", "name an existing file")
        return None
    except UnicodeDecodeError:
        faults.add(at, f"{file.name} is not UTF-8", "save it as CSV UTF-8")
        return None
    except csv.Error as error:
        faults.add(at, f"{file.name} is not a CSV file ({error})", "save it as CSV UTF-8")
        return None
    return columns if len(faults.lines) == before else None


def _other_encoding(start: bytes) -> str:
    """What speaks against UTF-8 in how a file begins; empty where nothing does."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is UTF-16 and not UTF-8"
    return "holds bytes of nought, as UTF-16 does, and is not UTF-8" if b"\0" in start else ""


def _read(
    stream: TextIO, file: str, at: str, requests: list[Request], faults: Faults, missing: Missing
) -> Columns | None:
    first = stream.readline()
    if not _separated_by_commas(first, file, at, faults):
        return None
    reader = csv.reader(chain([first] if first else [], stream), strict=True)
    header = next(reader, [])
    if not _good_header(header, file, at, faults):
        return None
    known = [request for request in requests if _known(request, header, file, faults)]
    built = {(request.kind, request.column): MAKERS[request.kind]() for request in known}
    rows, ragged = 0, []
    for chunk in _chunks(reader):
        if {len(row) for row in chunk} != {len(header)}:
            ragged += [rows + i + 2 for i, row in enumerate(chunk) if len(row) != len(header)]
            break
        for (_, column), builder in built.items():
            position = header.index(column)
            builder.take([missing.read(row, position) for row in chunk], rows + 2)
        rows += len(chunk)
    if ragged:
        faults.add(
            at,
            f"{file} rows {some(ragged)} have not {len(header)} fields as the header",
            "correct or quote them",
        )
        return None
    if rows == 0:
        faults.add(at, f"{file} has no rows under its header", "give a file with data")
    _tell_wrong(built, known, file, faults)
    _tell_undeclared(built, known, file, faults, missing)
    _tell_alike(built, known, file, faults)
    return _columns(file, rows, built)


def _columns(file: str, rows: int, built: Mapping[tuple[Kind, str], Builder]) -> Columns:
    numbers = {column: maker.column() for (_, column), maker in built.items() if isinstance(maker, _Numbers)}
    levels = {column: maker.column() for (_, column), maker in built.items() if isinstance(maker, _Levels)}
    names = {
        column: maker.column() for (_, column), maker in built.items() if isinstance(maker, NamesBuilder)
    }
    return Columns(file, rows, numbers, levels, names)


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Some rows at a time; blank lines at the end of a file are no rows, others are rows without a field."""
    blank = 0
    while chunk := list(islice(reader, CHUNK)):
        last = next((i for i in range(len(chunk), 0, -1) if chunk[i - 1]), 0)
        if last:
            yield [*([[]] * blank), *chunk[:last]]
            blank = 0
        blank += len(chunk) - last


def _separated_by_commas(first: str, file: str, at: str, faults: Faults) -> bool:
    bare = re.sub(r'"[^"]*"', "", first)
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if mark in bare and "," not in bare:
            faults.add(at, f"{file} is separated by {name}", "save it separated by commas")
            return False
    return True


def _good_header(header: list[str], file: str, at: str, faults: Faults) -> bool:
    if not any(header):
        faults.add(at, f"{file} has no header", "put the names of the columns in the first line")
        return False
    # Columns without a name cannot be asked for: there may be any number of them.
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        faults.add(at, f"{file} has more than one column {some(twice)}", "name every column differently")
    return not twice


def _known(request: Request, header: list[str], file: str, faults: Faults) -> bool:
    if request.column in header:
        return True
    close = nearest(request.column, header)
    # Spaces around a name are not seen without quotes.
    correction = (
        f"the nearest is {close}" if close == close.strip() else f'the nearest is "{close}", with spaces'
    )
    faults.add(request.path, f"{file} has no column {request.column}", correction)
    return False


def _tell_wrong(
    built: Mapping[tuple[Kind, str], Builder],
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


def _tell_undeclared(
    built: Mapping[tuple[Kind, str], Builder],
    known: list[Request],
    file: str,
    faults: Faults,
    missing: Missing,
) -> None:
    """A text like NA would be a category of its own, and change the base of every share."""
    for request in known:
        maker = built[request.kind, request.column]
        codes = (
            missing.undeclared(maker.index) if isinstance(maker, _Levels) and not request.levels_named else []
        )
        if codes:
            what = f"{file} column {request.column} holds {some(codes)}"
            better = f"leave the field empty where it is missing, or declare missing: [{', '.join(codes)}]"
            faults.add(request.path, what, f"{better}; missing: [] where it is a level")


def _tell_alike(
    built: Mapping[tuple[Kind, str], Builder], known: list[Request], file: str, faults: Faults
) -> None:
    """Two spellings of one label would be two strata, or two rows of a table."""
    for request in known:
        maker = built[request.kind, request.column]
        alike: dict[str, list[str]] = {}
        for level in maker.index if isinstance(maker, _Levels) else ():
            alike.setdefault(folded(level), []).append(level)
        twice = sorted(some(sorted(levels)) for levels in alike.values() if len(levels) > 1)
        if twice:
            what = f"{file} column {request.column} has labels that read alike ({some(twice)})"
            faults.add(request.path, what, "write each in one way")


def _underscored(values: Sequence[str]) -> bool:
    return "_" in "".join(values)
