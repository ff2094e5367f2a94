"""Calibrated weights meet the known totals, within bounds, or say why they cannot."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.errors import CalibrationError, SamplingError
from sampling.estimation.calibration import calibrate, poststratify, rake
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import mean, total

KIND = np.array(["PB", "PB", "VCO", "VCO", "VCO", "PB"])
AREA = np.array(["n", "s", "n", "s", "s", "n"])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    method=st.sampled_from(["linear", "raking", "logit"]),
    change=st.floats(0.85, 1.15),
)
def test_calibrated_weights_meet_every_margin(seed: int, method: str, change: float) -> None:
    rng = np.random.default_rng(seed)
    d = rng.uniform(1, 5, 200)
    margins = {"a": rng.choice(["x", "y", "z"], 200), "b": rng.choice(["p", "q"], 200)}
    totals = {
        name: {str(level): float(d[labels == level].sum()) for level in np.unique(labels)}
        for name, labels in margins.items()
    }
    moved = totals["a"]["x"] * (change - 1)
    totals["a"]["x"] += moved
    totals["a"]["y"] -= moved

    answer = rake(d, margins, totals, method=method, bounds=(0.4, 2.5))  # type: ignore[arg-type]

    for name, labels in margins.items():
        for level, known in totals[name].items():
            assert answer.weights[labels == level].sum() == pytest.approx(known, rel=1e-8)
    if method == "logit":
        assert np.all((answer.weights / d > 0.4) & (answer.weights / d < 2.5))


def test_weights_that_already_agree_stay() -> None:
    answer = rake(np.ones(6), {"kind": KIND}, {"kind": {"PB": 3, "VCO": 3}})

    assert answer.weights.tolist() == [1.0] * 6


def test_poststrata_get_their_frame_counts() -> None:
    answer = poststratify(np.ones(6), KIND, {"PB": 9, "VCO": 6})

    assert answer.weights.tolist() == [3, 3, 2, 2, 2, 3]


def test_a_level_in_which_nobody_responded_is_named() -> None:
    with pytest.raises(SamplingError, match="nobody responded in levels health"):
        poststratify(np.ones(6), KIND, {"PB": 9, "VCO": 6, "health": 2})


def test_a_level_without_a_frame_count_is_named() -> None:
    with pytest.raises(SamplingError, match="levels VCO have rows"):
        poststratify(np.ones(6), KIND, {"PB": 9})


def test_margins_that_disagree_on_the_total_are_refused() -> None:
    with pytest.raises(SamplingError, match="kind: 15, area: 14"):
        rake(
            np.ones(6), {"kind": KIND, "area": AREA}, {"kind": {"PB": 9, "VCO": 6}, "area": {"n": 7, "s": 7}}
        )


def test_bounds_too_narrow_for_the_totals_are_an_error_with_the_total_missed() -> None:
    with pytest.raises(CalibrationError, match="widen the bounds") as caught:
        rake(np.ones(6), {"kind": KIND}, {"kind": {"PB": 9, "VCO": 6}}, method="logit", bounds=(0.9, 1.1))

    assert max(abs(miss) for miss in caught.value.missed) > 1


def test_linear_weights_below_nought_are_counted() -> None:
    x = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 10.0]])

    answer = calibrate(np.ones(4), x, [4.0, -2.0])

    assert answer.negative > 0
    assert answer.weights @ x == pytest.approx([4.0, -2.0])


def test_what_weights_were_calibrated_to_has_no_error_left() -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(1, 9, 40)
    fitted = calibrate(np.full(40, 5.0), np.column_stack([np.ones(40), x]), [200.0, 1080.0])
    design = SurveyDesign(np.array(["s"] * 40), fitted.weights, {"s": 200}, calibration=fitted.fit)

    assert total(design, x).estimate == pytest.approx(1080)
    assert total(design, x).se == pytest.approx(0, abs=1e-8)
    free = replace(design, calibration=None)
    y = x + rng.normal(size=40)
    assert (mean(design, y).se or 0) < 0.7 * (mean(free, y).se or 0)
