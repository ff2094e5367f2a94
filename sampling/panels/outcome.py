"""What a plan would give: replies, intervals, the change that could be seen, minutes and cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from scipy.stats import norm

from sampling.arrays import Floats, Ints
from sampling.panels.grid import LEVEL, Domain, Grid, Limits, PlanStratum
from sampling.panels.rotation import Flows

MIN_REPLIES = 5


@dataclass(frozen=True)
class LastRound:
    """Last year's round by this year's strata; what is missing of a stratum is nought.

    Args:
        pop_size, asked, replies: its frame, and how many were asked and answered.
        both: units on both frames. kept: of last year's members, how many this plan keeps, as
            `rotation.expected_kept` has them.
        again: share of those kept who answer this year, when they did last year.
        correlation: of one organisation's answers in two years.
    """

    pop_size: Mapping[str, float]
    asked: Mapping[str, float]
    replies: Mapping[str, float]
    both: Mapping[str, int]
    kept: Mapping[str, float]
    again: float = 0.75
    correlation: float = 0.5

    @classmethod
    def carried(
        cls,
        pop_size: Mapping[str, float],
        asked: Mapping[str, float],
        replies: Mapping[str, float],
        *,
        moved: Flows,
        kept: Mapping[str, float],
    ) -> "LastRound":
        """Last year's round when its strata were others: each goes to where its units are now.

        Args:
            pop_size, asked, replies: by last year's strata. moved: see `rotation.flows`; units that left the
                frame are taken to have been spread like the others.
        """
        both: dict[str, int] = {}
        for (_, now), count in moved.items():
            both[now] = both.get(now, 0) + count
        return cls(_carried(pop_size, moved), _carried(asked, moved), _carried(replies, moved), both, kept)


def _carried(values: Mapping[str, float], moved: Flows) -> dict[str, float]:
    """Counts of last year's strata, by this year's, in proportion to the units of both frames."""
    stayed: dict[str, int] = {}
    for (then, _), count in moved.items():
        stayed[then] = stayed.get(then, 0) + count
    carried: dict[str, float] = {}
    for (then, now), count in moved.items():
        if count:
            carried[now] = carried.get(now, 0.0) + values.get(then, 0) * count / stayed[then]
    return carried


@dataclass(frozen=True, kw_only=True)
class StratumOutcome:
    """One stratum of a plan; `half_width` is of the share assumed, None where too few would answer."""

    name: str
    pop_size: int
    ask: int
    replies: float
    half_width: float | None
    minutes: float
    pence: int
    certainty: bool


@dataclass(frozen=True, kw_only=True)
class DomainOutcome:
    """One group to report on.

    Args:
        ask, replies: expected in the domain, where it is part of a stratum in proportion.
        half_width: of the share assumed. None: no interval.
        half_width_before: last year's, from its replies.
        change: half the interval of the change since last year. visible: the smallest change that such an
            interval would tell from nought with the power asked for.
    """

    name: str
    pop_size: int
    ask: float
    replies: float
    half_width: float | None
    half_width_before: float | None = None
    change: float | None = None
    visible: float | None = None


@dataclass(frozen=True)
class PlanOutcome:
    """A plan's strata in the order given, its domains, and the sums."""

    strata: tuple[StratumOutcome, ...]
    domains: tuple[DomainOutcome, ...]

    @property
    def ask(self) -> int:
        return sum(line.ask for line in self.strata)

    @property
    def replies(self) -> float:
        return sum(line.replies for line in self.strata)

    @property
    def minutes(self) -> float:
        """Asked of everybody together, if all answered."""
        return sum(line.minutes for line in self.strata)

    @property
    def pence(self) -> int:
        return sum(line.pence for line in self.strata)


def outcome(
    strata: Sequence[PlanStratum],
    ask: Mapping[str, int],
    domains: Sequence[Domain],
    *,
    share: float = 0.5,
    last: LastRound | None = None,
    power: float = 0.8,
) -> PlanOutcome:
    """What asking `ask` of each stratum would give, at a share of `share` in every group.

    Raises:
        SamplingError: a size is not one its stratum can give; a domain's counts are not those of the strata.
    """
    grid = Grid(strata, Limits(fixed={name: ask.get(name, 0) for name in (s.name for s in strata)}))
    size = grid.low
    lines = tuple(_stratum(grid, stratum, int(n), share) for stratum, n in zip(strata, size, strict=True))
    return PlanOutcome(lines, tuple(_domain(grid, domain, size, share, last, power) for domain in domains))


def _stratum(grid: Grid, stratum: PlanStratum, ask: int, share: float) -> StratumOutcome:
    alone = grid.spread(Domain(stratum.name, {stratum.name: stratum.pop_size}), share)
    return StratumOutcome(
        name=stratum.name,
        pop_size=stratum.pop_size,
        ask=ask,
        replies=ask * stratum.response,
        half_width=grid.half_width(alone, grid.low, share=share),
        minutes=ask * stratum.minutes,
        pence=ask * stratum.pence,
        certainty=stratum.certainty,
    )


def _domain(
    grid: Grid, domain: Domain, ask: Ints, share: float, last: LastRound | None, power: float
) -> DomainOutcome:
    spread = grid.spread(domain, share)
    part = np.array([domain.counts.get(name, 0) for name in grid.names]) / grid.pop
    asked, replies = float(part @ ask), float(part @ (ask * grid.response))
    now = DomainOutcome(
        name=domain.name,
        pop_size=domain.pop_size,
        ask=asked,
        replies=replies,
        half_width=grid.half_width(spread, ask, share=share),
    )
    return now if last is None else _with_change(now, grid, spread, ask, last, power)


def _with_change(
    now: DomainOutcome, grid: Grid, spread: Floats, ask: Ints, last: LastRound, power: float
) -> DomainOutcome:
    before = _Before.of(grid, last)
    v1 = before.variance(spread)
    v2 = grid.variance(spread, ask)
    covariance = before.covariance(grid, spread, ask * grid.response, last)
    variance = max(v1 + v2 - 2 * covariance, 0.0) if isfinite(v1 + v2) else inf
    normal = float(norm.ppf((1 + LEVEL) / 2))
    change = normal * sqrt(variance) if isfinite(variance) else None
    return DomainOutcome(
        name=now.name,
        pop_size=now.pop_size,
        ask=now.ask,
        replies=now.replies,
        half_width=now.half_width,
        half_width_before=normal * sqrt(v1) if isfinite(v1) else None,
        change=change,
        visible=None if change is None else change * (1 + float(norm.ppf(power)) / normal),
    )


@dataclass(frozen=True)
class _Before:
    """Last year's strata as arrays of shape (H,)."""

    pop: Floats
    replies: Floats
    both: Floats
    again: Floats

    @classmethod
    def of(cls, grid: Grid, last: LastRound) -> "_Before":
        def column(values: Mapping[str, int] | Mapping[str, float]) -> Floats:
            return np.array([values.get(name, 0) for name in grid.names], dtype=np.float64)

        replies, asked = column(last.replies), column(last.asked)
        # In the results a stratum with so few joined others: what it was expected to bring stands for it.
        replies = np.where(replies < MIN_REPLIES, asked * grid.response, replies)
        answered = np.divide(replies, asked, out=np.zeros_like(asked), where=asked > 0)
        return cls(
            column(last.pop_size), replies, column(last.both), column(last.kept) * answered * last.again
        )

    def variance(self, spread: Floats) -> float:
        here = spread > 0
        if np.any(self.replies[here] <= 0):
            return inf
        return float(np.sum(spread[here] ** 2 * np.maximum(1 / self.replies[here] - 1 / self.pop[here], 0)))

    def covariance(self, grid: Grid, spread: Floats, replies: Floats, last: LastRound) -> float:
        """C of Tam (1984), with the spread of this year in both, and expected replies for the units."""
        here = (spread > 0) & (replies > 0) & (self.replies > 0)
        r1, r2, r12 = self.replies[here], replies[here], self.again[here]
        factor = r12 / (r1 * r2) - self.both[here] / (self.pop[here] * grid.pop[here])
        return float(last.correlation * np.sum(spread[here] ** 2 * factor))
