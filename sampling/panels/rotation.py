"""How a panel rotates from year to year: where each draw begins, and what overlap and rest that gives."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from scipy.stats import binom

from sampling.arrays import Floats
from sampling.errors import SamplingError
from sampling.panels.selection import holiday_holds, rotate

# Stratum last year, stratum this year -> units that are on both frames.
Flows = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class StratumState:
    """One stratum in one year: `sample_size` of `pop_size` units, drawn from `start` on the circle."""

    pop_size: int
    sample_size: int
    start: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.sample_size <= self.pop_size:
            raise SamplingError(f"{self.sample_size} units of {self.pop_size} cannot be taken")
        if not 0 <= self.start < 1:
            raise SamplingError(f"start {self.start}: must be within [0, 1)")

    @property
    def fraction(self) -> float:
        """Share of the stratum that is taken; 0 when it is empty."""
        return self.sample_size / self.pop_size if self.pop_size else 0.0

    @property
    def whole(self) -> bool:
        """Whether every unit is taken: nobody rotates, and nobody is owed a rest."""
        return self.sample_size == self.pop_size > 0


@dataclass(frozen=True)
class StratumOutlook:
    """What a stratum may expect between two years.

    Args:
        stratum, state: this year's stratum and its draw.
        kept: members of last year expected to be drawn again in this stratum, movers among them.
        years_in, years_out: how long a unit stays in and out at this rate; None: for good.
        holiday: whether rotation alone gives the rest promised; True where all are taken and none is owed.
        largest: the largest sample that would give it.
    """

    stratum: str
    state: StratumState
    kept: float
    years_in: float | None
    years_out: float | None
    holiday: bool
    largest: int


@dataclass(frozen=True)
class Outlook:
    """What a panel may expect: strata in order, and over all of them how many of last year's stay."""

    strata: tuple[StratumOutlook, ...]
    before: int
    now: int
    kept: float

    @property
    def overlap(self) -> float | None:
        """Share of this year's panel that was in last year's too."""
        return self.kept / self.now if self.now else None

    @property
    def without_holiday(self) -> tuple[StratumOutlook, ...]:
        """Strata that cannot give the rest promised."""
        return tuple(line for line in self.strata if not line.holiday)


@dataclass(frozen=True)
class Separation:
    """Where another draw should begin so as to meet few members of the first; `kept` is how many it meets."""

    start: float
    kept: float


def next_starts(
    previous: Mapping[str, StratumState],
    *,
    rate: float,
    strata: Iterable[str] | None = None,
    origins: Mapping[str, str] | None = None,
    default: float = 0.0,
) -> dict[str, float]:
    """Where this year's draw begins in each stratum: last year's start + rate x fraction, mod 1.

    Args:
        previous: last year's strata.
        rate: share of the sample replaced a year. 0: nobody rotates. 1: all are replaced, as far as the
            stratum has others.
        strata: this year's strata; default those of last year.
        origins: for a stratum that is new in name, the stratum of last year that it continues; see `origins`.
        default: where a stratum without history begins.

    A stratum that was taken whole stays where it was.

    Raises:
        SamplingError: the rate is outside 0 to 1, or the default outside [0, 1).
    """
    if not 0 <= rate <= 1:
        raise SamplingError(f"rotation share {rate}: must be within 0 to 1")
    if not 0 <= default < 1:
        raise SamplingError(f"default start {default}: must be within [0, 1)")
    return {
        name: default if (state := continued(name, previous, origins)) is None else _moved(state, rate)
        for name in (previous if strata is None else strata)
    }


def continued(
    stratum: str, previous: Mapping[str, StratumState], origins: Mapping[str, str] | None = None
) -> StratumState | None:
    """Last year's stratum that this one continues: that of its name, else its origin, else none."""
    return previous.get(stratum) or previous.get((origins or {}).get(stratum, ""))


def _moved(state: StratumState, rate: float) -> float:
    return state.start if state.whole else rotate(state.start, fraction=state.fraction, rate=rate)


def flows(before: Mapping[str, str], now: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Units on both frames by stratum then and now.

    Args:
        before: unit -> stratum, last year's frame. now: (unit, stratum), this year's frame.
    """
    return dict(Counter((before[unit], stratum) for unit, stratum in now if unit in before))


def origins(moved: Flows) -> dict[str, str]:
    """For each of this year's strata, the stratum of last year that most of its units came from.

    Equal numbers: the first by name. Strata of births alone are absent.
    """
    ordered = sorted(moved.items(), key=lambda flow: (flow[1], _backwards(flow[0][0])))
    return {now: then for (then, now), count in ordered if count > 0}


def _backwards(name: str) -> tuple[int, ...]:
    """Sorts names from last to first, so that among equals the first is written last and stays."""
    return (*(-ord(letter) for letter in name), 1)


def shared_length(first: StratumState, second: StratumState) -> float:
    """Length that the intervals of two draws, n/N long each, share on the circle."""
    f1, f2, delta = first.fraction, second.fraction, (second.start - first.start) % 1.0
    if first.whole or second.whole:
        return f1 * f2
    direct = max(0.0, min(f1, delta + f2) - delta)
    return direct + max(0.0, min(f1, delta + f2 - 1.0))


def expected_kept(
    previous: Mapping[str, StratumState], current: Mapping[str, StratumState], moved: Flows
) -> dict[str, float]:
    """Last year's members expected in each of this year's strata: units on both frames x chance of both.

    Strata may have been split or joined. Rests, which few meet, are left out. Births and deaths between two
    draws that begin at the same place are not allowed for, so that a little less is kept without rotation.
    """
    kept = dict.fromkeys(current, 0.0)
    pairs = [pair for pair in moved if pair[0] in previous and pair[1] in current]
    chances = _chances([previous[then] for then, _ in pairs], [current[now] for _, now in pairs])
    for pair, chance in zip(pairs, chances.tolist(), strict=True):
        kept[pair[1]] += moved[pair] * chance
    return kept


def _chances(first: Sequence[StratumState], second: Sequence[StratumState]) -> Floats:
    """The chance of a unit to be in both of two draws, shape (n,) for n pairs of strata.

    As `shared_length` has it, but intervals end at the n-th number, not at n/N: of the n first units, K lie
    before the other's start, K binomial, and n - K are left, or none.
    """
    n1, pop1, start1 = _columns(first)
    n2, pop2, start2 = _columns(second)
    delta = (start2 - start1) % 1.0
    share1, share2 = n1 / np.maximum(pop1, 1), n2 / np.maximum(pop2, 1)
    direct = np.minimum(_left(n1, pop1, delta), share2)
    wrapped = np.minimum(_left(n2, pop2, 1.0 - delta), share1)
    whole = (n1 == pop1) | (n2 == pop2)
    return np.asarray(np.where(whole, share1 * share2, np.where(delta > 0, direct + wrapped, direct)))


def _columns(states: Sequence[StratumState]) -> tuple[Floats, Floats, Floats]:
    rows = [(state.sample_size, state.pop_size, state.start) for state in states]
    n, pop, start = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return n, pop, start


def _left(n: Floats, pop: Floats, passed: Floats) -> Floats:
    """E max(n - K, 0) / N, K binomial on N units with chance `passed`."""
    left = n * binom.cdf(n - 1, pop, passed) - pop * passed * binom.cdf(n - 2, np.maximum(pop - 1, 0), passed)
    return np.asarray(np.maximum(left, 0.0) / np.maximum(pop, 1))


def outlook(
    previous: Mapping[str, StratumState],
    current: Mapping[str, StratumState],
    *,
    rate: float,
    holiday: float,
    moved: Flows | None = None,
) -> Outlook:
    """What overlap, years in and out, and rest this year's plan gives.

    Args:
        previous, current: the strata of both years, this year's with the starts of `next_starts`.
        rate: rotation share from now on. holiday: years of rest promised after a term.
        moved: see `flows`; where it is not known, as many as both years' strata of one name can share.
    """
    both = _same_name(previous, current) if moved is None else moved
    kept = expected_kept(previous, current, both)
    lines = tuple(
        StratumOutlook(name, state, kept[name], *_years_in_and_out(state, rate), *_rest(state, rate, holiday))
        for name, state in current.items()
    )
    return Outlook(
        lines,
        sum(state.sample_size for state in previous.values()),
        sum(state.sample_size for state in current.values()),
        sum(kept.values()),
    )


def _same_name(previous: Mapping[str, StratumState], current: Mapping[str, StratumState]) -> Flows:
    return {
        (name, name): min(previous[name].pop_size, state.pop_size)
        for name, state in current.items()
        if name in previous
    }


def _years_in_and_out(state: StratumState, rate: float) -> tuple[float | None, float | None]:
    """Years in and years out."""
    if state.whole:
        return None, 0.0
    if rate == 0 or state.sample_size == 0:
        return None, None
    return 1 / rate, (1 - state.fraction) / (rate * state.fraction)


def _rest(state: StratumState, rate: float, holiday: float) -> tuple[bool, int]:
    """Whether the holiday holds, and the largest sample with which it would."""
    largest = largest_resting_sample(state.pop_size, rate=rate, holiday=holiday)
    return state.whole or holiday_holds(fraction=state.fraction, rate=rate, years=holiday), largest


def largest_resting_sample(pop_size: int, *, rate: float, holiday: float) -> int:
    """The most units a stratum can give each year if all rest for `holiday` years: N / (1 + rate holiday)."""
    return floor(pop_size / (1 + rate * holiday) + 1e-9)


def separate_start(first: StratumState, *, sample_size: int, rate: float = 0.0, years: int = 0) -> Separation:
    """Where another strand's draw from the same stratum should begin so as to avoid the first's members.

    It begins where the first's interval ends, or further on: behind what the first will reach in its next
    `years` rotations at `rate`, if the circle has room. The start depends on no random number, so the other
    draw is simple random sampling too.

    Args:
        first: the survey's draw. sample_size: units the other strand takes.

    Returns:
        Separation; `kept` is a few units where the draws touch, as the first may reach a little further than
        n/N, and more where both together need more than the whole circle.
    """
    second = StratumState(first.pop_size, sample_size)
    room = max(0.0, 1.0 - first.fraction - second.fraction)
    ahead = 0.0 if first.whole else min(room, years * rate * first.fraction)
    start = (first.start + first.fraction + ahead) % 1.0
    drawn = StratumState(first.pop_size, sample_size, start)
    return Separation(start, first.pop_size * float(_chances([first], [drawn])[0]))
