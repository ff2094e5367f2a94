"""What units have been asked, and when they may be asked again."""

import pytest

from sampling.errors import SamplingError
from sampling.panels.burden import Burden, Request, burden_of, burden_report, minutes_bands, resting


def test_the_report_adds_up_the_year_and_names_the_ceilings_passed() -> None:
    requests = [
        Request("a", 2027, 20),
        Request("b", 2027, 45),
        Request("a", 2027, 15),
        Request("a", 2026, 90),
    ]

    assert burden_report(requests, year=2027, max_invitations=1, max_minutes=40) == (
        Burden("b", 1, 45, ("minutes",)),
        Burden("a", 2, 35, ("invitations",)),
    )


@pytest.mark.parametrize(
    ("years", "rests"),
    [
        ([], False),
        ([2026], False),  # in the middle of its two years
        ([2025, 2026], True),  # first year out
        ([2023, 2024], True),  # third year out
        ([2022, 2023], False),  # rested for three years
        ([2025], True),  # left early
    ],
)
def test_two_years_in_are_followed_by_three_years_out(years: list[int], rests: bool) -> None:
    assert resting(["a"], {"a": years}, year=2027, term=2, holiday=3).tolist() == [rests]


def test_a_unit_kept_beyond_its_term_starts_another() -> None:
    assert resting(["a"], {"a": [2024, 2025, 2026]}, year=2027, term=2, holiday=3).tolist() == [False]


def test_a_term_of_no_years_is_refused() -> None:
    with pytest.raises(SamplingError, match="term 0"):
        resting(["a"], {}, year=2027, term=0, holiday=3)


@pytest.mark.parametrize(
    ("years", "rests"),
    [([2026], False), ([2024, 2025, 2026], False), ([2025], True), ([2024], True), ([2023], False)],
)
def test_without_a_strict_term_a_rest_is_owed_once_a_unit_has_left(years: list[int], rests: bool) -> None:
    assert resting(["a"], {"a": years}, year=2027, holiday=3).tolist() == [rests]


def test_years_from_this_one_on_count_for_no_rest() -> None:
    assert resting(["a", "b"], {"a": [2027, 2028]}, year=2027, holiday=3).tolist() == [False, False]


def test_minutes_fall_into_equal_bands_up_to_the_ceiling_and_one_above() -> None:
    bands = minutes_bands([0, 1, 20, 20.5, 60, 61, 300], ceiling=60)

    assert [(band.low, band.high, band.units) for band in bands] == [
        (0, 20, 2),
        (20, 40, 1),
        (40, 60, 1),
        (60, None, 2),
    ]


def test_nobody_asked_fills_no_band() -> None:
    assert [band.units for band in minutes_bands([], ceiling=60)] == [0, 0, 0, 0]


def test_a_ceiling_of_nought_is_refused() -> None:
    with pytest.raises(SamplingError, match="ceiling"):
        minutes_bands([1], ceiling=0)


def test_a_census_body_shows_which_ceilings_its_surveys_pass() -> None:
    assert burden_of("body", [45, 30], max_invitations=2, max_minutes=60).passed == ("minutes",)
