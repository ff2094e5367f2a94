"""Weights stand for the frame before and after nonresponse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.errors import CellError, SamplingError
from sampling.estimation.collapsing import Join, join_silent
from sampling.estimation.weights import adjust_nonresponse, design_weights, kish_deff, trim_weights


def test_design_weights_are_frame_over_sample() -> None:
    assert design_weights([10, 10, 3], [2, 2, 3]).tolist() == [5, 5, 1]


def test_more_sample_than_frame_is_refused() -> None:
    with pytest.raises(SamplingError, match="sample_size"):
        design_weights([10], [11])


@given(
    units=st.lists(
        st.tuples(st.sampled_from("abcdef"), st.floats(0.5, 50), st.booleans()), min_size=5, max_size=80
    )
)
def test_every_final_cell_keeps_its_weight_and_the_whole_stands_for_the_frame(
    units: list[tuple[str, float, bool]],
) -> None:
    cells, weights, responded = (np.array(part) for part in zip(*units, strict=True))
    responded[0] = True
    collapse = {"a": "ab", "b": "ab", "c": "cd", "d": "cd", "ab": "all", "cd": "all", "e": "all", "f": "all"}

    answer = adjust_nonresponse(weights, cells, responded, collapse=collapse)

    assert answer.weights.sum() == pytest.approx(weights.sum(), rel=1e-9)
    for cell in np.unique(answer.cells):
        here = answer.cells == cell
        assert answer.weights[here].sum() == pytest.approx(weights[here].sum())
    assert np.all(answer.weights[~responded] == 0)


def test_a_cell_without_respondents_and_without_a_map_is_named() -> None:
    with pytest.raises(CellError) as caught:
        adjust_nonresponse([2, 2, 3], ["a", "a", "b"], [True, True, False])

    assert (caught.value.cell, caught.value.sampled, caught.value.responded) == ("b", 1, 0)


def test_a_target_is_joined_whole_and_only_where_needed() -> None:
    cells = ["a", "a", "b", "c", "d", "d"]
    answer = adjust_nonresponse(
        np.ones(6), cells, [True, True, False, True, True, False],
        collapse={"a": "ab", "b": "ab", "c": "cd", "d": "cd"},
    )  # fmt: skip

    assert isinstance(answer.cells, np.ndarray)
    assert answer.cells.tolist() == ["ab", "ab", "ab", "c", "d", "d"]
    assert answer.joins == (Join("ab", ("a", "b")),)
    assert answer.weights.tolist() == [1.5, 1.5, 0, 1, 2, 0]


def test_a_target_takes_the_cells_that_lead_to_it_through_others() -> None:
    collapse = {"a": "ab", "b": "ab", "ab": "abc", "c": "abc", "d": "e"}

    answer = adjust_nonresponse(
        np.ones(5), list("abccd"), [True, True, False, False, True], collapse=collapse
    )

    assert isinstance(answer.cells, np.ndarray)
    assert answer.cells.tolist() == ["abc"] * 4 + ["d"]


def test_joining_goes_on_until_the_factor_is_small_enough() -> None:
    cells = ["a"] * 4 + ["b"] * 4 + ["c"] * 4
    responded = [True] + [False] * 3 + [True] + [False] * 3 + [True] * 4

    answer = adjust_nonresponse(
        np.ones(12), cells, responded, max_factor=3, collapse={"a": "ab", "b": "ab", "ab": "abc", "c": "abc"}
    )

    assert set(answer.cells.tolist()) == {"abc"}
    assert answer.factors == {"abc": 2.0}


def test_a_map_that_goes_round_is_refused() -> None:
    with pytest.raises(SamplingError, match="circle"):
        adjust_nonresponse([1, 1], ["a", "b"], [True, False], collapse={"a": "b", "b": "a"})


def test_equal_weights_cost_nothing_and_unequal_ones_by_kish() -> None:
    assert kish_deff([3, 3, 3]) == pytest.approx(1)
    assert kish_deff([1, 3]) == pytest.approx(2 * 10 / 16)


def test_strata_in_which_nobody_responded_are_joined_and_the_others_stay() -> None:
    strata = np.array(["a", "a", "b", "c", "c", "d"])
    responded = np.array([True, False, False, True, True, True])
    collapse = {"a": "ab", "b": "ab", "c": "cd", "d": "cd"}

    answer = join_silent(strata, responded, collapse=collapse)

    assert isinstance(answer.cells, np.ndarray)
    assert answer.cells.tolist() == ["ab", "ab", "ab", "c", "c", "d"]
    with pytest.raises(CellError, match="nobody responded"):
        join_silent(strata, responded, collapse=None)


def test_trimmed_weights_keep_their_sum_within_the_limits() -> None:
    weights = trim_weights([1.0, 2.0, 3.0, 30.0], upper=12.5)

    assert weights.sum() == pytest.approx(36)
    assert weights.max() <= 12.5 * (1 + 1e-9)


def test_limits_without_room_for_the_sum_are_refused() -> None:
    with pytest.raises(SamplingError, match="no room"):
        trim_weights([1.0, 9.0], upper=4)
