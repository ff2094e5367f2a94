"""What a specification may say, task by task: the parser and the JSON Schema both follow these classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from survey_app.analysis.faults import Faults, nearest
from survey_app.analysis.specification.designs import (
    Calibration,
    Count,
    Design,
    LevelMap,
    LonelyRule,
    Nonresponse,
    Route,
    Share,
)
from survey_app.analysis.specification.documents import Plain, read_document
from survey_app.analysis.specification.json_schema import schema_of
from survey_app.analysis.specification.shapes import Range, join, read

Statistic = Literal["mean", "total", "proportion", "ratio", "quantile"]
Interval = Literal["korn_graubard", "logit", "wilson", "wald"]
Level = Annotated[float, Range(above=0, below=1), "confidence level of the interval"]
Where = Annotated[Mapping[str, str], "column: level, all of which must hold"]


# What stands in the data where a value is missing, besides nothing; none declared: such codes are refused.
Missing = Annotated[
    tuple[str, ...] | None, "codes that stand for a missing value, as NA; [] where such a text is a level"
]


@dataclass(frozen=True)
class EstimateRequest:
    """One statistic of one or several columns."""

    statistic: Statistic
    of: tuple[str, ...]
    over: Annotated[str | None, "column below the line of a ratio"] = None
    at: Annotated[tuple[Share, ...], "shares of a quantile: 0.5 is the median"] = ()
    by: Annotated[tuple[str, ...], "columns: one estimate for every crossing that occurs"] = ()
    where: Where | None = None
    ci: Annotated[Interval | None, "interval of a proportion; default korn_graubard"] = None
    level: Level = 0.95

    def rules(self, path: str, faults: Faults) -> None:
        if self.statistic == "ratio" and self.over is None:
            faults.add(join(path, "over"), "is missing", "name the column below the line of the ratio")
        if self.statistic == "quantile" and not self.at:
            faults.add(join(path, "at"), "is missing", "give the shares, such as [0.5] for the median")

    @property
    def unused(self) -> tuple[str, ...]:
        """Keys that this statistic does not look at."""
        said = {"over": self.over, "at": self.at, "ci": self.ci}
        used = {"ratio": "over", "quantile": "at", "proportion": "ci"}.get(self.statistic)
        return tuple(key for key, value in said.items() if value and key != used)


@dataclass(frozen=True)
class EstimateTask:
    """Estimates for the population, with errors and intervals."""

    task: Literal["estimate"]
    design: Design
    estimates: tuple[EstimateRequest, ...]
    data: Annotated[str | None, "CSV file, relative to the specification"] = None
    missing: Missing = None
    nonresponse: Nonresponse | None = None
    calibration: Calibration | None = None

    def rules(self, path: str, faults: Faults) -> None:
        if self.nonresponse is not None and self.design.responded is None:
            faults.add(
                join(path, "nonresponse"),
                "design.responded is not given",
                "name the 0/1 column of who responded",
            )


@dataclass(frozen=True)
class PlanColumns:
    """The columns of a file of strata."""

    stratum: str
    pop_size: str
    sd: Annotated[str | None, "standard deviation of the stratum"] = None
    size: Annotated[str | None, "X of the power method; default pop_size"] = None
    cv: Annotated[str | None, "C of the power method; default 1"] = None
    certainty: Annotated[str | None, "0/1: every unit is taken"] = None


@dataclass(frozen=True)
class AllocationRule:
    """How a total is shared among strata."""

    method: Literal["proportional", "neyman", "power", "equal"]
    n: Annotated[int, Range(minimum=1)]
    min_n: Annotated[int, Range(minimum=0)] = 0
    cap: Annotated[Annotated[int, Range(minimum=1)] | None, "most in a stratum that is not certain"] = None
    power: Share = 0.5

    def rules(self, path: str, faults: Faults) -> None:
        if self.cap is not None and self.cap < self.min_n:
            faults.add(
                join(path, "cap"), f"{self.cap} is below min_n {self.min_n}", "raise it or lower min_n"
            )


@dataclass(frozen=True)
class PlanTask:
    """Sizes per stratum from a total."""

    task: Literal["plan"]
    columns: PlanColumns
    allocation: AllocationRule
    data: Annotated[str | None, "CSV file of strata"] = None
    missing: Missing = None

    def rules(self, path: str, faults: Faults) -> None:
        if self.allocation.method == "neyman" and self.columns.sd is None:
            faults.add(
                join(path, "columns.sd"), "is missing", "neyman needs the standard deviation of each stratum"
            )


@dataclass(frozen=True)
class FrameColumns:
    """The columns of a frame."""

    id: str
    stratum: str
    prn: Annotated[str | None, "permanent random number; without, assigned from key"] = None


@dataclass(frozen=True)
class SizesFile:
    """A CSV of sizes per stratum, such as a plan."""

    data: str
    stratum: str
    sample_size: str


@dataclass(frozen=True)
class DrawTask:
    """A draw by permanent random numbers."""

    task: Literal["draw"]
    columns: FrameColumns
    sizes: SizesFile | Mapping[str, Annotated[int, Range(minimum=0)]]
    data: Annotated[str | None, "CSV file of the frame"] = None
    missing: Missing = None
    key: Annotated[str | None, "secret from which numbers are assigned"] = None
    where: Where | None = None
    start: Annotated[float | Mapping[str, float], "where the draw begins, one or per stratum"] = 0.0

    def rules(self, path: str, faults: Faults) -> None:
        if self.columns.prn is None and self.key is None:
            faults.add(
                join(path, "columns.prn"), "is missing", "name the column of random numbers, or give a key"
            )


@dataclass(frozen=True)
class PanelDesign:
    """How the rows of both waves came to be in the file."""

    id: str
    wave: str
    strata: str | None = None
    psu: Annotated[str | None, "column of the primary unit; without, the row itself"] = None
    weights: str | None = None
    pop_size: str | None = None
    lonely_psu: LonelyRule = "fail"
    collapse: LevelMap | None = None
    route: Route | None = None

    def rules(self, path: str, faults: Faults) -> None:
        Design.rules(self.as_design(), path, faults)

    def as_design(self) -> Design:
        """The design of one wave."""
        return Design(
            strata=self.strata,
            psu=self.psu,
            weights=self.weights,
            pop_size=self.pop_size,
            lonely_psu=self.lonely_psu,
            collapse=self.collapse,
            route=self.route,
        )


@dataclass(frozen=True)
class Overlap:
    """A CSV of the units in both waves' frames by stratum."""

    data: str
    stratum: str
    pop_both: str


@dataclass(frozen=True)
class Moved:
    """One statistic of one or several columns, in both waves."""

    statistic: Literal["mean", "total", "proportion", "ratio"]
    of: tuple[str, ...]
    over: Annotated[str | None, "column below the line of a ratio"] = None
    by: tuple[str, ...] = ()
    where: Where | None = None
    level: Level = 0.95
    covariance: Annotated[
        Literal["overlap", "berger_priam"], "berger_priam: unequal probabilities and small fractions"
    ] = "overlap"

    def rules(self, path: str, faults: Faults) -> None:
        if self.statistic == "ratio" and self.over is None:
            faults.add(join(path, "over"), "is missing", "name the column below the line of the ratio")


@dataclass(frozen=True)
class ChangeTask:
    """Change between two waves of a panel."""

    task: Literal["change"]
    design: PanelDesign
    waves: Annotated[tuple[str, str], "the earlier and the later level of the wave column"]
    estimates: tuple[Moved, ...]
    data: Annotated[str | None, "CSV file, one row per unit and wave"] = None
    missing: Missing = None
    overlap: Overlap | None = None
    calibration: Annotated[
        Calibration | Mapping[str, Calibration] | None, "of both waves alike, or wave: its own"
    ] = None

    def rules(self, path: str, faults: Faults) -> None:
        if isinstance(self.calibration, Mapping):
            known = f"the waves are {' and '.join(self.waves)}"
            for wave in sorted(self.calibration.keys() ^ set(self.waves)):
                what = "is missing" if wave in self.waves else "is no wave"
                faults.add(join(path, f"calibration.{wave}"), what, known)
        counted = any(moved.covariance == "overlap" for moved in self.estimates)
        if self.design.pop_size is not None and counted and self.overlap is None:
            faults.add(join(path, "overlap"), "is missing", "give the units in both frames by stratum")
        if self.waves[0] == self.waves[1]:
            faults.add(join(path, "waves"), "the two waves are the same", "name two")

    def calibration_of(self, wave: str) -> tuple[Calibration | None, str]:
        """What the weights of a wave are made to add up to, and where the specification says so."""
        if isinstance(self.calibration, Mapping):
            return self.calibration.get(wave), f"calibration.{wave}"
        return self.calibration, "calibration"


@dataclass(frozen=True)
class Table:
    """A table of counts."""

    name: str
    counts: tuple[tuple[Annotated[int, Range(minimum=0)], ...], ...]
    margins: Annotated[
        Literal["published", "hideable"], "published: every margin is; hideable: small ones may be suppressed"
    ] = "published"

    def rules(self, path: str, faults: Faults) -> None:
        if len({len(row) for row in self.counts}) != 1 or not self.counts[0]:
            faults.add(
                join(path, "counts"), "the rows are not of one length", "give every row the same columns"
            )


@dataclass(frozen=True)
class SuppressTask:
    """Cells to suppress in tables of counts."""

    task: Literal["suppress"]
    threshold: Annotated[int, Range(minimum=1), "counts from 1 to below this are suppressed"]
    tables: tuple[Table, ...]
    protection: Annotated[
        Annotated[float, Range(above=0)] | None, "least width of an outsider's interval; default threshold"
    ] = None
    linked: Annotated[tuple[tuple[str, ...], ...], "tables that share margins"] = ()

    def rules(self, path: str, faults: Faults) -> None:
        names = [table.name for table in self.tables]
        for name in sorted({name for name in names if names.count(name) > 1}):
            faults.add(join(path, "tables"), f"the name {name} occurs twice", "name every table differently")
        for i, group in enumerate(self.linked):
            if len(set(group)) < 2:
                faults.add(join(path, f"linked[{i}]"), "fewer than two tables are named", "name two or more")
            for name in (name for name in group if name not in names):
                faults.add(
                    join(path, f"linked[{i}]"),
                    f"there is no table {name}",
                    f"the nearest is {nearest(name, names)}",
                )


@dataclass(frozen=True)
class OutcomeCounts:
    """Cases by outcome, in AAPOR's letters; weighted or not."""

    I: Annotated[Count, "complete"]  # noqa: E741 - the letters are AAPOR's own
    P: Annotated[Count, "partial"]
    R: Annotated[Count, "refusal and break-off"]
    NC: Annotated[Count, "non-contact"]
    O: Annotated[Count, "other, eligible"]  # noqa: E741
    UH: Annotated[Count, "unknown whether eligible"]
    UO: Annotated[Count, "unknown, other"]


@dataclass(frozen=True)
class RatesTask:
    """Outcome rates by the definitions of AAPOR."""

    task: Literal["rates"]
    counts: OutcomeCounts
    e: Annotated[Share, "share of the cases of unknown eligibility that is eligible"]
    e_method: Annotated[str, "how e was come by"] = "stated"


@dataclass(frozen=True)
class RepresentativenessTask:
    """How evenly the population is represented among those who responded."""

    task: Literal["representativeness"]
    response: Annotated[str, "0/1 column of who responded"]
    model: Annotated[tuple[str, ...], "categorical columns: main effects of a logit"]
    data: Annotated[str | None, "CSV file of all sampled units"] = None
    missing: Missing = None
    weights: str | None = None
    strata: str | None = None
    pop_size: str | None = None
    route: Route | None = None

    def rules(self, path: str, faults: Faults) -> None:
        Design.rules(self.as_design(), path or "spec", faults)

    def as_design(self) -> Design:
        return Design(strata=self.strata, weights=self.weights, pop_size=self.pop_size, route=self.route)


Task = EstimateTask | PlanTask | DrawTask | ChangeTask | SuppressTask | RatesTask | RepresentativenessTask
TASKS: dict[str, type[Task]] = {
    "estimate": EstimateTask,
    "plan": PlanTask,
    "draw": DrawTask,
    "change": ChangeTask,
    "suppress": SuppressTask,
    "rates": RatesTask,
    "representativeness": RepresentativenessTask,
}


def read_specification(path: Path, faults: Faults) -> Task | None:
    """The task of a specification file; None when it is not known well enough to look at the data."""
    document = read_document(path, faults)
    if document is None:
        return None
    name = next((value for key, value in document.entries if key == "task"), None)
    if not isinstance(name, str) or name not in TASKS:
        said = name.source if isinstance(name, Plain) else name if isinstance(name, str) else "nothing"
        faults.add(
            "task", f"{said} is not one of {', '.join(TASKS)}", f"the nearest is {nearest(said, TASKS)}"
        )
        return None
    task: Task = read(TASKS[name], document, "", faults)
    return task if isinstance(task, TASKS[name]) else None


def specification_schema() -> dict[str, object]:
    """The JSON Schema of every specification, for editors; kept beside this file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Specification of the analyst's command",
        "oneOf": [schema_of(kind) for kind in TASKS.values()],
    }
