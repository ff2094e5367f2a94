"""What units have been asked, and when they may be asked again."""

import pytest

from sampling.burden import Burden, Request, burden_report, resting
from sampling.errors import SamplingError


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
