"""How a panel turns: where draws begin, what they share, and who can be given a rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.errors import SamplingError
from sampling.panels.rotation import (
    StratumState,
    expected_kept,
    flows,
    largest_resting_sample,
    next_starts,
    origins,
    outlook,
    separate_start,
    shared_length,
)
from sampling.panels.selection import overlap, select_prn


def test_a_start_moves_by_the_rotation_share_of_the_fraction() -> None:
    previous = {"a": StratumState(1000, 100, 0.95), "b": StratumState(50, 50, 0.0)}

    assert next_starts(previous, rate=0.5) == pytest.approx({"a": 0.0, "b": 0.0})


def test_nobody_rotates_at_nought_and_all_at_one() -> None:
    previous = {"a": StratumState(1000, 100, 0.2)}

    still, turned = (
        {"a": StratumState(1000, 100, next_starts(previous, rate=rate)["a"])} for rate in (0.0, 1.0)
    )

    assert expected_kept(previous, still, {("a", "a"): 1000}) == pytest.approx({"a": 100})
    # Chance leaves a few in: E max(100 - K, 0) for K of 1,000 numbers below 0.1.
    assert expected_kept(previous, turned, {("a", "a"): 1000}) == pytest.approx({"a": 3.78}, abs=0.01)


def test_all_replaced_means_as_far_as_the_stratum_has_others() -> None:
    previous = {"a": StratumState(10, 6, 0.0)}
    now = {"a": StratumState(10, 6, next_starts(previous, rate=1.0)["a"])}

    assert 2 < expected_kept(previous, now, {("a", "a"): 10})["a"] < 3


@pytest.mark.parametrize(
    ("pop", "n1", "n2", "shift"),
    [
        (40, 5, 5, 0.0625),
        (40, 5, 5, 0.125),
        (12, 9, 9, 0.75),
        (30, 4, 9, 0.1),
        (30, 9, 4, 0.9),
        (9, 9, 3, 0.5),
    ],
)
def test_the_overlap_expected_is_that_of_repeated_draws(pop: int, n1: int, n2: int, shift: float) -> None:
    rng, ids, names = np.random.default_rng(5), [str(i) for i in range(pop)], ["s"] * pop
    both = []
    for _ in range(1500):
        prn = rng.random(pop)
        first, second = (
            set(select_prn(prn, names, {"s": n}, start=a, ids=ids).indices.tolist())
            for n, a in ((n1, 0.0), (n2, shift))
        )
        both.append(len(first & second))

    states = {"s": StratumState(pop, n1, 0.0)}, {"s": StratumState(pop, n2, shift)}
    expected = expected_kept(*states, {("s", "s"): pop})["s"]
    assert np.mean(both) == pytest.approx(expected, abs=4 * np.std(both) / 1500**0.5 + 1e-9)


@pytest.mark.parametrize("rate", [-0.01, 1.01])
def test_a_rotation_share_outside_nought_to_one_is_refused(rate: float) -> None:
    with pytest.raises(SamplingError, match="rotation share"):
        next_starts({}, rate=rate)


def test_a_new_stratum_begins_where_the_one_it_continues_goes_on_and_others_at_the_default() -> None:
    previous = {"a": StratumState(100, 20, 0.5), "b": StratumState(10, 2, 0.1)}
    moved = {("a", "joined"): 60, ("b", "joined"): 10, ("b", "b"): 3}

    starts = next_starts(
        previous, rate=0.5, strata=["joined", "b", "born"], origins=origins(moved), default=0.25
    )

    assert starts == pytest.approx({"joined": 0.6, "b": 0.2, "born": 0.25})


def test_equal_parts_go_to_the_first_name() -> None:
    assert origins({("b", "new"): 5, ("a", "new"): 5, ("ab", "new"): 5, ("c", "gone"): 0}) == {"new": "a"}


def test_flows_count_the_units_of_both_frames() -> None:
    assert flows({"x": "a", "y": "a", "z": "b"}, [("x", "a"), ("z", "a"), ("new", "a")]) == {
        ("a", "a"): 1,
        ("b", "a"): 1,
    }


@settings(deadline=None)
@given(
    start=st.floats(0, 0.999),
    shift=st.floats(0, 0.999),
    taken=st.tuples(st.integers(1, 1999), st.integers(1, 1999)),
)
def test_the_length_shared_is_what_draws_of_evenly_spread_numbers_share(
    start: float, shift: float, taken: tuple[int, int]
) -> None:
    prn, ids = (np.arange(2000) + 0.5) / 2000, [str(i) for i in range(2000)]
    states = [StratumState(2000, n, (start + d) % 1.0) for n, d in zip(taken, (0.0, shift), strict=True)]

    drawn = [
        select_prn(prn, ["s"] * 2000, {"s": x.sample_size}, start=x.start, ids=ids).indices for x in states
    ]

    both = overlap(*([ids[i] for i in chosen] for chosen in drawn)).both
    assert both == pytest.approx(2000 * shared_length(*states), abs=3)


def test_the_outlook_names_strata_without_a_holiday_and_the_sample_that_would_allow_one() -> None:
    previous = {
        "easy": StratumState(1000, 100),
        "tight": StratumState(100, 60),
        "census": StratumState(8, 8),
    }
    current = {
        name: StratumState(state.pop_size, state.sample_size, start)
        for (name, state), start in zip(
            previous.items(), next_starts(previous, rate=0.5).values(), strict=True
        )
    }

    expected = outlook(previous, current, rate=0.5, holiday=3)

    assert [(line.stratum, line.largest) for line in expected.without_holiday] == [("tight", 40)]
    assert expected.kept == pytest.approx(50 + 30 + 8, abs=0.05)
    easy, tight, census = expected.strata
    assert (easy.years_in, easy.years_out) == pytest.approx((2, 18))
    assert tight.years_out == pytest.approx(4 / 3)
    assert (census.years_in, census.years_out) == (None, 0.0)


def test_the_largest_sample_that_rests_is_not_lost_to_rounding() -> None:
    assert largest_resting_sample(100, rate=0.5, holiday=3) == 40
    assert largest_resting_sample(7, rate=0.3, holiday=1 / 0.3 * 6) == 1


def test_another_strand_begins_behind_the_survey_and_beyond_its_next_turns() -> None:
    survey = StratumState(1000, 100, 0.9)

    behind = separate_start(survey, sample_size=50)
    beyond = separate_start(survey, sample_size=50, rate=0.5, years=2)

    assert (behind.start, behind.kept) == pytest.approx((0.0, 3.78), abs=0.01)
    assert (beyond.start, beyond.kept) == pytest.approx((0.1, 0.0), abs=1e-6)


def test_where_there_is_no_room_beyond_the_next_rotations_it_takes_what_room_there_is() -> None:
    assert separate_start(StratumState(100, 50), sample_size=45, rate=1.0, years=3).start == pytest.approx(
        0.55
    )


def test_strands_that_need_more_than_the_stratum_has_say_how_many_they_share() -> None:
    assert separate_start(StratumState(1000, 800, 0.3), sample_size=500).kept == pytest.approx(305, abs=0.1)
    assert separate_start(StratumState(10, 10), sample_size=5).kept == pytest.approx(5)
