"""How far two years' estimates move together: through the units in both panels and in both frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from sampling.arrays import Floats, Ints, Labels, labels
from sampling.errors import SamplingError
from sampling.estimation.design import Structure, SurveyDesign, joined_counts
from sampling.estimation.linearisation import Linearised


@dataclass(frozen=True)
class Scored:
    """One year's estimate with its design, and the identity of each row (of its cluster), shape (n,)."""

    design: SurveyDesign
    ids: Sequence[str]
    lin: Linearised

    def primary_ids(self) -> Labels:
        """Identity of each primary unit, shape (m,).

        Raises:
            SamplingError: a unit occurs twice.
        """
        _, row = np.unique(self.design.structure.primary, return_index=True)
        names = labels(self.ids, "ids", length=self.design.size)[row]
        if np.unique(names).size != names.size:
            raise SamplingError("ids: a unit occurs twice in one wave")
        return names

    def totals(self) -> Floats:
        """Weighted scores by primary unit, shape (m,)."""
        return self.design.primary_totals(self.lin.scores[:, None])[:, 0]

    def answered(self) -> set[str]:
        """The units that the estimate uses."""
        return set(np.asarray(self.ids)[self.lin.rows].tolist())


@dataclass(frozen=True)
class ScorePairs:
    """Weighted scores z of both waves by primary unit, and the places of the units that are in both.

    m1 and m2 primary units, m12 of them in both.
    """

    z1: Floats  # (m1,)
    z2: Floats  # (m2,)
    shape1: Structure
    shape2: Structure
    at1: Ints  # (m12,) places in z1
    at2: Ints  # (m12,) places in z2

    @classmethod
    def of(cls, first: Scored, second: Scored) -> "ScorePairs":
        """Two years' scores side by side.

        Raises:
            SamplingError: a unit occurs twice in a wave.
        """
        _, at1, at2 = np.intersect1d(
            first.primary_ids(), second.primary_ids(), assume_unique=True, return_indices=True
        )
        shapes = first.design.structure, second.design.structure
        return cls(first.totals(), second.totals(), *shapes, at1.astype(np.int64), at2.astype(np.int64))


def overlap_covariance(
    pairs: ScorePairs, pop_both: Mapping[str, float] | None, movers: Mapping[tuple[str, str], float] | None
) -> tuple[float, tuple[str, ...]]:
    """C = sum N1 N2 (n12/(n1 n2) - N12/(N1 N2)) s12 over pairs of strata that share units, and flags.

    Args:
        pop_both: stratum -> units in both frames and in it both times, needed with frame counts.
        movers: (stratum then, stratum now) -> units of the frame; estimated from the panel where not given.

    Raises:
        SamplingError: frame counts of both years are missing.

    Source:
        Tam (1984); Nordberg (2000); Qualite and Tille (2008), Variance estimation of changes.
    """
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


def residual_correlation(pairs: ScorePairs) -> float:
    """Correlation of what is left of both waves' scores by a regression on strata by wave and their products.

    Every unit of either sample is a row, with a score of nought in the wave that it is not in. The model is
    full, so that residuals are deviations from the mean of those with the same strata in both waves.

    Source:
        Berger and Priam (2016), A simple variance estimator of change for rotating repeated surveys.
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


def _stayed(pairs: ScorePairs) -> tuple[dict[str, _Cell], float]:
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
    pairs: ScorePairs, pop_both: Mapping[str, float] | None, stayed: Mapping[str, _Cell]
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


def _sampled_share(pairs: ScorePairs, h: int, g: int) -> float:
    """n1 n2 / (N1 N2): what a unit of both frames counts for; nought without frame counts."""
    if pairs.shape1.pop is None or pairs.shape2.pop is None:
        return 0.0
    share1 = pairs.shape1.sampled[h] / pairs.shape1.pop[h]
    return float(share1 * pairs.shape2.sampled[g] / pairs.shape2.pop[g])


def _sd(z: Floats, shape: Structure, stratum: int) -> float:
    values = z[shape.stratum_of_primary == stratum]
    return float(np.std(values, ddof=1)) if values.size > 1 else 0.0


def _moved(
    pairs: ScorePairs,
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
