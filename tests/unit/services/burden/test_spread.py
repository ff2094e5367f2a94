"""Expected minutes of a plan: nobody is lost, and who has been asked enough comes last."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.services.burden.spread import Share, expected_minutes, spread_of


def test_a_plan_alone_asks_its_members_and_nobody_else() -> None:
    assert expected_minutes([Share(100, 25, 15, {})]) == {15: 25.0, 0: 75.0}


def test_what_others_ask_is_added_for_those_whom_the_plan_takes_too() -> None:
    organisations = expected_minutes([Share(100, 25, 15, {(40, False): 20})])

    assert organisations == {40 + 15: 5.0, 40: 15.0, 15: 20.0, 0: 60.0}


def test_who_has_been_asked_enough_is_taken_only_when_the_others_do_not_suffice() -> None:
    assert expected_minutes([Share(10, 8, 15, {(80, True): 2})]) == {15: 8.0, 0: 0.0, 80: 2.0, 95: 0.0}
    assert expected_minutes([Share(10, 9, 15, {(80, True): 2})]) == {15: 8.0, 0: 0.0, 80: 1.0, 95: 1.0}


@settings(deadline=None)
@given(
    size=st.integers(0, 500),
    share=st.floats(0, 1),
    before=st.dictionaries(st.tuples(st.integers(0, 120), st.booleans()), st.integers(1, 20), max_size=6),
)
def test_nobody_is_lost_and_the_sample_is_as_large_as_planned(
    size: int, share: float, before: dict[tuple[int, bool], int]
) -> None:
    population = size + sum(before.values())
    sample = int(share * population)

    organisations = expected_minutes([Share(population, sample, 1000, before)])

    assert sum(organisations.values()) == pytest.approx(population)
    assert sum(count for minutes, count in organisations.items() if minutes >= 1000) == pytest.approx(sample)


def test_bands_end_at_the_ceiling_and_those_not_asked_are_left_out() -> None:
    spread = spread_of({0: 50.0, 15: 24.6, 60: 3.0, 61: 2.0}, year=2027, ceiling=60)

    assert spread is not None
    assert [(band.low, band.high, band.units) for band in spread.bands] == [
        (0, 20, 25),
        (20, 40, 0),
        (40, 60, 3),
        (60, None, 2),
    ]
    assert spread.over == 2


def test_without_a_ceiling_there_is_nothing_to_show() -> None:
    assert spread_of({15: 3.0}, year=2027, ceiling=None) is None
