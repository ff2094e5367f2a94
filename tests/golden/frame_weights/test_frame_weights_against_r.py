"""Weights calibrated to a frame, and errors after it, are those of R's survey 4.1.1 (oracle.R, run once)."""

import numpy as np
import pytest

from sampling.arrays import Flags
from sampling.estimation.estimators import difference, mean
from sampling.estimation.frame_margins import Fitted
from sampling.estimation.frame_weights import FrameWeights
from sampling.frame import Sector
from tests.golden.frame_weights.units import Unit, frame_of, read_units, rows_of, weighted

ORACLE = rows_of("oracle.csv")


@pytest.fixture(scope="module")
def done() -> FrameWeights:
    return weighted(read_units(), frame_of())


@pytest.fixture(scope="module")
def resolved() -> list[Unit]:
    return [unit for unit in read_units() if unit.resolved]


def where(units: list[Unit], sector: str, region: str) -> Flags:
    return np.array(
        [sector in ("", unit.stratum.sector.value) and region in ("", unit.stratum.region) for unit in units]
    )


def test_weights_by_logit_within_bounds_are_those_of_r(done: FrameWeights) -> None:
    theirs = np.array([float(row["weight"]) for row in rows_of("oracle_weights.csv")])

    assert done.fit is not None
    assert done.fit.reached == dict.fromkeys(Sector, Fitted.BOTH)
    assert done.design.weights == pytest.approx(theirs, rel=1e-7)
    assert np.ptp(done.design.weights / done.base) > 0.1, "calibration moves the weights"


@pytest.mark.parametrize("row", ORACLE, ids=lambda row: "-".join(list(row.values())[:4]))
def test_estimates_and_errors_after_it_are_those_of_r(
    row: dict[str, str], done: FrameWeights, resolved: list[Unit]
) -> None:
    y = np.array([getattr(unit, row["of"]) for unit in resolved])
    if row["statistic"] == "difference":
        gap = difference(done.design, y, *(where(resolved, sector.value, "") for sector in Sector))
        ours = gap.difference, gap.se
    else:
        one = mean(done.design.within(where(resolved, row["sector"], row["region"])), y)
        ours = one.estimate, one.se

    assert ours == pytest.approx((float(row["estimate"]), float(row["se"])), rel=1e-7)
