"""From being drawn to standing for the frame: design weights, nonresponse adjustment, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Coded, Flags, Floats, Labels, coded, flags, floats, labels
from sampling.errors import SamplingError
from sampling.estimation.collapsing import Fault, Join, Joined, join_cells


@dataclass(frozen=True)
class NonresponseAdjustment:
    """Weights after nonresponse (zero for non-respondents), and the factor of each final cell."""

    weights: Floats
    factors: dict[str, float]
    joined: Joined

    @property
    def cells(self) -> Labels:
        """The cell each unit ended in, shape (n,)."""
        return self.joined.cells.text if isinstance(self.joined.cells, Coded) else self.joined.cells

    @property
    def joins(self) -> tuple[Join, ...]:
        return self.joined.joins


def design_weights(pop_size: ArrayLike, sample_size: ArrayLike) -> Floats:
    """Units each sampled unit stands for, N/n.

    Args:
        pop_size: frame count of each sampled unit's stratum, shape (n,).
        sample_size: units selected in that stratum, shape (n,).

    Raises:
        SamplingError: a stratum has no sample, or more sample than frame.
    """
    pop = floats(pop_size, "pop_size")
    taken = floats(sample_size, "sample_size", length=pop.size)
    if not np.all(np.isfinite(pop) & (taken >= 1) & (taken <= pop)):
        raise SamplingError("design weights: every stratum needs 1 <= sample_size <= pop_size")
    return np.asarray(pop / taken)


def adjust_nonresponse(
    weights: ArrayLike,
    cells: ArrayLike | Sequence[str] | Coded,
    responded: ArrayLike,
    *,
    min_respondents: int = 1,
    max_factor: float | None = None,
    collapse: Mapping[str, str] | None = None,
) -> NonresponseAdjustment:
    """Hand the weight of non-respondents to the respondents of the same cell.

    Args:
        weights: design weights of all sampled units in scope, shape (n,), > 0.
        cells: adjustment cell of each sampled unit, shape (n,).
        responded: True where a usable response exists, shape (n,).
        min_respondents: a cell with fewer is joined to others.
        max_factor: a cell whose weights would grow by more is joined to others.
        collapse: cell -> target; a target is joined whole, only where one of its cells needs it; a target may
            itself have a target.

    Returns:
        NonresponseAdjustment; every final cell keeps its total weight.

    Raises:
        CellError: a cell needs joining and the map has no target for it.
        SamplingError: shapes differ, or a weight is not a positive finite number.

    Source:
        Lohr (2022), Sampling: Design and Analysis, 3rd edn, ch. 8, weighting-class adjustment.
    """
    w = _base_weights(weights)
    answered = flags(responded, "responded", length=w.size)
    joined = join_cells(
        labels(cells, "cells", length=w.size),
        w,
        answered,
        fault=_too_sparse(min_respondents, max_factor),
        collapse=collapse,
    )
    names, codes = coded(joined.cells)
    held = np.bincount(codes, w, minlength=len(names))
    factor = held / np.bincount(codes, w * answered, minlength=len(names))
    adjusted = np.where(answered, w * factor[codes], 0.0)
    return NonresponseAdjustment(adjusted, dict(zip(names, factor.tolist(), strict=True)), joined)


def kish_deff(weights: ArrayLike) -> float:
    """How much unequal weights inflate a variance, n sum w^2 / (sum w)^2.

    Args:
        weights: shape (n,), > 0.

    Raises:
        SamplingError: there are no weights, or one is not a positive finite number.

    Source:
        Kish (1965), Survey Sampling; Kish (1992).
    """
    w = _base_weights(weights)
    if w.size == 0:
        raise SamplingError("weights: none given")
    return float(w.size * np.sum(w**2) / np.sum(w) ** 2)


def trim_weights(weights: ArrayLike, *, lower: float = 0.0, upper: float = float("inf")) -> Floats:
    """Weights brought within limits, what is cut shared equally among those inside; the sum stays.

    Repeated until every weight is inside, since sharing may push others out.

    Args:
        weights: shape (n,), > 0. lower, upper: the limits.

    Raises:
        SamplingError: the limits leave no room for the sum.

    Source:
        As trimWeights(strict = TRUE) of R's survey package.
    """
    w = _base_weights(weights)
    if not w.size * lower <= w.sum() <= w.size * upper:
        raise SamplingError(
            f"limits {lower:g} to {upper:g}: no room for {w.size} weights with sum {w.sum():g}"
        )
    while True:
        # A whisker beyond a limit is rounding, not weight to share.
        outside = (w < lower * (1 - 1e-12)) | (w > upper * (1 + 1e-12))
        if not outside.any():
            return w
        cut = np.clip(w, lower, upper)
        if outside.all():
            raise SamplingError(f"limits {lower:g} to {upper:g}: every weight is outside")
        w = np.where(outside, cut, w + (w - cut).sum() / (~outside).sum())


def _base_weights(weights: ArrayLike) -> Floats:
    w = floats(weights, "weights")
    if not np.all(np.isfinite(w) & (w > 0)):
        raise SamplingError("weights must be positive and finite")
    return w


def _too_sparse(min_respondents: int, max_factor: float | None) -> Fault:
    def fault(weights: Floats, responded: Flags) -> str | None:
        answers = int(responded.sum())
        if answers < max(min_respondents, 1):
            return f"at least {max(min_respondents, 1)} respondents needed"
        factor = float(weights.sum() / weights[responded].sum())
        if max_factor is not None and factor > max_factor:
            return f"the factor {factor:.4g} is above {max_factor:g}"
        return None

    return fault
