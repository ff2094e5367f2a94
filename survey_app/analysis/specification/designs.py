"""What a specification may say of how the rows came to be, and what their weights shall add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from survey_app.analysis.faults import Faults
from survey_app.analysis.specification.shapes import Range, join

LonelyRule = Literal["fail", "adjust", "average", "remove", "collapse"]
Share = Annotated[float, Range(minimum=0, maximum=1)]
Count = Annotated[float, Range(minimum=0)]
LevelMap = Mapping[str, str]
Route = Annotated[
    str, "column of how the unit came: probability, census and reserve count, others are kept apart"
]


@dataclass(frozen=True)
class Design:
    """How the rows came to be in the file."""

    id: Annotated[str | None, "column of the unit's id"] = None
    strata: Annotated[str | None, "column of the stratum; without, one stratum"] = None
    psu: Annotated[str | None, "column of the primary unit; without, the row itself"] = None
    weights: Annotated[str | None, "column of design weights; without, pop_size over units"] = None
    pop_size: Annotated[str | None, "column of the stratum's units in the frame; without, no FPC"] = None
    responded: Annotated[str | None, "0/1 column: the file holds all sampled units"] = None
    lonely_psu: Annotated[LonelyRule, "what a stratum with one unit of several counts for"] = "fail"
    collapse: Annotated[LevelMap | None, "stratum: target, declared beforehand"] = None
    route: Route | None = None

    def rules(self, path: str, faults: Faults) -> None:
        if self.weights is None and self.pop_size is None:
            faults.add(path, "neither weights nor pop_size is given", "name the column of one of them")
        if self.lonely_psu == "collapse" and self.collapse is None:
            faults.add(join(path, "lonely_psu"), "collapse needs a map", "add collapse: {stratum: target}")


@dataclass(frozen=True)
class Nonresponse:
    """How the weight of those who did not respond is handed on."""

    cells: Annotated[tuple[str, ...], "columns whose crossing is the cell; without, the strata"] = ()
    min_respondents: Annotated[int, Range(minimum=1)] = 5
    max_factor: Annotated[
        Annotated[float, Range(minimum=1)] | None, "most a weight may grow; null: no limit"
    ] = 3
    collapse: Annotated[LevelMap | None, "cell: target, declared beforehand"] = None


@dataclass(frozen=True)
class Calibration:
    """What the weights are made to add up to."""

    method: Literal["poststratify", "raking", "linear", "logit"]
    bounds: Annotated[tuple[float, float] | None, "least and most factor of logit, about 1"] = None
    margins: Annotated[Mapping[str, Mapping[str, Count]] | None, "column: {level: units in the frame}"] = None
    totals: Annotated[Mapping[str, float] | None, "column: its total in the frame"] = None

    def rules(self, path: str, faults: Faults) -> None:
        if self.margins is None and self.totals is None:
            faults.add(path, "neither margins nor totals is given", "add what the weights shall add up to")
        if self.method == "poststratify" and (self.totals or len(self.margins or {}) != 1):
            faults.add(
                join(path, "method"), "poststratify takes one margin and no totals", "use raking or linear"
            )
        if self.method == "logit" and not (self.bounds and 0 <= self.bounds[0] < 1 < self.bounds[1]):
            faults.add(
                join(path, "bounds"),
                "logit needs a least factor below 1 and a most above 1",
                "give [0.7, 1.4]",
            )
        _agreeing(self.margins or {}, join(path, "margins"), faults)


def _agreeing(margins: Mapping[str, Mapping[str, float]], path: str, faults: Faults) -> None:
    sums = {name: sum(counts.values()) for name, counts in margins.items()}
    if sums and max(sums.values()) - min(sums.values()) > 1e-9 * max(sums.values()):
        totals = " and ".join(f"{name} to {total:.17g}" for name, total in sums.items())
        faults.add(path, f"the margins disagree: {totals}", "make all add up to the same population")
    for name, total in sums.items():
        if total == 0:
            faults.add(join(path, name), "the margin adds up to 0", "give the units of the frame")
