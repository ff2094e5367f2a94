"""Point estimates and their scores: how far each row moves them, from which every error follows."""

from dataclasses import dataclass

import numpy as np

from sampling.arrays import Flags, Floats
from sampling.estimation.design import SurveyDesign

# Of a sum of amounts that cancel, relative to the sum of their sizes.
LEFT_OVER = 1e-14


@dataclass(frozen=True)
class Linearised:
    """A point estimate, its scores, shape (n,), and the rows it uses.

    The estimate moves by weight times score as a row enters; scores are nought outside `rows`.
    """

    estimate: float
    scores: Floats
    rows: Flags


def linear_mean(design: SurveyDesign, y: Floats) -> Linearised | None:
    """Weighted mean, scores (y - mean) / sum of weights; y has shape (n,). None without a weighted base."""
    return linear_ratio(design, y, np.ones(design.size))


def linear_total(design: SurveyDesign, y: Floats) -> Linearised | None:
    """Weighted total, scores y, shape (n,). None without a weighted base: nobody is not nought."""
    rows = design.rows & np.isfinite(y)
    if not rows.any() or design.weights[rows].sum() == 0:
        return None
    scores = np.where(rows, y, 0.0)
    return Linearised(float(design.weights @ scores), scores, rows)


def linear_ratio(design: SurveyDesign, y: Floats, x: Floats) -> Linearised | None:
    """Ratio R of two totals, scores (y - R x) / total of x, shape (n,). None when the total of x is nought.

    Source:
        Woodruff (1971), A simple method for approximating the variance of a complicated estimate.
    """
    rows = design.rows & np.isfinite(y) & np.isfinite(x)
    w = design.weights[rows]
    base = float(w @ x[rows])
    # Amounts that cancel leave rounding, which nothing can be divided by.
    if abs(base) <= LEFT_OVER * float(np.abs(w) @ np.abs(x[rows])):
        return None
    estimate = float(w @ y[rows]) / base
    scores = np.zeros(design.size)
    scores[rows] = (y[rows] - estimate * x[rows]) / base
    return Linearised(estimate, scores, rows)
