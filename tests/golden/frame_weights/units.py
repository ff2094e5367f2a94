"""The made-up units and frame, as the files beside this one have them."""

import csv
from dataclasses import dataclass
from pathlib import Path

from sampling.estimation.frame_weights import FrameWeights, weight_to_frame
from sampling.frame import Sector
from sampling.strata import Stratum

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Unit:
    """One unit asked; y and b are NaN where there is no answer."""

    stratum: Stratum
    weight: float
    resolved: bool
    y: float
    b: float


def rows_of(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def read_units() -> list[Unit]:
    return [
        Unit(
            _stratum(row),
            float(row["weight"]),
            row["resolved"] == "1",
            *(float(row[k] or "nan") for k in "yb"),
        )
        for row in rows_of("units.csv")
    ]


def frame_of() -> dict[Stratum, float]:
    return {_stratum(row): float(row["size"]) for row in rows_of("frame.csv")}


def weighted(units: list[Unit], frame: dict[Stratum, float]) -> FrameWeights:
    own = [unit.stratum for unit in units]
    return weight_to_frame(
        [unit.weight for unit in units],
        own,
        [unit.resolved for unit in units],
        pop_size={stratum.name: size for stratum, size in frame.items()},
        own=own,
        frame=frame,
    )


def _stratum(row: dict[str, str]) -> Stratum:
    return Stratum(Sector(row["sector"]), row["region"], row["band"])
