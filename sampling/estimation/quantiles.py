"""Medians and other quantiles of the population, with intervals from the estimated distribution."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, floats
from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import Estimate, sampling_variance, some_unasked
from sampling.estimation.intervals import t_interval, t_quantile
from sampling.estimation.linearisation import linear_mean

# Shares are sums of thousands of weights: two that differ by less are the same.
TOLERANCE = 1e-12


def quantiles(
    design: SurveyDesign, y: ArrayLike, at: Sequence[float], *, level: float = 0.95
) -> tuple[Estimate, ...]:
    """The smallest y with F(y) >= p for each p of `at`, F being the weighted distribution.

    Args:
        design: the rows and their design; `design.within(rows)` for one domain.
        y: shape (n,); NaN is missing and leaves the domain.
        at: shares within 0 to 1, such as 0.5 for the median.
        level: of the confidence interval.

    Returns:
        One Estimate per share. The interval inverts F at F(q) -+ t SE(F(q)); a limit outside 0 to 1 is None.
        `se` is the interval's length over 2t, None when a limit is. Flags as of every Estimate.

    Raises:
        SamplingError: a share outside 0 to 1.

    Source:
        Woodruff (1952), Confidence intervals for medians; centred at F(q) as in R's svyquantile.
    """
    if not all(0 <= p <= 1 for p in at):
        raise SamplingError(f"at: every share must be within 0 to 1, got {list(at)}")
    values = floats(y, "y", length=design.size)
    return tuple(_quantile(design, values, p, level) for p in at)


def _quantile(design: SurveyDesign, y: Floats, p: float, level: float) -> Estimate:
    rows = design.rows & np.isfinite(y)
    ordered, share = _distribution(y, design.weights, rows)
    if ordered.size == 0:
        return Estimate(flags=("empty",))
    point = _invert(ordered, share, p)
    n, base = int(rows.sum()), float(design.weights[rows].sum())
    df = design.degrees_of_freedom(rows)
    if df <= 0:
        return Estimate(estimate=point, df=df, n=n, weighted_n=base, flags=("no_df",))
    low, high = _limits(design, y, point, rows, df=df, level=level)
    flags = ("zero_variance",) if low == high and some_unasked(design, rows) else ()
    lci = None if low < -TOLERANCE else _invert(ordered, share, low)
    uci = None if high > 1 + TOLERANCE else _invert(ordered, share, high)
    se = None if lci is None or uci is None else (uci - lci) / (2 * t_quantile(df, level))
    cv = None if se is None or point == 0 else se / abs(point)
    return Estimate(estimate=point, se=se, cv=cv, lci=lci, uci=uci, df=df, n=n, weighted_n=base, flags=flags)


def _distribution(y: Floats, weights: Floats, rows: Flags) -> tuple[Floats, Floats]:
    """The values in ascending order and the share of the population at or below each."""
    base = weights[rows].sum()
    if base == 0:
        return np.empty(0), np.empty(0)
    order = np.argsort(y[rows], kind="stable")
    return y[rows][order], np.cumsum(weights[rows][order]) / base


def _invert(ordered: Floats, share: Floats, p: float) -> float:
    at = int(np.searchsorted(share, p - TOLERANCE))
    return float(ordered[min(at, ordered.size - 1)])


def _limits(
    design: SurveyDesign, y: Floats, point: float, rows: Flags, *, df: int, level: float
) -> tuple[float, float]:
    """F(q) -+ t SE of the share at or below q."""
    below = linear_mean(design, np.where(rows, (y <= point).astype(np.float64), np.nan))
    assert below is not None  # the base is not nought, or there would be no point
    return t_interval(below.estimate, sqrt(sampling_variance(design, below)), df, level)
