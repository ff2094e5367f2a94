"""The figures of a release: number, title, subtitle, drawing and notes, in the order of the summary."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import count

from survey_app.reports.charts.changes import change_chart
from survey_app.reports.charts.gaps import gap_chart
from survey_app.reports.charts.ratings import ratings_chart
from survey_app.reports.charts.regions import region_chart
from survey_app.reports.charts.response import response_bars
from survey_app.reports.charts.trend import trend_chart
from survey_app.reports.contents import Cell, Contents, ItemResult, Mark
from survey_app.reports.printed import FEW, NO_BREAK, PROPORTION, bracketed, percent, wave_names
from survey_app.reports.round_summary.composition import Rows, gap_rows, rows_of_before
from survey_app.reports.round_summary.layout import Table, place_and_year
from survey_app.reports.round_summary.statements import (
    changes_title,
    compared,
    gap_title,
    has_changed,
    headline_items,
    ratings_title,
    regions_title,
    response_title,
    trend_items,
    trend_items_of_before,
    trend_title,
    whole_compared,
)
from survey_app.reports.round_summary.statements import (
    since as since_when,
)
from survey_app.reports.round_summary.tables import PublishedTables, discontinuity_notes

PRINT_WIDTH = 170.0
LAYOUT = "2"  # how drawings are composed and numbered; those kept without a word of it are of before
MAX_MEASURE_LENGTH = 90  # letters of a subtitle's first part, so that it stays within two lines
MARK_WORDS = {
    Mark.WITHHELD: "withheld to protect those who answered",
    Mark.FEW: f"fewer than {FEW} gave the answer that is counted",
    Mark.ALL_BUT_FEW: f"all but fewer than {FEW} gave it",
    Mark.UNRELIABLE: "uncertain, read with great care",
    Mark.DISCONTINUITY: "the question changed, do not compare with earlier years",
    Mark.NOT_APPLICABLE: "not applicable",
    Mark.NOT_AVAILABLE: "not available",
}
LOW_WORDS = "More than nought, but less than half of the last digit shown."


VERDICTS = "Filled marks, bold numbers: a clear change, tested before rounding. Hollow: could be chance."


@dataclass(frozen=True)
class Figure:
    """One numbered drawing with its words; `table` holds its numbers. It is drawn when it is looked at."""

    number: int
    title: str
    subtitle: str
    draw: Callable[[], str] = field(repr=False, compare=False)
    notes: tuple[str, ...]
    table: Table | None

    @cached_property
    def svg(self) -> str:
        return self.draw()

    @property
    def anchor(self) -> str:
        return f"figure-{self.number}"


@dataclass(frozen=True)
class Figures:
    """The drawings of a release; None or empty where nothing was asked that gives them."""

    response: Figure | None
    gaps: tuple[Figure, ...]
    ratings: Figure | None
    rating_changes: Figure | None
    changes: tuple[Figure, ...]
    regions: Figure | None

    def of_change(self) -> tuple[Figure, ...]:
        """Those of change, shares first, in the order in which they are printed."""
        ratings = () if self.rating_changes is None else (self.rating_changes,)
        return tuple(sorted((*self.changes, *ratings), key=lambda figure: figure.number))

    def all(self) -> tuple[Figure, ...]:
        """Every figure there is, in the order of the numbers."""
        figures = (self.response, *self.gaps, self.ratings, self.rating_changes, *self.changes, self.regions)
        there = (figure for figure in figures if figure is not None)
        return tuple(sorted(there, key=lambda figure: figure.number))


def published_figures(
    contents: Contents, tables: PublishedTables, width_mm: float = PRINT_WIDTH, *, layout: str = LAYOUT
) -> Figures:
    """Every figure of the release, `width_mm` wide and numbered in the summary's order.

    Args:
        layout: how kept drawings were composed; anything but that of today is of before.
    """
    before = layout != LAYOUT
    numbers = count(1)
    response = _response_figure(contents, tables, numbers, width_mm) if before else None
    rows = rows_of_before(contents) if before else gap_rows(contents)
    gaps = tuple(_gap_figure(contents, tables, next(numbers), each, width_mm) for each in rows)
    if before:
        regions = _regions_figure(contents, tables, numbers, width_mm)
    ratings = _ratings_figure(contents, tables, numbers, width_mm)
    if before:
        rating_changes = _rating_changes_figure(contents, tables, numbers, width_mm)
    changes = tuple(_change_figures(contents, tables, numbers, width_mm, before=before))
    if not before:
        rating_changes = _rating_changes_figure(contents, tables, numbers, width_mm)
        regions = _regions_figure(contents, tables, numbers, width_mm)
        response = _response_figure(contents, tables, numbers, width_mm)
    return Figures(response, gaps, ratings, rating_changes, changes, regions)


def _response_figure(
    contents: Contents, tables: PublishedTables, numbers: Iterator[int], width: float
) -> Figure | None:
    if not contents.sectors:
        return None
    weighted = " and ".join(percent(sector.weighted_rate) for sector in contents.sectors)
    return Figure(
        number=next(numbers),
        title=response_title(contents.sectors),
        subtitle=f"Organisations at each step, {place_and_year(contents)}. Bars: share of those asked.",
        draw=lambda: response_bars(contents.sectors, width),
        notes=(f"Weighted by the chance of being asked, the rates are {weighted}.",),
        table=tables.response,
    )


def _gap_figure(contents: Contents, tables: PublishedTables, number: int, rows: Rows, width: float) -> Figure:
    heading, items = rows
    return Figure(
        number=number,
        title=gap_title(heading, items),
        subtitle=f"{_measured(items)}, {place_and_year(contents)}",
        draw=partial(gap_chart, items, width),
        notes=(
            "Boxes: 95% intervals. Filled marks, bold gaps: a clear difference. Hollow: could be chance."
            + _marks_used(_national_cells(items)),
            f"Weighted. Source: {contents.round_title}.",
        ),
        table=tables.shares,
    )


def _regions_figure(
    contents: Contents, tables: PublishedTables, numbers: Iterator[int], width: float
) -> Figure | None:
    items = headline_items(contents)
    if not items:
        return None
    cells = [row.voluntary for item in items for row in item.regions]
    cells = [cell for cell in cells if cell.mark is not Mark.NOT_APPLICABLE]
    by_item = {table.item: table for table in tables.all()}
    where = ", ".join(f"Table {by_item[item.item].number}" for item in items)
    return Figure(
        number=next(numbers),
        title=regions_title(items, contents.programme),
        subtitle=f"Voluntary organisations, per cent with 95% intervals, {place_and_year(contents)}",
        draw=lambda: region_chart(items, width, contents.programme),
        notes=(
            "Regions run from north to south and are not ranked. The upright line and band: "
            f"{contents.programme} and its interval. Filled marks: a clear difference from it. "
            "Hollow marks: could be chance." + _marks_used(cells),
            f"Weighted. Source: {contents.round_title}. Numbers: {where}, on the web page.",
        ),
        table=None,
    )


def _ratings_figure(
    contents: Contents, tables: PublishedTables, numbers: Iterator[int], width: float
) -> Figure | None:
    items = tuple(item for item in contents.items if item.ratings)
    if not items:
        return None
    cells = [Cell(None, None, None, None, row.mark) for item in items for row in item.ratings]
    return Figure(
        number=next(numbers),
        title=ratings_title(items),
        subtitle=f"Ratings from 1 (poor) to 5 (good), per cent of those rating, {place_and_year(contents)}",
        draw=lambda: ratings_chart(items, width),
        notes=(
            "Dashed segments are half points, such as “between one and two”. Bold: everything below and "
            "above 3. Small shares have no number." + _marks_used(cells),
            f"Weighted. Source: {contents.round_title}.",
        ),
        table=tables.ratings,
    )


def _rating_changes_figure(
    contents: Contents, tables: PublishedTables, numbers: Iterator[int], width: float
) -> Figure | None:
    ratings = tuple(item for item in compared(contents.items) if item.ratings)
    if contents.earlier is None or not ratings:
        return None
    subtitle = f"Change in the average rating of 1 to 5, with 95% intervals, {contents.programme}"
    return _change_figure(contents, tables, next(numbers), ratings, subtitle, width)


def _change_figures(
    contents: Contents, tables: PublishedTables, numbers: Iterator[int], width: float, *, before: bool
) -> Iterator[Figure]:
    shown = whole_compared(contents.items) if before else compared(contents.items)
    shares = tuple(item for item in shown if item.statistic == PROPORTION)
    if contents.earlier is not None and shares:
        subtitle = f"Change in the share, in points with 95% intervals, {contents.programme}"
        if before:
            yield _trend_figure(contents, tables, next(numbers), trend_items_of_before(contents), width)
        yield _change_figure(contents, tables, next(numbers), shares, subtitle, width)
        if not before:
            yield _trend_figure(contents, tables, next(numbers), trend_items(contents), width)
    if contents.earlier is not None and not before:
        for item in contents.items:
            if item.statistic != PROPORTION and not item.ratings and has_changed(item):
                subtitle = f"{item.measured}: the change, with 95% intervals, {contents.programme}"
                yield _change_figure(contents, tables, next(numbers), (item,), subtitle, width)


def _trend_figure(
    contents: Contents, tables: PublishedTables, number: int, items: tuple[ItemResult, ...], width: float
) -> Figure:
    assert contents.earlier is not None
    since = since_when(contents)
    names = wave_names(contents.earlier.opened_on, contents.opened_on)
    return Figure(
        number=number,
        title=trend_title(items, since),
        subtitle=f"Above: per cent with 95% intervals. Below: the change, {contents.programme}",
        draw=lambda: trend_chart(items, names, since, width),
        notes=(
            "Boxes that overlap above do not mean “no change”: many organisations were asked in both rounds, "
            f"and the intervals below take that into account. {VERDICTS}"
            + _marks_used(_changed_cells(items)),
            *discontinuity_notes(items),
            f"Weighted. Source: {contents.earlier.round_title} and {contents.round_title}.",
        ),
        table=tables.changes,
    )


def _change_figure(
    contents: Contents,
    tables: PublishedTables,
    number: int,
    items: tuple[ItemResult, ...],
    subtitle: str,
    width: float,
) -> Figure:
    assert contents.earlier is not None
    since = since_when(contents)
    return Figure(
        number=number,
        title=changes_title(items, since),
        subtitle=subtitle,
        draw=lambda: change_chart(items, since, width),
        notes=(
            f"Lines: 95% intervals. {VERDICTS}" + _marks_used(_changed_cells(items)),
            *discontinuity_notes(items),
            f"Weighted. Source: {contents.earlier.round_title} and {contents.round_title}.",
        ),
        table=tables.changes,
    )


def _changed_cells(items: Sequence[ItemResult]) -> list[Cell]:
    """The marks of the changes, as cells."""
    changes = [item.change for item in items if item.change is not None]
    return [
        Cell(None, None, None, None, one.mark) for each in changes for one in (each.public, each.voluntary)
    ]


def _measured(items: Sequence[ItemResult]) -> str:
    measures = list(dict.fromkeys(item.measured for item in items))
    if len(measures) == 1:
        return measures[0]
    of_whom = ", of those "
    answers = dict.fromkeys(measure.partition(of_whom)[0].removeprefix("Share ") for measure in measures)
    *others, last = answers
    named = f"Share {', '.join(others)}, or {last}" if others else f"Share {last}"
    if len(named) <= MAX_MEASURE_LENGTH:
        return named
    return "Share giving the answer that counts: each question’s table on the web page says which"


def _national_cells(items: Sequence[ItemResult]) -> list[Cell]:
    return [cell for item in items for cell in (item.public, item.voluntary)]


def _marks_used(cells: Sequence[Cell]) -> str:
    there = {cell.mark for cell in cells}
    said = [f" {bracketed(mark)}{NO_BREAK}{words}." for mark, words in MARK_WORDS.items() if mark in there]
    return "".join(said)
