"""Working days of England: by the table that ships, and past its end by weekends alone."""

from datetime import date, timedelta

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st

from scheduler.strands import Strand
from scheduler.timetable import is_too_late, preparation_before, usual_timetable
from scheduler.working_days import WorkingDays, england

TABLE = england()


def test_the_table_says_what_was_published_as_far_as_that_goes() -> None:
    published = BankHolidays(use_cached_holidays=True).get_holidays("england-and-wales")
    theirs = {day["date"] for day in published if day["date"].year >= 2019}

    assert theirs == {day for day in TABLE.holidays if day <= max(theirs)}


def test_every_year_of_the_table_has_its_eight_days_or_more() -> None:
    counted = [sum(day.year == year for day in TABLE.holidays) for year in range(2019, TABLE.last_year + 1)]

    assert min(counted) == 8
    assert all(day.weekday() < 5 for day in TABLE.holidays)


def test_easter_and_christmas_are_left_out_of_offsets() -> None:
    assert TABLE.after(date(2027, 3, 25), 1) == date(2027, 3, 30)
    assert TABLE.after(date(2026, 12, 24), 1) == date(2026, 12, 29)
    assert TABLE.after(date(2026, 12, 29), -1) == date(2026, 12, 24)
    assert TABLE.after(date(2026, 12, 25), 0) == date(2026, 12, 29)


def test_past_the_table_only_weekends_are_left_out_and_that_is_said() -> None:
    assert TABLE.is_working(date(TABLE.last_year + 1, 12, 25))
    assert TABLE.warning(TABLE.last_year - 3) == ""
    assert f"ends with {TABLE.last_year}" in TABLE.warning(TABLE.last_year - 2)
    assert f"ended with {TABLE.last_year}: only weekends" in TABLE.warning(TABLE.last_year + 1)
    assert WorkingDays.of([]).warning(2026).startswith("The table of bank holidays ended")


@pytest.mark.parametrize(
    ("day", "leaves"),
    [
        (date(2026, 12, 23), date(2026, 12, 23)),
        (date(2026, 12, 24), date(2027, 1, 4)),
        (date(2026, 12, 30), date(2027, 1, 4)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        (date(2027, 3, 26), date(2027, 3, 30)),
        (date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_letters_rest_on_bank_holidays_and_between_the_years(day: date, leaves: date) -> None:
    assert TABLE.letters_on_or_after(day) == leaves


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(0, 260))
def test_so_many_working_days_later_is_so_many_counted(day: date, count: int) -> None:
    later = TABLE.after(day, count)

    assert TABLE.is_working(later)
    assert TABLE.between(TABLE.on_or_after(day), later) == count
    assert TABLE.after(later, -count) == TABLE.on_or_after(day)


def test_no_letter_of_a_survey_is_planned_for_a_day_on_which_letters_rest() -> None:
    for days in range(366):
        dates = usual_timetable(Strand.ANNUAL_SURVEY, date(2027, 1, 1) + timedelta(days=days), TABLE)

        assert not any(TABLE.is_quiet(day) for _, day in dates.in_order()[:3])


def test_preparation_begins_working_days_before_the_opening() -> None:
    assert preparation_before(Strand.ANNUAL_SURVEY, date(2027, 3, 1), TABLE) == date(2027, 1, 4)


def test_a_reminder_is_too_late_after_three_working_days() -> None:
    thursday = date(2026, 9, 17)

    assert not is_too_late(thursday, date(2026, 9, 22), TABLE)
    assert is_too_late(thursday, date(2026, 9, 23), TABLE)
    assert not is_too_late(thursday, date(2026, 9, 16), TABLE)
