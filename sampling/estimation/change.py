"""Year on year: how much a number has moved, knowing that part of the panel answered both times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Floats, Ints, floats, labels
from sampling.errors import SamplingError
from sampling.estimation.design import Structure, SurveyDesign, joined_counts
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


@dataclass(frozen=True)
class Change:
    """Second less first. None: not defined.

    `covariance` is that of the two estimates, `n_overlap` counts units that answered in both years. Flags:
    empty, zero_base (a ratio over nought), no_df, pooled_covariance (a covariance borrowed from other
    strata), movers (units that changed stratum, whose part is approximate), clipped (a variance estimated
    below nought), missing (a total that leaves out rows without an answer in either year), zero_variance
    (no spread is left although not everybody was asked).
    """

    estimate_1: float | None
    estimate_2: float | None
    change: float | None
    se_1: float | None
    se_2: float | None
    covariance: float | None
    se: float | None
    lci: float | None
    uci: float | None
    df: int
    n_1: int
    n_2: int
    n_overlap: int
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
        SamplingError: an id occurs twice in a wave, or frame counts of both years are missing.

    Source:
        Tam (1984); Nordberg (2000); Qualite and Tille (2008), Variance estimation of changes. Berger and
        Priam (2016), A simple variance estimator of change for rotating repeated surveys.
    """
    if covariance not in RULES:
        raise SamplingError(f"covariance: {covariance!r} is not one of {', '.join(RULES)}")
    one, two = _linear(first, statistic), _linear(second, statistic)
    if one is None or two is None:
        return _undefined(first, second, one, two)
    v1, v2 = sampling_variance(first.design, one), sampling_variance(second.design, two)
    pairs = _Pairs.of(first, second, one, two)
    notes: tuple[str, ...] = ()
    if covariance == "berger_priam":
        c = _residual_correlation(pairs) * sqrt(v1 * v2)
    else:
        c, notes = _covariance(pairs, pop_both, movers)
    variance = v1 + v2 - 2 * c
    # A little beside nought is rounding: a census in both years has V1 = V2 = C = 0.
    if -ROUNDING * (v1 + v2) <= variance <= LEFT_OVER * (v1 + v2):
        variance = 0.0
    if statistic == "total" and (_leaves_out(first, one) or _leaves_out(second, two)):
        notes = (*notes, "missing")
    if variance < 0:
        notes = (*notes, "clipped")
    if variance == 0 and (some_unasked(first.design, one.rows) or some_unasked(second.design, two.rows)):
        notes = (*notes, "zero_variance")
    return _change(first, second, one, two, (v1, v2, c, max(variance, 0.0)), level=level, notes=notes)


def _leaves_out(wave: Wave, lin: Linearised) -> bool:
    return bool(np.any(wave.design.rows & ~lin.rows))


def _linear(wave: Wave, statistic: Statistic) -> Linearised | None:
    y = floats(wave.y, "y", length=wave.design.size)
    if statistic == "mean":
        return linear_mean(wave.design, y)
    if statistic == "total":
        return linear_total(wave.design, y)
    if statistic != "ratio" or wave.x is None:
        raise SamplingError(f"statistic {statistic!r}: mean, total, or ratio with x")
    return linear_ratio(wave.design, y, floats(wave.x, "x", length=wave.design.size))


@dataclass(frozen=True)
class _Pairs:
    """Weighted scores z of both waves by primary unit, and where a unit of the one is found in the other."""

    z1: Floats
    z2: Floats
    shape1: Structure
    shape2: Structure
    at1: Ints
    at2: Ints

    @classmethod
    def of(cls, first: Wave, second: Wave, one: Linearised, two: Linearised) -> "_Pairs":
        names1, names2 = _primary_ids(first), _primary_ids(second)
        _, at1, at2 = np.intersect1d(names1, names2, assume_unique=True, return_indices=True)
        z1 = first.design.primary_totals(one.scores[:, None])[:, 0]
        z2 = second.design.primary_totals(two.scores[:, None])[:, 0]
        shapes = first.design.structure, second.design.structure
        return cls(z1, z2, *shapes, at1.astype(np.int64), at2.astype(np.int64))


def _primary_ids(wave: Wave) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    shape = wave.design.structure
    _, row = np.unique(shape.primary, return_index=True)
    names = labels(wave.ids, "ids", length=wave.design.size)[row]
    if np.unique(names).size != names.size:
        raise SamplingError("ids: a unit occurs twice in one wave")
    return names


def _covariance(
    pairs: _Pairs, pop_both: Mapping[str, float] | None, movers: Mapping[tuple[str, str], float] | None
) -> tuple[float, tuple[str, ...]]:
    """C, summed over pairs of strata that share units of the panel or of the frame."""
    stayed, correlation = _stayed(pairs)
    both = _frame_overlap(pairs, pop_both, stayed)
    total, notes = 0.0, set()
    for name in sorted(set(stayed) | set(both)):
        cell = stayed.get(name, _Cell(0, None))
        h, g = _position(pairs.shape1, name), _position(pairs.shape2, name)
        if h is None or g is None:
            continue
        factor = cell.n - _sampled_share(pairs, h, g) * both.get(name, 0.0)
        if cell.s12 is not None:
            total += factor * cell.s12
        elif factor != 0:
            total += factor * correlation * _sd(pairs.z1, pairs.shape1, h) * _sd(pairs.z2, pairs.shape2, g)
            notes.add("pooled_covariance")
    moved, any_moved = _moved(pairs, stayed, both, movers)
    return total + moved, (*sorted(notes), *(("movers",) if any_moved else ()))


def _residual_correlation(pairs: _Pairs) -> float:
    """Correlation of what is left of both waves' scores by a regression on strata by wave and their products.

    Every unit of either sample is a row, with a score of nought in the wave that it is not in. The model is
    full, so that residuals are deviations from the mean of those with the same strata in both waves.
    """
    first, second = pairs.shape1.stratum_of_primary, pairs.shape2.stratum_of_primary
    other1, other2 = np.full(first.size, -1), np.full(second.size, -1)
    other1[pairs.at1], other2[pairs.at2] = second[pairs.at2], first[pairs.at1]
    e1, e2 = _from_cell_means(pairs.z1, first, other1), _from_cell_means(pairs.z2, second, other2)
    spread = sqrt(float(e1 @ e1) * float(e2 @ e2))
    return float(e1[pairs.at1] @ e2[pairs.at2]) / spread if spread > 0 else 0.0


def _from_cell_means(z: Floats, stratum: Ints, other: Ints) -> Floats:
    _, cell = np.unique(np.stack([stratum, other]), axis=1, return_inverse=True)
    cell = cell.ravel()
    return np.asarray(z - (np.bincount(cell, z) / np.bincount(cell))[cell])


@dataclass(frozen=True)
class _Cell:
    """Overlap of one stratum: units, and covariance of z over them (None when fewer than two)."""

    n: int
    s12: float | None


def _stayed(pairs: _Pairs) -> tuple[dict[str, _Cell], float]:
    """Overlap cells of units that kept their stratum, and the correlation pooled over them."""
    cells: dict[str, _Cell] = {}
    cross = square1 = square2 = 0.0
    names1 = np.array(pairs.shape1.strata, dtype=np.str_)[pairs.shape1.stratum_of_primary[pairs.at1]]
    names2 = np.array(pairs.shape2.strata, dtype=np.str_)[pairs.shape2.stratum_of_primary[pairs.at2]]
    for name in np.unique(names1[names1 == names2]).tolist():
        here = (names1 == name) & (names2 == name)
        a, b = pairs.z1[pairs.at1[here]], pairs.z2[pairs.at2[here]]
        if a.size < 2:
            cells[name] = _Cell(int(a.size), None)
            continue
        a, b = a - a.mean(), b - b.mean()
        cells[name] = _Cell(int(a.size), float(a @ b) / (a.size - 1))
        cross, square1, square2 = cross + float(a @ b), square1 + float(a @ a), square2 + float(b @ b)
    spread = sqrt(square1 * square2)
    return cells, cross / spread if spread > 0 else 0.0


def _frame_overlap(
    pairs: _Pairs, pop_both: Mapping[str, float] | None, stayed: Mapping[str, _Cell]
) -> dict[str, float]:
    """Units in both frames by stratum, after the joins of the designs."""
    if pairs.shape1.pop is None or pairs.shape2.pop is None:
        return {}
    if pop_both is None:
        raise SamplingError("pop_both: the units in both years' frames are needed where frames are finite")
    joins = {join.target: join for join in (*pairs.shape1.joins, *pairs.shape2.joins)}
    both = joined_counts(pop_both, joins.values())
    missing = [name for name in stayed if name not in both]
    if missing:
        raise SamplingError(f"pop_both: no count for strata {', '.join(missing)}")
    return both


def _position(shape: Structure, name: str) -> int | None:
    return shape.strata.index(name) if name in shape.strata else None


def _sampled_share(pairs: _Pairs, h: int, g: int) -> float:
    """n1 n2 / (N1 N2): what a unit of both frames counts for; nought without frame counts."""
    if pairs.shape1.pop is None or pairs.shape2.pop is None:
        return 0.0
    share1 = pairs.shape1.sampled[h] / pairs.shape1.pop[h]
    return float(share1 * pairs.shape2.sampled[g] / pairs.shape2.pop[g])


def _sd(z: Floats, shape: Structure, stratum: int) -> float:
    values = z[shape.stratum_of_primary == stratum]
    return float(np.std(values, ddof=1)) if values.size > 1 else 0.0


def _moved(
    pairs: _Pairs,
    stayed: Mapping[str, _Cell],
    both: Mapping[str, float],
    movers: Mapping[tuple[str, str], float] | None,
) -> tuple[float, bool]:
    """The part of units that changed stratum: products of deviations from the means of their strata."""
    d1, d2 = _deviations(pairs.z1, pairs.shape1), _deviations(pairs.z2, pairs.shape2)
    h, g = pairs.shape1.stratum_of_primary[pairs.at1], pairs.shape2.stratum_of_primary[pairs.at2]
    total, any_movers = 0.0, False
    for here, there in {(int(a), int(b)) for a, b in zip(h, g, strict=True)}:
        names = pairs.shape1.strata[here], pairs.shape2.strata[there]
        if names[0] == names[1]:
            continue
        any_movers = True
        both_ways = (h == here) & (g == there)
        n = int(both_ways.sum())
        s = float(d1[pairs.at1[both_ways]] @ d2[pairs.at2[both_ways]]) / n
        frame = (movers or {}).get(names, _moved_in_frame(n, names[0], stayed, both))
        total += (n - _sampled_share(pairs, here, there) * frame) * s
    return total, any_movers


def _moved_in_frame(n: int, origin: str, stayed: Mapping[str, _Cell], both: Mapping[str, float]) -> float:
    """Movers in the frame, as many to those who stayed as in the panel."""
    cell = stayed.get(origin)
    return n * both.get(origin, 0.0) / cell.n if cell is not None and cell.n > 0 else float(n)


def _deviations(z: Floats, shape: Structure) -> Floats:
    sums = np.bincount(shape.stratum_of_primary, z, minlength=shape.sampled.size)
    return np.asarray(z - (sums / shape.sampled)[shape.stratum_of_primary])


def _undefined(first: Wave, second: Wave, one: Linearised | None, two: Linearised | None) -> Change:
    e1, e2 = one.estimate if one else None, two.estimate if two else None
    n1, n2 = _answers(first), _answers(second)
    flag = "empty" if 0 in (n1, n2) else "zero_base"
    return Change(e1, e2, None, None, None, None, None, None, None, 0, n1, n2, 0, (flag,))


def _answers(wave: Wave) -> int:
    known = wave.design.rows & np.isfinite(floats(wave.y, "y"))
    return int((known if wave.x is None else known & np.isfinite(floats(wave.x, "x"))).sum())


def _change(
    first: Wave,
    second: Wave,
    one: Linearised,
    two: Linearised,
    variances: tuple[float, float, float, float],
    *,
    level: float,
    notes: tuple[str, ...],
) -> Change:
    v1, v2, c, v = variances
    df = min(first.design.degrees_of_freedom(one.rows), second.design.degrees_of_freedom(two.rows))
    moved = two.estimate - one.estimate
    low, high = t_interval(moved, sqrt(v), df, level) if df > 0 else (None, None)
    overlap = set(np.asarray(first.ids)[one.rows].tolist()) & set(np.asarray(second.ids)[two.rows].tolist())
    return Change(
        one.estimate,
        two.estimate,
        moved,
        sqrt(v1),
        sqrt(v2),
        c,
        sqrt(v),
        low,
        high,
        df,
        int(one.rows.sum()),
        int(two.rows.sum()),
        len(overlap),
        notes if df > 0 else (*notes, "no_df"),
    )
