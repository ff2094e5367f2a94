"""A year of the cycle month by month: what falls into each, what is in the field then, what is asked."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.cycle import Occurrence
from scheduler.timetable import EventKind
from survey_app.web.staff.rounds.calendar import LABELS


@dataclass(frozen=True)
class Day:
    """What falls on one day of a month, and which round it belongs to."""

    day: date
    words: str
    round: Occurrence


@dataclass(frozen=True)
class Month:
    """A month: its days, the rounds that are in the field in it, those that are so at a time, and minutes."""

    name: str
    days: tuple[Day, ...]
    in_field: tuple[Occurrence, ...]
    clashes: tuple[str, ...]
    minutes: Mapping[str, int]


def months_of(
    year: int, rounds: Sequence[Occurrence], minutes: Mapping[int, Mapping[str, int]]
) -> list[Month]:
    """The twelve months of a year; `minutes` are those asked of each sector, by month."""
    return [_month(year, month, rounds, minutes.get(month, {})) for month in range(1, 13)]


def _month(year: int, month: int, rounds: Sequence[Occurrence], minutes: Mapping[str, int]) -> Month:
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    inside = tuple(one for one in rounds if one.dates.opens_on <= last and one.dates.closes_on >= first)
    days = sorted(
        (
            Day(day, LABELS[kind][0], one)
            for one in inside
            for kind, day in one.dates.in_order()
            if first <= day <= last and _is_shown(one, kind)
        ),
        key=lambda one: one.day,
    )
    return Month(f"{first:%B}", tuple(days), inside, tuple(clashes(inside, first, last)), minutes)


def _is_shown(one: Occurrence, kind: EventKind) -> bool:
    """Whether something happens on the day: rounds that ask no panel remind nobody."""
    return one.is_survey or kind in (EventKind.OPEN, EventKind.CLOSE)


def clashes(rounds: Sequence[Occurrence], first: date, last: date) -> list[str]:
    """Pairs of rounds that are in the field at a time, on some day from the first to the last."""
    return [
        f"{one.name} and {other.name}"
        for place, one in enumerate(rounds)
        for other in rounds[place + 1 :]
        if max(one.dates.opens_on, other.dates.opens_on, first)
        <= min(one.dates.closes_on, other.dates.closes_on, last)
    ]
