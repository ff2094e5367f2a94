"""Civil dates in London and instants in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.clock import SetClock, SystemClock, at, end_of, london_date

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 1, 5), datetime(2026, 1, 5, 9, tzinfo=UTC)),
        (date(2026, 7, 6), datetime(2026, 7, 6, 8, tzinfo=UTC)),
    ],
    ids=["winter", "summer"],
)
def test_nine_in_london_is_an_instant_in_utc(day: date, instant: datetime) -> None:
    assert at(day, 9) == instant


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_is_as_long_as_london_makes_it(day: date, hours: int) -> None:
    assert end_of(day) - at(day) == timedelta(hours=hours)


@given(DAYS)
def test_a_day_holds_its_first_instant_and_not_its_end(day: date) -> None:
    assert london_date(at(day)) == day
    assert london_date(end_of(day) - timedelta(microseconds=1)) == day
    assert london_date(end_of(day)) == day + timedelta(days=1)


def test_a_set_clock_stands_and_goes_forward_only() -> None:
    clock = SetClock(datetime(2026, 9, 1, tzinfo=UTC))
    clock.advance_to(clock.now() + timedelta(hours=1))

    assert clock.now() == datetime(2026, 9, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance_to(datetime(2026, 9, 1, tzinfo=UTC))


def test_the_machines_clock_answers_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
