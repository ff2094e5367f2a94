"""Year on year: how much a number has moved, knowing that part of the panel answered both times."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import floats
from sampling.errors import SamplingError
from sampling.estimation.covariance import Scored, ScorePairs, overlap_covariance, residual_correlation
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import sampling_variance, some_unasked
from sampling.estimation.intervals import t_interval
from sampling.estimation.linearisation import Linearised, linear_mean, linear_ratio, linear_total

Statistic = Literal["mean", "total", "ratio"]
CovarianceRule = Literal["overlap", "berger_priam"]
RULES: tuple[CovarianceRule, ...] = ("overlap", "berger_priam")
# What V1 + V2 - 2 C leaves over, relative to V1 + V2, where the three cancel.
LEFT_OVER = 1e-12
# What may be below nought without being a variance estimated below it.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Wave:
    """One year's answers: the design of its respondents, and who they are.

    Args:
        design: rows and their design, narrowed to a domain with `within` if need be.
        ids: identity of each row, shape (n,), the same in every year; of its cluster when there are clusters.
        y: shape (n,), NaN missing. x: the denominator of a ratio, shape (n,).
    """

    design: SurveyDesign
    ids: Sequence[str]
    y: ArrayLike
    x: ArrayLike | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """Second less first. None: not defined.

    `covariance` is that of the two estimates, `n_overlap` counts units that answered in both years. Flags:
    empty, zero_base (a ratio over nought), no_df, pooled_covariance (a covariance borrowed from other
    strata), movers (units that changed stratum, whose part is approximate), clipped (a variance estimated
    below nought), missing (a total that leaves out rows without an answer in either year), zero_variance
    (no spread is left although not everybody was asked).
    """

    estimate_1: float | None = None
    estimate_2: float | None = None
    change: float | None = None
    se_1: float | None = None
    se_2: float | None = None
    covariance: float | None = None
    se: float | None = None
    lci: float | None = None
    uci: float | None = None
    df: int = 0
    n_1: int = 0
    n_2: int = 0
    n_overlap: int = 0
    flags: tuple[str, ...] = ()


def change(
    first: Wave,
    second: Wave,
    *,
    pop_both: Mapping[str, float] | None = None,
    movers: Mapping[tuple[str, str], float] | None = None,
    statistic: Statistic = "mean",
    level: float = 0.95,
    covariance: CovarianceRule = "overlap",
) -> Change:
    """Estimate a change between two waves of a panel drawn with permanent random numbers.

    Args:
        first, second: the two waves.
        pop_both: per stratum, units that are in both years' frames and in that stratum both times. Needed
            where the designs have frame counts.
        movers: (stratum then, stratum now) -> units of the frame; estimated from the panel where not given.
        statistic: mean (a proportion when y is 0/1), total or ratio.
        level: of the confidence interval.
        covariance: overlap, for simple random samples within strata of any fraction; berger_priam, for
            unequal probabilities and small fractions, which needs neither `pop_both` nor `movers`.

    Returns:
        Change, with V = V1 + V2 - 2 C and
        C = sum N1 N2 (n12/(n1 n2) - N12/(N1 N2)) s12 over strata, respondents for n, or Berger and Priam's.

    Raises:
        SamplingError: an id occurs twice in a wave, frame counts of both years are missing, or a name of a
            statistic or rule is not known.
        LonelyStratumError: a stratum of a wave has one primary unit of several, and `lonely_psu` is "fail".

    Source:
        Tam (1984); Nordberg (2000); Qualite and Tille (2008), Variance estimation of changes. Berger and
        Priam (2016), A simple variance estimator of change for rotating repeated surveys.
    """
    if covariance not in RULES:
        raise SamplingError(f"covariance: {covariance!r} is not one of {', '.join(RULES)}")
    one, two = _linear(first, statistic), _linear(second, statistic)
    if one is None or two is None:
        return _undefined(first, second, one, two)
    then, now = Scored(first.design, first.ids, one), Scored(second.design, second.ids, two)
    v1, v2 = sampling_variance(first.design, one), sampling_variance(second.design, two)
    pairs = ScorePairs.of(then, now)
    notes: tuple[str, ...] = ()
    if covariance == "berger_priam":
        c = residual_correlation(pairs) * sqrt(v1 * v2)
    else:
        c, notes = overlap_covariance(pairs, pop_both, movers)
    variance = _variance(v1, v2, c)
    if statistic == "total" and (_leaves_out(then) or _leaves_out(now)):
        notes = (*notes, "missing")
    notes = (*notes, *_variance_notes(variance, then, now))
    return _change(then, now, (v1, v2, c, max(variance, 0.0)), level=level, notes=notes)


def _variance(v1: float, v2: float, c: float) -> float:
    """V1 + V2 - 2 C, nought where the three cancel: a census in both years has V1 = V2 = C = 0."""
    variance = v1 + v2 - 2 * c
    return 0.0 if -ROUNDING * (v1 + v2) <= variance <= LEFT_OVER * (v1 + v2) else variance


def _variance_notes(variance: float, then: Scored, now: Scored) -> Iterator[str]:
    if variance < 0:
        yield "clipped"
    if variance == 0 and any(some_unasked(one.design, one.lin.rows) for one in (then, now)):
        yield "zero_variance"


def _leaves_out(wave: Scored) -> bool:
    return bool(np.any(wave.design.rows & ~wave.lin.rows))


def _linear(wave: Wave, statistic: Statistic) -> Linearised | None:
    y = floats(wave.y, "y", length=wave.design.size)
    if statistic == "mean":
        return linear_mean(wave.design, y)
    if statistic == "total":
        return linear_total(wave.design, y)
    if statistic != "ratio" or wave.x is None:
        raise SamplingError(f"statistic {statistic!r}: mean, total, or ratio with x")
    return linear_ratio(wave.design, y, floats(wave.x, "x", length=wave.design.size))


def _undefined(first: Wave, second: Wave, one: Linearised | None, two: Linearised | None) -> Change:
    e1, e2 = one.estimate if one else None, two.estimate if two else None
    n1, n2 = _answers(first), _answers(second)
    flag = "empty" if 0 in (n1, n2) else "zero_base"
    return Change(estimate_1=e1, estimate_2=e2, n_1=n1, n_2=n2, flags=(flag,))


def _answers(wave: Wave) -> int:
    known = wave.design.rows & np.isfinite(floats(wave.y, "y"))
    return int((known if wave.x is None else known & np.isfinite(floats(wave.x, "x"))).sum())


def _change(
    then: Scored,
    now: Scored,
    variances: tuple[float, float, float, float],
    *,
    level: float,
    notes: tuple[str, ...],
) -> Change:
    v1, v2, c, v = variances
    df = min(one.design.degrees_of_freedom(one.lin.rows) for one in (then, now))
    moved = now.lin.estimate - then.lin.estimate
    low, high = t_interval(moved, sqrt(v), df, level) if df > 0 else (None, None)
    return Change(
        estimate_1=then.lin.estimate,
        estimate_2=now.lin.estimate,
        change=moved,
        se_1=sqrt(v1),
        se_2=sqrt(v2),
        covariance=c,
        se=sqrt(v),
        lci=low,
        uci=high,
        df=df,
        n_1=int(then.lin.rows.sum()),
        n_2=int(now.lin.rows.sum()),
        n_overlap=len(then.answered() & now.answered()),
        flags=notes if df > 0 else (*notes, "no_df"),
    )
