"""Permanent random numbers: the same everywhere, fair, and moved only by `start`."""

import hashlib
import hmac

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.errors import SamplingError
from sampling.panels.rotation import StratumState, shared_length
from sampling.panels.selection import (
    assign_prn,
    holiday_holds,
    key_fingerprint,
    overlap,
    rotate,
    select_coded,
    select_prn,
)

KEY = b"a secret"
IDS = [f"unit-{i:04d}" for i in range(2000)]


def test_a_number_is_the_first_53_bits_of_the_keyed_hash() -> None:
    digest = hmac.new(KEY, b"unit-0007", hashlib.sha256).hexdigest()
    bits = bin(int(digest, 16))[2:].zfill(256)[:53]

    assert assign_prn(["unit-0007"], KEY)[0] == int(bits, 2) / 2**53


def test_numbers_do_not_depend_on_the_order_of_the_units() -> None:
    assert assign_prn(IDS[::-1], KEY)[::-1].tolist() == assign_prn(IDS, KEY).tolist()


def test_numbers_are_spread_evenly() -> None:
    counts, _ = np.histogram(assign_prn(IDS, KEY), bins=10, range=(0, 1))

    assert np.sum((counts - 200) ** 2 / 200) < 27.9  # chi-squared, 9 df, one in a thousand


def test_keys_are_kept_apart_without_being_shown() -> None:
    assert key_fingerprint(KEY) != key_fingerprint(b"another")
    assert KEY.hex() not in key_fingerprint(KEY)
    with pytest.raises(SamplingError, match="secret key"):
        assign_prn(IDS, b"")


def test_the_smallest_numbers_after_the_start_are_taken_in_order() -> None:
    selection = select_prn(
        [0.9, 0.1, 0.5, 0.6, 0.2],
        ["a", "a", "a", "a", "b"],
        {"b": 1, "a": 3},
        start={"a": 0.55},
        ids=list("vwxyz"),
    )

    assert selection.indices.tolist() == [4, 3, 0, 1]
    assert [(draw.stratum, draw.pop_size, draw.start) for draw in selection.strata] == [
        ("b", 1, 0.0),
        ("a", 4, 0.55),
    ]


def test_equal_numbers_are_decided_by_id() -> None:
    assert select_prn([0.5, 0.5, 0.5], ["a"] * 3, {"a": 2}, ids=["c", "b", "a"]).indices.tolist() == [2, 1]


def test_more_than_the_stratum_holds_is_refused() -> None:
    with pytest.raises(SamplingError, match=r"'b': 1 wanted of 0"):
        select_prn([0.5], ["a"], {"b": 1}, ids=["x"])


def test_births_and_deaths_leave_the_numbers_of_all_others_alone() -> None:
    prn = assign_prn(IDS, KEY)
    before = select_prn(prn[:1500], ["s"] * 1500, {"s": 150}, ids=IDS[:1500]).indices
    after = select_prn(prn[100:], ["s"] * 1900, {"s": 190}, ids=IDS[100:]).indices + 100

    cut = prn[after].max()
    assert set(after[after < 1500]) == {i for i in range(100, 1500) if prn[i] <= cut}
    assert len(set(before) & set(after)) > 100


@given(shift=st.floats(0, 1, exclude_max=True), f1=st.floats(0.01, 1), f2=st.floats(0.01, 1))
def test_overlap_is_as_expected(shift: float, f1: float, f2: float) -> None:
    ids = IDS
    prn = (np.arange(2000) + 0.5) / 2000
    n1, n2 = int(f1 * 2000), int(f2 * 2000)
    first = select_prn(prn, ["s"] * 2000, {"s": n1}, ids=ids).indices
    second = select_prn(prn, ["s"] * 2000, {"s": n2}, start=shift, ids=ids).indices

    achieved = overlap([ids[i] for i in first], [ids[i] for i in second]).both

    assert achieved == pytest.approx(
        2000 * shared_length(StratumState(2000, n1), StratumState(2000, n2, shift)), abs=2
    )


def test_equal_draws_overlap_by_the_published_formula() -> None:
    assert 1000 * shared_length(StratumState(1000, 100), StratumState(1000, 100, 0.03)) == pytest.approx(70)
    assert 1000 * shared_length(StratumState(1000, 600), StratumState(1000, 600, 0.5)) == pytest.approx(200)


def test_rotation_keeps_a_unit_as_long_as_it_should() -> None:
    prn = (np.arange(1000) + 0.5) / 1000
    start, panels = 0.0, []
    for _ in range(30):
        panels.append(
            set(select_prn(prn, ["s"] * 1000, {"s": 100}, start=start, ids=IDS[:1000]).indices.tolist())
        )
        start = rotate(start, fraction=0.1, rate=0.5)

    years = {sum(unit in panel for panel in panels[1:20]) for unit in panels[5]}
    assert years == {2}


def test_a_holiday_of_three_years_needs_a_fraction_of_two_fifths_at_most() -> None:
    assert holiday_holds(fraction=0.4, rate=0.5, years=3)
    assert not holiday_holds(fraction=0.41, rate=0.5, years=3)


def test_resting_units_are_taken_last_and_counted_unless_all_are_taken() -> None:
    prn, ids, rest = [0.1, 0.2, 0.3, 0.4], list("abcd"), [True, True, False, False]

    def draw(n: int) -> tuple[list[int], int]:
        selection = select_prn(prn, ["s"] * 4, {"s": n}, ids=ids, resting=rest)
        return selection.indices.tolist(), selection.strata[0].breaches

    assert draw(2) == ([2, 3], 0)
    assert draw(3) == ([2, 3, 0], 1)
    assert draw(4) == ([2, 3, 0, 1], 0)


@given(seed=st.integers(0, 1000), start=st.floats(0, 0.999), clumped=st.booleans())
def test_the_fast_draw_is_the_full_sort(seed: int, start: float, clumped: bool) -> None:
    rng = np.random.default_rng(seed)
    # Numbers crowded into one end are what the fast cut does not expect.
    prn = rng.random(400) ** 8 if clumped else np.floor(rng.random(400) * 100) / 100
    stratum = rng.integers(0, 4, 400)
    sizes = rng.integers(0, np.bincount(stratum, minlength=4) + 1)

    ours = select_coded(prn, stratum, sizes, start=start)

    key = (prn - start) % 1.0
    expected = [sorted(np.flatnonzero(stratum == h), key=lambda i: (key[i], i))[: sizes[h]] for h in range(4)]
    assert ours.tolist() == [int(i) for part in expected for i in part]
