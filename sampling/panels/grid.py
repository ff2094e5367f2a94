"""The strata of a plan as arrays, what its limits allow, and the interval that sizes give a domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import stdtrit

from sampling.arrays import Flags, Floats, Ints
from sampling.errors import BoostError, SamplingError
from sampling.panels.allocation import allocate, proportion_sd

LEVEL = 0.95


@dataclass(frozen=True)
class PlanStratum:
    """What the planner knows of a stratum.

    `response` is the share expected to answer, above 0 and at most 1; `minutes` and `pence` are those of one
    case. A certainty stratum is asked in full, whatever else is planned.
    """

    name: str
    pop_size: int
    response: float
    certainty: bool = False
    minutes: float = 0.0
    pence: int = 0

    def __post_init__(self) -> None:
        if self.pop_size < 1 or not 0 < self.response <= 1:
            raise SamplingError(
                f"stratum {self.name!r}: {self.pop_size} units and a response of {self.response:g}; it needs "
                "a unit at least and a response above 0 and at most 1"
            )


@dataclass(frozen=True)
class Domain:
    """A group to report on: how many of each stratum's units belong to it, by the frame."""

    name: str
    counts: Mapping[str, int]

    @property
    def pop_size(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Boost:
    """At least `ask` units in these strata together, on top of what the plan gives the others."""

    name: str
    strata: frozenset[str]
    ask: int


@dataclass(frozen=True)
class Limits:
    """What a plan must keep: minimum and maximum to ask in a stratum, sizes set by hand, boosts.

    A size set by hand stands against minimum, maximum and boost.
    """

    minimum: int = 0
    maximum: int | None = None
    fixed: Mapping[str, int] = field(default_factory=dict)
    boosts: tuple[Boost, ...] = ()


class Grid:
    """Strata as arrays of shape (H,), with what the limits allow: low <= ask <= high.

    In its methods `ask` are sizes by stratum, `spread` is (N_h / N_d) S_dh of a domain, `response` the shares
    answering (default those of the strata), all of shape (H,).

    Raises:
        SamplingError: a name occurs twice, or a limit cannot be kept.
    """

    def __init__(self, strata: Sequence[PlanStratum], limits: Limits) -> None:
        self.strata, self.limits = tuple(strata), limits
        self.names = [stratum.name for stratum in strata]
        self.place = {name: h for h, name in enumerate(self.names)}
        if len(self.place) != len(self.names):
            raise SamplingError("strata: a name occurs twice")
        self.pop: Ints = np.array([stratum.pop_size for stratum in strata], dtype=np.int64)
        self.response: Floats = np.array([stratum.response for stratum in strata], dtype=np.float64)
        self.certainty: Flags = np.array([stratum.certainty for stratum in strata], dtype=np.bool_)
        self.low, self.high = self._bounds()
        self.free: Flags = ~self.certainty & np.array([name not in limits.fixed for name in self.names])

    def _bounds(self) -> tuple[Ints, Ints]:
        limits = self.limits
        if limits.minimum < 0 or (limits.maximum is not None and limits.maximum < limits.minimum):
            raise SamplingError(
                f"minimum {limits.minimum} and maximum {limits.maximum}: need 0 <= minimum <= maximum"
            )
        low = np.where(self.certainty, self.pop, np.minimum(self.pop, limits.minimum))
        maximum = self.pop if limits.maximum is None else np.minimum(self.pop, limits.maximum)
        high = np.where(self.certainty, self.pop, maximum)
        for name, size in limits.fixed.items():
            h = self._settable(name, size)
            low[h] = high[h] = size
        return low, high

    def _settable(self, name: str, size: int) -> int:
        if name not in self.place:
            raise SamplingError(f"stratum {name!r} is set to {size}, and there is no such stratum")
        h = self.place[name]
        if self.certainty[h] and size != self.pop[h]:
            raise SamplingError(f"stratum {name!r} is asked in full: all {self.pop[h]}, not {size}")
        if not 0 <= size <= self.pop[h]:
            raise SamplingError(f"stratum {name!r} is set to {size}, and it has {self.pop[h]} units")
        return h

    def named(self, ask: Ints) -> dict[str, int]:
        """Sizes, shape (H,), by name of the stratum."""
        return {name: int(size) for name, size in zip(self.names, ask, strict=True)}

    def boosted(self, ask: Ints) -> Ints:
        """The sizes raised to every boost in turn, in proportion to N within its strata, shape (H,).

        Raises:
            SamplingError: a boost names no such stratum. BoostError: its strata may not give as many.
        """
        for boost in self.limits.boosts:
            unknown = sorted(boost.strata - set(self.names))
            if unknown:
                raise SamplingError(f"boost {boost.name!r}: no stratum {', '.join(unknown)}")
            here = np.array([name in boost.strata for name in self.names])
            room = int(self.high[here].sum())
            if room < boost.ask:
                raise BoostError(boost.name, boost.ask, room)
            if ask[here].sum() < boost.ask:
                ask = ask.copy()
                ask[here] = allocate(
                    self.pop[here], boost.ask, min_n=ask[here], cap=self.high[here]
                ).sample_size
        return ask

    def spread(self, domain: Domain, share: float) -> Floats:
        """(N_h / N_d) S_dh of a share in a domain, shape (H,); units outside the domain count as nought.

        Raises:
            SamplingError: the domain's counts are not those of the strata.
        """
        counts = np.array([domain.counts.get(name, 0) for name in self.names], dtype=np.float64)
        if domain.pop_size < 1 or counts.sum() != domain.pop_size or np.any(counts > self.pop):
            raise SamplingError(f"domain {domain.name!r}: its counts are not those of the strata")
        s = proportion_sd(np.full(self.pop.size, share), self.pop) * np.sqrt(counts / self.pop)
        return np.asarray(self.pop / domain.pop_size * s)

    def variance(self, spread: Floats, ask: Ints, response: Floats | None = None) -> float:
        """sum a^2 (1/r - 1/N), a the spread, shape (H,), and r the replies expected.

        Infinite where a stratum of the domain is not asked. Source: Cochran (1977), eq. 5.6, with r for n.
        """
        e = self.response if response is None else response
        here = spread > 0
        size = np.asarray(ask, dtype=np.float64)[here]
        if np.any(size == 0):
            return float("inf")
        return float(np.sum(spread[here] ** 2 * (1 / (e[here] * size) - 1 / self.pop[here])))

    def quantile(self, spread: Floats, ask: Ints, response: Floats | None = None) -> float | None:
        """t of the interval, on the replies expected less the strata of the domain; None below one."""
        e = self.response if response is None else response
        here = spread > 0
        df = float((e * ask)[here].sum()) - int(here.sum())
        return float(stdtrit(df, (1 + LEVEL) / 2)) if df >= 1 else None

    def half_width(
        self, spread: Floats, ask: Ints, *, share: float = 0.5, response: Floats | None = None
    ) -> float | None:
        """Half the interval of a share; never wider than from the share to the farther of 0 and 1."""
        quantile = self.quantile(spread, ask, response)
        variance = self.variance(spread, ask, response)
        if quantile is None or not np.isfinite(variance):
            return None
        return min(quantile * float(np.sqrt(max(variance, 0.0))), max(share, 1 - share))
