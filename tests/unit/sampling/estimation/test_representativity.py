"""R-indicators: even response, uneven response, and response that says too much."""

import numpy as np
import pytest

from sampling.errors import SeparationError
from sampling.estimation.representativity import r_indicator

AREA = np.repeat(["n", "s"], 50)


def test_even_response_is_fully_representative() -> None:
    answer = r_indicator(np.tile([True, False], 50), np.ones(100), {"area": AREA})

    assert [answer.r, answer.s, answer.r_adjusted] == pytest.approx([1, 0, 1])
    assert answer.response_rate == 0.5


def test_one_variable_gives_the_spread_of_the_rates_of_its_levels() -> None:
    responded = np.concatenate([np.arange(50) < 10, np.arange(50) < 40])

    answer = r_indicator(responded, np.full(100, 3.0), {"area": AREA})

    assert answer.s == pytest.approx(0.3 * np.sqrt(300 / 299))
    assert answer.mean_propensity == pytest.approx(0.5)
    assert answer.cv == pytest.approx(answer.s / 0.5)
    (area,) = answer.partial
    assert area.levels == pytest.approx({"n": -np.sqrt(0.5) * 0.3, "s": np.sqrt(0.5) * 0.3})
    assert area.value == pytest.approx(0.3)


def test_weights_count() -> None:
    responded = np.concatenate([np.arange(50) < 10, np.arange(50) < 40])

    answer = r_indicator(responded, np.repeat([1.0, 3.0], 50), {"area": AREA})

    assert answer.response_rate == pytest.approx(0.25 * 0.2 + 0.75 * 0.8)
    assert answer.mean_propensity == pytest.approx(answer.response_rate)


@pytest.mark.parametrize("everybody", [True, False])
def test_constant_response_is_representative(everybody: bool) -> None:
    answer = r_indicator(np.full(100, everybody), np.ones(100), {"area": AREA})

    assert (answer.r, answer.response_rate) == (1, float(everybody))
    assert answer.cv == (0 if everybody else None)


def test_a_level_in_which_everybody_responded_is_named() -> None:
    responded = np.concatenate([np.arange(50) < 10, np.ones(50, dtype=bool)])

    with pytest.raises(SeparationError) as caught:
        r_indicator(responded, np.ones(100), {"area": AREA})

    assert caught.value.levels == ("area = s",)


def test_the_adjustment_takes_off_what_chance_adds() -> None:
    rng = np.random.default_rng(4)
    levels = {name: rng.choice(list("abcde"), 300) for name in ("x", "y", "z")}
    raw, adjusted = [], []
    for _ in range(40):
        answer = r_indicator(rng.random(300) < 0.5, np.ones(300), levels)
        raw.append(answer.r)
        adjusted.append(answer.r_adjusted)

    assert np.mean(raw) < 0.85
    assert np.mean(adjusted) > np.mean(raw) + 0.05
