"""Parts of the population, and shares of yes in many of them at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sampling.arrays import Coded, Flags, Floats
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import Estimate, proportion
from sampling.estimation.intervals import ProportionMethod
from sampling.estimation.tabulation import ProportionTable, tabulate

# One share is quicker by its scores; from about here on, sums over all of them are.
MANY = 12
# Below this share of the estimate an error is what sums of squares leave over after cancelling.
LEFT_OVER = 1e-6
# Answers tabulated at one time: more would not fit into memory.
AT_ONCE = 50_000_000


@dataclass(frozen=True)
class Domain:
    """A crossing of levels (`{}` for all) among the units used, shape (r,), and the design of them all.

    `place` tells of each unit in which crossing it is; here are those of `code`.
    """

    by: dict[str, str]
    place: NDArray[np.int32]
    code: int
    whole: SurveyDesign

    @property
    def rows(self) -> Flags:
        """True for the units of this crossing, shape (r,)."""
        return np.asarray(self.place == self.code)

    def part(self) -> SurveyDesign:
        """The design about this domain; made anew each time, as many of them would not fit into memory."""
        rows = self.rows
        return self.whole if rows.all() else self.whole.within(rows)


def proportions(
    items: Sequence[Floats], domains: Sequence[Domain], *, ci: ProportionMethod, level: float
) -> list[list[Estimate]]:
    """The share of yes to each item in each domain: as many lists as items, one Estimate per domain in each.

    Args:
        items: 0, 1 or NaN, shape (r,) each. domains: of the same r units; they do not overlap.
    """
    if not domains:
        return [[] for _ in items]
    if len(items) * len(domains) < MANY or not _tabulates(domains[0].whole):
        return _by_item([proportion(part, y, ci=ci, level=level) for y in items] for part in _parts(domains))
    records: list[list[Estimate]] = []
    at_once = max(AT_ONCE // domains[0].whole.size, 1)
    for first in range(0, len(items), at_once):
        some = items[first : first + at_once]
        table = _table(some, domains)
        records += _by_item(
            _shares(table, str(d), domain, some, ci=ci, level=level) for d, domain in enumerate(domains)
        )
    return records


def _parts(domains: Sequence[Domain]) -> Iterator[SurveyDesign]:
    return (domain.part() for domain in domains)


def _by_item(by_domain: Iterable[list[Estimate]]) -> list[list[Estimate]]:
    return [list(row) for row in zip(*by_domain, strict=True)]


def _tabulates(design: SurveyDesign) -> bool:
    return design.ids is None and design.lonely_psu in ("fail", "remove", "collapse")


def _table(items: Sequence[Floats], domains: Sequence[Domain]) -> ProportionTable:
    place, whole = domains[0].place, domains[0].whole
    by = Coded(("outside", *map(str, range(len(domains)))), place + 1)
    return tabulate(whole.within(place >= 0), np.column_stack(items), by)


def _shares(
    table: ProportionTable,
    name: str,
    domain: Domain,
    items: Sequence[Floats],
    *,
    ci: ProportionMethod,
    level: float,
) -> list[Estimate]:
    """The shares of one domain from the table; those that the table cannot tell well, one at a time."""
    part, shares = None, []
    for k, y in enumerate(items):
        share = table.record(name, k, ci=ci, level=level) if name in table.domains else None
        if share is None or share.estimate is None or (share.se or 0.0) <= LEFT_OVER * share.estimate:
            part = domain.part() if part is None else part
            share = proportion(part, y, ci=ci, level=level)
        shares.append(share)
    return shares
