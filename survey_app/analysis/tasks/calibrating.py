"""Weights that add up to the margins and totals of a specification."""

from collections.abc import Mapping

import numpy as np

from sampling.arrays import Coded, Flags, Floats
from sampling.estimation.calibration import Calibrated, calibrate, margin_auxiliaries, poststratify, rake
from survey_app.analysis.faults import Faults, nearest
from survey_app.analysis.rows.columns import Columns, Request
from survey_app.analysis.specification.designs import Calibration
from survey_app.analysis.specification.shapes import join


def calibration_requests(spec: Calibration | None, path: str = "calibration") -> list[Request]:
    if spec is None:
        return []
    margins = [Request(column, "level", f"{path}.margins.{column}") for column in spec.margins or {}]
    totals = [Request(column, "number", f"{path}.totals.{column}") for column in spec.totals or {}]
    return margins + totals


def calibrated(
    data: Columns,
    spec: Calibration | None,
    weights: Floats,
    used: Flags,
    faults: Faults,
    *,
    path: str = "calibration",
) -> tuple[Calibrated | None, list[str]]:
    """The weights of the units used, shape (r,), calibrated, with warnings; None without a block for it.

    Args:
        weights: before calibration, shape (r,). used: the rows of `data` that are used, r of them.
    """
    if spec is None:
        return None, []
    levels = {
        name: _margin(data, name, counts, used, faults, join(path, f"margins.{name}"))
        for name, counts in (spec.margins or {}).items()
    }
    totals = {
        name: _auxiliary(data, name, used, faults, join(path, f"totals.{name}")) for name in spec.totals or {}
    }
    faults.stop()
    with faults.caught(path):
        fitted = _fit(spec, weights, levels, totals)
    faults.stop()
    warnings = []
    if fitted.negative:
        warnings.append(f"{fitted.negative} calibrated weights are below 0; use raking or logit to avoid it")
    if spec.bounds is not None and spec.method != "logit":
        unused = f"{path}.bounds is not looked at: the method is {spec.method}"
        warnings.append(f"{unused}, only logit keeps within bounds")
    return fitted, warnings


def _fit(
    spec: Calibration, weights: Floats, levels: Mapping[str, Coded], totals: Mapping[str, Floats]
) -> Calibrated:
    margins = spec.margins or {}
    if spec.method == "poststratify":
        ((name, counts),) = margins.items()
        return poststratify(weights, levels[name], counts)
    if not totals:
        return rake(weights, levels, margins, method=spec.method, bounds=spec.bounds)
    blocks = [margin_auxiliaries(name, levels[name], counts) for name, counts in margins.items()]
    known = [block[1] for block in blocks] + [np.array(list((spec.totals or {}).values()))]
    x = np.column_stack([*(block[0] for block in blocks), *totals.values()])
    return calibrate(weights, x, np.concatenate(known), method=spec.method, bounds=spec.bounds)


def _margin(
    data: Columns, name: str, counts: Mapping[str, float], used: Flags, faults: Faults, path: str
) -> Coded:
    """The level of every unit used; a level without units, or units without a count, is a fault."""
    column = data.levels[name]
    gone = used & column.missing
    if gone.any():
        faults.add(path, f"{data.file} column {name} is empty in {data.row_numbers(gone)}", "fill it in")
    held = np.bincount(column.codes[used & ~column.missing], minlength=len(column.names))
    present = {level for level, units in zip(column.names, held.tolist(), strict=True) if units}
    for level in sorted(present):
        if counts.get(level) == 0:
            faults.add(
                join(path, level), "units have this level and its count is 0", "give its units in the frame"
            )
        elif level not in counts:
            known = nearest(level, counts)
            faults.add(
                path,
                f"units have {name} {level}, for which no count is given",
                f"add it; the nearest given is {known}",
            )
    for level, count in counts.items():
        if count > 0 and level not in present:
            faults.add(join(path, level), "no unit used has this level", "join it to another level")
    return column.coded[used]


def _auxiliary(data: Columns, name: str, used: Flags, faults: Faults, path: str) -> Floats:
    values = data.numbers[name]
    gone = used & np.isnan(values)
    if gone.any():
        what = f"{data.file} column {name} is empty in {data.row_numbers(gone)}"
        faults.add(path, what, "fill it in")
    return values[used]
