"""How evenly the population is represented among those who responded: R-indicators."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, Labels, coded, flags, floats, labels
from sampling.errors import SamplingError, SeparationError

MAX_STEPS = 60
PRECISION = 1e-12


@dataclass(frozen=True)
class Partial:
    """How much one variable departs from even response: per level, and the root of their sum of squares.

    A level below nought is under-represented.
    """

    variable: str
    value: float
    levels: dict[str, float]


@dataclass(frozen=True)
class Representativity:
    """R = 1 - 2 S, where S is the weighted standard deviation of the response propensities.

    R is 1 when everybody is equally likely to respond. `r_adjusted` takes off what chance alone would add to
    S. `cv` is S over the mean propensity. `propensities` has one value per sampled unit.
    """

    r: float
    s: float
    cv: float | None
    mean_propensity: float
    r_adjusted: float
    response_rate: float
    partial: tuple[Partial, ...]
    propensities: Floats


def r_indicator(
    responded: ArrayLike, weights: ArrayLike, variables: Mapping[str, ArrayLike]
) -> Representativity:
    """Representativity of response with regard to categorical variables of the frame.

    Args:
        responded: True where a usable response exists, one per sampled unit, shape (n,).
        weights: design weights, shape (n,), > 0.
        variables: name -> level of each sampled unit, shape (n,); main effects of a weighted logit.

    Raises:
        SeparationError: a combination of levels tells exactly who responds, so no propensities exist.
        SamplingError: shapes differ or a weight is not positive.

    Source:
        Schouten, Cobben and Bethlehem (2009), Indicators for the representativeness of survey response;
        bias adjustment and partial indicators: Shlomo, Skinner and Schouten (2012), RISQ manual.
    """
    answered = flags(responded, "responded")
    d = floats(weights, "weights", length=answered.size)
    if answered.size == 0 or not np.all(np.isfinite(d) & (d > 0)):
        raise SamplingError("weights must be positive and finite, and there must be some")
    by_name = {name: labels(level, name, length=answered.size) for name, level in variables.items()}
    x = _main_effects(by_name)
    constant = answered.all() or not answered.any()
    rho = answered.astype(np.float64) if constant else _propensities(x, answered, d, by_name)
    size = float(d.sum())
    average = float(d @ rho) / size
    variance = float(d @ (rho - average) ** 2) / (size - 1) if size > 1 else 0.0
    adjusted = 0.0 if constant else max(0.0, variance - _chance(x, rho, d))
    return Representativity(
        r=1 - 2 * sqrt(variance),
        s=sqrt(variance),
        cv=sqrt(variance) / average if average > 0 else None,
        mean_propensity=average,
        r_adjusted=1 - 2 * sqrt(adjusted),
        response_rate=float(d @ answered) / size,
        partial=tuple(_partial(name, level, rho, d, average) for name, level in by_name.items()),
        propensities=rho,
    )


def _main_effects(variables: Mapping[str, Labels]) -> Floats:
    """A constant and one column for each level but the first, shape (n, p)."""
    if not variables:
        raise SamplingError("representativity needs at least one variable of the frame")
    blocks = []
    for level in variables.values():
        names, codes = coded(level)
        blocks.append(np.eye(len(names))[codes][:, 1:])
    return np.concatenate([np.ones((blocks[0].shape[0], 1)), *blocks], axis=1)


def _propensities(x: Floats, responded: Flags, d: Floats, variables: Mapping[str, Labels]) -> Floats:
    """Fitted probabilities of a weighted logit, by Newton steps; redundant columns do no harm."""
    weight, beta = d / d.mean(), np.zeros(x.shape[1])
    for _ in range(MAX_STEPS):
        rho = _expit(x @ beta)
        gradient = x.T @ (weight * (responded - rho))
        if np.max(np.abs(gradient)) <= PRECISION * weight.sum():
            break
        step, *_ = np.linalg.lstsq(_information(x, rho, weight), gradient, rcond=1e-12)
        beta = beta + step
    rho = _expit(x @ beta)
    # The likelihood of separated data rises for ever: the fit then drifts to exact noughts and ones.
    if np.any((rho < 1e-6) | (rho > 1 - 1e-6)):
        raise SeparationError(_telling_levels(variables, responded))
    return rho


def _expit(v: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(v, -500, 500))))


def _information(x: Floats, rho: Floats, weight: Floats) -> Floats:
    return np.asarray(x.T @ (x * (weight * rho * (1 - rho))[:, None]))


def _telling_levels(variables: Mapping[str, Labels], responded: Flags) -> list[str]:
    return [
        f"{name} = {level}"
        for name, levels in variables.items()
        for level in np.unique(levels).tolist()
        if len(set(responded[levels == level].tolist())) == 1
    ]


def _chance(x: Floats, rho: Floats, d: Floats) -> float:
    """What the estimation of the propensities adds to their variance."""
    size = float(d.sum())
    covariance = np.linalg.pinv(_information(x, rho, d / d.mean()), rcond=1e-12)
    z = (rho * (1 - rho))[:, None] * x
    each = float(d @ np.sum((z @ covariance) * z, axis=1))
    together = d @ z
    return (each - float(together @ covariance @ together) / size) / size


def _partial(name: str, level: Labels, rho: Floats, d: Floats, average: float) -> Partial:
    names, codes = coded(level)
    held = np.bincount(codes, d)
    gaps = np.bincount(codes, d * rho) / held - average
    values = np.sqrt(held / d.sum()) * gaps
    return Partial(name, float(np.linalg.norm(values)), dict(zip(names, values.tolist(), strict=True)))
