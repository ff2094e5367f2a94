"""Dates that make sense, stages that follow one another, and the clockwork that wakes."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.clockwork import wake_every
from scheduler.stages import CycleError, Stage, check_transition, transitions_of
from scheduler.strands import SURVEYS, Strand
from scheduler.timetable import (
    MIN_DAYS_BETWEEN,
    RoundDates,
    date_faults,
    date_warnings,
    spoken,
    usual_dates,
)

TODAY = date(2026, 8, 24)
DATES = RoundDates(date(2026, 9, 7), date(2026, 9, 21), date(2026, 10, 12), date(2026, 11, 19))


def test_dates_in_order_have_no_fault_and_no_warning() -> None:
    assert date_faults(DATES, today=TODAY) == []
    assert date_warnings(DATES, []) == []


def test_a_round_may_open_today_and_not_yesterday() -> None:
    assert date_faults(DATES, today=DATES.opens_on) == []
    assert date_faults(DATES, today=DATES.opens_on + timedelta(days=1)) == [
        "The opening, 7 September 2026, has passed. Choose today or later."
    ]


@pytest.mark.parametrize(("days", "faults"), [(0, 1), (2, 1), (MIN_DAYS_BETWEEN, 0)])
def test_a_reminder_leaves_people_time_to_answer(days: int, faults: int) -> None:
    dates = replace(DATES, first_reminder_on=DATES.opens_on + timedelta(days=days))

    assert len(date_faults(dates, today=TODAY)) == faults


@given(st.lists(st.dates(date(2026, 9, 1), date(2027, 3, 1)), min_size=4, max_size=4))
def test_dates_are_sound_exactly_when_each_is_days_after_the_one_before(days: list[date]) -> None:
    sound = all((later - earlier).days >= MIN_DAYS_BETWEEN for earlier, later in pairwise(days))

    assert (date_faults(RoundDates(*days), today=TODAY) == []) == sound


def test_holidays_weekends_and_short_rounds_are_worth_a_second_thought() -> None:
    dates = RoundDates(date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 2), date(2027, 1, 5))

    warnings = date_warnings(dates, {date(2026, 12, 25), date(2026, 12, 28)})

    assert [warning.split(".")[0] for warning in warnings] == [
        "The opening, 25 December 2026, is a bank holiday",
        "The first reminder, 28 December 2026, is a bank holiday",
        "The second reminder, 2 January 2027, falls on a weekend",
        "The round is open for 11 days",
    ]


@given(st.dates(date(2026, 9, 1), date(2099, 1, 1)))
def test_the_dates_on_offer_are_always_sound(opens_on: date) -> None:
    assert date_faults(usual_dates(opens_on), today=opens_on) == []


def test_days_are_spoken_as_people_write_them() -> None:
    assert spoken(date(2027, 3, 1)) == "1 March 2027"


SURVEY = {
    ("planned", "launching"),
    ("planned", "withdrawn"),
    ("launching", "ready"),
    ("ready", "open"),
    ("open", "closed"),
}
OTHER = {
    ("planned", "preparing"),
    ("planned", "withdrawn"),
    ("preparing", "open"),
    ("preparing", "withdrawn"),
    ("open", "closed"),
}


@pytest.mark.parametrize("strand", Strand)
def test_every_pair_of_stages_is_allowed_or_refused_as_the_cycle_says(strand: Strand) -> None:
    passed = set()
    for current in Stage:
        for wanted in Stage:
            try:
                check_transition(current, wanted, strand=strand)
                passed.add((current.value, wanted.value))
            except CycleError:
                continue

    assert passed == (SURVEY if strand in SURVEYS else OTHER)
    assert set(transitions_of(strand)) < set(Stage)


def test_a_stage_says_where_the_round_is() -> None:
    assert [stage for stage in Stage if stage.is_before_opening] == [
        Stage.PLANNED,
        Stage.LAUNCHING,
        Stage.READY,
        Stage.PREPARING,
    ]
    assert [stage for stage in Stage if stage.is_over] == [Stage.CLOSED, Stage.WITHDRAWN]
    assert [stage for stage in Stage if stage.takes_cases] == [Stage.READY, Stage.OPEN]
    assert {stage for stage in Stage if stage.is_live} == {
        stage for stage in Stage if not stage.is_over and stage is not Stage.PLANNED
    }
    assert {stage for stage in Stage if stage.is_launched} == {
        stage for stage in transitions_of(Strand.ANNUAL_SURVEY) if not stage.is_over
    } - {Stage.PLANNED} | {Stage.CLOSED}


def test_a_refused_transition_names_what_can_follow() -> None:
    with pytest.raises(CycleError, match="what can follow is launching, withdrawn"):
        check_transition(Stage.PLANNED, Stage.OPEN, strand=Strand.ANNUAL_SURVEY)
    with pytest.raises(CycleError, match="what can follow is nothing"):
        check_transition(Stage.CLOSED, Stage.OPEN, strand=Strand.ANNUAL_SURVEY)


def test_the_clockwork_wakes_what_it_is_given_and_ends_when_told() -> None:
    woken: list[int] = []

    wake_every(1, lambda: woken.append(len(woken)), until=lambda: len(woken) >= 2)

    assert woken[:2] == [0, 1]
