"""The published tables, as one structure that PDF and web page print, and the same numbers as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sampling.frame import Sector
from survey_app.reports.contents import Cell, Contents, Gap, ItemResult, Mark, RatingShares, RegionCells
from survey_app.reports.printed import (
    HIDING,
    PROPORTION,
    SECTOR_NAMES,
    base,
    bracketed,
    count,
    gap_with_interval,
    number,
    percent,
    rounded,
    visible,
    with_interval,
)
from survey_app.reports.rated import POINTS, hidden, totals

CSV_HEADER = (
    "item",
    "indicator",
    "sector",
    "region",
    "statistic",
    "estimate",
    "lci",
    "uci",
    "n",
    "mark",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column's heading; `kind` (stub, estimate, base, gap, count, point, sum) tells the printer its width.

    One row of headings, each complete in itself: a heading that spans columns is not tied to all of
    them in a tagged PDF.
    """

    words: str
    kind: str = "count"


SIDES = (
    (Column("Everyone", "estimate"), Column("Base", "base")),
    (Column("Public bodies", "estimate"), Column("Public base", "base")),
    (Column("Voluntary", "estimate"), Column("Vol. base", "base")),
)
ALL_SIDES = (0, 1, 2)


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


@dataclass(frozen=True)
class PublishedTables:
    """All tables of a release in the order of their numbers.

    `averages` and `ratings` are None where nothing was asked that gives them. `regions` holds one
    table to an item that has regions, by section.
    """

    response: Table
    shares: Table
    averages: Table | None
    ratings: Table | None
    regions: tuple[tuple[str, tuple[Table, ...]], ...]

    def all(self) -> tuple[Table, ...]:
        """Every table, by number."""
        national = (self.response, self.shares, self.averages, self.ratings)
        by_region = (table for _, tables in self.regions for table in tables)
        return (*(table for table in national if table is not None), *by_region)


def published_tables(contents: Contents) -> PublishedTables:
    """Every table of the release, numbered in the order in which the summary prints them."""
    shares = [item for item in contents.items if item.statistic == PROPORTION]
    averages = [item for item in contents.items if item.statistic != PROPORTION]
    rated = [item for item in averages if item.ratings]
    numbers = iter(range(1, len(contents.items) + 5))
    return PublishedTables(
        response=_response_table(next(numbers), contents),
        shares=_items_table(next(numbers), "Every question answered with a share", shares, contents),
        averages=_items_table(next(numbers), "Every question answered with a number", averages, contents)
        if averages
        else None,
        ratings=_ratings_table(next(numbers), rated, contents) if rated else None,
        regions=tuple(_by_section(contents, numbers)),
    )


def place_and_year(contents: Contents) -> str:
    """`England, 2026`: what every subtitle ends with."""
    return f"{contents.programme}, {contents.opened_on.year}"


def _response_table(number_: int, contents: Contents) -> Table:
    groups = groupby(contents.response, key=lambda row: row.group)
    return Table(
        number=number_,
        title="Who was asked and who replied",
        subtitle=f"Organisations on the frame, asked and replied in full, {place_and_year(contents)}",
        head=(
            Column("Group", "stub"),
            *(Column(words) for words in ("On the frame", "Asked", "Replied in full", "Response rate")),
        ),
        groups=tuple(
            RowGroup(
                name,
                tuple(
                    Row(
                        row.label,
                        (
                            count(row.on_frame),
                            count(row.asked),
                            _or_mark(None if row.replied is None else count(row.replied), row.mark),
                            _or_mark(None if row.rate is None else percent(row.rate), row.mark),
                        ),
                    )
                    for row in rows
                ),
            )
            for name, rows in groups
        ),
        notes=("Response rate: AAPOR RR1, not weighted.",),
    )


def _items_table(number_: int, title: str, items: Sequence[ItemResult], contents: Contents) -> Table:
    unit = "Average" if items and items[0].statistic != PROPORTION else "Per cent"
    return Table(
        number=number_,
        title=title,
        subtitle=f"{unit} with 95% interval, and unweighted base, {place_and_year(contents)}",
        head=(Column("Question", "stub"), *_side_columns(), Column("Gap", "gap")),
        groups=tuple(
            RowGroup(section, tuple(_item_row(item) for item in rows))
            for section, rows in groupby(items, key=lambda item: item.section)
        ),
        notes=(
            "Gap: public bodies less voluntary organisations, worked out before rounding. "
            "An asterisk marks a clear gap; without it the gap could be chance.",
        ),
    )


def _side_columns(sides: Sequence[int] = ALL_SIDES) -> tuple[Column, ...]:
    """An estimate and a base for each side: everyone, public bodies, voluntary organisations."""
    return tuple(column for side in sides for column in SIDES[side])


def _item_row(item: ItemResult) -> Row:
    return Row(
        item.short, (*_pairs((item.everyone, item.public, item.voluntary), item.statistic), gap_cell(item))
    )


def gap_cell(item: ItemResult) -> str:
    """`29 (25 to 33)*` where clear; the mark of the side that hides it where there is no gap."""
    if item.gap is not None:
        return gap_with_interval(item.gap, item.statistic) + ("*" if item.gap.clear else "")
    marks = {item.public.mark, item.voluntary.mark} & HIDING
    first = next((mark for mark in Mark if mark in marks), Mark.NOT_AVAILABLE)
    return bracketed(first)


def _pairs(cells: Sequence[Cell], statistic: str) -> Iterator[str]:
    for cell in cells:
        yield with_interval(cell, statistic)
        yield base(cell)


def _ratings_table(number_: int, items: Sequence[ItemResult], contents: Contents) -> Table:
    return Table(
        number=number_,
        title="Ratings at each point",
        subtitle=f"Per cent of those rating, from 1 (poor) to 5 (good), {place_and_year(contents)}",
        head=(
            Column("Sector", "stub"),
            *(Column(point, "point") for point in POINTS),
            *(Column(words, "sum") for words in ("Below 3", "Above 3")),
            Column("Base", "base"),
        ),
        groups=tuple(RowGroup(item.short, tuple(_rating_row(row) for row in item.ratings)) for item in items),
        notes=("Parts may not add up to 100 because each is rounded.",),
    )


def _rating_row(row: RatingShares) -> Row:
    if hidden(row):
        return Row(SECTOR_NAMES[row.sector], (_or_mark(None, row.mark),) * (len(POINTS) + 3))
    shares = (*row.shares, *totals(row.shares))
    n = _or_mark(None if row.n is None else count(row.n), row.mark)
    return Row(SECTOR_NAMES[row.sector], (*(number(share, PROPORTION) for share in shares), n))


def _by_section(contents: Contents, numbers: Iterator[int]) -> Iterator[tuple[str, tuple[Table, ...]]]:
    regional = (item for item in contents.items if item.regions)
    for section, items in groupby(regional, key=lambda item: item.section):
        yield section, tuple(_region_table(next(numbers), item, contents) for item in items)


def _region_table(number_: int, item: ItemResult, contents: Contents) -> Table:
    whole = RegionCells(contents.programme, item.everyone, item.public, item.voluntary, differs=False)
    shown = _sides(item)
    lines = (*(row for row in item.regions if row.region != whole.region), whole)
    unit = "per cent" if item.statistic == PROPORTION else "average"
    return Table(
        number=number_,
        title=item.short,
        subtitle=f"{item.measured}: {unit} with 95% interval, by region",
        head=(Column("Region", "stub"), *_side_columns(shown)),
        groups=(RowGroup("", tuple(_region_row(row, item.statistic, shown, row is whole) for row in lines)),),
        notes=tuple(_wordings(item)),
        item=item.item,
    )


def _sides(item: ItemResult) -> tuple[int, ...]:
    """Which of everyone, public, voluntary to print: one sector alone where only that one was asked."""
    if item.public.mark is Mark.NOT_APPLICABLE:
        return (2,)
    return (1,) if item.voluntary.mark is Mark.NOT_APPLICABLE else ALL_SIDES


def _region_row(row: RegionCells, statistic: str, shown: tuple[int, ...], strong: bool) -> Row:
    cells = (row.everyone, row.public, row.voluntary)
    return Row(row.region, tuple(_pairs([cells[side] for side in shown], statistic)), strong)


def _wordings(item: ItemResult) -> Iterator[str]:
    if item.question_public == item.question_voluntary and item.question_public:
        yield f"Asked of both: “{item.question_public}”"
        return
    for name, words in (
        ("public bodies", item.question_public),
        ("voluntary organisations", item.question_voluntary),
    ):
        if words:
            yield f"Asked of {name}: “{words}”"


def _or_mark(words: str | None, mark: Mark) -> str:
    if words is None or mark in HIDING:
        return bracketed(mark if mark in HIDING else Mark.NOT_AVAILABLE)
    return f"{words} {bracketed(mark)}".strip()


def results_csv(contents: Contents) -> str:
    """Every published estimate, one to a line, rounded as printed: whole per cent and one decimal.

    The first line names the columns. Hidden numbers are empty with their letter in `mark`. Text that
    a spreadsheet would take for a formula is preceded by an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    for item in contents.items:
        for sector, region, statistic, values in _lines(item, contents.programme):
            words = (item.item, item.indicator, sector, region, statistic)
            writer.writerow((*(_plain_text(word) for word in words), *values))
    return written.getvalue()


Line = tuple[str, str, str, tuple[str, ...]]


def _lines(item: ItemResult, whole: str) -> Iterator[Line]:
    statistic = "per cent" if item.statistic == PROPORTION else "average"
    everywhere = RegionCells(whole, item.everyone, item.public, item.voluntary, differs=False)
    for row in (everywhere, *(row for row in item.regions if row.region != whole)):
        cells = (("everyone", row.everyone), (Sector.PUBLIC, row.public), (Sector.VOLUNTARY, row.voluntary))
        for sector, cell in cells:
            yield sector, row.region, statistic, _cell_values(cell, item.statistic)
    if item.gap is not None:
        gap = "gap in points" if item.statistic == PROPORTION else "gap"
        yield "public less voluntary", whole, gap, _gap_values(item.gap, item.statistic)
    for ratings in item.ratings:
        yield from _rating_lines(ratings, whole)


def _rating_lines(row: RatingShares, whole: str) -> Iterator[Line]:
    shares: Sequence[float | None] = [None] * len(POINTS) if hidden(row) else row.shares
    n = "" if hidden(row) or row.n is None else str(row.n)
    for place, share in enumerate(shares):
        estimate = "" if share is None else str(rounded(share, PROPORTION))
        values = (estimate, "", "", n, row.mark.value)
        yield row.sector, whole, f"per cent rating {1 + place / 2:g}", values


def _cell_values(cell: Cell, statistic: str) -> tuple[str, ...]:
    if visible(cell) is None:
        mark = cell.mark if cell.mark in HIDING else Mark.NOT_AVAILABLE
        return "", "", "", "", mark.value
    numbers = (cell.estimate, cell.lci, cell.uci)
    printed = ("" if value is None else str(rounded(value, statistic)) for value in numbers)
    return (*printed, "" if cell.n is None else str(cell.n), cell.mark.value)


def _gap_values(gap: Gap, statistic: str) -> tuple[str, ...]:
    return (*(str(rounded(value, statistic)) for value in (gap.estimate, gap.lci, gap.uci)), "", "")


def _plain_text(words: str) -> str:
    return f"'{words}" if words.startswith(FORMULA) else str(words)
