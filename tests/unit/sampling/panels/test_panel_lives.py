"""Twenty years of a panel on the real frame, a few times over: the short form of `benchmarks/panels.py`."""

from functools import cache

import numpy as np
import pytest

from benchmarks.panel_lives import Rules, Tally, fairness, lived, overlap_ratio, real_frame, simulate

pytestmark = pytest.mark.slow
YEARS, LIVES = 20, 3
# Sixty comparisons in a run: one in a thousand runs goes beyond this by chance.
BEYOND_CHANCE = 4.3


@cache
def lives(rules: Rules) -> Tally:
    frames = lived(real_frame(), YEARS, rules, np.random.default_rng(20))
    return simulate(frames, LIVES, rules, np.random.default_rng(24))


def test_every_unit_is_taken_as_often_as_its_probability_says() -> None:
    tally = lives(Rules(holiday=0))

    years = [fairness(tally, year) for year in range(YEARS)]

    assert max(abs(year.units) for year in years) < BEYOND_CHANCE
    for group in ("born", "moved", "others"):
        assert max(abs(getattr(year, group).z) for year in years) < BEYOND_CHANCE


def test_rests_move_probabilities_by_no_more_than_a_few_hundredths() -> None:
    tally = lives(Rules())

    def mean(group: str) -> float:
        return float(np.mean([getattr(fairness(tally, year), group).ratio for year in range(1, YEARS)]))

    assert mean("born") == pytest.approx(1.0, abs=0.03)
    assert mean("moved") == pytest.approx(1.0, abs=0.05)
    assert mean("others") == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("rules", [Rules(holiday=0), Rules(), Rules(rate=0.25), Rules(rate=1.0, holiday=0)])
def test_as_many_stay_as_expected(rules: Rules) -> None:
    assert overlap_ratio(lives(rules)) == pytest.approx(1.0, abs=0.01)


def test_no_rest_is_broken_where_a_rest_can_be_given() -> None:
    tally = lives(Rules())

    assert tally.broken == 0
    # The rule is at work: strata that are nearly taken whole cannot keep it.
    assert tally.broken_elsewhere > 0


def test_without_a_rule_rests_would_be_broken() -> None:
    frames = lived(real_frame(), YEARS, Rules(), np.random.default_rng(20))

    unruled = simulate(frames, 2, Rules(holiday=3, honoured=False), np.random.default_rng(24))

    assert unruled.broken > 10


def test_a_strict_term_favours_births() -> None:
    tally = lives(Rules(term=2))

    assert np.mean([fairness(tally, year).born.ratio for year in range(3, YEARS)]) > 1.04
