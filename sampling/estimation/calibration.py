"""Weights that add up to what is known of the frame: poststratified, raked or calibrated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Coded, Floats, coded, floats, labels
from sampling.errors import CalibrationError, SamplingError
from sampling.estimation.design import CalibrationFit

Method = Literal["linear", "raking", "logit"]
MAX_STEPS = 100
MAX_HALVINGS = 40
PRECISION = 1e-10
AGREEMENT = 1e-9


@dataclass(frozen=True)
class Calibrated:
    """Weights after calibration, and the fit a SurveyDesign needs to give them their smaller error.

    `negative` counts weights below nought, which only the linear method can give.
    """

    weights: Floats
    fit: CalibrationFit
    steps: int
    negative: int


@dataclass(frozen=True)
class Distance:
    """The factor F(v) by which a weight grows, and its slope."""

    factor: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def calibrate(
    weights: ArrayLike,
    auxiliaries: ArrayLike,
    totals: ArrayLike,
    *,
    method: Method = "linear",
    bounds: tuple[float, float] | None = None,
) -> Calibrated:
    """The weights w = d F(x'l) nearest to d whose totals of x are those known.

    Args:
        weights: base weights d, shape (n,), > 0.
        auxiliaries: x, shape (n, p), known for every row; redundant columns are allowed when they agree.
        totals: of x in the frame, shape (p,).
        method: linear (least squares, may give negative weights), raking (multiplicative), logit (within
            `bounds`).
        bounds: minimum and maximum factor of the logit, below and above 1.

    Raises:
        CalibrationError: no such weights were found, with the totals missed.
        SamplingError: shapes differ or an input is not usable.

    Source:
        Deville and Sarndal (1992), Calibration estimators in survey sampling.
    """
    d = _base(weights)
    x, known = _auxiliaries(auxiliaries, totals, d.size)
    w, steps = _solve(d, x, known, _distance(method, bounds))
    return Calibrated(w, CalibrationFit(x, d), steps, int((w < 0).sum()))


def rake(
    weights: ArrayLike,
    margins: Mapping[str, ArrayLike | Coded],
    totals: Mapping[str, Mapping[str, float]],
    *,
    method: Method = "raking",
    bounds: tuple[float, float] | None = None,
) -> Calibrated:
    """Weights that reproduce several margins at once.

    Args:
        weights: base weights, shape (n,).
        margins: per margin the level of each row, shape (n,).
        totals: per margin the frame count of each level. All margins must have the same total.
        method, bounds: as `calibrate`.

    Raises:
        SamplingError: margins disagree on the total, or a level has no row or no frame count.
        CalibrationError: no such weights were found.

    Source:
        Deville, Sarndal and Sautory (1993), Generalized raking procedures in survey sampling.
    """
    d = _base(weights)
    if not margins or set(margins) != set(totals):
        raise SamplingError(
            f"margins {sorted(margins)} and totals {sorted(totals)} must name the same margins"
        )
    columns, known = [], []
    for name, level_of_row in margins.items():
        block, counts = _margin(name, level_of_row, totals[name], d.size)
        columns.append(block)
        known.append(counts)
    _check_same_total(dict(zip(margins, known, strict=True)))
    return calibrate(d, np.concatenate(columns, axis=1), np.concatenate(known), method=method, bounds=bounds)


def poststratify(weights: ArrayLike, cells: ArrayLike | Coded, totals: Mapping[str, float]) -> Calibrated:
    """Weights scaled within each cell to its frame count: calibration to one margin, in closed form.

    Args:
        weights: base weights, shape (n,), > 0. cells: cell of each row, shape (n,).
        totals: cell -> units of the frame.

    Raises:
        SamplingError: a cell has no row or no frame count.

    Source:
        Lohr (2022), Sampling: Design and Analysis, 3rd edn, ch. 4 and 8, poststratification.
    """
    d = _base(weights)
    x, known = _margin("cells", cells, totals, d.size)
    return Calibrated(d * (x @ (known / (d @ x))), CalibrationFit(x, d), 0, 0)


def margin_auxiliaries(
    name: str, level_of_row: ArrayLike | Coded, totals: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """The indicator columns of one margin, shape (n, levels), and its totals: for `calibrate`."""
    rows = level_of_row.size if isinstance(level_of_row, Coded) else np.asarray(level_of_row).size
    return _margin(name, level_of_row, totals, rows)


def _base(weights: ArrayLike) -> Floats:
    d = floats(weights, "weights")
    if d.size == 0 or not np.all(np.isfinite(d) & (d > 0)):
        raise SamplingError("weights must be positive and finite, and there must be some")
    return d


def _auxiliaries(auxiliaries: ArrayLike, totals: ArrayLike, rows: int) -> tuple[Floats, Floats]:
    x, known = np.asarray(auxiliaries, dtype=np.float64), floats(totals, "totals")
    if x.shape != (rows, known.size):
        raise SamplingError(f"auxiliaries: expected shape ({rows}, {known.size}), got {x.shape}")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(known))):
        raise SamplingError("auxiliaries and totals must be known and finite for every row")
    return x, known


def _margin(
    name: str, level_of_row: ArrayLike | Coded, totals: Mapping[str, float], rows: int
) -> tuple[Floats, Floats]:
    levels, codes = coded(labels(level_of_row, name, length=rows))
    uncounted = [level for level in levels if not totals.get(level, 0) > 0]
    if uncounted:
        raise SamplingError(f"margin {name!r}: levels {', '.join(uncounted)} have rows and no frame count")
    empty = [level for level, count in totals.items() if count > 0 and level not in set(levels)]
    if empty:
        raise SamplingError(
            f"margin {name!r}: nobody responded in levels {', '.join(empty)}: join them to others"
        )
    return np.eye(len(levels))[codes], np.array([float(totals[level]) for level in levels])


def _check_same_total(known: Mapping[str, Floats]) -> None:
    sums = {name: float(counts.sum()) for name, counts in known.items()}
    if max(sums.values()) - min(sums.values()) > AGREEMENT * max(sums.values()):
        facts = ", ".join(f"{name}: {total:g}" for name, total in sums.items())
        raise SamplingError(f"margins must agree on the total ({facts})")


def _distance(method: Method, bounds: tuple[float, float] | None) -> Distance:
    if method == "linear":
        return Distance(lambda v: 1 + v, np.ones_like)
    if method == "raking":
        return Distance(np.exp, np.exp)
    if method != "logit":
        raise SamplingError(f"method: {method!r} is not one of linear, raking, logit")
    if bounds is None or not 0 <= bounds[0] < 1 < bounds[1] < np.inf:
        raise SamplingError(f"bounds: logit needs 0 <= lower < 1 < upper, got {bounds}")
    return _logit(*bounds)


def _logit(low: float, high: float) -> Distance:
    """F from `low` to `high`, equal to 1 with slope 1 at nought."""
    a = (high - low) / ((1 - low) * (high - 1))

    def factor(v: Floats) -> Floats:
        grown = np.exp(np.clip(a * v, -700, 700))
        return np.asarray((low * (high - 1) + high * (1 - low) * grown) / (high - 1 + (1 - low) * grown))

    def slope(v: Floats) -> Floats:
        f = factor(v)
        return np.asarray(a * (f - low) * (high - f) / (high - low))

    return Distance(factor, slope)


@dataclass(frozen=True)
class _Problem:
    """Base weights (n,), auxiliaries (n, p) and their totals (p,) on one scale, and the distance to keep."""

    base: Floats
    auxiliaries: Floats
    target: Floats
    distance: Distance

    def tried(self, multiplier: Floats) -> tuple[Floats, Floats]:
        """The weights of a multiplier l, shape (p,), and by how much their totals miss."""
        with np.errstate(over="ignore", invalid="ignore"):
            w = self.base * self.distance.factor(self.auxiliaries @ multiplier)
            return w, np.asarray(self.target - w @ self.auxiliaries)

    def direction(self, multiplier: Floats, miss: Floats) -> Floats:
        """Newton's step, shape (p,)."""
        z = self.auxiliaries
        curvature = z.T @ (z * (self.base * self.distance.slope(z @ multiplier))[:, None])
        step, *_ = np.linalg.lstsq(curvature, miss, rcond=1e-12)
        return np.asarray(step, dtype=np.float64)


def _solve(d: Floats, x: Floats, known: Floats, distance: Distance) -> tuple[Floats, int]:
    """Newton steps on l, halved while they do not bring the totals nearer."""
    # Columns to one scale, so that incomes in pounds and counts of bodies count alike.
    scale = np.maximum(np.abs(known), d @ np.abs(x))
    scale = np.where(scale > 0, scale, 1.0)
    problem = _Problem(d, x / scale, known / scale, distance)
    multiplier = np.zeros(known.size)
    w, miss = problem.tried(multiplier)
    for step in range(MAX_STEPS):
        if np.max(np.abs(miss), initial=0.0) <= PRECISION:
            return w, step
        moved = _halved(problem, multiplier, problem.direction(multiplier, miss), float(np.linalg.norm(miss)))
        if moved is None:
            break
        multiplier, w, miss = moved
    if np.max(np.abs(miss), initial=0.0) <= PRECISION * 100:
        return w, MAX_STEPS
    raise CalibrationError((miss * scale).tolist(), known.tolist())


def _halved(
    problem: _Problem, start: Floats, direction: Floats, norm: float
) -> tuple[Floats, Floats, Floats] | None:
    """The longest of the step, its half, its quarter ... that brings the totals nearer; None without one."""
    for halving in range(MAX_HALVINGS):
        multiplier = start + direction / 2**halving
        w, miss = problem.tried(multiplier)
        if np.all(np.isfinite(miss)) and np.linalg.norm(miss) < norm:
            return multiplier, w, miss
    return None
