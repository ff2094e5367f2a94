"""How many to ask in each stratum, from a total or from the precision wanted, on stratum counts alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import ceil

import numpy as np
from scipy.stats import norm

from sampling.arrays import Floats, Ints
from sampling.errors import SamplingError, ShortfallError
from sampling.panels.allocation import Method, allocate, proportion_sd
from sampling.panels.grid import LEVEL, Domain, Grid, Limits, PlanStratum
from sampling.panels.precision import allocate_for_precision

# Targets are met at the t quantile of the replies expected, which depend on the sizes: few rounds settle it.
ROUNDS = 8
SETTLED, MARGIN = 1e-4, 1e-3
MIN_VARIANCE = 1e-12


@dataclass(frozen=True)
class Target:
    """An interval of `half_width` either side (0.05: five points) for a share of `share` in the domain."""

    domain: Domain
    half_width: float
    share: float = 0.5


@dataclass(frozen=True)
class Unmet:
    """A target out of reach, and what would bring it within reach.

    Args:
        domain, wanted: the target. best: the half-width when all that the limits allow are asked; None when
            a stratum of the domain may not be asked at all, or too few would answer for an interval.
        response: the least share answering in every stratum of the domain with which asking so many would
            do; None when even all answers would not: a maximum or a size set by hand stands in the way.
    """

    domain: str
    wanted: float
    best: float | None
    response: float | None


@dataclass(frozen=True)
class Sizes:
    """How many to ask by stratum, and the targets that they miss although no more may be asked."""

    ask: Mapping[str, int]
    unmet: tuple[Unmet, ...] = ()


def sizes_by_total(
    strata: Sequence[PlanStratum],
    total: int,
    *,
    method: Method = "proportional",
    limits: Limits | None = None,
    power: float = 0.5,
    shares: Mapping[str, float] | None = None,
) -> Sizes:
    """Share a total among the strata that are not certain; boosts come on top of it.

    Args:
        total: units to ask in all strata that are not certain, sizes set by hand included.
        method, power: as `allocate` has them; neyman takes `shares`, the share saying yes expected by
            stratum (0.5 where absent).

    Raises:
        ShortfallError, CeilingError: minimums or fixed sizes need more than the total; maximums allow less.
        SamplingError: a limit cannot be kept; the message names it.
    """
    grid = Grid(strata, limits or Limits())
    free = grid.free
    ask = np.where(free, 0, grid.low)
    left = total - int(ask[~grid.certainty].sum())
    if left < 0:
        raise ShortfallError(total - left, total)
    if free.any():
        p = np.array([(shares or {}).get(stratum.name, 0.5) for stratum in strata])
        ask[free] = allocate(
            grid.pop[free],
            left,
            method=method,
            power=power,
            sd=proportion_sd(p[free], grid.pop[free]),
            min_n=grid.low[free],
            cap=grid.high[free],
        ).sample_size
    return Sizes(grid.named(grid.boosted(ask)))


def sizes_by_targets(
    strata: Sequence[PlanStratum], targets: Sequence[Target], *, limits: Limits | None = None
) -> Sizes:
    """The fewest pence, or units where none has a cost, that give every domain its precision.

    The interval is estimate -+ t SE, with finite population correction, from the replies expected; t on
    replies less strata of the domain. A target that cannot be met is named, and as near as the limits allow.

    Raises:
        SamplingError: there are no targets, one is not between 0 and 1, or a limit cannot be kept.

    Source:
        Bethel (1989), Sample allocation in multivariate surveys, in units asked instead of replies.
    """
    if not targets:
        raise SamplingError("targets: at least one is needed")
    grid = Grid(strata, limits or Limits())
    ask, unmet = _solved(grid, targets)
    return Sizes(grid.named(grid.boosted(ask)), unmet)


def unmet_in_words(unmet: Unmet) -> str:
    """Which target is out of reach, by how much, and what would bring it within reach."""
    wanted = f"{unmet.domain}: ±{_points(unmet.wanted)} points cannot be had"
    if unmet.best is None:
        reach = "too few could answer for any interval"
    else:
        reach = f"asking all that the plan allows gives ±{_points(unmet.best)}"
    if unmet.response is None:
        return f"{wanted}; {reach}. A wider target, a higher maximum, or other sizes set by hand would do."
    replies = f"{ceil(unmet.response * 100)}% of its organisations answered"
    wider = "" if unmet.best is None else f", or with a target of ±{_points(unmet.best)}"
    return f"{wanted}; {reach}. It could be had if {replies}{wider}."


def _points(half_width: float) -> str:
    """Rounded up, so that the target named is one that can be met."""
    return f"{ceil(half_width * 1000 - 1e-6) / 10:g}"


def _solved(grid: Grid, targets: Sequence[Target]) -> tuple[Ints, tuple[Unmet, ...]]:
    spreads = np.array([grid.spread(target.domain, _checked(target).share) for target in targets])
    best = [grid.half_width(a, grid.high, share=x.share) for a, x in zip(spreads, targets, strict=True)]
    within = [
        reach is not None and reach <= x.half_width * (1 + SETTLED)
        for reach, x in zip(best, targets, strict=True)
    ]
    ask = np.where(grid.free, grid.low, grid.high)
    unmet = []
    for i in np.flatnonzero(~np.array(within)).tolist():
        ask = np.where(spreads[i] > 0, grid.high, ask)
        unmet.append(_out_of_reach(grid, spreads[i], targets[i], best[i]))
    met = np.flatnonzero(within).tolist()
    return _settled(grid, spreads[met], [targets[i] for i in met], ask), tuple(unmet)


def _out_of_reach(grid: Grid, spread: Floats, target: Target, best: float | None) -> Unmet:
    return Unmet(target.domain.name, target.half_width, best, _response_needed(grid, spread, target))


def _checked(target: Target) -> Target:
    if not (0 < target.half_width < 1 and 0 < target.share < 1):
        raise SamplingError(
            f"target for {target.domain.name!r}: half-width {target.half_width} and share {target.share} "
            "must be between 0 and 1"
        )
    return target


def _settled(grid: Grid, spreads: Floats, targets: Sequence[Target], floor: Ints) -> Ints:
    """Sizes for targets within reach: solve, see how wide the intervals are at their t, solve again."""
    if not targets:
        return floor
    widths = np.array([target.half_width for target in targets])
    quantiles = np.full(widths.size, norm.ppf((1 + LEVEL) / 2))
    ask, prices = _cheapest(grid, spreads, (widths / quantiles) ** 2, floor, None)
    goals = np.array([_goal(grid, *each) for each in zip(spreads, widths, repeat(ask))])
    for _ in range(ROUNDS):
        ask, prices = _cheapest(grid, spreads, goals, floor, prices)
        missed = np.array([_missed(grid, a, ask, x) for a, x in zip(spreads, targets, strict=True)])
        if np.all(missed <= 1 + SETTLED):
            break
        goals = np.where(missed > 1 + SETTLED, goals / (missed * (1 + MARGIN)) ** 2, goals)
    return ask


def _goal(grid: Grid, spread: Floats, width: float, ask: Ints) -> float:
    """The variance that an interval allows at the t of these sizes; where they have none, at that of all."""
    quantile = grid.quantile(spread, ask) or grid.quantile(spread, grid.high)
    return float((width / quantile) ** 2) if quantile else width**2


def _missed(grid: Grid, spread: Floats, ask: Ints, target: Target) -> float:
    """Half-width over the one wanted; 2 where there are too few replies for any."""
    width = grid.half_width(spread, ask, share=target.share)
    return 2.0 if width is None else width / target.half_width


def _cheapest(
    grid: Grid, spreads: Floats, goals: Floats, floor: Ints, prices: Floats | None
) -> tuple[Ints, Floats]:
    """Bethel's problem in units asked: 1/r - 1/N with r = e n is (1/e)(1/n - 1/N) + (1/e - 1)/N.

    The second part is taken off the goals beforehand. A goal that hardly less than all can meet gets all.
    """
    asked = np.flatnonzero(grid.high > 0)
    pop, high, squares = grid.pop[asked], grid.high[asked], spreads[:, asked] ** 2 / grid.response[asked]
    left = goals - (squares * (1 - grid.response[asked]) / pop).sum(axis=1)
    reach = (squares * (1 / high - 1 / pop)).sum(axis=1)
    tight = left <= reach * (1 + MARGIN)
    low = np.where((squares[tight] > 0).any(axis=0), high, floor[asked])
    pence = np.array([grid.strata[h].pence for h in asked], dtype=np.float64)
    cheapest = allocate_for_precision(
        pop,
        np.sqrt(squares),
        np.maximum(np.where(tight, reach, left), MIN_VARIANCE),
        cost=pence if np.all(pence > 0) else None,
        min_n=low,
        cap=high,
        precision=SETTLED / 10,
        prices=prices,
    )
    ask = floor.copy()
    ask[asked] = cheapest.sample_size
    return ask, cheapest.prices


def _response_needed(grid: Grid, spread: Floats, target: Target) -> float | None:
    """The least common share answering, when all that the limits allow are asked, that meets the target."""

    def enough(response: float) -> bool:
        width = grid.half_width(
            spread, grid.high, share=target.share, response=np.full(grid.pop.size, response)
        )
        return width is not None and width <= target.half_width

    if not enough(1.0):
        return None
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
