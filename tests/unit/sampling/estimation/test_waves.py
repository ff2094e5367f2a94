"""Two years over strata that both share: their frame counts add, their weights stay."""

import numpy as np
import pytest

from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.waves import (
    OneWave,
    common_cells,
    over_common_cells,
    over_shared_strata,
)
from sampling.frame import Sector
from sampling.strata import collapse_map, stratum_of

THREE = OneWave(
    SurveyDesign(np.array(["a", "a", "b", "b", "c", "c"]), np.arange(1.0, 7.0), {"a": 5, "b": 7, "c": 11}),
    ["u1", "u2", "u3", "u4", "u5", "u6"],
)


def test_cells_of_two_years_become_the_finest_that_hold_whole_cells_of_both() -> None:
    small, large, none = (stratum_of(Sector.VOLUNTARY, "London", "", size) for size in ("10k", "1m", "0"))
    north = stratum_of(Sector.VOLUNTARY, "North East", "", "10k")
    apart = {one.name: one.name for one in (large, north)}
    last_year = apart | {small.name: small.name}
    this_year = apart | {small.name: small.wider, none.name: small.wider}

    common = common_cells((*last_year.items(), *this_year.items()), collapse_map([small, large, none, north]))

    assert common[small.name] == common[none.name] == common[small.wider] == small.wider
    assert common[large.name] == large.name
    assert common[north.name] == north.name


def test_a_cell_of_one_year_that_bears_the_name_of_another_is_one_with_it() -> None:
    last_year = {"a | x | 1": "a | x", "a | x | 2": "a | x"}
    this_year = {"a | x | 3": "a | x"}

    common = common_cells(
        (*last_year.items(), *this_year.items()), dict.fromkeys((*last_year, *this_year), "a | x")
    )

    assert set(common.values()) == {"a | x"}


def test_strata_that_were_drawn_otherwise_are_one_cell_with_those_they_share_features_with() -> None:
    low, high, both = (stratum_of(Sector.VOLUNTARY, "London", "", size) for size in ("10k", "1m", "10k-1m"))
    itself = [(one.name, one.name) for one in (low, high, both)]

    common = common_cells(
        (*itself, (low.name, both.name), (high.name, both.name)), collapse_map([low, high, both])
    )

    assert len(set(common.values())) == 1
    assert all(one.name in common[low.name] for one in (low, high, both))


def test_joined_strata_have_the_frame_of_all_their_parts_and_the_weights_they_had() -> None:
    joined = THREE.over({"a": "ab", "b": "ab", "c": "c"})

    assert joined.strata == ("ab", "c")
    assert joined.pop_size == {"ab": 12, "c": 11}
    assert joined.design.weights.tolist() == THREE.design.weights.tolist()
    assert joined.ids == THREE.ids


def test_frame_counts_given_by_row_are_those_of_the_strata() -> None:
    by_row = OneWave(
        SurveyDesign(np.array(["a", "a", "b", "b"]), np.ones(4), np.array([5.0, 5, 7, 7])), "wxyz"
    )

    assert by_row.pop_size == {"a": 5, "b": 7}
    assert by_row.over({"a": "ab", "b": "ab"}).pop_size == {"ab": 12}


def test_a_stratum_without_a_common_one_is_refused() -> None:
    with pytest.raises(SamplingError, match="none is given for b, c"):
        THREE.over({"a": "a"})


def test_a_unit_whose_cells_are_joined_has_not_moved() -> None:
    common = {"a": "ab", "b": "ab", "c": "c"}
    moved = {("a", "a"): 3.0, ("a", "b"): 1.0, ("b", "c"): 2.0, ("c", "c"): 9.0, ("gone", "c"): 4.0}

    joint = over_common_cells(THREE, THREE, common, moved=moved)

    assert joint.pop_both == {"ab": 4, "c": 9}


def test_what_one_wave_had_to_join_is_joined_in_the_other() -> None:
    collapse = {"a": "ab", "b": "ab", "ab": "all", "c": "all"}
    lonely = SurveyDesign(
        np.array(["a", "b", "b", "c", "c"]),
        np.ones(5),
        {"a": 5, "b": 7, "c": 11},
        lonely_psu="collapse",
        collapse=collapse,
    )
    second = OneWave(lonely, ["u1", "u3", "u4", "u5", "u6"])

    joint = over_shared_strata(THREE, second, collapse=collapse, pop_both={"a": 4, "b": 6, "c": 10})

    assert joint.first.strata == joint.second.strata == ("ab", "c")
    assert joint.pop_both == {"ab": 10, "c": 10}


def test_waves_that_join_nothing_stay_as_they_are() -> None:
    joint = over_shared_strata(THREE, THREE, collapse={"a": "b"}, pop_both=None)

    assert joint.first is THREE
    assert joint.pop_both is None
