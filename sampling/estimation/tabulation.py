"""Many yes/no items by many domains at once: the same numbers as `proportion`, from grouped sums."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from sampling.arrays import Coded, Flags, Floats, Ints, coded, labels
from sampling.errors import LonelyStratumError, SamplingError
from sampling.estimation.design import CalibrationFit, SurveyDesign
from sampling.estimation.estimators import Estimate
from sampling.estimation.intervals import ProportionFacts, ProportionMethod, proportion_interval


@dataclass(frozen=True, kw_only=True)
class ProportionTable:
    """Shares of yes by domain and item, shape (D, K) each; NaN where nobody of the domain answered.

    `se_without_fpc` leaves the finite population correction out; n counts answers, weighted_n is the sum of
    their weights, df their degrees of freedom.
    """

    domains: tuple[str, ...]
    estimate: Floats
    se: Floats
    se_without_fpc: Floats
    n: Ints
    weighted_n: Floats
    df: Ints
    finite: bool

    def record(
        self, domain: str, item: int, *, ci: ProportionMethod = "korn_graubard", level: float = 0.95
    ) -> Estimate:
        """One share with its interval, as `proportion` would give it; `item` is the column of the items."""
        at = self.domains.index(domain), item
        p, se, n, base, df = (
            float(values[at]) for values in (self.estimate, self.se, self.n, self.weighted_n, self.df)
        )
        if n == 0 or np.isnan(p):
            return Estimate(flags=("empty",))
        facts = ProportionFacts(
            p, se**2, float(self.se_without_fpc[at]) ** 2, int(n), int(df), base if self.finite else None
        )
        low, high = proportion_interval(facts, level, ci) if df > 0 else (None, None)
        reference = p * (1 - p) * (base - n) / (base * (n - 1)) if n > 1 else 0.0
        return Estimate(
            estimate=p,
            se=se,
            cv=se / p if p else None,
            lci=low,
            uci=high,
            df=int(df),
            n=int(n),
            weighted_n=base,
            deff=se**2 / reference if reference > 0 else None,
            flags=() if df > 0 else ("no_df",),
        )


@dataclass(frozen=True)
class _Sums:
    """Sums over the answers by stratum and domain, shape (H, D, K): of w y, w^2 y, w, w^2 and 1."""

    wy: Floats
    wwy: Floats
    w: Floats
    ww: Floats
    count: Floats


def tabulate(design: SurveyDesign, items: ArrayLike, by: ArrayLike | Coded) -> ProportionTable:
    """Estimate the share of yes to every item in every domain, with linearised errors.

    Args:
        design: the rows and their design, each row its own primary unit.
        items: shape (n, K), 0, 1 or NaN for missing.
        by: domain of each row, shape (n,), as text or coded.

    Raises:
        SamplingError: an item holds something else, or the design has clusters, or lonely units under the
            rules adjust or average, which `proportion` knows and this does not.
        LonelyStratumError: a stratum has one unit of several, and `lonely_psu` is "fail".

    Source:
        The variance of `SurveyDesign.covariance`, written in sums: with S = sum w y - p sum w and
        Q = (1 - 2p) sum w^2 y + p^2 sum w^2 by stratum, V = sum f n/(n-1) (Q - S^2/n) / N_d^2.
    """
    if design.ids is not None:
        raise SamplingError("tabulate: clusters are not supported; use proportion")
    y, known = _yes_and_known(design, items)
    names, codes = coded(labels(by, "by", length=design.size))
    sums = _sums(design, y, known, codes, len(names))
    base = sums.w.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = sums.wy.sum(axis=0) / base
        variances = _variances(design, sums, (y, known, codes), p, scales_of(design))
        errors = np.sqrt(np.maximum(variances, 0.0)) / np.abs(base)
    # All no or all yes is exactly that, whatever the rounding.
    p = np.where(np.abs(p - np.round(p)) < 1e-12, np.round(p), p)
    count = sums.count.sum(axis=0)
    df = count - (sums.count > 0).sum(axis=0)
    finite = design.pop_size is not None
    return ProportionTable(
        domains=tuple(names),
        estimate=p,
        se=errors[0],
        se_without_fpc=errors[1],
        n=count.astype(np.int64),
        weighted_n=base,
        df=df.astype(np.int64),
        finite=finite,
    )


def _yes_and_known(design: SurveyDesign, items: ArrayLike) -> tuple[Floats, Flags | None]:
    """The answers with nought for missing, and which are known; None when all are."""
    y = np.asarray(items, dtype=np.float64)
    if y.ndim != 2 or y.shape[0] != design.size:
        raise SamplingError(f"items: expected shape ({design.size}, K), got {y.shape}")
    known = (y == 0) | (y == 1)
    if known.all():
        return y, None
    if not np.array_equal(known, ~np.isnan(y)):
        raise SamplingError("items: every answer must be 0, 1 or missing")
    return np.where(known, y, 0.0), known


def _sums(design: SurveyDesign, y: Floats, known: Flags | None, codes: Ints, domains: int) -> _Sums:
    strata = design.structure.sampled.size
    w = np.where(design.rows, design.weights, 0.0)
    cell = design.structure.stratum * domains + codes
    grouped = [
        grouper(cell, values, strata * domains) for values in (w, w * w, design.rows.astype(np.float64))
    ]
    shape = (strata, domains, y.shape[1])
    wy, wwy = (_added(group, y).reshape(shape) for group in grouped[:2])
    # Where everybody answered every item, one column of sums serves them all.
    answered = np.ones((codes.size, 1)) if known is None else known.astype(np.float64)
    w0, ww0, count = (_spread(_added(group, answered), shape) for group in grouped)
    return _Sums(wy, wwy, w0, ww0, count)


def grouper(cell: Ints, values: Floats, count: int) -> csr_array:
    """The matrix that adds up `values` times a column within each cell, shape (count, n)."""
    return csr_array((values, (cell, np.arange(cell.size))), shape=(count, cell.size))


def _added(group: csr_array, columns: Floats) -> Floats:
    return np.asarray(group @ columns, dtype=np.float64)


def _spread(sums: Floats, shape: tuple[int, int, int]) -> Floats:
    return np.broadcast_to(sums.reshape(*shape[:2], -1), shape)


def scales_of(design: SurveyDesign) -> Floats:
    """f n/(n-1) of each stratum with and without f, shape (2, H); nought for the only unit of its stratum."""
    shape = design.structure
    single = shape.sampled == 1
    lonely = single & (shape.fpc > 0)
    if lonely.any() and design.lonely_psu == "fail":
        raise LonelyStratumError([shape.strata[h] for h in np.flatnonzero(lonely)])
    if lonely.any() and design.lonely_psu in ("adjust", "average"):
        raise SamplingError(f"tabulate: lonely_psu {design.lonely_psu!r} is not supported; use proportion")
    growth = np.where(single, 0.0, shape.sampled / np.maximum(shape.sampled - 1, 1))
    return np.stack([shape.fpc * growth, growth])


def _variances(
    design: SurveyDesign, sums: _Sums, data: tuple[Floats, Flags | None, Ints], p: Floats, scales: Floats
) -> Floats:
    """Variance of the weighted sum of y - p in each domain under each scale, shape (2, D, K)."""
    if design.calibration is not None:
        return _residual_variances(design, design.calibration, sums, data, p, scales)
    within = sums.wy - p * sums.w
    within *= within
    within /= -design.structure.sampled[:, None, None]
    within += (1 - 2 * p) * sums.wwy
    within += p**2 * sums.ww
    return np.asarray(np.tensordot(scales, within, axes=1))


def _residual_variances(
    design: SurveyDesign,
    fit: CalibrationFit,
    sums: _Sums,
    data: tuple[Floats, Flags | None, Ints],
    p: Floats,
    scales: Floats,
) -> Floats:
    """The same after calibration: scores less x'B, in moments, so that no residual is ever written out.

    With c = scale w^2: sum c e^2 = sum c u^2 - 2 B'(sum c x u) + B'(sum c x x')B, less the strata's means.
    """
    y, known, codes = data
    stratum, n = design.structure.stratum, design.structure.sampled
    x, d, w = fit.auxiliaries, fit.base_weights, design.weights
    c = scales[:, stratum] * w**2
    inverse = np.linalg.pinv(x.T @ (x * d[:, None]), rcond=1e-12)
    spread = [x.T @ (x * one[:, None]) for one in c]
    x_by_stratum = grouper(stratum, w, n.size) @ x
    variances = np.empty((scales.shape[0], *p.shape))
    for domain in range(p.shape[0]):
        here = np.flatnonzero(design.rows & (codes == domain))
        u = y[here] - p[domain] if known is None else np.where(known[here], y[here] - p[domain], 0.0)
        slope = inverse @ ((x[here] * d[here, None]).T @ u)
        means = sums.wy[:, domain] - p[domain] * sums.w[:, domain] - x_by_stratum @ slope
        squared, squares = means**2, c[:, here] @ (u * u)
        for k, scale in enumerate(scales):
            cross = (x[here] * c[k, here, None]).T @ u
            fitted = np.sum(slope * (spread[k] @ slope - 2 * cross), axis=0)
            variances[k, domain] = squares[k] + fitted - (scale / n) @ squared
    return variances
