"""Of many tests, those that may be called clear."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.errors import SamplingError
from sampling.estimation.many_tests import clear_ones, p_value

# Benjamini and Hochberg (1995), section 4: fifteen p-values, of which the four smallest pass at 5%.
PRINTED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
           0.6528, 0.7590, 1.0000]  # fmt: skip


def test_the_example_of_the_paper() -> None:
    assert clear_ones(PRINTED).tolist() == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), max_size=30))
def test_it_is_the_rule_read_word_by_word(p: list[float]) -> None:
    ranked = sorted(p)
    passing = [k for k, value in enumerate(ranked, start=1) if value <= 0.05 * k / len(p)]
    limit = ranked[max(passing) - 1] if passing else -1.0

    assert int(clear_ones(p).sum()) == max(passing, default=0)
    assert all(value <= limit for value, clear in zip(p, clear_ones(p), strict=True) if clear)


def test_a_p_value_is_that_of_t_and_a_full_count_has_no_doubt() -> None:
    assert p_value(2.0, 1.0, 10) == pytest.approx(0.0733880347707404)
    assert p_value(0.0, 0.0, 3) == 1.0
    assert p_value(-0.1, 0.0, 3) == 0.0


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(SamplingError, match="within 0 and 1"):
        clear_ones([0.1, np.nan])
