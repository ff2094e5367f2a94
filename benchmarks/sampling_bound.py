"""The minimum of numpy work behind three tasks of `sampling`: for a library with checks to be held against.

No checks, no labels, no intervals: a threshold draw, grouped sums, moments. `benchmarks.sampling` runs both
sides in one process on the same arrays and compares their numbers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """By stratum and domain, shape (H, D, K) or (H, D, 1): sums of w y, w^2 y, w and w^2."""

    wy: Floats
    wwy: Floats
    w: Floats
    ww: Floats


def threshold_draw(u: Floats, stratum: Ints, wanted: Ints) -> Ints:
    """The `wanted` smallest numbers of each stratum: sort only those below a cut they all but surely keep.

    Args:
        u, stratum: number and stratum of each unit, shape (n,). wanted: units to take, shape (H,).

    Raises:
        AssertionError: the cut was too low for these numbers.
    """
    pop = np.bincount(stratum, minlength=wanted.size)
    fraction = wanted / pop
    kept = np.flatnonzero(u < (fraction + 8 * np.sqrt(fraction / pop) + 20 / pop)[stratum])
    by_number = kept[np.argsort(u[kept])]
    ordered = by_number[np.argsort(stratum[by_number].astype(np.int16), kind="stable")]
    held = np.bincount(stratum[ordered], minlength=wanted.size)
    if np.any(held < wanted):
        raise AssertionError("the cut was too low for these numbers")
    place = np.arange(ordered.size) - np.repeat(np.cumsum(held) - held, held)
    return ordered[place < wanted[stratum[ordered]]]


def grouped_sums(y: Floats, w: Floats, stratum: Ints, domain: Ints, *, strata: int, domains: int) -> Sums:
    """The sums from which shares and their errors follow, shape (H, D, K) or (H, D, 1), items being complete.

    Args:
        y: shape (n, K). w, stratum, domain: shape (n,).
    """
    cell, rows = stratum * domains + domain, np.arange(w.size)
    shape = (strata * domains, w.size)
    first, second = (csr_array((values, (cell, rows)), shape=shape) for values in (w, w * w))
    return Sums(
        np.asarray(first @ y).reshape(strata, domains, -1),
        np.asarray(second @ y).reshape(strata, domains, -1),
        np.bincount(cell, w, minlength=shape[0]).astype(np.float64).reshape(strata, domains, 1),
        np.bincount(cell, w * w, minlength=shape[0]).astype(np.float64).reshape(strata, domains, 1),
    )


def shares_and_errors(sums: Sums, scale: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Shares of yes and their standard errors, shape (D, K); scale is f n/(n-1) of each stratum."""
    base = sums.w.sum(axis=0)
    p = sums.wy.sum(axis=0) / base
    within = (1 - 2 * p) * sums.wwy + p**2 * sums.ww - (sums.wy - p * sums.w) ** 2 / n[:, None, None]
    return p, np.sqrt(np.maximum(np.tensordot(scale, within, axes=1), 0)) / base


@dataclass(frozen=True)
class Rows:
    """Answers y, shape (n, K), auxiliaries x, shape (n, p), and of shape (n,) the rest.

    w: calibrated weights. d: those before. stratum, domain: their numbers.
    """

    y: Floats
    w: Floats
    d: Floats
    x: Floats
    stratum: Ints
    domain: Ints


def residual_errors(rows: Rows, *, scale: Floats, n: Floats, domains: int) -> tuple[Floats, Floats]:
    """The same after calibration to x, shape (D, K), from moments.

    With c = scale w^2: sum c e^2 less the strata's means; scale and n, of each stratum, have shape (H,).
    """
    y, w, d, x = rows.y, rows.w, rows.d, rows.x
    stratum, domain = rows.stratum, rows.domain
    sums = grouped_sums(y, w, stratum, domain, strata=n.size, domains=domains)
    base = sums.w.sum(axis=0)
    p = sums.wy.sum(axis=0) / base
    c = scale[stratum] * w * w
    inverse, spread = np.linalg.pinv(x.T @ (x * d[:, None]), rcond=1e-12), x.T @ (x * c[:, None])
    x_by_stratum = csr_array((w, (stratum, np.arange(w.size))), shape=(n.size, w.size)) @ x
    variance = np.empty_like(p)
    for k in range(domains):
        here = np.flatnonzero(domain == k)
        u = y[here] - p[k]
        slope = inverse @ (x[here].T @ (u * d[here, None]))
        cross = x[here].T @ (u * c[here, None])
        squares = c[here] @ (u * u) + np.sum(slope * (spread @ slope - 2 * cross), axis=0)
        means = sums.wy[:, k] - p[k] * sums.w[:, k] - x_by_stratum @ slope
        variance[k] = squares - (scale / n) @ means**2
    return p, np.sqrt(np.maximum(variance, 0)) / base
