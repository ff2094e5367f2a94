"""Weights of a round: neighbours joined, the frame's counts reached, and what is given up elsewhere."""

from collections.abc import Sequence

import numpy as np
import pytest

from sampling.errors import SamplingError
from sampling.estimation.estimators import mean
from sampling.estimation.frame_margins import BOUNDS, GROUP, REGION, Fitted, calibrate_to_frame
from sampling.estimation.frame_weights import FrameWeights, joined_strata, weight_to_frame
from sampling.estimation.neighbours import join_neighbours
from sampling.frame import Sector
from sampling.strata import Stratum, band_distance, region_distance, stratum_distance

PUBLIC, VCO = Sector.PUBLIC, Sector.VOLUNTARY
NORTH, WEST, LONDON = "North East", "North West", "London"


def step(one: int, other: int) -> int:
    return abs(one - other)


def test_only_what_is_too_small_joins_and_it_joins_its_nearest() -> None:
    groups = join_neighbours({1: 9, 2: 3, 4: 20, 5: 6}, minimum=5, distance=step)

    assert groups == {1: (1, 2), 2: (1, 2), 4: (4,), 5: (5,)}


def test_joining_goes_on_until_every_group_stands_or_all_are_one() -> None:
    assert set(join_neighbours({1: 1, 2: 1, 3: 1, 9: 50}, minimum=4, distance=step).values()) == {
        (1, 2, 3, 9)
    }
    assert join_neighbours({1: 1, 2: 0}, minimum=5, distance=step) == {1: (1, 2), 2: (1, 2)}
    assert join_neighbours({}, minimum=5, distance=step) == {}


def test_a_public_body_is_nearest_to_its_kind_and_a_charity_to_its_region() -> None:
    police = Stratum(PUBLIC, NORTH, "police")
    small = Stratum(VCO, NORTH, "under 10k")

    assert stratum_distance(police, Stratum(PUBLIC, WEST, "police")) < stratum_distance(
        police, Stratum(PUBLIC, NORTH, "fire")
    )
    assert stratum_distance(police, Stratum(PUBLIC, LONDON, "fire")) < stratum_distance(
        police, Stratum(PUBLIC, NORTH, "NHS trust")
    )
    assert stratum_distance(small, Stratum(VCO, NORTH, "10k-100k")) < stratum_distance(
        small, Stratum(VCO, WEST, "under 10k")
    )
    assert region_distance(NORTH, WEST) < region_distance(NORTH, LONDON)
    assert band_distance("not known", "0") < band_distance("not known", "100m+")
    assert band_distance("a new kind", "police") > band_distance("police", "fire")


def test_trusts_do_not_weigh_what_the_police_weigh_where_both_replied_enough() -> None:
    strata = [Stratum(PUBLIC, NORTH, kind) for kind in ("NHS trust", "police", "fire") for _ in range(20)]
    resolved = np.array([i % 20 < answered for answered in (5, 11, 3) for i in range(20)])
    cells = joined_strata(strata, resolved)

    assert len(set(cells.values())) == 2
    assert cells[Stratum(PUBLIC, NORTH, "police")] == cells[Stratum(PUBLIC, NORTH, "fire")]


def weighted(
    strata: list[Stratum], resolved: Sequence[bool], frame: dict[Stratum, float], weights: list[float]
) -> FrameWeights:
    sizes = {stratum.name: count for stratum, count in frame.items()}
    return weight_to_frame(weights, strata, resolved, pop_size=sizes, own=strata, frame=frame)


def one_sector(replies: dict[str, int], size: dict[str, int]) -> FrameWeights:
    """Voluntary organisations of one region, drawn whole."""
    strata = [Stratum(VCO, NORTH, band) for band, n in size.items() for _ in range(n)]
    resolved = [i < replies[band] for band, n in size.items() for i in range(n)]
    frame = {Stratum(VCO, NORTH, band): float(n) for band, n in size.items()}
    return weighted(strata, resolved, frame, [1.0] * len(strata))


def test_a_level_under_ten_replies_is_fitted_with_its_neighbour() -> None:
    done = one_sector({"0": 12, "under 10k": 9, "10k-100k": 30}, {"0": 40, "under 10k": 30, "10k-100k": 60})

    assert done.fit is not None
    assert done.fit.totals[GROUP] == {"vco | 0 and 1 more": 70.0, "vco | 10k-100k": 60.0}
    assert done.design.weights.sum() == pytest.approx(130)


def test_what_no_weights_within_the_bounds_can_reach_is_given_up_in_order_and_told() -> None:
    rows = [
        Stratum(VCO, region, band) for region in (NORTH, LONDON) for band in ("0", "100m+") for _ in range(20)
    ]
    weights = np.ones(len(rows))
    even = {Stratum(VCO, region, band): 20.0 for region in (NORTH, LONDON) for band in ("0", "100m+")}
    lopsided = {**even, Stratum(VCO, NORTH, "0"): 1.0, Stratum(VCO, NORTH, "100m+"): 1.0}
    lopsided |= {Stratum(VCO, LONDON, "0"): 39.0, Stratum(VCO, LONDON, "100m+"): 39.0}
    hopeless = {Stratum(VCO, NORTH, "0"): 1.0, Stratum(VCO, LONDON, "100m+"): 79.0}

    assert calibrate_to_frame(weights, rows, even).reached == {VCO: Fitted.BOTH}
    by_group = calibrate_to_frame(weights, rows, lopsided)
    assert by_group.reached == {VCO: Fitted.GROUPS}
    assert by_group.totals[REGION] == {"vco": 80.0}
    assert calibrate_to_frame(weights, rows, hopeless).reached == {VCO: Fitted.TOTAL}
    factors = by_group.calibrated.weights
    assert BOUNDS[0] <= factors.min() <= factors.max() <= BOUNDS[1]


def test_one_sector_that_cannot_be_fitted_leaves_the_other_as_it_is() -> None:
    rows = [Stratum(PUBLIC, NORTH, "police")] * 12 + [
        Stratum(VCO, NORTH, b) for b in ("0", "100m+") for _ in range(12)
    ]
    frame = {
        Stratum(PUBLIC, NORTH, "police"): 12.0,
        Stratum(VCO, NORTH, "0"): 1.0,
        Stratum(VCO, NORTH, "100m+"): 23.0,
    }

    fit = calibrate_to_frame(np.ones(36), rows, frame)

    assert fit.reached == {PUBLIC: Fitted.BOTH, VCO: Fitted.TOTAL}


def test_a_level_with_replies_that_the_frame_does_not_have_joins_another() -> None:
    rows = [Stratum(VCO, NORTH, "0")] * 15 + [Stratum(VCO, NORTH, "under 10k")] * 15

    fit = calibrate_to_frame(np.ones(30), rows, {Stratum(VCO, NORTH, "under 10k"): 30.0})

    assert fit.totals[GROUP] == {"vco | 0 and 1 more": 30.0}


def test_a_sector_of_which_nobody_replied_takes_no_part_and_the_other_keeps_its_weights() -> None:
    strata = [Stratum(PUBLIC, NORTH, "police")] * 3 + [Stratum(VCO, NORTH, "0")] * 20
    resolved = [False] * 3 + [True] * 10 + [False] * 10
    frame = {Stratum(PUBLIC, NORTH, "police"): 3.0, Stratum(VCO, NORTH, "0"): 200.0}

    done = weighted(strata, resolved, frame, [1.0] * 3 + [10.0] * 20)

    assert done.cells[:3] == ("", "", "")
    assert done.design.weights.tolist() == pytest.approx([20.0] * 10)


def test_a_single_reply_of_a_sector_stops_nothing() -> None:
    strata = [Stratum(PUBLIC, NORTH, "police")] * 3 + [Stratum(VCO, NORTH, "0")] * 20
    resolved = [True, False, False] + [True] * 20
    frame = {Stratum(PUBLIC, NORTH, "police"): 3.0, Stratum(VCO, NORTH, "0"): 20.0}

    done = weight_to_frame(
        np.ones(23), strata, resolved, pop_size={s.name: n for s, n in frame.items()}, own=strata, frame=frame
    )

    assert done.design.weights[0] == pytest.approx(3.0)
    assert mean(done.design, np.arange(21.0)).se == pytest.approx(0.0)


def test_nobody_at_all_cannot_be_weighted() -> None:
    with pytest.raises(SamplingError, match="nobody"):
        weight_to_frame([1.0], [Stratum(VCO, NORTH, "0")], [False], pop_size={})
