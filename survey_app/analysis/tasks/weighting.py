"""From rows to a survey design: weights, frame counts, joined strata, nonresponse and calibration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from sampling.arrays import Coded, Flags, Floats
from sampling.errors import LonelyStratumError
from sampling.estimation.calibration import Calibrated
from sampling.estimation.collapsing import Join, join_silent
from sampling.estimation.design import SurveyDesign, joined_counts
from sampling.estimation.weights import adjust_nonresponse
from survey_app.analysis.faults import CORRECTIONS, Faults, some
from survey_app.analysis.rows.columns import Columns, Levels, Request
from survey_app.analysis.rows.source import complete_flags, complete_levels, crossings, unlike_zero
from survey_app.analysis.specification.designs import Calibration, Design, Nonresponse
from survey_app.analysis.specification.shapes import join
from survey_app.analysis.tasks.calibrating import calibrated

SEPARATOR = " | "


@dataclass(frozen=True)
class Sampled:
    """All sampled units: design weights, strata, primary units and who responded. n rows, H strata."""

    weights: Floats
    strata: Levels
    psu: Levels | None
    pop: Floats | None  # (H,) primary units of each stratum in the frame
    responded: Flags

    @property
    def pop_size(self) -> dict[str, float]:
        """Stratum -> primary units in the frame; empty without counts."""
        return {} if self.pop is None else dict(zip(self.strata.names, self.pop.tolist(), strict=True))


@dataclass(frozen=True)
class Weighted:
    """The units used (the respondents) and their design; `base` are their design weights, shape (r,)."""

    design: SurveyDesign
    used: Flags
    base: Floats
    messages: tuple[str, ...]


def design_requests(spec: Design, path: str) -> list[Request]:
    """The columns that a design names."""
    kinds = {
        "id": ("name", spec.id),
        "strata": ("level", spec.strata),
        "psu": ("level", spec.psu),
        "weights": ("number", spec.weights),
        "pop_size": ("number", spec.pop_size),
        "responded": ("number", spec.responded),
        "route": ("level", spec.route),
    }
    return [
        Request(column, kind, join(path, key))  # type: ignore[arg-type]
        for key, (kind, column) in kinds.items()
        if column is not None
    ]


def nonresponse_requests(spec: Nonresponse | None) -> list[Request]:
    return [Request(column, "level", "nonresponse.cells") for column in (spec.cells if spec else ())]


def sampled_units(data: Columns, spec: Design, path: str, faults: Faults) -> Sampled:
    """The sampled units with their design weights; every fault of the design's columns is told."""
    strata = data.one_level()
    if spec.strata is not None:
        strata = complete_levels(data, spec.strata, join(path, "strata"), faults)
    psu = None if spec.psu is None else complete_levels(data, spec.psu, join(path, "psu"), faults)
    responded = np.ones(data.rows, dtype=np.bool_)
    if spec.responded is not None:
        responded = complete_flags(data, spec.responded, join(path, "responded"), faults)
    given = None
    if spec.weights is not None:
        given = unlike_zero(data, spec.weights, join(path, "weights"), faults)
    faults.stop()
    primary = _primary_units(strata, psu)
    pop = None
    if spec.pop_size is not None:
        pop = _frame_counts(data, spec.pop_size, strata, primary, join(path, "pop_size"), faults)
        faults.stop()
    weights = given if given is not None else (np.ones(0) if pop is None else (pop / primary)[strata.codes])
    return Sampled(weights, strata, psu, pop, responded)


def _primary_units(strata: Levels, psu: Levels | None) -> Floats:
    """Primary units of each stratum in the file, shape (H,)."""
    owner = strata.codes
    if psu is not None:
        count = len(psu.names)
        owner = np.unique(strata.codes * count + psu.codes) // count
    return np.bincount(owner, minlength=len(strata.names)).astype(np.float64)


def _frame_counts(
    data: Columns, column: str, strata: Levels, primary: Floats, path: str, faults: Faults
) -> Floats:
    given = data.numbers[column]
    pop = np.zeros(len(strata.names))
    pop[strata.codes] = given
    varies = np.bincount(strata.codes, given != pop[strata.codes], minlength=pop.size) > 0
    absent = np.bincount(strata.codes, ~(given > 0), minlength=pop.size) > 0
    _tell(
        strata, absent, path, "are in the data and not in the frame: pop_size is missing, 0 or below", faults
    )
    _tell(strata, varies & ~absent, path, "have more than one pop_size", faults)
    below = (pop < primary) & ~absent & ~varies
    for h in np.flatnonzero(below)[:3].tolist():
        what = f"stratum {strata.names[h]} has pop_size {pop[h]:g}, below its sample of {primary[h]:g}"
        faults.add(path, what, "count the frame again, or correct the strata of the rows")
    return pop


def _tell(strata: Levels, wrong: Flags, path: str, what: str, faults: Faults) -> None:
    if wrong.any():
        names = some(strata.names[h] for h in np.flatnonzero(wrong))
        faults.add(path, f"strata {names} {what}", "give every row of a stratum its count of the frame")


def weight_units(
    data: Columns,
    sampled: Sampled,
    spec: Design,
    faults: Faults,
    *,
    nonresponse: Nonresponse | None = None,
    calibration: Calibration | None = None,
    calibration_path: str = "calibration",
) -> Weighted:
    """The design over the units used: silent strata joined, nonresponse adjusted, weights calibrated."""
    used = sampled.responded
    if not used.any():
        faults.add("design.responded", "nobody responded", "give a file with replies")
        faults.stop()
    names, joins = _joined_strata(sampled, spec, faults)
    faults.stop()
    strata = Coded(tuple(names), sampled.strata.codes)
    weights, warnings = sampled.weights, [_joined_as(joined, "strata") for joined in joins]
    if spec.responded is not None:
        weights, more = _adjusted(data, sampled, strata, spec, nonresponse, faults)
        warnings += more
    pop = None if sampled.pop is None else joined_counts(sampled.pop_size, joins)
    fitted, more = calibrated(data, calibration, weights[used], used, faults, path=calibration_path)
    with faults.caught("design.collapse"):
        design = _design(spec, sampled, strata=strata[used], weights=weights[used], fitted=fitted, pop=pop)
    faults.stop()
    _check_error(design, faults)
    faults.stop()
    warnings += more + [_joined_as(joined, "strata") for joined in design.structure.joins]
    return Weighted(design, used, sampled.weights[used], tuple(warnings))


def _joined_as(joined: Join, what: str) -> str:
    return f"{what} {', '.join(joined.members)} were joined as {joined.target}"


def _joined_strata(sampled: Sampled, spec: Design, faults: Faults) -> tuple[list[str], tuple[Join, ...]]:
    """The final name of each stratum, those in which nobody responded being joined to others."""
    names = list(sampled.strata.names)
    answers = np.bincount(sampled.strata.codes, sampled.responded, minlength=len(names)) > 0
    if answers.all():
        return names, ()
    alone = [name for name, answered in zip(names, answers, strict=True) if not answered]
    lost = [name for name in alone if name not in (spec.collapse or {})]
    if lost:
        correction = "give them a target in design.collapse"
        faults.add("design.collapse", f"nobody responded in strata {some(lost)}", correction)
        return names, ()
    with faults.caught("design.collapse"):
        joined = join_silent(np.array(names, dtype=np.str_), answers, collapse=spec.collapse)
    faults.stop()
    final = {member: join.target for join in joined.joins for member in join.members}
    return [final.get(name, name) for name in names], joined.joins


def _adjusted(
    data: Columns, sampled: Sampled, strata: Coded, spec: Design, rule: Nonresponse | None, faults: Faults
) -> tuple[Floats, list[str]]:
    """Weights of all sampled units after nonresponse, nought for those who did not respond."""
    min_respondents, max_factor, cells, collapse = 1, None, strata, spec.collapse
    if rule is not None:
        min_respondents, max_factor = rule.min_respondents, rule.max_factor
        collapse = rule.collapse if rule.cells or rule.collapse else spec.collapse
        cells = _cells(data, rule.cells, faults) if rule.cells else strata
    faults.stop()
    with faults.caught("nonresponse" if rule else "design.responded"):
        done = adjust_nonresponse(
            sampled.weights,
            cells,
            sampled.responded,
            min_respondents=min_respondents,
            max_factor=max_factor,
            collapse=collapse,
        )
    faults.stop()
    return done.weights, [_joined_as(joined, "cells") for joined in done.joins]


def _cells(data: Columns, columns: Iterable[str], faults: Faults) -> Coded:
    """The weighting cell of every row: its levels, joined by a bar when there are several columns."""
    for column in columns:
        complete_levels(data, column, "nonresponse.cells", faults)
    crossed = crossings(data, columns, np.ones(data.rows, dtype=np.bool_))
    names = tuple(SEPARATOR.join(levels.values()) for levels in crossed.by)
    return Coded(names, np.maximum(crossed.place, 0)) if names else data.one_level().coded


def _design(
    spec: Design,
    sampled: Sampled,
    *,
    strata: Coded,
    weights: Floats,
    fitted: Calibrated | None,
    pop: Mapping[str, float] | None,
) -> SurveyDesign:
    return SurveyDesign(
        strata=strata,
        weights=weights if fitted is None else fitted.weights,
        pop_size=pop,
        ids=None if sampled.psu is None else sampled.psu.coded[sampled.responded],
        lonely_psu=spec.lonely_psu,
        collapse=spec.collapse,
        calibration=None if fitted is None else fitted.fit,
    )


def _check_error(design: SurveyDesign, faults: Faults) -> None:
    """Whether an error can be estimated at all, asked once for all estimates."""
    shape = design.structure
    if shape.primary.size and shape.sampled.sum() == 1 and shape.fpc.max() > 0:
        faults.add(
            "design", "one reply only, from which no error can be estimated", "give a file with more replies"
        )
        return
    try:
        design.covariance(np.zeros((design.size, 1)))
    except LonelyStratumError as error:
        what = f"one unit of several responded in strata {some(error.strata)}"
        faults.add("design.lonely_psu", what, CORRECTIONS[LonelyStratumError])
