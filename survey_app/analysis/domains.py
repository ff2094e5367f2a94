"""Parts of the population, and shares of yes in many of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sampling.arrays import Flags, Floats
from sampling.design import SurveyDesign
from sampling.estimation import Estimate, proportion
from sampling.intervals import ProportionMethod
from sampling.tabulation import ProportionTable, tabulate

# One share is quicker by its scores; from about here on, sums over all of them are.
MANY = 12
# Below this share of the estimate an error is what sums of squares leave over after cancelling.
LEFT_OVER = 1e-6


@dataclass(frozen=True)
class Domain:
    """A crossing of levels (`{}` for all), its rows among the units used, shape (r,), and the design."""

    by: dict[str, str]
    rows: Flags
    whole: SurveyDesign

    @cached_property
    def part(self) -> SurveyDesign:
        """The design about this domain, made once for all items."""
        return self.whole if self.rows.all() else self.whole.within(self.rows)


def proportions(
    items: Sequence[Floats], domains: Sequence[Domain], *, ci: ProportionMethod, level: float
) -> list[list[Estimate]]:
    """The share of yes to each item in each domain; items are 0, 1 or NaN, domains do not overlap."""
    if not domains or len(items) * len(domains) < MANY or not _tabulates(domains[0].whole):
        return [[proportion(domain.part, y, ci=ci, level=level) for domain in domains] for y in items]
    table = _table(items, domains)
    return [
        [_share(table, k, y, str(d), domain, ci=ci, level=level) for d, domain in enumerate(domains)]
        for k, y in enumerate(items)
    ]


def _tabulates(design: SurveyDesign) -> bool:
    return design.ids is None and design.lonely_psu in ("fail", "remove", "collapse")


def _table(items: Sequence[Floats], domains: Sequence[Domain]) -> ProportionTable:
    place = np.full(domains[0].rows.size, -1)
    for d, domain in enumerate(domains):
        place[domain.rows] = d
    return tabulate(domains[0].whole.within(place >= 0), np.column_stack(items), place.astype(np.str_))


def _share(
    table: ProportionTable,
    item: int,
    y: Floats,
    name: str,
    domain: Domain,
    *,
    ci: ProportionMethod,
    level: float,
) -> Estimate:
    if name not in table.domains:
        return proportion(domain.part, y, ci=ci, level=level)
    found = table.record(name, item, ci=ci, level=level)
    if found.estimate is None or found.se is None or found.se <= LEFT_OVER * found.estimate:
        return proportion(domain.part, y, ci=ci, level=level)
    return found
