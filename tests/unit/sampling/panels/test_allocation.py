"""Sizes per stratum: exact, within floors and ceilings, and honest about what cannot be had."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.errors import CeilingError, SamplingError, ShortfallError
from sampling.panels.allocation import allocate, issue_sizes, proportion_sd, variance_of_total

METHODS = ["proportional", "neyman", "power", "equal"]


@given(
    strata=st.lists(st.tuples(st.integers(1, 300), st.floats(0, 50), st.booleans()), min_size=1, max_size=12),
    method=st.sampled_from(METHODS),
    min_n=st.integers(0, 6),
    share=st.floats(0, 1),
)
def test_sizes_sum_to_the_total_and_keep_every_floor_and_ceiling(
    strata: list[tuple[int, float, bool]], method: str, min_n: int, share: float
) -> None:
    pop, sd, sure = (np.array(part) for part in zip(*strata, strict=True))
    low = np.where(sure, pop, np.minimum(pop, min_n))
    total = int(low.sum() + share * (pop.sum() - low.sum()))

    answer = allocate(pop, total, method=method, sd=sd, min_n=min_n, certainty=sure)  # type: ignore[arg-type]

    assert answer.sample_size.sum() == total
    assert np.all((answer.sample_size >= low) & (answer.sample_size <= pop))
    assert answer.continuous.sum() == pytest.approx(total)


def test_neyman_integers_are_the_best_of_all_integers() -> None:
    pop, sd = np.array([40, 25, 9, 3]), np.array([2.0, 7.0, 30.0, 1.0])

    ours = allocate(pop, 14, method="neyman", sd=sd, min_n=1)

    every = (
        sizes for sizes in product(range(1, 15), range(1, 15), range(1, 10), range(1, 4)) if sum(sizes) == 14
    )
    best = min(variance_of_total(pop, np.array(sizes), sd) for sizes in every)
    assert variance_of_total(pop, ours.sample_size, sd) == pytest.approx(best)


def test_neyman_integers_are_those_of_one_unit_at_a_time() -> None:
    rng = np.random.default_rng(8)
    for _ in range(60):
        pop, sd = rng.integers(0, 90, 7), rng.choice([0.0, 0.01, 1.0, 3.0, 40.0], 7)
        low, total = np.minimum(pop, 2), int(rng.integers(15, max(pop.sum(), 16)))
        size = low.copy()
        for _ in range(total - int(low.sum())):
            gain = np.where(size < pop, pop * sd / np.sqrt(np.maximum(size * (size + 1.0), 1e-9)), -1.0)
            size[int(np.argmax(gain))] += 1

        ours = allocate(pop, total, method="neyman", sd=sd, min_n=2).sample_size

        assert variance_of_total(pop, ours, sd) == pytest.approx(variance_of_total(pop, size, sd), rel=1e-12)
        assert (ours.sum(), bool(np.all((low <= ours) & (ours <= pop)))) == (total, True)


def test_a_hundred_million_units_are_shared_at_once() -> None:
    answer = allocate([10**12, 5 * 10**11], 10**8, method="neyman", sd=[1.0, 3.0])

    assert answer.sample_size.tolist() == [40_000_000, 60_000_000]


def test_a_stratum_full_under_neyman_leaves_the_rest_to_the_others() -> None:
    answer = allocate([10, 1000, 1000], 110, method="neyman", sd=[1000.0, 1.0, 3.0])

    assert answer.sample_size.tolist() == [10, 25, 75]
    assert answer.continuous.tolist() == pytest.approx([10, 25, 75])


def test_power_one_with_totals_is_neyman_and_power_nought_follows_the_cv() -> None:
    pop, mean, sd = np.array([100, 400, 900]), np.array([5.0, 8.0, 2.0]), np.array([1.0, 2.0, 3.0])
    neyman = allocate(pop, 120, method="neyman", sd=sd).continuous

    full = allocate(pop, 120, method="power", power=1, size=pop * mean, cv=sd / mean).continuous
    none = allocate(pop, 120, method="power", power=0, size=pop * mean, cv=[1, 1, 2]).continuous

    assert full == pytest.approx(neyman)
    assert none == pytest.approx([30, 30, 60])


def test_a_total_below_the_floors_reports_the_shortfall() -> None:
    with pytest.raises(ShortfallError) as caught:
        allocate([50, 20, 3], 20, min_n=10)

    assert (caught.value.needed, caught.value.shortfall) == (23, 3)


def test_ceilings_without_room_are_an_error_and_spare_certainty_strata() -> None:
    with pytest.raises(CeilingError, match="allow 25"):
        allocate([50, 50, 5], 60, cap=10)

    assert allocate([50, 50, 5], 25, cap=10, certainty=[False, False, True]).sample_size.tolist() == [
        10,
        10,
        5,
    ]


def test_a_total_that_covers_the_frame_is_a_census() -> None:
    answer = allocate([5, 7], 40)

    assert answer.sample_size.tolist() == [5, 7]
    assert "census" in answer.notes[0]


def test_strata_without_spread_fall_back_to_proportional_with_a_note() -> None:
    answer = allocate([100, 300], 40, method="neyman", sd=[0, 0])

    assert answer.sample_size.tolist() == [10, 30]
    assert "no stratum has spread" in answer.notes[0]


def test_neyman_without_standard_deviations_is_refused() -> None:
    with pytest.raises(SamplingError, match="standard deviation"):
        allocate([5, 7], 4, method="neyman")


def test_issue_sizes_allow_for_nonresponse_within_the_stratum() -> None:
    assert issue_sizes([30, 10, 8], [0.3, 0.4, 0.5], [500, 500, 12]).tolist() == [100, 25, 12]


def test_the_spread_of_a_share_is_that_of_its_zeros_and_ones() -> None:
    units = np.repeat([1.0, 0.0], [3, 7])

    assert proportion_sd([0.3], [10]) == pytest.approx([units.std(ddof=1)])
