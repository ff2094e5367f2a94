"""How the data came to be: strata, weights, frame counts, and the variance that follows from them."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from sampling.arrays import Coded, Flags, Floats, Ints, Labels, coded, flags, floats, labels
from sampling.errors import LonelyStratumError, SamplingError
from sampling.estimation.collapsing import Join, join_cells

LonelyRule = Literal["fail", "adjust", "average", "remove", "collapse"]
RULES: tuple[LonelyRule, ...] = ("fail", "adjust", "average", "remove", "collapse")


@dataclass(frozen=True, kw_only=True)
class Structure:
    """The design with labels turned into codes. H strata, m primary units, n rows."""

    strata: tuple[str, ...]
    primary: Ints  # (n,) primary unit of each row
    stratum_of_primary: Ints  # (m,)
    sampled: Floats  # (H,) primary units used
    fpc: Floats  # (H,) 1 - n/N, 1 without frame counts
    pop: Floats | None = None  # (H,) primary units in the frame
    joins: tuple[Join, ...] = ()

    @property
    def stratum(self) -> Ints:
        """Stratum of each row, shape (n,)."""
        return self.stratum_of_primary[self.primary]


@dataclass(frozen=True)
class CalibrationFit:
    """What weights were calibrated to: auxiliaries x, shape (n, p), and the weights before, shape (n,)."""

    auxiliaries: Floats
    base_weights: Floats

    def residuals(self, scores: Floats) -> Floats:
        """Scores less their base-weighted regression on all auxiliaries jointly, shape (n, k)."""
        if self._indicators is not None:
            x, inverse = self._indicators
            slope = inverse @ (x.T @ (self.base_weights[:, None] * scores))
            return np.asarray(scores - x @ slope)
        root = np.sqrt(self.base_weights)[:, None]
        slope, *_ = np.linalg.lstsq(root * self.auxiliaries, root * scores, rcond=None)
        return np.asarray(scores - self.auxiliaries @ slope)

    @cached_property
    def _indicators(self) -> tuple[csr_array, Floats] | None:
        """Auxiliaries that are noughts and ones alone, without the noughts, and (sum d x x')^-1, (p, p).

        Their equations are counts, which are solved as well by themselves and once for all estimates.
        """
        if not np.all((self.auxiliaries == 0) | (self.auxiliaries == 1)):
            return None
        x = csr_array(self.auxiliaries)
        equations = self.auxiliaries.T @ (self.auxiliaries * self.base_weights[:, None])
        return x, np.asarray(np.linalg.pinv(equations, rcond=1e-12, hermitian=True), dtype=np.float64)


@dataclass(frozen=True)
class SurveyDesign:
    """The rows that an estimate uses (the respondents), and how they stand for the frame.

    Args:
        strata: stratum of each row, shape (n,), as text or coded.
        weights: final weight of each row, shape (n,), in frame units per row.
        pop_size: primary units of the stratum in the frame: one number per row, shape (n,), or a mapping from
            stratum to count, which must then name no stratum without rows. None: no finite population
            correction.
        ids: primary unit (cluster) of each row, nested in strata, as text or coded; None: each row
            is its own.
        lonely_psu: a stratum with one primary unit of several: fail; adjust (deviation from the grand mean);
            average (of the other strata); remove (counts as zero); collapse (join by the `collapse` map).
        collapse: stratum -> target, declared beforehand.
        calibration: set by the functions of sampling.estimation.calibration.
        domain: rows that estimates are about; set by `within`.

    Raises:
        SamplingError: shapes differ, frame counts vary within a stratum or are missing.
        CellError: a lonely stratum is to be collapsed and has no target.
    """

    strata: Labels | Coded
    weights: Floats
    pop_size: Floats | Mapping[str, float] | None = None
    ids: Labels | Coded | None = None
    lonely_psu: LonelyRule = "fail"
    collapse: Mapping[str, str] | None = None
    calibration: CalibrationFit | None = None
    domain: Flags | None = None

    def __post_init__(self) -> None:
        strata = labels(self.strata, "strata")
        weights = floats(self.weights, "weights", length=strata.size)
        if not np.all(np.isfinite(weights)):
            raise SamplingError("weights: every row needs a finite weight")
        if self.lonely_psu not in RULES:
            raise SamplingError(f"lonely_psu: {self.lonely_psu!r} is not one of {', '.join(RULES)}")
        object.__setattr__(self, "strata", strata)
        object.__setattr__(self, "weights", weights)
        if self.domain is not None:
            object.__setattr__(self, "domain", flags(self.domain, "domain", length=strata.size))
        # Worked out at once, so that a faulty design fails where it is made.
        _ = self.structure

    @property
    def size(self) -> int:
        return int(self.strata.size)

    @property
    def stratum_names(self) -> Labels:
        """Stratum of each row as text, shape (n,)."""
        return self.strata.text if isinstance(self.strata, Coded) else self.strata

    @property
    def rows(self) -> Flags:
        """True for the rows of the domain, shape (n,)."""
        return np.ones(self.size, dtype=np.bool_) if self.domain is None else self.domain

    def within(self, domain: ArrayLike) -> "SurveyDesign":
        """The same design about a part of the population; rows outside stay, since they carry the error.

        Args:
            domain: True for the rows of the part, shape (n,).
        """
        inside = flags(domain, "domain", length=self.size)
        # A plain copy keeps what was checked and worked out; none of it depends on the domain.
        narrowed = copy(self)
        object.__setattr__(narrowed, "domain", self.rows & inside)
        return narrowed

    @cached_property
    def structure(self) -> Structure:
        return _structure(self)

    def degrees_of_freedom(self, rows: Flags) -> int:
        """Primary units less strata, of those that hold any of `rows`, shape (n,)."""
        shape = self.structure
        held = np.zeros(shape.stratum_of_primary.size, dtype=np.bool_)
        held[shape.primary[rows]] = True
        strata = np.zeros(shape.sampled.size, dtype=np.bool_)
        strata[shape.stratum_of_primary[held]] = True
        return int(held.sum() - strata.sum())

    def covariance(self, scores: Floats, *, fpc: bool = True) -> Floats:
        """Covariance of the weighted totals of linearised scores.

        Args:
            scores: shape (n, k), zero outside the domain.
            fpc: False leaves the finite population correction out.

        Returns:
            Shape (k, k): sum over strata of f n/(n-1) times the cross-products of the primary units' totals
            around their stratum's mean.

        Raises:
            LonelyStratumError: a stratum has one primary unit of several, and `lonely_psu` is "fail".

        Source:
            Wolter (2007), Introduction to Variance Estimation, ch. 6; residuals: Deville and Sarndal (1992).
        """
        return _covariance(self.primary_totals(scores), self.structure, self.lonely_psu, fpc=fpc)

    def primary_totals(self, scores: Floats) -> Floats:
        """Weighted totals of scores (of residuals after calibration) by primary unit, shape (m, k)."""
        used = scores if self.calibration is None else self.calibration.residuals(scores)
        shape = self.structure
        return grouped_sums(self.weights[:, None] * used, shape.primary, shape.stratum_of_primary.size)


def grouped_sums(values: Floats, groups: Ints, count: int) -> Floats:
    """Column sums of `values`, shape (n, k), within each group: shape (count, k)."""
    columns = [np.bincount(groups, column, minlength=count) for column in values.T]
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def joined_counts(pop_size: Mapping[str, float], joins: Iterable[Join]) -> dict[str, float]:
    """Frame counts after strata were joined: those of the members add."""
    counts = dict(pop_size)
    for join in joins:
        counts[join.target] = sum(counts.pop(member) for member in join.members)
    return counts


def _structure(design: SurveyDesign) -> Structure:
    names, stratum = coded(design.strata)
    primary, owner = _primary_units(design.ids, stratum)
    sampled = np.bincount(owner, minlength=len(names)).astype(np.float64)
    pop = _frame_counts(design, names, stratum)
    if pop is not None and not np.all(pop > 0):
        raise SamplingError("pop_size: every stratum with rows needs a frame count above 0")
    if design.lonely_psu != "collapse":
        return Structure(
            strata=tuple(names),
            primary=primary,
            stratum_of_primary=owner,
            sampled=sampled,
            fpc=_fpc(sampled, pop),
            pop=pop,
        )
    return _collapsed(names, primary, owner, pop, design.collapse)


def _primary_units(ids: Labels | Coded | None, stratum: Ints) -> tuple[Ints, Ints]:
    """Primary unit of each row, and stratum of each primary unit."""
    if ids is None:
        return np.arange(stratum.size, dtype=np.int64), stratum
    _, cluster = coded(labels(ids, "ids", length=stratum.size))
    pairs, primary = np.unique(np.stack([stratum, cluster]), axis=1, return_inverse=True)
    return primary.astype(np.int64).ravel(), pairs[0]


def _frame_counts(design: SurveyDesign, names: list[str], stratum: Ints) -> Floats | None:
    """Primary units of each stratum in the frame, shape (H,)."""
    if design.pop_size is None:
        return None
    if isinstance(design.pop_size, Mapping):
        return _mapped_counts(design.pop_size, names)
    given = floats(design.pop_size, "pop_size", length=stratum.size)
    counts = np.zeros(len(names))
    counts[stratum] = given
    if not np.array_equal(counts[stratum], given):
        raise SamplingError("pop_size: a stratum has more than one frame count, or none")
    return counts


def _mapped_counts(pop_size: Mapping[str, float], names: list[str]) -> Floats:
    unknown = [name for name in names if name not in pop_size]
    if unknown:
        raise SamplingError(f"pop_size: no frame count for strata {', '.join(unknown)}")
    silent = [name for name, count in pop_size.items() if count > 0 and name not in set(names)]
    if silent:
        raise SamplingError(
            f"strata {', '.join(silent)} are in the frame and have no rows: join them to others"
        )
    return np.array([float(pop_size[name]) for name in names])


def _fpc(sampled: Floats, pop: Floats | None) -> Floats:
    return np.ones(sampled.size) if pop is None else np.clip(1 - sampled / pop, 0.0, 1.0)


def _collapsed(
    names: list[str], primary: Ints, owner: Ints, pop: Floats | None, collapse: Mapping[str, str] | None
) -> Structure:
    """Join strata with one primary unit of several; each keeps its frame count, so counts add."""
    sampled = np.bincount(owner, minlength=len(names))
    counts = 2.0 * sampled if pop is None else pop
    joined = join_cells(
        np.array(names, dtype=np.str_)[owner],
        (counts / np.maximum(sampled, 1))[owner],
        np.ones(owner.size, dtype=np.bool_),
        fault=lambda weights, _: "two units needed" if weights.size == 1 and weights.sum() > 1 else None,
        collapse=collapse,
    )
    new_names, new_owner = coded(joined.cells)
    moved = dict(zip(owner.tolist(), new_owner.tolist(), strict=True))
    new_sampled = np.bincount(new_owner, minlength=len(new_names)).astype(np.float64)
    new_pop = np.bincount([moved[h] for h in range(len(names))], counts, minlength=len(new_names)).astype(
        np.float64
    )
    kept = None if pop is None else new_pop
    return Structure(
        strata=tuple(new_names),
        primary=primary,
        stratum_of_primary=new_owner,
        sampled=new_sampled,
        fpc=_fpc(new_sampled, kept),
        pop=kept,
        joins=joined.joins,
    )


def _covariance(totals: Floats, shape: Structure, rule: LonelyRule, *, fpc: bool) -> Floats:
    n = shape.sampled
    correction = shape.fpc if fpc else np.ones(n.size)
    # The only unit of its stratum stands for nobody else: it is certain, not lonely.
    single = n == 1
    lonely = single & (shape.fpc > 0)
    if lonely.any() and rule == "fail":
        raise LonelyStratumError([shape.strata[h] for h in np.flatnonzero(lonely)])
    scale = np.where(single, 0.0, correction * n / np.maximum(n - 1, 1))
    centre = grouped_sums(totals, shape.stratum_of_primary, n.size) / n[:, None]
    if rule == "adjust":
        scale[lonely] = correction[lonely]
        centre[lonely] = totals.mean(axis=0)
    deviations = totals - centre[shape.stratum_of_primary]
    covariance = (deviations * scale[shape.stratum_of_primary, None]).T @ deviations
    if rule == "average" and lonely.any():
        measured = n.size - int(lonely.sum())
        if measured == 0:
            raise LonelyStratumError(shape.strata)
        return np.asarray(covariance * (n.size / measured))
    return np.asarray(covariance)
