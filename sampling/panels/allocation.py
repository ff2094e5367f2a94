"""How many units to ask in each stratum, from a total size: floors and ceilings are never broken."""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heapreplace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, Ints, flags, floats
from sampling.errors import CeilingError, SamplingError, ShortfallError

Method = Literal["proportional", "neyman", "power", "equal"]
NEGLIGIBLE = 1e-15


@dataclass(frozen=True, kw_only=True)
class _Sharing:
    """What the sizes of strata are in proportion to; see `allocate`."""

    method: Method
    sd: ArrayLike | None
    power: float
    size: ArrayLike | None
    cv: ArrayLike | None


@dataclass(frozen=True)
class Allocation:
    """Sizes per stratum: whole numbers to draw, and the continuous solution they round."""

    sample_size: Ints
    continuous: Floats
    notes: tuple[str, ...] = ()


def allocate(  # noqa: PLR0913 - the method's own parameters, all by keyword
    pop_size: ArrayLike,
    total: int,
    *,
    method: Method = "proportional",
    min_n: ArrayLike = 0,
    certainty: ArrayLike | None = None,
    sd: ArrayLike | None = None,
    power: float = 0.5,
    size: ArrayLike | None = None,
    cv: ArrayLike | None = None,
    cap: ArrayLike | None = None,
) -> Allocation:
    """Share `total` units among strata.

    Args:
        pop_size: units of each stratum in the frame, shape (H,), whole numbers >= 0.
        total: units to draw in all. At or above the frame's size the answer is a census.
        method: proportional to N; neyman, to N S; power, to C X^q (Bankier); equal.
        min_n: minimum of units in a stratum (the whole stratum when it is smaller), one number or shape (H,).
        certainty: True where every unit is taken, shape (H,).
        sd: standard deviation S of the stratum, shape (H,); neyman needs it.
        power: q of the power method, 0 (near-equal precision) to 1 (Neyman, when X is the total).
        size: X of the power method, shape (H,), default N. cv: C of the power method, shape (H,), default 1.
        cap: maximum of units in a stratum that is not taken whole, one number or shape (H,).

    Returns:
        Allocation; `sample_size` sums to `total` and keeps every floor and ceiling.

    Raises:
        ShortfallError: the floors need more than `total`. CeilingError: the ceilings allow less.
        SamplingError: shapes differ, a value is negative or not finite.

    Source:
        Neyman (1934); Bankier (1988), power allocations; Wright (2012, 2017), exact optimal integers.
    """
    pop = _counts(pop_size)
    measure, notes = _measure(pop, _Sharing(method=method, sd=sd, power=power, size=size, cv=cv))
    low, high = _bounds(pop, _whole_strata(certainty, pop.size), min_n=min_n, cap=cap)
    if pop.sum() <= total and cap is None:
        return Allocation(pop, pop.astype(np.float64), ("the total covers the frame: a census",))
    _check_room(low, high, total)
    continuous = _clipped(measure, low, high, total)
    whole = (
        _wright(measure, low, high, total) if method == "neyman" else _largest_remainder(continuous, total)
    )
    return Allocation(whole, continuous, notes)


def variance_of_total(pop_size: ArrayLike, sample_size: ArrayLike, sd: ArrayLike) -> float:
    """Variance of the estimated total under stratified simple random sampling, sum N^2 (1/n - 1/N) S^2.

    Args:
        pop_size, sample_size, sd: N, n and S of each stratum, shape (H,).

    Returns:
        Infinite where a stratum with spread gets no unit.

    Source:
        Cochran (1977), Sampling Techniques, eq. 5.6.
    """
    pop, n, s = floats(pop_size, "pop_size"), floats(sample_size, "sample_size"), floats(sd, "sd")
    spread = (pop > 0) & (s > 0)
    if np.any(n[spread] == 0):
        return float("inf")
    pop, n, s = pop[spread], n[spread], s[spread]
    return float(np.sum(pop * (pop / n - 1) * s**2))


def proportion_sd(p: ArrayLike, pop_size: ArrayLike) -> Floats:
    """Standard deviation of a 0/1 item with share `p` in a stratum of N units, sqrt(p(1-p) N/(N-1)).

    Args:
        p, pop_size: of each stratum, shape (H,).

    Source:
        Cochran (1977), Sampling Techniques, ch. 3.
    """
    share, pop = floats(p, "p"), floats(pop_size, "pop_size")
    return np.asarray(np.sqrt(share * (1 - share) * pop / np.maximum(pop - 1, 1)))


def issue_sizes(sample_size: ArrayLike, expected_response: ArrayLike, pop_size: ArrayLike) -> Ints:
    """Units to ask so that `sample_size` are expected to answer: ceil(n / rate), at most the stratum.

    Args:
        sample_size, expected_response, pop_size: of each stratum, shape (H,).

    Raises:
        SamplingError: a rate is not above 0 and at most 1, or a frame count is no whole number.
    """
    n, pop = floats(sample_size, "sample_size"), _counts(pop_size)
    rate = floats(expected_response, "expected_response", length=n.size)
    if not np.all((rate > 0) & (rate <= 1)):
        raise SamplingError("expected_response: every rate must be above 0 and at most 1")
    # A whisker below the quotient, so that 30 / 0.3 is 100 and not 101.
    return np.minimum(np.ceil(n / rate - 1e-9).astype(np.int64), pop)


def _counts(pop_size: ArrayLike) -> Ints:
    pop = floats(pop_size, "pop_size")
    if not np.all(np.isfinite(pop) & (pop >= 0) & (pop == np.floor(pop))):
        raise SamplingError("pop_size: every stratum needs a whole number of units, 0 or more")
    return pop.astype(np.int64)


def _whole_strata(certainty: ArrayLike | None, length: int) -> Flags:
    if certainty is None:
        return np.zeros(length, dtype=np.bool_)
    return flags(certainty, "certainty", length=length)


def _measure(pop: Ints, sharing: _Sharing) -> tuple[Floats, tuple[str, ...]]:
    """What each stratum's share is in proportion to, shape (H,), the greatest being 1."""
    method = sharing.method
    if method == "neyman" and sharing.sd is None:
        raise SamplingError("neyman: a standard deviation per stratum is needed")
    by_method: dict[str, Callable[[], Floats]] = {
        "proportional": lambda: pop.astype(np.float64),
        "equal": lambda: np.ones(pop.size),
        "neyman": lambda: pop * floats(sharing.sd if sharing.sd is not None else (), "sd", length=pop.size),
        "power": lambda: _power_measure(pop, sharing),
    }
    if method not in by_method:
        raise SamplingError(f"method: {method!r} is not one of {', '.join(by_method)}")
    measure = by_method[method]()
    if not np.all(np.isfinite(measure) & (measure >= 0)):
        raise SamplingError(f"{method}: every stratum needs a finite measure of 0 or more")
    if not measure.any():
        return pop.astype(np.float64), (f"{method}: no stratum has spread; proportional used",)
    # Only proportions matter; what vanishes beside the largest is none.
    measure = measure / measure.max()
    return np.where(measure < NEGLIGIBLE, 0.0, measure), ()


def _power_measure(pop: Ints, sharing: _Sharing) -> Floats:
    if not 0 <= sharing.power <= 1:
        raise SamplingError(f"power: {sharing.power} is outside 0 to 1")
    x = pop.astype(np.float64) if sharing.size is None else floats(sharing.size, "size", length=pop.size)
    c = np.ones(pop.size) if sharing.cv is None else floats(sharing.cv, "cv", length=pop.size)
    if np.any(x < 0):
        raise SamplingError("size: every stratum needs a measure of 0 or more")
    return np.asarray(c * x**sharing.power)


def _bounds(pop: Ints, whole: Flags, *, min_n: ArrayLike, cap: ArrayLike | None) -> tuple[Ints, Ints]:
    minimum = np.broadcast_to(np.asarray(min_n, dtype=np.int64), pop.shape)
    maximum = pop if cap is None else np.broadcast_to(np.asarray(cap, dtype=np.int64), pop.shape)
    if np.any(minimum < 0) or (cap is not None and np.any(maximum < minimum)):
        raise SamplingError(f"min_n {minimum.tolist()} and cap {maximum.tolist()}: need 0 <= min_n <= cap")
    return np.where(whole, pop, np.minimum(pop, minimum)), np.where(whole, pop, np.minimum(pop, maximum))


def _check_room(low: Ints, high: Ints, total: int) -> None:
    if low.sum() > total:
        raise ShortfallError(int(low.sum()), total)
    if high.sum() < total:
        raise CeilingError(int(high.sum()), total)


def _clipped(measure: Floats, low: Ints, high: Ints, total: int) -> Floats:
    """clip(t m, low, high) with t such that the sum is `total`.

    Strata without measure get more than their floor only when all others are full; then they share by room.
    """
    open_ = measure > 0
    if high[open_].sum() + low[~open_].sum() < total:
        rest = total - int(high[open_].sum())
        filled = high.astype(np.float64)
        filled[~open_] = _clipped((high - low)[~open_].astype(np.float64), low[~open_], high[~open_], rest)
        return filled
    scale = _scale(measure, low, high, total)
    return np.clip(scale * measure, low, high)


def _scale(measure: Floats, low: Ints, high: Ints, total: int) -> float:
    """The t of `_clipped`: the sum is piecewise linear in t, so bracket it by its corners and interpolate."""
    open_ = measure > 0
    corners = np.unique(np.concatenate([[0.0], low[open_] / measure[open_], high[open_] / measure[open_]]))
    sums = np.array([np.clip(t * measure, low, high).sum() for t in corners])
    return float(np.interp(total, sums, corners))


def _wright(measure: Floats, low: Ints, high: Ints, total: int) -> Ints:
    """Give one unit at a time to where it lowers the variance most: exact, as the gain only falls."""
    size = _surely_taken(measure, low, high, total)
    queue = [_bid(measure[h], int(size[h]), h) for h in range(size.size) if size[h] < high[h]]
    heapify(queue)
    for _ in range(total - int(size.sum())):
        h = queue[0][-1]
        size[h] += 1
        full = size[h] >= high[h]
        heapreplace(queue, (1, 0.0, h) if full else _bid(measure[h], int(size[h]), h))
    return size


def _surely_taken(measure: Floats, low: Ints, high: Ints, total: int) -> Ints:
    """Sizes that the rule passes on its way, so that it need not begin at the floors.

    At a price 1/t it takes the x-th unit while (x - 1) x < (t m)^2, so at least floor(t m) and at most
    t m + 1 of a stratum. Where the latter add up to no more than the total, it comes to all of the former.
    """
    rest = total - measure.size
    if rest <= low.sum():
        return low.copy()
    scale = _scale(measure, low, high, rest)
    return np.clip(np.floor(scale * measure).astype(np.int64), low, high)


def _bid(measure: float, n: int, stratum: int) -> tuple[int, float, int]:
    """Rank of the next unit, smallest first: an empty stratum before others, then by the fall in variance."""
    if n == 0 and measure > 0:
        return (-1, -measure, stratum)
    return (0, -measure / np.sqrt(n * (n + 1.0)) if measure > 0 else 0.0, stratum)


def _largest_remainder(continuous: Floats, total: int) -> Ints:
    # A whisker, so that 7 reached as 6.9999999999 stays 7.
    whole = np.floor(continuous + 1e-9).astype(np.int64)
    order = np.argsort(-(continuous - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
