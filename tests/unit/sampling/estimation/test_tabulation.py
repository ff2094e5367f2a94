"""Many items by many domains: the fast sums say what the slow estimates say."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sampling.errors import LonelyStratumError, SamplingError
from sampling.estimation.calibration import rake
from sampling.estimation.design import LonelyRule, SurveyDesign
from sampling.estimation.estimators import proportion
from sampling.estimation.tabulation import tabulate

RNG = np.random.default_rng(9)
STRATUM = RNG.integers(0, 5, 300)
COUNT = np.bincount(STRATUM)
POP = COUNT * np.array([1, 2, 3, 4, 5])
DESIGN = SurveyDesign(
    np.array(list("abcde"))[STRATUM], (POP / COUNT)[STRATUM] * RNG.uniform(0.8, 1.2, 300), POP[STRATUM]
)
BY = np.array(["north", "south", "west"])[RNG.integers(0, 3, 300)]


def answers(missing: float) -> NDArray[np.float64]:
    y = (RNG.random((300, 6)) < [0.1, 0.3, 0.5, 0.7, 0.9, 0.0]).astype(float)
    y[RNG.random((300, 6)) < missing] = np.nan
    return y


def calibrated() -> SurveyDesign:
    margin = np.array(list("pqr"))[RNG.integers(0, 3, 300)]
    total = DESIGN.weights.sum()
    fitted = rake(
        DESIGN.weights, {"m": margin}, {"m": {"p": 0.3 * total, "q": 0.35 * total, "r": 0.35 * total}}
    )
    return replace(DESIGN, weights=fitted.weights, calibration=fitted.fit)


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("design", [DESIGN, calibrated(), DESIGN.within(np.arange(300) % 3 > 0)])
def test_every_record_is_that_of_the_single_estimate(design: SurveyDesign, missing: float) -> None:
    items = answers(missing)

    table = tabulate(design, items, BY)

    for item in range(6):
        for domain, slow in proportion(design, items[:, item], by=BY).items():
            fast = table.record(domain, item)
            assert (fast.n, fast.df) == (slow.n, slow.df)
            for name in ("estimate", "se", "cv", "lci", "uci", "weighted_n", "deff"):
                mine, theirs = getattr(fast, name), getattr(slow, name)
                assert mine == (None if theirs is None else pytest.approx(theirs, rel=1e-8, abs=1e-9)), name


def test_a_domain_in_which_nobody_answered_is_null() -> None:
    items = answers(0.0)
    items[BY == "west", 0] = np.nan

    record = tabulate(DESIGN, items, BY).record("west", 0)

    assert (record.estimate, record.n, record.flags) == (None, 0, ("empty",))


def test_something_else_than_yes_and_no_is_refused() -> None:
    with pytest.raises(SamplingError, match="0, 1 or missing"):
        tabulate(DESIGN, answers(0.0) * 2, BY)


@pytest.mark.parametrize(("rule", "error"), [("fail", LonelyStratumError), ("average", SamplingError)])
def test_lonely_units_are_not_passed_over(rule: LonelyRule, error: type[Exception]) -> None:
    design = SurveyDesign(np.array(["a", "a", "b"]), np.ones(3) * 4, lonely_psu=rule)

    with pytest.raises(error):
        tabulate(design, np.ones((3, 2)), ["x", "x", "x"])
