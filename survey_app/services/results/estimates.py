"""Estimates of a round, item by item, made safe to publish.

What may be shown of each cell is decided for the whole round at once (`protection`): a figure with its
interval and base, a band with its base, or neither. There is no figure of both sectors together below the
whole, where one voluntary reply may weigh a dozen public ones and so would tell its answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from instruments.schema import Kind
from sampling.disclosure.items import Shown
from sampling.estimation.intervals import Interval, ProportionFacts, proportion_interval, t_interval
from sampling.estimation.many_means import DomainMeans, Errors, ManyMeans
from sampling.estimation.many_tests import p_value
from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN, REGIONS
from survey_app.reports.contents import (
    Breakdown,
    Cell,
    Gap,
    GroupCell,
    ItemResult,
    Mark,
    RatingShares,
    RegionCells,
)
from survey_app.services.results.partitions import REGION
from survey_app.services.results.protection import Protection
from survey_app.services.results.replies import AskedItem, Floats, RoundReplies
from survey_app.services.results.weighting import RESOLVED, WeightedReplies
from survey_app.services.results.width import is_wide, unit_of, whole_of

Flags = NDArray[np.bool_]
SECTORS = (Sector.PUBLIC, Sector.VOLUNTARY)
# A sector, or both; a partition of it and the group's label, both empty for the whole.
Domain = tuple[Sector | None, str, str]
EVERYBODY: Domain = (None, "", "")
LEVEL, CONFIDENCE = 0.05, 0.95
POINTS = tuple(half / 2 for half in range(2, 11))
SUPPRESSED = Cell(None, None, None, None, Mark.WITHHELD)
NOT_ASKED = Cell(None, None, None, None, Mark.NOT_APPLICABLE)
NO_ANSWER = Cell(None, None, None, None, Mark.NOT_AVAILABLE)
BANDS = {Shown.FEW: Mark.FEW, Shown.ALL_BUT_FEW: Mark.ALL_BUT_FEW}


@dataclass(frozen=True)
class Table:
    """The rows and masks that every item shares, and the means of all items in each domain, worked out once.

    `place` is the column of each item.
    """

    many: ManyMeans
    place: dict[str, int]
    regions: tuple[str, ...]
    in_group: dict[Domain, Flags]
    protection: Protection
    parts: dict[Domain, tuple[DomainMeans, Errors]] = field(default_factory=dict, repr=False)
    gaps: dict[tuple[Domain, Domain], Errors] = field(default_factory=dict, repr=False)

    def rows(self, domain: Domain) -> Flags:
        """True for the rows of a domain, shape (n,)."""
        return self.in_group[domain]

    def part(self, domain: Domain) -> tuple[DomainMeans, Errors]:
        """The means of all items in a domain with their errors."""
        if domain not in self.parts:
            means = self.many.within(self.rows(domain))
            self.parts[domain] = means, self.many.errors(means)
        return self.parts[domain]

    def apart(self, one: Domain, other: Domain) -> Errors:
        """The errors of one domain's means less another's, `one` inside it or apart from it."""
        if (one, other) not in self.gaps:
            self.gaps[one, other] = self.many.difference_errors(self.part(one)[0], self.part(other)[0])
        return self.gaps[one, other]

    def answers(self, key: str) -> Floats:
        """The answers to one item, shape (n,)."""
        return self.many.items[:, self.place[key]]


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
    return replies.keys


def _table(replies: RoundReplies, weighted: WeightedReplies, protection: Protection) -> Table:
    kept = np.array([row.outcome in RESOLVED for row in replies.rows], dtype=np.bool_)
    present = {name for names in protection.regions.values() for name in names}
    return Table(
        ManyMeans(weighted.design, replies.answers[kept]),
        {key: column for column, key in enumerate(replies.keys)},
        tuple(name for name in (*REGIONS, NOT_KNOWN) if name in present),
        dict(_domains(weighted, protection, kept)),
        protection,
    )


def _domains(
    weighted: WeightedReplies, protection: Protection, kept: Flags
) -> Iterator[tuple[Domain, Flags]]:
    """The rows of everybody, of each sector and of each of its groups, among the resolved cases."""
    yield EVERYBODY, np.ones(int(kept.sum()), dtype=np.bool_)
    sector_of = np.array([row.stratum.sector.value for row in weighted.rows])
    for sector in SECTORS:
        yield (sector, "", ""), sector_of == sector.value
        for partition in protection.partitions.get(sector, ()):
            group = partition.group[kept]
            for place, label in enumerate(partition.labels):
                yield (sector, partition.name, label), group == place


def _item(replies: RoundReplies, table: Table, key: str) -> ItemResult:
    asked = {one: replies.asked[one][key] for one in SECTORS if key in replies.asked.get(one, ())}
    sectors = tuple(asked)
    first = next(iter(asked.values()))
    statistic = first.item.statistic.value
    mirrored = len(asked) == len(SECTORS) and all(one.item.mirrored for one in asked.values())
    unit = unit_of(first.item.kind, statistic)
    cells = _Cells(table, key, statistic, sectors, mirrored, unit)
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
        breakdowns=tuple(cells.breakdowns()),
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
    statistic: str
    sectors: tuple[Sector, ...]
    mirrored: bool
    unit: str

    def everyone(self) -> Cell:
        """Both sectors together, where they were asked the same; if one has no figure, this would tell it."""
        if not self.mirrored:
            return NOT_ASKED
        marks = {self.table.protection.whole(self.key, one) for one in SECTORS}
        return self._cell(EVERYBODY, Shown.FIGURE) if marks == {Shown.FIGURE} else SUPPRESSED

    def whole(self, sector: Sector) -> Cell:
        if sector not in self.sectors:
            return NOT_ASKED
        return self._cell((sector, "", ""), self.table.protection.whole(self.key, sector))

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
        return self._group_cell(sector, REGION, region)

    def _group_cell(self, sector: Sector, partition: str, group: str) -> Cell:
        mark = self.table.protection.in_group(self.key, sector, partition, group)
        return self._cell((sector, partition, group), mark)

    def breakdowns(self) -> Iterator[Breakdown]:
        """The cells of each sector by what it is divided into beside regions."""
        for sector in self.sectors:
            for partition in self.table.protection.partitions[sector][1:]:
                cells = (
                    GroupCell(label, self._group_cell(sector, partition.name, label))
                    for label in partition.labels
                )
                yield Breakdown(sector, partition.name, partition.title, tuple(cells))

    def gap(self) -> Gap | None:
        """Only where both sectors were asked the same."""
        public, voluntary = self.whole(Sector.PUBLIC), self.whole(Sector.VOLUNTARY)
        if not self.mirrored or public.estimate is None or voluntary.estimate is None:
            return None
        one, other = ((sector, "", "") for sector in SECTORS)
        gap = self._difference(one, other)
        if gap is None:
            return None
        moved, se, df = gap
        low, high = t_interval(moved, se, df, CONFIDENCE)
        p = p_value(moved, se, df)
        return Gap(moved, low, high, p < LEVEL, se, df, p)

    def _apart(self, region: str, cell: Cell) -> float | None:
        """How likely chance makes a region's voluntary figure this unlike the whole's; None untested."""
        if cell.estimate is None or self.whole(Sector.VOLUNTARY).estimate is None:
            return None
        gap = self._difference((Sector.VOLUNTARY, REGION, region), (Sector.VOLUNTARY, "", ""))
        return None if gap is None else p_value(*gap)

    def _difference(self, one: Domain, other: Domain) -> tuple[float, float, int] | None:
        """One domain's figure less another's, its standard error and degrees of freedom, if there are any."""
        errors, at = self.table.apart(one, other), self.table.place[self.key]
        first, second = (self.table.part(domain)[0].estimate[at] for domain in (one, other))
        df = int(errors.df[at])
        if np.isnan(first) or np.isnan(second) or df <= 0:
            return None
        return float(first - second), sqrt(errors.variance[0, at]), df

    def ratings(self) -> Iterator[RatingShares]:
        for sector in self.sectors:
            cell = self.whole(sector)
            if cell.estimate is None:
                yield RatingShares(sector, (), None, cell.mark)
                continue
            yield RatingShares(sector, tuple(self._shares((sector, "", ""))), cell.n)

    def _shares(self, domain: Domain) -> Iterator[float]:
        """The weighted share of each point among those who rated."""
        y = self.table.answers(self.key)
        rated = self.table.rows(domain) & ~np.isnan(y)
        y, weights = y[rated], self.table.many.design.weights[rated]
        yield from (float(weights @ (y == point)) / float(weights.sum()) for point in POINTS)

    def _cell(self, domain: Domain, shown: Shown) -> Cell:
        if shown not in BANDS and shown is not Shown.FIGURE:
            return SUPPRESSED
        means, errors = self.table.part(domain)
        at = self.table.place[self.key]
        n = int(means.n[at])
        if shown in BANDS:
            return Cell(None, None, None, n, BANDS[shown])
        estimate = float(means.estimate[at])
        if np.isnan(estimate):
            return NO_ANSWER
        low, high = self._interval(means, errors, at)
        width = None if low is None or high is None else high - low
        wide = is_wide(estimate, width, unit=self.unit, whole=whole_of(self.statistic))
        mark = Mark.UNRELIABLE if wide else Mark.NONE
        return Cell(estimate, low, high, n, mark, sqrt(errors.variance[0, at]), int(errors.df[at]))

    def _interval(self, means: DomainMeans, errors: Errors, at: int) -> Interval | tuple[None, None]:
        """By Korn and Graubard for a share, else by t; none without degrees of freedom."""
        estimate, df = float(means.estimate[at]), int(errors.df[at])
        variance, without_fpc = (float(value) for value in errors.variance[:, at])
        if df <= 0:
            return None, None
        if self.statistic != "proportion":
            return t_interval(estimate, sqrt(variance), df, CONFIDENCE)
        share = float(round(estimate)) if means.alike[at] else estimate
        population = None if self.table.many.design.pop_size is None else float(means.base[at])
        facts = ProportionFacts(share, variance, without_fpc, int(means.n[at]), df, population)
        return proportion_interval(facts, CONFIDENCE, "korn_graubard")
