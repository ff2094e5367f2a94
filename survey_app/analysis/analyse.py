"""One specification in, one answer out."""

from pathlib import Path

import numpy as np

from survey_app.analysis.answer import Answer
from survey_app.analysis.faults import Faults
from survey_app.analysis.rows.columns import Missing
from survey_app.analysis.rows.source import Source
from survey_app.analysis.specification.contents import (
    ChangeTask,
    DrawTask,
    EstimateTask,
    PlanTask,
    RatesTask,
    RepresentativenessTask,
    SuppressTask,
    Task,
    read_specification,
)
from survey_app.analysis.tasks.change import change
from survey_app.analysis.tasks.draw import draw
from survey_app.analysis.tasks.estimate import estimate
from survey_app.analysis.tasks.plan import plan
from survey_app.analysis.tasks.rates import rates
from survey_app.analysis.tasks.representativeness import representativeness
from survey_app.analysis.tasks.suppress import suppress


def analyse(spec_path: Path, data: Path | None = None) -> Answer:
    """Answer a specification.

    Args:
        spec_path: a YAML file; the paths in it are relative to its folder.
        data: a CSV that takes the place of the one it names.

    Raises:
        InvalidError: the specification or its data is at fault; `faults` has every one that was found, as
            `path: what, how to correct it`.
    """
    faults = Faults()
    spec = read_specification(Path(spec_path), faults)
    if spec is None:
        faults.refuse()
    declared = getattr(spec, "missing", None)
    missing = Missing(None if declared is None else frozenset(declared))
    source = Source(Path(spec_path).parent, None if data is None else Path(data), missing)
    # Numbers beyond all measure become null in the answer; numpy's warnings are not for the reader.
    with np.errstate(all="ignore"):
        try:
            return _answer(spec, source, faults)
        except OverflowError:
            faults.add("data", "numbers too large to reckon with", "check the units of weights and amounts")
            faults.refuse()


def _answer(spec: Task, source: Source, faults: Faults) -> Answer:
    match spec:
        case EstimateTask():
            return estimate(spec, source, faults)
        case PlanTask():
            return plan(spec, source, faults)
        case DrawTask():
            return draw(spec, source, faults)
        case ChangeTask():
            return change(spec, source, faults)
        case SuppressTask():
            return suppress(spec, faults)
        case RatesTask():
            return rates(spec, faults)
        case RepresentativenessTask():
            return representativeness(spec, source, faults)
