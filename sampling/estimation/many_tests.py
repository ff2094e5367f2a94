"""Which of many tests may be called clear, so that few of those are chance."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import t as student

from sampling.arrays import Flags, floats
from sampling.errors import SamplingError


def p_value(estimate: float, se: float, df: int) -> float:
    """The chance of an estimate this far from nought or farther, were it nought; two-sided, by t.

    Without an error (a full count) what differs at all differs for certain.
    """
    if se == 0:
        return 0.0 if estimate else 1.0
    return float(2 * student.sf(abs(estimate) / se, df))


def clear_ones(p_values: Sequence[float], *, level: float = 0.05) -> Flags:
    """Of the tests called clear, on average no more than `level` are chance; shape (m,).

    The largest k with p_(k) <= k level / m is sought; the k smallest are clear.

    Raises:
        SamplingError: a p-value is not within 0 and 1.

    Source:
        Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """
    p = floats(p_values, "p_values")
    if not np.all((p >= 0) & (p <= 1)):
        raise SamplingError("p-values must be within 0 and 1")
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= level * np.arange(1, p.size + 1) / max(p.size, 1))
    clear = np.zeros(p.size, dtype=np.bool_)
    if passed.size:
        clear[order[: passed[-1] + 1]] = True
    return clear
