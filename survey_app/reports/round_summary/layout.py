"""The shape of a published table, as PDF and web page print it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey_app.reports.contents import Cell, Contents, Mark
from survey_app.reports.printed import SUPPRESSING, base, bracketed, with_interval


@dataclass(frozen=True)
class Column:
    """A column's heading; `kind` (stub, estimate, base, gap, count, point, sum) tells the printer its width.

    One row of headings, each complete in itself: a heading that spans columns is not tied to all of
    them in a tagged PDF.
    """

    words: str
    kind: str = "count"


@dataclass(frozen=True)
class Row:
    """One line: its heading, and its cells as printed; `strong` for totals."""

    label: str
    cells: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True)
class RowGroup:
    """Lines under one heading, or under none."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """One published table, ready to print.

    `head` names every column, the stub first. `anchor` is unique in a release (`table-3`). `item` is
    set where the table is about one item alone.
    """

    number: int
    title: str
    subtitle: str
    head: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    notes: tuple[str, ...] = ()
    item: str = ""

    @property
    def anchor(self) -> str:
        return f"table-{self.number}"


def place_and_year(contents: Contents) -> str:
    """`England, 2026`: what every subtitle ends with."""
    return f"{contents.programme}, {contents.opened_on.year}"


def or_mark(words: str | None, mark: Mark) -> str:
    """The words, or the letter that stands for them."""
    if words is None or mark in SUPPRESSING:
        return bracketed(mark if mark in SUPPRESSING else Mark.NOT_AVAILABLE)
    return f"{words} {bracketed(mark)}".strip()


def pairs(cells: Sequence[Cell], statistic: str) -> Iterator[str]:
    """Each cell with its interval, then its base."""
    for cell in cells:
        yield with_interval(cell, statistic)
        yield base(cell)
