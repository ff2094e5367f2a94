"""Estimates of a round, item by item, made safe to publish.

What may be shown of each cell is decided for the whole round at once (`protection`): a figure with its
interval and base, a band with its base, or neither. There is no figure of both sectors together below the
whole, where one voluntary reply may weigh a dozen public ones and so would tell its answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instruments.schema import Kind
from sampling.disclosure.items import Shown
from sampling.estimation.estimators import Estimate, difference, mean, proportion
from sampling.estimation.many_tests import p_value
from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN, REGIONS
from survey_app.reports.contents import Cell, Gap, ItemResult, Mark, RatingShares, RegionCells
from survey_app.services.results.protection import Protection
from survey_app.services.results.replies import AskedItem, Floats, RoundReplies
from survey_app.services.results.weighting import WeightedReplies
from survey_app.services.results.width import is_wide, unit_of, whole_of

Flags = NDArray[np.bool_]
SECTORS = (Sector.PUBLIC, Sector.VOLUNTARY)
LEVEL = 0.05
POINTS = tuple(half / 2 for half in range(2, 11))
SUPPRESSED = Cell(None, None, None, None, Mark.WITHHELD)
NOT_ASKED = Cell(None, None, None, None, Mark.NOT_APPLICABLE)
NO_ANSWER = Cell(None, None, None, None, Mark.NOT_AVAILABLE)
BANDS = {Shown.FEW: Mark.FEW, Shown.ALL_BUT_FEW: Mark.ALL_BUT_FEW}


@dataclass(frozen=True)
class Table:
    """The rows and masks that every item shares: regions down, sectors across."""

    replies: WeightedReplies
    regions: tuple[str, ...]
    in_region: dict[str, Flags]
    in_sector: dict[Sector, Flags]
    protection: Protection

    def inside(self, region: str, sector: Sector) -> Flags:
        return self.in_region[region] & self.in_sector[sector]


def item_results(
    all_replies: RoundReplies,
    weighted: WeightedReplies,
    *,
    protection: Protection,
    step: Callable[[], None] = lambda: None,
) -> tuple[ItemResult, ...]:
    """Every item of the round, protected, in the order of the questionnaires.

    Args:
        protection: what may be shown of these replies.
        step: called after each item.
    """
    table = _table(all_replies, weighted, protection)
    items = []
    for key in keys_of(all_replies):
        items.append(_item(all_replies, table, key))
        step()
    return tuple(items)


def keys_of(replies: RoundReplies) -> tuple[str, ...]:
    """The items of a round, in the order of the questionnaires."""
    return tuple(dict.fromkeys(key for sector in SECTORS for key in replies.asked.get(sector, ())))


def _table(replies: RoundReplies, weighted: WeightedReplies, protection: Protection) -> Table:
    region = np.array([row.region for row in weighted.rows])
    sector = np.array([row.stratum.sector.value for row in weighted.rows])
    present = {row.region for row in replies.rows}
    regions = tuple(name for name in (*REGIONS, NOT_KNOWN) if name in present)
    return Table(
        weighted,
        regions,
        {name: region == name for name in regions},
        {one: sector == one.value for one in SECTORS},
        protection,
    )


def _item(replies: RoundReplies, table: Table, key: str) -> ItemResult:
    asked = {one: replies.asked[one][key] for one in SECTORS if key in replies.asked.get(one, ())}
    sectors = tuple(asked)
    y = np.array([row.values.get(key, np.nan) for row in table.replies.rows])
    first = next(iter(asked.values()))
    statistic = first.item.statistic.value
    mirrored = len(asked) == len(SECTORS) and all(one.item.mirrored for one in asked.values())
    unit = unit_of(first.item.kind, statistic)
    cells = _Cells(table, key, y, statistic, sectors, mirrored, unit)
    voluntary = asked.get(Sector.VOLUNTARY, first).item.short
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
        unit=unit,
        mirrored=mirrored,
        short_voluntary=voluntary if voluntary != first.item.short else "",
    )


def _wording(asked: dict[Sector, AskedItem], sector: Sector) -> str | None:
    return asked[sector].question if sector in asked else None


@dataclass(frozen=True)
class _Cells:
    """The cells of one item, each a number, a band, or the letter that stands for it."""

    table: Table
    key: str
    y: Floats
    statistic: str
    sectors: tuple[Sector, ...]
    mirrored: bool
    unit: str

    def everyone(self) -> Cell:
        """Both sectors together, where they were asked the same; if one has no figure, this would tell it."""
        if not self.mirrored:
            return NOT_ASKED
        marks = {self.table.protection.whole(self.key, one) for one in SECTORS}
        everybody = np.ones(self.y.size, dtype=np.bool_)
        return self._cell(everybody, Shown.FIGURE) if marks == {Shown.FIGURE} else SUPPRESSED

    def whole(self, sector: Sector) -> Cell:
        if sector not in self.sectors:
            return NOT_ASKED
        return self._cell(self.table.in_sector[sector], self.table.protection.whole(self.key, sector))

    def regions(self) -> Iterator[RegionCells]:
        for region in self.table.regions:
            public, voluntary = (self._region_cell(region, one) for one in SECTORS)
            name = region[:1].upper() + region[1:]
            p = self._apart(region, voluntary)
            yield RegionCells(name, None, public, voluntary, p is not None and p < LEVEL, p)

    def _region_cell(self, region: str, sector: Sector) -> Cell:
        protection = self.table.protection
        if sector not in self.sectors or region not in protection.regions[sector]:
            return NOT_ASKED
        mark = protection.in_region(self.key, sector, region)
        return self._cell(self.table.inside(region, sector), mark)

    def gap(self) -> Gap | None:
        """Only where both sectors were asked the same."""
        public, voluntary = self.whole(Sector.PUBLIC), self.whole(Sector.VOLUNTARY)
        if not self.mirrored or public.estimate is None or voluntary.estimate is None:
            return None
        masks = (self.table.in_sector[one] for one in SECTORS)
        gap = difference(self.table.replies.design, self.y, *masks)
        if gap.difference is None or gap.se is None or gap.lci is None or gap.uci is None:
            return None
        p = p_value(gap.difference, gap.se, gap.df)
        return Gap(gap.difference, gap.lci, gap.uci, p < LEVEL, gap.se, gap.df, p)

    def _apart(self, region: str, cell: Cell) -> float | None:
        """How likely chance makes a region's voluntary figure this unlike the whole's; None untested."""
        if cell.estimate is None or self.whole(Sector.VOLUNTARY).estimate is None:
            return None
        here = self.table.inside(region, Sector.VOLUNTARY)
        everywhere = self.table.in_sector[Sector.VOLUNTARY]
        gap = difference(self.table.replies.design, self.y, here, everywhere)
        if gap.difference is None or gap.se is None or gap.lci is None:
            return None
        return p_value(gap.difference, gap.se, gap.df)

    def ratings(self) -> Iterator[RatingShares]:
        for sector in self.sectors:
            cell = self.whole(sector)
            if cell.estimate is None:
                yield RatingShares(sector, (), None, cell.mark)
                continue
            part = self.table.replies.design.within(self.table.in_sector[sector])
            at = [np.where(np.isnan(self.y), np.nan, (self.y == point) * 1.0) for point in POINTS]
            yield RatingShares(sector, tuple(mean(part, one).estimate or 0.0 for one in at), cell.n)

    def _cell(self, rows: Flags, shown: Shown) -> Cell:
        if shown in BANDS:
            return Cell(None, None, None, int((rows & ~np.isnan(self.y)).sum()), BANDS[shown])
        if shown is not Shown.FIGURE:
            return SUPPRESSED
        estimator = proportion if self.statistic == "proportion" else mean
        estimated: Estimate = estimator(self.table.replies.design.within(rows), self.y)
        if estimated.estimate is None:
            return NO_ANSWER
        low, high = estimated.lci, estimated.uci
        width = None if low is None or high is None else high - low
        wide = is_wide(estimated.estimate, width, unit=self.unit, whole=whole_of(self.statistic))
        mark = Mark.UNRELIABLE if wide else Mark.NONE
        return Cell(estimated.estimate, low, high, estimated.n, mark, estimated.se, estimated.df)
