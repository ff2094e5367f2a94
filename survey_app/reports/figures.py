"""The figures of a release: number, title, subtitle, drawing and notes, in the order of the summary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from survey_app.reports.charts.gaps import gap_chart
from survey_app.reports.charts.ratings import ratings_chart
from survey_app.reports.charts.regions import region_chart
from survey_app.reports.charts.response import response_bars
from survey_app.reports.contents import Cell, Contents, ItemResult, Mark
from survey_app.reports.printed import NO_BREAK, bracketed, percent
from survey_app.reports.statements import (
    gap_title,
    headline_items,
    ratings_title,
    regions_title,
    response_title,
    shares_of_both,
)
from survey_app.reports.tables import PublishedTables, Table, place_and_year

PRINT_WIDTH = 170.0
MOST_ROWS = 10  # of one gap chart, so that two of them share a page
FEWEST_ROWS = 3
MARK_WORDS = {
    Mark.WITHHELD: "withheld to protect those who answered",
    Mark.UNRELIABLE: "uncertain, read with great care",
    Mark.BREAK: "the question changed, do not compare with earlier years",
    Mark.NOT_APPLICABLE: "not applicable",
    Mark.NOT_AVAILABLE: "not available",
}


@dataclass(frozen=True)
class Figure:
    """One numbered drawing with its words; `table` holds its numbers."""

    number: int
    title: str
    subtitle: str
    svg: str
    notes: tuple[str, ...]
    table: Table | None

    @property
    def anchor(self) -> str:
        return f"figure-{self.number}"


@dataclass(frozen=True)
class Figures:
    """The drawings of a release; None or empty where nothing was asked that gives them."""

    response: Figure | None
    gaps: tuple[Figure, ...]
    regions: Figure | None
    ratings: Figure | None

    def all(self) -> tuple[Figure, ...]:
        """Every figure there is, in the order of the numbers."""
        found = (self.response, *self.gaps, self.regions, self.ratings)
        return tuple(figure for figure in found if figure is not None)


def published_figures(contents: Contents, tables: PublishedTables, width_mm: float = PRINT_WIDTH) -> Figures:
    """Every figure of the release, drawn `width_mm` wide and numbered in the summary's order."""
    response = _response_figure(contents, tables, width_mm) if contents.sectors else None
    first = 2 if response else 1
    gaps = tuple(_gap_figures(contents, tables, first, width_mm))
    following = first + len(gaps)
    regions = _regions_figure(contents, tables, following, width_mm)
    ratings = _ratings_figure(contents, tables, following + (regions is not None), width_mm)
    return Figures(response, gaps, regions, ratings)


def _response_figure(contents: Contents, tables: PublishedTables, width: float) -> Figure:
    weighted = " and ".join(percent(sector.weighted_rate) for sector in contents.sectors)
    return Figure(
        number=1,
        title=response_title(contents.sectors),
        subtitle=f"Organisations at each step, {place_and_year(contents)}. Bars: share of those asked.",
        svg=response_bars(contents.sectors, width),
        notes=(f"Response rate: AAPOR RR1. Weighted by design: {weighted}.",),
        table=tables.response,
    )


def _gap_figures(contents: Contents, tables: PublishedTables, first: int, width: float) -> Iterator[Figure]:
    for number, (heading, items) in enumerate(_gap_rows(contents), start=first):
        yield Figure(
            number=number,
            title=gap_title(heading, items),
            subtitle=f"{_measured(items)}, {place_and_year(contents)}",
            svg=gap_chart(items, width),
            notes=(
                "Boxes: 95% intervals. Filled marks, bold gaps: a clear difference. Hollow: could be chance."
                + _marks_used(_national_cells(items)),
                f"Weighted. Source: {contents.round_title}, {_indicators(items)}.",
            ),
            table=tables.shares,
        )


def _gap_rows(contents: Contents) -> Iterator[tuple[str, tuple[ItemResult, ...]]]:
    """Headings with the rows of one chart each: sections, short ones joined and long ones parted."""
    for names, members in _joined(contents):
        items = shares_of_both(members)
        parts = -(-len(items) // MOST_ROWS)
        size = -(-len(items) // parts)
        for part in range(parts):
            heading = names if parts == 1 else f"{names}, part {part + 1}"
            yield heading, items[part * size : (part + 1) * size]


def _joined(contents: Contents) -> list[tuple[str, tuple[ItemResult, ...]]]:
    """Sections with rows to draw, each of fewer than `FEWEST_ROWS` joined to the one before it."""
    joined: list[tuple[str, tuple[ItemResult, ...]]] = []
    for section, members in groupby(contents.items, key=lambda item: item.section):
        items = shares_of_both(tuple(members))
        if joined and items and min(len(items), len(joined[-1][1])) < FEWEST_ROWS:
            name, earlier = joined.pop()
            joined.append((f"{name}; {section[0].lower()}{section[1:]}", (*earlier, *items)))
        elif items:
            joined.append((section, items))
    return joined


def _regions_figure(contents: Contents, tables: PublishedTables, number: int, width: float) -> Figure | None:
    items = headline_items(contents)
    if not items:
        return None
    cells = [row.voluntary for item in items for row in item.regions]
    cells = [cell for cell in cells if cell.mark is not Mark.NOT_APPLICABLE]
    by_item = {table.item: table for table in tables.all()}
    where = ", ".join(f"Table {by_item[item.item].number}" for item in items)
    return Figure(
        number=number,
        title=regions_title(items, contents.programme),
        subtitle=f"Voluntary organisations, per cent with 95% intervals, {place_and_year(contents)}",
        svg=region_chart(items, width, contents.programme),
        notes=(
            "Regions run from north to south and are not ranked. The upright line and band: "
            f"{contents.programme} and its interval. Filled marks: a clear difference from it. "
            "Hollow marks: could be chance." + _marks_used(cells),
            f"Weighted. Source: {contents.round_title}, {_indicators(items)}. Numbers: {where}.",
        ),
        table=None,
    )


def _ratings_figure(contents: Contents, tables: PublishedTables, number: int, width: float) -> Figure | None:
    items = tuple(item for item in contents.items if item.ratings)
    if not items:
        return None
    cells = [Cell(None, None, None, None, row.mark) for item in items for row in item.ratings]
    return Figure(
        number=number,
        title=ratings_title(items),
        subtitle=f"Ratings from 1 (poor) to 5 (good), per cent of those rating, {place_and_year(contents)}",
        svg=ratings_chart(items, width),
        notes=(
            "Dashed segments are half points, such as “between one and two”. Bold: everything below and "
            "above 3. Small shares have no number." + _marks_used(cells),
            f"Weighted. Source: {contents.round_title}, {_indicators(items)}.",
        ),
        table=tables.ratings,
    )


def _measured(items: Sequence[ItemResult]) -> str:
    measures = {item.measured for item in items}
    if len(measures) == 1:
        return measures.pop()
    return "Share giving the answer that its table by region names"


def _indicators(items: Sequence[ItemResult]) -> str:
    return ", ".join(sorted({item.indicator for item in items}))


def _national_cells(items: Sequence[ItemResult]) -> list[Cell]:
    return [cell for item in items for cell in (item.public, item.voluntary)]


def _marks_used(cells: Sequence[Cell]) -> str:
    there = {cell.mark for cell in cells}
    said = [f" {bracketed(mark)}{NO_BREAK}{words}." for mark, words in MARK_WORDS.items() if mark in there]
    return "".join(said)
