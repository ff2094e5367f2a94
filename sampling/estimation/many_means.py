"""Means of many items in many domains of one design: the numbers of `mean` and `difference`, from sums.

One figure at a time, each would have residuals of its own, of all rows. Here the rows of a domain are gone
through once for all items, and the error is put together from sums that all figures of the design share.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from sampling.arrays import Flags, Floats, Ints, flags
from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import LEFT_OVER, difference, sampling_variance
from sampling.estimation.linearisation import linear_mean
from sampling.estimation.tabulation import grouper, scales_of

# Of the parts whose sum a variance is: below this too many digits have cancelled, and residuals are taken.
CANCELLED = 1e-3
# Items whose scores are held at one time.
AT_ONCE = 24


@dataclass(frozen=True)
class DomainMeans:
    """The mean of each of K items in one domain, and the sums that its errors are made of.

    `estimate` is NaN where nobody answered. `alike`: all answers are the same. Sums are of the linearised
    scores u = (y - mean) / base: `squares` (2, K) of c u u, `cross` (2, p, K) of c x u, `fitted` (p, K) of
    d x u, `by_stratum` (H, K) of w u, `spread` (K,) of w w u u, where c is w w f n/(n-1), with and without f.
    """

    rows: Flags
    estimate: Floats
    base: Floats
    alike: Flags
    counts: Ints  # (H, K) answers by stratum
    squares: Floats
    cross: Floats
    fitted: Floats
    by_stratum: Floats
    spread: Floats

    @property
    def n(self) -> Ints:
        """Answers, shape (K,)."""
        return np.asarray(self.counts.sum(axis=0))

    @property
    def df(self) -> Ints:
        """Answers less strata that hold some, shape (K,)."""
        return _df(self.counts)


@dataclass(frozen=True)
class Errors:
    """Variances of K estimates with and without finite population correction, shape (2, K), and df (K,)."""

    variance: Floats
    df: Ints


@dataclass(frozen=True)
class ManyMeans:
    """K items of the rows of a design, each row its own primary unit.

    Args:
        design: n rows; `within` takes the domain.
        items: shape (n, K), NaN missing.

    Raises:
        SamplingError: the shapes differ, the design has clusters, or a rule for lonely units that
            `tabulate` does not know either.
        LonelyStratumError: a stratum has one unit of several, and `lonely_psu` is "fail".

    Source:
        The variance of `SurveyDesign.covariance` after calibration, in moments: with residuals e = u - x'B,
        sum c e e = sum c u u + B'(sum c x x')B - 2 B'(sum c x u), less the strata's means.
    """

    design: SurveyDesign
    items: Floats

    def __post_init__(self) -> None:
        if self.design.ids is not None:
            raise SamplingError("many means: clusters are not supported; use mean")
        if self.items.ndim != 2 or self.items.shape[0] != self.design.size:
            raise SamplingError(f"items: expected shape ({self.design.size}, K), got {self.items.shape}")

    def within(self, domain: ArrayLike) -> DomainMeans:
        """The means of one domain: True for its rows, shape (n,)."""
        rows = self.design.rows & flags(domain, "domain", length=self.design.size)
        here = np.flatnonzero(rows)
        sums = [self._sums(here, first) for first in range(0, max(self.items.shape[1], 1), AT_ONCE)]
        return DomainMeans(rows, *(np.concatenate(parts, axis=-1) for parts in zip(*sums, strict=True)))

    def _sums(self, here: Ints, first: int) -> tuple[Floats | Flags | Ints, ...]:
        """What `DomainMeans` holds of some items, in its order; `here` are the places of the rows."""
        y, w = self.items[here, first : first + AT_ONCE], self.design.weights[here]
        known = ~np.isnan(y)
        low, high = _range(y, known)
        y[~known] = 0.0
        answered = known.astype(np.float64)
        base = w @ answered
        with np.errstate(invalid="ignore", divide="ignore"):
            estimate = np.where(known.any(axis=0) & (base != 0), (w @ y) / base, np.nan)
            u = np.where(known & ~np.isnan(estimate), (y - estimate) / base, 0.0)
        # All answers alike leave no score, whatever the rounding.
        u[:, low == high] = 0.0
        c, stratum = self._c[:, here], self.design.structure.stratum[here]
        x, d = self._x[here], self._d[here]
        squared = u * u
        return (
            estimate,
            base,
            low == high,
            (self._group(stratum, np.ones(here.size)) @ answered).astype(np.int64),
            c @ squared,
            np.stack([np.asarray((x * one[:, None]).T @ u) for one in c]),
            np.asarray((x * d[:, None]).T @ u),
            np.asarray(self._group(stratum, w) @ u),
            w**2 @ squared,
        )

    def errors(self, part: DomainMeans) -> Errors:
        """The variances of the means of a domain."""
        variance, parts = self._variance(part.squares, part.cross, part.fitted, part.by_stratum)
        unsure = self._unsure(variance, parts) & ~np.isnan(part.estimate)
        design = self.design.within(part.rows)
        for item in np.flatnonzero(unsure):
            lin = linear_mean(design, self.items[:, item])
            if lin is not None:
                variance[:, item] = [sampling_variance(design, lin, fpc=fpc) for fpc in (True, False)]
        return Errors(np.where(variance <= LEFT_OVER * part.spread, 0.0, variance), part.df)

    def difference_errors(self, one: DomainMeans, other: DomainMeans) -> Errors:
        """The variances of the means of one domain less those of another, `one` inside it or apart from it.

        Raises:
            SamplingError: the domains meet, and neither holds the other.
        """
        both = one.rows & other.rows
        inside = bool(both.any())
        if inside and not np.array_equal(both, one.rows):
            raise SamplingError("many means: domains are apart, or the first is inside the second")
        shared = self._shared(one, other) if inside else 0.0
        sums = (
            one.squares + other.squares - 2 * shared,
            one.cross - other.cross,
            one.fitted - other.fitted,
            one.by_stratum - other.by_stratum,
        )
        variance, parts = self._variance(*sums)
        known = ~np.isnan(one.estimate) & ~np.isnan(other.estimate)
        for item in np.flatnonzero(self._unsure(variance, parts) & known):
            exact = difference(self.design, self.items[:, item], one.rows, other.rows)
            variance[0, item] = 0.0 if exact.se is None else exact.se**2
        return Errors(np.maximum(variance, 0.0), _df(other.counts if inside else one.counts + other.counts))

    def _shared(self, one: DomainMeans, other: DomainMeans) -> Floats:
        """Sums of c u v over the rows of a domain inside another, shape (2, K)."""
        here = np.flatnonzero(one.rows)
        y = self.items[here]
        with np.errstate(invalid="ignore", divide="ignore"):
            u = np.where(one.alike, 0.0, (y - one.estimate) / one.base)
            v = np.where(other.alike, 0.0, (y - other.estimate) / other.base)
        return np.asarray(self._c[:, here] @ np.where(np.isnan(y), 0.0, np.nan_to_num(u) * np.nan_to_num(v)))

    def _variance(
        self, squares: Floats, cross: Floats, fitted: Floats, by_stratum: Floats
    ) -> tuple[Floats, Floats]:
        """Variances, shape (2, K), and how large the parts were that they are the sum of."""
        slope = self._inverse @ fitted
        means = by_stratum - self._x_by_stratum @ slope
        between = (self._scales / self.design.structure.sampled) @ means**2
        explained = np.stack([np.sum(slope * (spread @ slope), axis=0) for spread in self._x_spread])
        both_ways = 2 * np.sum(slope * cross, axis=1)
        return squares + explained - both_ways - between, squares + explained + between

    @staticmethod
    def _unsure(variance: Floats, parts: Floats) -> Flags:
        return np.asarray(np.any(variance < CANCELLED * parts, axis=0))

    def _group(self, stratum: Ints, values: Floats) -> csr_array:
        return grouper(stratum, values, self.design.structure.sampled.size)

    @cached_property
    def _scales(self) -> Floats:
        return scales_of(self.design)

    @cached_property
    def _c(self) -> Floats:
        return np.asarray(self._scales[:, self.design.structure.stratum] * self.design.weights**2)

    @cached_property
    def _x(self) -> csr_array:
        """What weights were calibrated to, without the noughts, shape (n, p); p is 0 without calibration."""
        fit = self.design.calibration
        return csr_array((self.design.size, 0)) if fit is None else csr_array(fit.auxiliaries)

    @cached_property
    def _d(self) -> Floats:
        fit = self.design.calibration
        return self.design.weights if fit is None else fit.base_weights

    @cached_property
    def _inverse(self) -> Floats:
        equations = np.asarray((self._x.T @ (self._x * self._d[:, None])).todense())
        return np.asarray(np.linalg.pinv(equations, rcond=1e-12, hermitian=True), dtype=np.float64)

    @cached_property
    def _x_spread(self) -> tuple[Floats, ...]:
        return tuple(np.asarray((self._x.T @ (self._x * one[:, None])).todense()) for one in self._c)

    @cached_property
    def _x_by_stratum(self) -> Floats:
        stratum = self.design.structure.stratum
        return np.asarray((self._group(stratum, self.design.weights) @ self._x).todense())


def _range(y: Floats, known: Flags) -> tuple[Floats, Floats]:
    """The lowest and the highest answer to each item, shape (K,); not alike where there is none."""
    low = np.where(known, y, np.inf).min(axis=0, initial=np.inf)
    return low, np.where(known, y, -np.inf).max(axis=0, initial=-np.inf)


def _df(counts: Ints) -> Ints:
    return np.asarray(counts.sum(axis=0) - (counts > 0).sum(axis=0))
