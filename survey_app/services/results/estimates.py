"""Estimates of a round, item by item, made safe to publish.

One pattern of suppressed cells comes from the table of all replies (region x sector, with its
margins) and holds for every item; an item with fewer answers may suppress more, never less. A
cell's number, interval and base are suppressed together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instruments.schema import Kind
from sampling.disclosure.suppression import all_alike, suppressed_pattern
from sampling.estimation.estimators import Estimate, difference, mean, proportion
from sampling.frame import NOT_KNOWN, REGIONS, Sector
from survey_app.models.cases.casework import Outcome
from survey_app.reports.contents import Cell, Gap, ItemResult, Mark, RatingShares, RegionCells
from survey_app.services.results.replies import AskedItem, Floats, RoundReplies
from survey_app.services.results.weighting import WeightedReplies

Flags = NDArray[np.bool_]
SECTORS = (Sector.PUBLIC, Sector.VOLUNTARY)
POINTS = tuple(half / 2 for half in range(2, 11))
# A published interval wider than this says little: 20 points of a share, one point of five.
MAX_INTERVAL = {"proportion": 0.20, "mean": 1.0}
SUPPRESSED = Cell(None, None, None, None, Mark.WITHHELD)
NOT_ASKED = Cell(None, None, None, None, Mark.NOT_APPLICABLE)
NO_ANSWER = Cell(None, None, None, None, Mark.NOT_AVAILABLE)


@dataclass(frozen=True)
class Table:
    """The rows and masks that every item shares: regions down, sectors across."""

    replies: WeightedReplies
    regions: tuple[str, ...]
    in_region: dict[str, Flags]
    in_sector: dict[Sector, Flags]
    asked_in: dict[tuple[str, Sector], bool]
    threshold: int

    def inside(self, region: str, sector: Sector) -> Flags:
        return self.in_region[region] & self.in_sector[sector]


def item_results(
    all_replies: RoundReplies,
    weighted: WeightedReplies,
    *,
    threshold: int,
    step: Callable[[], None] = lambda: None,
) -> tuple[ItemResult, ...]:
    """Every item of the round, protected, in the order of the questionnaires.

    Args:
        step: called after each item.

    Raises:
        SuppressionError: no pattern of suppressed cells protects everybody.
    """
    table = _table(all_replies, weighted, threshold)
    sent = np.array([row.outcome is Outcome.COMPLETE for row in weighted.rows])
    pattern = suppressed_cells(table, sent.astype(np.float64), SECTORS, forced=None)
    items = []
    for key in keys_of(all_replies):
        items.append(_item(all_replies, table, key, pattern))
        step()
    return tuple(items)


def keys_of(replies: RoundReplies) -> tuple[str, ...]:
    """The items of a round, in the order of the questionnaires."""
    return tuple(dict.fromkeys(key for sector in SECTORS for key in replies.asked[sector]))


def _table(replies: RoundReplies, weighted: WeightedReplies, threshold: int) -> Table:
    region = np.array([row.region for row in weighted.rows])
    sector = np.array([row.stratum.sector.value for row in weighted.rows])
    present = {row.region for row in replies.rows}
    regions = tuple(name for name in (*REGIONS, NOT_KNOWN) if name in present)
    return Table(
        weighted,
        regions,
        {name: region == name for name in regions},
        {one: sector == one.value for one in SECTORS},
        {(name, one): (name, one) in replies.regions for name in regions for one in SECTORS},
        threshold,
    )


def suppressed_cells(
    table: Table, answered: Floats, sectors: tuple[Sector, ...], *, forced: Flags | None
) -> Flags:
    """Which cells to suppress, shape (regions + 1, sectors + 1) with margins last.

    Args:
        answered: 1 where a row has an answer, else 0, shape (n,).
        forced: cells that are suppressed whatever their count.

    Raises:
        SuppressionError: no pattern protects every suppressed cell.
    """
    counts = np.array(
        [[float(answered[table.inside(region, one)].sum()) for one in sectors] for region in table.regions]
    )
    return suppressed_pattern(counts, threshold=table.threshold, forced=forced)


def _item(replies: RoundReplies, table: Table, key: str, pattern: Flags) -> ItemResult:
    asked = {one: replies.asked[one][key] for one in SECTORS if key in replies.asked[one]}
    sectors = tuple(asked)
    y = np.array([row.values.get(key, np.nan) for row in table.replies.rows])
    suppressed = _protect(table, y, sectors, pattern)
    first = next(iter(asked.values()))
    statistic = first.item.statistic.value
    cells = _Cells(table, y, statistic, sectors, suppressed)
    return ItemResult(
        item=key,
        indicator=first.item.indicator or "",
        section=first.item.section,
        short=first.item.short,
        measured=first.item.measured,
        statistic=statistic,
        question_public=_wording(asked, Sector.PUBLIC),
        question_voluntary=_wording(asked, Sector.VOLUNTARY),
        everyone=cells.everyone(),
        public=cells.whole(Sector.PUBLIC),
        voluntary=cells.whole(Sector.VOLUNTARY),
        gap=cells.gap(),
        regions=tuple(cells.regions()),
        ratings=tuple(cells.ratings()) if first.item.kind is Kind.RATING else (),
    )


def _wording(asked: dict[Sector, AskedItem], sector: Sector) -> str | None:
    return asked[sector].question if sector in asked else None


def _protect(table: Table, y: Floats, sectors: tuple[Sector, ...], pattern: Flags) -> Flags:
    columns = [SECTORS.index(one) for one in sectors]
    forced = np.zeros((len(table.regions) + 1, len(sectors) + 1), dtype=np.bool_)
    forced[:, : len(sectors)] = pattern[:, columns]
    if len(sectors) == len(SECTORS):
        forced[:, -1] = pattern[:, -1]
    for row, region in enumerate(table.regions):
        for column, one in enumerate(sectors):
            forced[row, column] |= all_alike(y[table.inside(region, one)])
    return suppressed_cells(table, (~np.isnan(y)).astype(np.float64), sectors, forced=forced)


@dataclass(frozen=True)
class _Cells:
    """The cells of one item, each a number or the letter that stands for it."""

    table: Table
    y: Floats
    statistic: str
    sectors: tuple[Sector, ...]
    suppressed: Flags

    def everyone(self) -> Cell:
        if len(self.sectors) < len(SECTORS):
            return NOT_ASKED
        return self._cell(np.ones(self.y.size, dtype=np.bool_), suppressed=bool(self.suppressed[-1, -1]))

    def whole(self, sector: Sector) -> Cell:
        if sector not in self.sectors:
            return NOT_ASKED
        return self._cell(self.table.in_sector[sector], suppressed=self._is_suppressed(-1, sector))

    def regions(self) -> Iterator[RegionCells]:
        for row, region in enumerate(self.table.regions):
            public, voluntary = (self._region_cell(row, region, one) for one in SECTORS)
            everyone = NOT_ASKED
            if len(self.sectors) == len(SECTORS):
                everyone = self._cell(self.table.in_region[region], suppressed=bool(self.suppressed[row, -1]))
            yield RegionCells(
                region[:1].upper() + region[1:], everyone, public, voluntary, self._differs(region, voluntary)
            )

    def _region_cell(self, row: int, region: str, sector: Sector) -> Cell:
        if sector not in self.sectors or not self.table.asked_in[(region, sector)]:
            return NOT_ASKED
        return self._cell(self.table.inside(region, sector), suppressed=self._is_suppressed(row, sector))

    def _is_suppressed(self, row: int, sector: Sector) -> bool:
        return bool(self.suppressed[row, self.sectors.index(sector)])

    def gap(self) -> Gap | None:
        public, voluntary = self.whole(Sector.PUBLIC), self.whole(Sector.VOLUNTARY)
        if public.estimate is None or voluntary.estimate is None:
            return None
        masks = (self.table.in_sector[one] for one in SECTORS)
        gap = difference(self.table.replies.design, self.y, *masks)
        if gap.difference is None or gap.lci is None or gap.uci is None:
            return None
        return Gap(gap.difference, gap.lci, gap.uci, clear=not gap.lci <= 0 <= gap.uci)

    def _differs(self, region: str, cell: Cell) -> bool:
        if cell.estimate is None or self.whole(Sector.VOLUNTARY).estimate is None:
            return False
        here = self.table.inside(region, Sector.VOLUNTARY)
        everywhere = self.table.in_sector[Sector.VOLUNTARY]
        gap = difference(self.table.replies.design, self.y, here, everywhere)
        return gap.lci is not None and gap.uci is not None and not gap.lci <= 0 <= gap.uci

    def ratings(self) -> Iterator[RatingShares]:
        for sector in self.sectors:
            cell = self.whole(sector)
            if cell.estimate is None:
                yield RatingShares(sector, (), None, cell.mark)
                continue
            part = self.table.replies.design.within(self.table.in_sector[sector])
            at = [np.where(np.isnan(self.y), np.nan, (self.y == point) * 1.0) for point in POINTS]
            yield RatingShares(sector, tuple(mean(part, one).estimate or 0.0 for one in at), cell.n)

    def _cell(self, rows: Flags, *, suppressed: bool) -> Cell:
        if suppressed:
            return SUPPRESSED
        estimator = proportion if self.statistic == "proportion" else mean
        estimated: Estimate = estimator(self.table.replies.design.within(rows), self.y)
        if estimated.estimate is None:
            return NO_ANSWER
        mark = Mark.UNRELIABLE if _is_wide(estimated, self.statistic) else Mark.NONE
        return Cell(estimated.estimate, estimated.lci, estimated.uci, estimated.n, mark)


def _is_wide(estimated: Estimate, statistic: str) -> bool:
    if estimated.lci is None or estimated.uci is None:
        return True
    return estimated.uci - estimated.lci > MAX_INTERVAL[statistic]
