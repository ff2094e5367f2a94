"""Every published number as CSV, one estimate to a line."""

import csv
import io
from collections.abc import Iterator, Sequence

from sampling.frame import Sector
from sampling.spreadsheets import never_a_formula
from survey_app.reports.contents import (
    Cell,
    Change,
    Contents,
    Gap,
    ItemResult,
    Mark,
    RatingShares,
    RegionCells,
)
from survey_app.reports.long_csv import PER_CENT, POINTS_UNIT, difference_values, unit_of
from survey_app.reports.printed import (
    BANDS,
    CHANGELESS,
    PROPORTION,
    SUPPRESSING,
    is_clear,
    moved,
    rounded,
    visible,
    written,
)
from survey_app.reports.rated import POINTS, suppressed

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
# At the end, so that whoever reads by place meets what they met before.
UNIT = ("unit",)
# Only where there is an earlier round; filled for the whole, since change is not estimated by region.
CHANGE_HEADER = (
    "earlier",
    "earlier_lci",
    "earlier_uci",
    "earlier_n",
    "earlier_mark",
    "change",
    "change_lci",
    "change_uci",
    "change_clear",
    "overlap",
    "change_mark",
)


def results_csv(contents: Contents) -> str:
    """Every published estimate, one to a line, rounded as printed: whole per cent and one decimal.

    The first line names the columns. Hidden numbers are empty with their letter in `mark`; of a
    band the words stand there, with its base. Text that
    a spreadsheet would take for a formula is preceded by an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    two = contents.earlier is not None
    writer.writerow((*CSV_HEADER, *(CHANGE_HEADER if two else ()), *UNIT))
    for item in contents.items:
        for sector, region, statistic, values in _lines(item, contents.programme):
            words = (item.item, item.indicator, sector, region, statistic)
            moves = _moves(item, sector, whole=region == contents.programme and statistic in NAMES.values())
            numbers = (*values, *(moves if two else ()), _unit(item, statistic))
            writer.writerow((*(never_a_formula(word) for word in words), *numbers))
    return written.getvalue()


def _unit(item: ItemResult, statistic: str) -> str:
    """What a line is counted in: as the table of one number to a line says it."""
    if statistic.startswith("per cent"):
        return PER_CENT
    return POINTS_UNIT if item.statistic == PROPORTION else unit_of(item)


NAMES = {PROPORTION: "per cent", "mean": "average"}
Line = tuple[str, str, str, tuple[str, ...]]


def _lines(item: ItemResult, whole: str) -> Iterator[Line]:
    statistic = NAMES[item.statistic]
    everywhere = RegionCells(whole, item.everyone, item.public, item.voluntary, differs=False)
    for row in (everywhere, *(row for row in item.regions if row.region != whole)):
        cells = (("everyone", row.everyone), (Sector.PUBLIC, row.public), (Sector.VOLUNTARY, row.voluntary))
        for sector, cell in cells:
            if cell is not None:
                yield sector, row.region, statistic, _cell_values(cell, item.statistic)
    if item.gap is not None:
        gap = "gap in points" if item.statistic == PROPORTION else "gap"
        yield "public less voluntary", whole, gap, _gap_values(item.gap, item.statistic)
    for ratings in item.ratings:
        yield from _rating_lines(ratings, whole)


def _rating_lines(row: RatingShares, whole: str) -> Iterator[Line]:
    shares: Sequence[float | None] = [None] * len(POINTS) if suppressed(row) else row.shares
    n = "" if suppressed(row) or row.n is None else str(row.n)
    for place, share in enumerate(shares):
        estimate = "" if share is None else str(rounded(share, PROPORTION))
        values = (estimate, "", "", n, row.mark.value)
        yield row.sector, whole, f"per cent rating {1 + place / 2:g}", values


def _cell_values(cell: Cell, statistic: str) -> tuple[str, ...]:
    if visible(cell) is None:
        mark = cell.mark if cell.mark in SUPPRESSING else Mark.NOT_AVAILABLE
        return "", "", "", str(cell.n) if mark in BANDS else "", written(mark)
    numbers = (cell.estimate, cell.lci, cell.uci)
    printed = ("" if value is None else str(rounded(value, statistic)) for value in numbers)
    return (*printed, "" if cell.n is None else str(cell.n), cell.mark.value)


def _moves(item: ItemResult, sector: str, *, whole: bool) -> tuple[str, ...]:
    """The earlier estimate and the change, in the order of `CHANGE_HEADER`."""
    if item.change is None or not whole:
        return ("",) * 4 + (Mark.NOT_AVAILABLE.value,) + ("",) * 5 + (Mark.NOT_AVAILABLE.value,)
    sides = {"everyone": item.change.everyone, Sector.PUBLIC: item.change.public}
    change = sides.get(sector, item.change.voluntary)
    return (*_cell_values(change.then, item.statistic), *_change_values(change, item.statistic))


def _change_values(change: Change, statistic: str) -> tuple[str, ...]:
    if moved(change) is None:
        mark = change.mark if change.mark in CHANGELESS else Mark.NOT_AVAILABLE
        return "", "", "", "", "", mark.value
    printed = difference_values(change, statistic)
    overlap = "" if change.overlap is None else str(change.overlap)
    return (*printed, "yes" if is_clear(change) else "no", overlap, change.mark.value)


def _gap_values(gap: Gap, statistic: str) -> tuple[str, ...]:
    return (*difference_values(gap, statistic), "", "")
