"""What the answers say about everyone: means, totals, proportions, ratios, by domain, with errors."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, sqrt
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, coded, floats, labels
from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.intervals import (
    METHODS,
    Interval,
    ProportionFacts,
    ProportionMethod,
    proportion_interval,
    t_interval,
)
from sampling.estimation.linearisation import Linearised, linear_mean, linear_ratio, linear_total

# Squares of numbers with sixteen digits, summed over millions of rows, cancel to less than this.
LEFT_OVER = 1e-20


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number about the population. None: not defined for this base.

    n counts the answers used, `weighted_n` is the sum of their weights; `deff` is against simple random
    sampling without replacement of n from `weighted_n`. Flags: empty (nobody answered), zero_base (what it is
    divided by adds up to nought), no_df (too few units for an interval), missing (a total that leaves out
    rows without an answer), zero_variance (no spread within strata although not everybody was asked: the
    error is understated).
    """

    estimate: float | None = None
    se: float | None = None
    cv: float | None = None
    lci: float | None = None
    uci: float | None = None
    df: int = 0
    n: int = 0
    weighted_n: float = 0.0
    deff: float | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The mean of one domain less that of another, from the same sample."""

    first: Estimate
    second: Estimate
    difference: float | None = None
    se: float | None = None
    lci: float | None = None
    uci: float | None = None
    df: int = 0
    covariance: float | None = None
    flags: tuple[str, ...] = ()


@overload
def mean(design: SurveyDesign, y: ArrayLike, *, by: None = None, level: float = ...) -> Estimate: ...
@overload
def mean(design: SurveyDesign, y: ArrayLike, *, by: ArrayLike, level: float = ...) -> dict[str, Estimate]: ...
def mean(
    design: SurveyDesign, y: ArrayLike, *, by: ArrayLike | None = None, level: float = 0.95
) -> Estimate | dict[str, Estimate]:
    """Weighted mean of y, with the linearised error and a t interval.

    Args:
        design: the rows and their design; `design.within(rows)` for one domain.
        y: shape (n,); NaN is missing and leaves the domain for this item.
        by: label of each row, shape (n,): one estimate per label, in sorted order.
        level: of the confidence interval.

    Raises:
        SamplingError: shapes differ. LonelyStratumError: see `SurveyDesign.covariance`.

    Source:
        Taylor linearisation; Wolter (2007), Introduction to Variance Estimation, ch. 6.
    """
    values = floats(y, "y", length=design.size)
    return _by(
        design, by, lambda part: _estimate(part, linear_mean(part, values), level, np.isfinite(values))
    )


@overload
def total(design: SurveyDesign, y: ArrayLike, *, by: None = None, level: float = ...) -> Estimate: ...
@overload
def total(
    design: SurveyDesign, y: ArrayLike, *, by: ArrayLike, level: float = ...
) -> dict[str, Estimate]: ...
def total(
    design: SurveyDesign, y: ArrayLike, *, by: ArrayLike | None = None, level: float = 0.95
) -> Estimate | dict[str, Estimate]:
    """Weighted total of y, shape (n,); arguments as `mean`. Rows with y missing are left out and flagged."""
    values = floats(y, "y", length=design.size)

    def one(part: SurveyDesign) -> Estimate:
        left_out = bool(np.any(part.rows & np.isnan(values)))
        notes = ("missing",) if left_out else ()
        return _estimate(part, linear_total(part, values), level, np.isfinite(values), notes=notes)

    return _by(design, by, one)


@overload
def ratio(
    design: SurveyDesign, y: ArrayLike, x: ArrayLike, *, by: None = None, level: float = ...
) -> Estimate: ...
@overload
def ratio(
    design: SurveyDesign, y: ArrayLike, x: ArrayLike, *, by: ArrayLike, level: float = ...
) -> dict[str, Estimate]: ...
def ratio(
    design: SurveyDesign,
    y: ArrayLike,
    x: ArrayLike,
    *,
    by: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate | dict[str, Estimate]:
    """Total of y over total of x, shape (n,) each; rows with either missing leave the domain.

    Other arguments as `mean`.
    """
    top, bottom = floats(y, "y", length=design.size), floats(x, "x", length=design.size)
    known = np.isfinite(top) & np.isfinite(bottom)
    return _by(design, by, lambda part: _estimate(part, linear_ratio(part, top, bottom), level, known))


@overload
def proportion(
    design: SurveyDesign,
    y: ArrayLike,
    *,
    by: None = None,
    ci: ProportionMethod = ...,
    level: float = ...,
) -> Estimate: ...
@overload
def proportion(
    design: SurveyDesign,
    y: ArrayLike,
    *,
    by: ArrayLike,
    ci: ProportionMethod = ...,
    level: float = ...,
) -> dict[str, Estimate]: ...
def proportion(
    design: SurveyDesign,
    y: ArrayLike,
    *,
    by: ArrayLike | None = None,
    ci: ProportionMethod = "korn_graubard",
    level: float = 0.95,
) -> Estimate | dict[str, Estimate]:
    """Share of the population with y = 1, y of shape (n,). Arguments as `mean`; `ci` names the interval.

    Raises:
        SamplingError: y holds anything but 0, 1 and NaN, or there is no such interval.

    Source:
        Intervals: `sampling.estimation.intervals`.
    """
    values = floats(y, "y", length=design.size)
    if not np.all((values == 0) | (values == 1) | np.isnan(values)):
        raise SamplingError("proportion: y must be 0, 1 or missing")
    if ci not in METHODS:
        raise SamplingError(f"ci: {ci!r} is not one of {', '.join(METHODS)}")
    known = np.isfinite(values)
    return _by(design, by, lambda part: _estimate(part, linear_mean(part, values), level, known, ci=ci))


def difference(
    design: SurveyDesign, y: ArrayLike, first: ArrayLike, second: ArrayLike, *, level: float = 0.95
) -> Difference:
    """Mean (or proportion, y 0/1) of domain `first` less that of `second`, from one sample.

    The error counts the covariance of the two, which share strata and, when the domains meet, rows.

    Args:
        first, second: True for the rows of each domain, shape (n,).
    """
    values = floats(y, "y", length=design.size)
    parts = [design.within(np.asarray(domain)) for domain in (first, second)]
    a, b = (linear_mean(part, values) for part in parts)
    known = np.isfinite(values)
    one, two = (_estimate(part, lin, level, known) for part, lin in zip(parts, (a, b), strict=True))
    if a is None or b is None:
        return Difference(first=one, second=two, flags=("empty",))
    covariance = design.covariance(np.stack([a.scores, b.scores], axis=1))
    gap = a.estimate - b.estimate
    se = sqrt(max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0.0))
    df = design.degrees_of_freedom(a.rows | b.rows)
    low, high = t_interval(gap, se, df, level) if df > 0 else (None, None)
    notes = () if df > 0 else ("no_df",)
    return Difference(
        difference=gap,
        se=se,
        lci=low,
        uci=high,
        df=df,
        first=one,
        second=two,
        covariance=float(covariance[0, 1]),
        flags=notes,
    )


def _by(
    design: SurveyDesign, by: ArrayLike | None, one: Callable[[SurveyDesign], Estimate]
) -> Estimate | dict[str, Estimate]:
    if by is None:
        return one(design)
    names, codes = coded(labels(by, "by", length=design.size))
    here = {name: design.rows & (codes == code) for code, name in enumerate(names)}
    return {name: one(design.within(rows)) for name, rows in here.items() if rows.any()}


def _estimate(
    design: SurveyDesign,
    lin: Linearised | None,
    level: float,
    known: Flags,
    *,
    ci: ProportionMethod | None = None,
    notes: tuple[str, ...] = (),
) -> Estimate:
    """The whole record; `ci` asks for an interval of a proportion, otherwise it is by t. `known`: answers."""
    if lin is None:
        return _undefined(design, design.rows & known)
    n, base = int(lin.rows.sum()), float(design.weights[lin.rows].sum())
    variance = sampling_variance(design, lin)
    df = design.degrees_of_freedom(lin.rows)
    low, high = _bounds(design, lin, variance, df=df, level=level, ci=ci)
    se = sqrt(variance)
    return Estimate(
        estimate=lin.estimate,
        se=se,
        cv=se / abs(lin.estimate) if lin.estimate else None,
        lci=low,
        uci=high,
        df=df,
        n=n,
        weighted_n=base,
        deff=_design_effect(variance, lin, design.weights[lin.rows]),
        flags=notes + _notes(design, lin, variance, df, ci=ci),
    )


def _undefined(design: SurveyDesign, rows: Flags) -> Estimate:
    """A number of nobody, or of answers that have nothing to be divided by."""
    n, base = int(rows.sum()), float(design.weights[rows].sum())
    return Estimate(n=n, weighted_n=base, flags=("zero_base" if n else "empty",))


def sampling_variance(design: SurveyDesign, lin: Linearised, *, fpc: bool = True) -> float:
    """Variance of the estimate, exactly nought where strata or margins fix it and only rounding is left.

    What is left would else be taken for a design effect, and give a share that is certain an interval.
    """
    variance = float(design.covariance(lin.scores[:, None], fpc=fpc)[0, 0])
    spread = design.weights * lin.scores
    if variance <= LEFT_OVER * float(spread @ spread) < inf:
        return 0.0
    return variance * _averaged_over_domain(design, lin) if design.lonely_psu == "average" else variance


def _averaged_over_domain(design: SurveyDesign, lin: Linearised) -> float:
    """What turns the average over all strata into that over those that hold the domain, as in R."""
    shape = design.structure
    lonely = (shape.sampled == 1) & (shape.fpc > 0)
    held = np.bincount(shape.stratum[lin.rows], minlength=lonely.size) > 0
    measured = int((held & ~lonely).sum())
    if measured == 0:
        return 1.0
    return float(held.sum() / measured * (~lonely).sum() / lonely.size)


def _bounds(
    design: SurveyDesign,
    lin: Linearised,
    variance: float,
    *,
    df: int,
    level: float,
    ci: ProportionMethod | None,
) -> Interval | tuple[None, None]:
    if df <= 0:
        return None, None
    if ci is None:
        return t_interval(lin.estimate, sqrt(variance), df, level)
    population = None if design.pop_size is None else float(design.weights[lin.rows].sum())
    without = sampling_variance(design, lin, fpc=False)
    n = int(lin.rows.sum())
    facts = ProportionFacts(_exact_share(lin), variance, without, n, df, population)
    return proportion_interval(facts, level, ci)


def _exact_share(lin: Linearised) -> float:
    """The share, exactly 0 or 1 when all answers agree: rounding must not make an extreme look moderate."""
    return lin.estimate if np.ptp(lin.scores[lin.rows]) > 0 else float(round(lin.estimate))


def _design_effect(variance: float, lin: Linearised, weights: Floats) -> float | None:
    """Variance over that of simple random sampling without replacement; scores serve for every statistic."""
    n, base = weights.size, float(weights.sum())
    if n < 2 or base <= n:
        return None
    u = lin.scores[lin.rows]
    spread = float(weights @ (u - weights @ u / base) ** 2) / base * n / (n - 1)
    reference = spread * base * ((base - n) / n)
    return variance / reference if reference > 0 else None


def _notes(
    design: SurveyDesign, lin: Linearised, variance: float, df: int, *, ci: ProportionMethod | None
) -> tuple[str, ...]:
    # A share of exactly 0 or 1 has an interval that allows for those not asked, except by Wald.
    allowed = ci is not None and ci != "wald" and _exact_share(lin) in (0.0, 1.0)
    understated = variance == 0 and some_unasked(design, lin.rows) and not allowed
    return (("no_df",) if df <= 0 else ()) + (("zero_variance",) if understated else ())


def some_unasked(design: SurveyDesign, rows: Flags) -> bool:
    """Whether a stratum that holds any of `rows` has units that did not answer."""
    shape = design.structure
    return bool(np.any(shape.fpc[shape.stratum[rows]] > 0))
