"""The least costly sizes per stratum that give every domain the precision it needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Floats, Ints, floats
from sampling.errors import SamplingError

MAX_STEPS = 20_000
PRECISION = 1e-10
MAX_STEP = 64.0


@dataclass(frozen=True)
class PreciseAllocation:
    """Sizes that meet every target: whole numbers, and the continuous optimum they round up.

    `variances` are those of the whole sizes, shape (D,), in the order of the targets. `prices` are what each
    target costs at the margin, up to a factor; a like problem is solved sooner from there.
    """

    sample_size: Ints
    continuous: Floats
    variances: Floats
    prices: Floats


def allocate_for_precision(
    pop_size: ArrayLike,
    spread: ArrayLike,
    targets: ArrayLike,
    *,
    cost: ArrayLike | None = None,
    min_n: ArrayLike = 2,
    cap: ArrayLike | None = None,
    precision: float = PRECISION,
    prices: Floats | None = None,
) -> PreciseAllocation:
    """Minimise sum c n subject to sum_h (N_h / N_d)^2 S_dh^2 (1/n_h - 1/N_h) <= V_d for every domain d.

    Args:
        pop_size: units of each stratum in the frame, shape (H,), > 0.
        spread: (N_h / N_d) S_dh, shape (D, H): share of the domain's population times the standard deviation
            in the stratum of 1_d (y - mean_d); see `domain_spread`.
        targets: greatest variance V_d of each domain's mean, shape (D,), > 0.
        cost: of one unit in each stratum, shape (H,), > 0, default 1.
        min_n: minimum of units in a stratum (the whole stratum when it is smaller), one number or shape (H,).
        cap: maximum of units in a stratum, default all; one number or shape (H,).
        precision: how near to its target, relatively, the variance of a domain comes that decides a size.
        prices: where to start from, those of a like problem's answer.

    Raises:
        SamplingError: shapes differ or an input is out of range, or `cap` keeps a target out of reach.
            Without it there is always an answer, as a census meets every target.

    Source:
        Bethel (1989), Sample allocation in multivariate surveys; Chromy (1987), Design optimization with
        multiple objectives.
    """
    pop = floats(pop_size, "pop_size")
    a = np.asarray(spread, dtype=np.float64) ** 2
    goal = floats(targets, "targets")
    price = np.ones(pop.size) if cost is None else floats(cost, "cost", length=pop.size)
    low = np.minimum(pop, np.maximum(np.broadcast_to(np.asarray(min_n, dtype=np.float64), pop.shape), 1))
    high = pop if cap is None else np.minimum(pop, np.asarray(cap, dtype=np.float64))
    _check(pop, a, goal, price, min_n)
    _check_reach(pop, a, goal, low, high)
    first = np.ones(goal.size) if prices is None else prices
    n, settled = _chromy(pop, a / goal[:, None], price, (low, high), precision, first)
    whole = _rounded(n, a, goal, pop, (low, high))
    return PreciseAllocation(whole.astype(np.int64), n, _variances(a, whole, pop), settled)


def domain_spread(
    y: ArrayLike, stratum: ArrayLike, domain: ArrayLike, *, strata: list[str], pop_size: ArrayLike
) -> Floats:
    """One row of `spread` from frame values or an earlier round: (N_h / N_d) S_dh, shape (H,).

    Args:
        y, stratum, domain: value, stratum and domain flag of each unit, shape (n,).
        strata: names of the strata in the order of `pop_size`. pop_size: shape (H,).

    S_dh is the standard deviation in the stratum of 1_d (y - mean_d), N_d the estimated size of the domain.

    Raises:
        SamplingError: no unit is in the domain, or shapes differ.
    """
    values, inside = floats(y, "y"), np.asarray(domain, dtype=np.bool_)
    names, pop = np.asarray(stratum, dtype=np.str_), floats(pop_size, "pop_size", length=len(strata))
    weight = np.zeros(values.size)
    for name, count in zip(strata, pop, strict=True):
        here = names == name
        weight[here] = count / max(int(here.sum()), 1)
    size = float(weight[inside].sum())
    if size == 0:
        raise SamplingError("domain: no unit is in it")
    deviation = np.where(inside, values - float(weight[inside] @ values[inside]) / size, 0.0)
    sd = [_sd(deviation[names == name]) for name in strata]
    return np.asarray(pop / size * np.array(sd))


def _sd(values: Floats) -> float:
    return float(np.std(values, ddof=1)) if values.size > 1 else 0.0


def _check(pop: Floats, a: Floats, goal: Floats, price: Floats, min_n: ArrayLike) -> None:
    if a.shape != (goal.size, pop.size):
        raise SamplingError(f"spread: expected shape ({goal.size}, {pop.size}), got {a.shape}")
    if not (np.all(pop >= 1) and np.all(goal > 0) and np.all(price > 0) and np.all(np.isfinite(a))):
        raise SamplingError("pop_size must be at least 1, targets and costs above 0, spread finite")
    if np.any(np.asarray(min_n) < 0):
        raise SamplingError(f"min_n: {np.asarray(min_n).tolist()} is below 0")


def _check_reach(pop: Floats, a: Floats, goal: Floats, low: Floats, high: Floats) -> None:
    if np.any(high < low):
        raise SamplingError("cap: a stratum's maximum is below its minimum, or below 1")
    missed = np.flatnonzero(_variances(a, high, pop) > goal * (1 + 1e-6))
    if missed.size:
        raise SamplingError(f"targets {missed.tolist()}: the maximum sizes keep them out of reach")


def _variances(a: Floats, n: Floats, pop: Floats) -> Floats:
    return np.asarray(a @ (1 / n - 1 / pop))


def _chromy(
    pop: Floats,
    share: Floats,
    price: Floats,
    bounds: tuple[Floats, Floats],
    precision: float,
    burden: Floats,
) -> tuple[Floats, Floats]:
    """Prices on the variances, raised where a target is missed, lowered where it is beaten, until settled."""
    domains = share.shape[0]
    power, before = np.ones(domains), np.zeros(domains)
    n = bounds[0]
    for _ in range(MAX_STEPS):
        n = np.clip(np.sqrt(burden @ share / price), *bounds)
        excess = _variances(share, n, pop) - 1
        # What the prices make of the targets' slack is all that the cost can be above the least.
        if np.all(excess <= precision) and burden @ np.abs(excess) <= precision * (price @ n):
            break
        # Near a census a small price moves the variance much, elsewhere a large one little: shorter steps
        # where the last one overshot, longer ones where it fell short.
        power = np.where(excess * before < 0, 0.5 * power, np.minimum(1.3 * power, MAX_STEP))
        # Bounded, so that a target met by a census at first can still come to count.
        burden = burden * np.clip(np.clip(excess + 1, 0.01, 100.0) ** power, 0.01, 100.0)
        before = excess
    return n, burden


def _rounded(n: Floats, a: Floats, goal: Floats, pop: Floats, bounds: tuple[Floats, Floats]) -> Floats:
    """Whole sizes at or above n; one more unit where it helps most while a target is still missed."""
    # A whisker, so that 7 reached as 7.0000001 is not asked of 8.
    whole = np.clip(np.ceil(n * (1 - 1e-7)), *bounds)
    while np.any(_variances(a, whole, pop) > goal * (1 + 1e-6)):
        worst = int(np.argmax(_variances(a, whole, pop) / goal))
        gain = np.where(whole < bounds[1], a[worst] / (whole * (whole + 1)), -1.0)
        whole[int(np.argmax(gain))] += 1
    return whole
