"""CSV files that staff fill in: each fault told by row, column and value, all of them at once."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sampling.source_lists import UnreadableListError, decoded
from sampling.source_rows import Fault
from sampling.spreadsheets import as_written
from sampling.texts import cleaned, one_spelling
from survey_app.errors import InvalidError

Kind = TypeVar("Kind", bound=StrEnum)
FIRST_YEAR, LAST_YEAR = 1800, 2100
MAX_LINES = 20_000
MAX_CELL = 2000


@dataclass(frozen=True)
class Line:
    """One row of a file; row 1 is the header. What is read wrongly is noted among its `faults`."""

    row: int
    cells: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, column: str, message: str) -> None:
        """Note what is wrong with one cell, and how to correct it."""
        self.faults.append(Fault(self.row, column, self.cells.get(column, ""), message))

    def text(self, column: str, *, needed: bool = False, longest: int = 200) -> str:
        """The words of a cell."""
        words = self.cells.get(column, "")
        if needed and not words:
            self.fault(column, "is empty")
        if len(words) > longest:
            self.fault(column, f"has more than {longest} characters")
        return words

    def day(self, column: str, *, needed: bool = False) -> date | None:
        """The day of a cell, written 2026-11-30; None where it is empty."""
        words = self.text(column, needed=needed)
        if not words:
            return None
        try:
            day = date.fromisoformat(words)
        except ValueError:
            self.fault(column, "is no day; write it as 2026-11-30")
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fault(column, f"is not between {FIRST_YEAR} and {LAST_YEAR}")
        return day

    def choice(self, column: str, kind: type[Kind], *, otherwise: Kind | None = None) -> Kind | None:
        """One of a fixed set of words, in any case; `otherwise` where the cell is empty."""
        words = self.cells.get(column, "")
        if not words and otherwise is not None:
            return otherwise
        spelling = one_spelling(words, [member.value for member in kind])
        chosen = next((member for member in kind if member.value == spelling), None)
        if chosen is None:
            self.fault(column, "must be one of: " + ", ".join(member.value for member in kind))
        return chosen


def lines_of(content: bytes, *, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The rows of a CSV file with these columns, in any order and case; empty rows are passed over.

    Raises:
        InvalidError: the file cannot be read, lacks a column, or has one that nobody knows.
    """
    try:
        rows = list(csv.reader(io.StringIO(decoded(content), newline=""), strict=True))
    except (UnreadableListError, csv.Error) as fault:
        raise InvalidError(str(fault)) from None
    if not rows or len(rows) > MAX_LINES:
        raise InvalidError(f"The file must have a header and at most {MAX_LINES:,} rows.")
    header = [one_spelling(cleaned(name), (*needed, *optional)) for name in rows[0]]
    _check_header(header, needed, optional)
    numbered = enumerate(([cleaned(as_written(cell)) for cell in row] for row in rows[1:]), start=2)
    return [_line(number, header, row) for number, row in numbered if any(row)]


def refuse_faulty(lines: Iterable[Line], message: str = "Nothing was taken from this file.") -> None:
    """Refuse a file any row of which has a fault.

    Raises:
        InvalidError: with every fault, by row and column.
    """
    faults = tuple(str(fault) for line in lines for fault in line.faults)
    if faults:
        raise InvalidError(message, faults)


def _check_header(header: list[str], needed: Sequence[str], optional: Sequence[str]) -> None:
    faults = [f"The column {name} is missing." for name in needed if name not in header]
    faults += [f"The column {name!r} is not known." for name in header if name not in (*needed, *optional)]
    faults += [f"The column {name} is there twice." for name in sorted(set(header)) if header.count(name) > 1]
    if faults:
        columns = ", ".join((*needed, *optional))
        raise InvalidError(f"The first row must name the columns, of these: {columns}.", tuple(faults))


def _line(number: int, header: list[str], row: list[str]) -> Line:
    line = Line(number, dict(zip(header, row, strict=False)))
    if len(row) > len(header) and any(row[len(header) :]):
        line.fault(header[-1], f"has {len(row) - len(header)} cells more than the first row")
    for column, words in line.cells.items():
        if len(words) > MAX_CELL:
            line.fault(column, f"has more than {MAX_CELL:,} characters")
    return line
