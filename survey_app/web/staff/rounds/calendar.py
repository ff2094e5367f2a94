"""The calendar strip of a round: what has been, where we are, what comes."""

from dataclasses import dataclass
from datetime import date

from scheduler.timetable import RoundDates

LABELS = {
    "open": ("Opens", "Opened"),
    "first_reminder": ("First reminder", "First reminder"),
    "second_reminder": ("Second reminder", "Second reminder"),
    "close": ("Last day for replies", "Closed"),
}


@dataclass(frozen=True)
class Day:
    """One mark on the strip; `state` is done, today or next."""

    date: str
    label: str
    state: str


def strip(dates: RoundDates, *, today: date) -> list[Day]:
    """The events of a round in order, with today among them."""
    marks = [_event(name, day, today) for name, day in dates.in_order()]
    if today not in dict(dates.in_order()).values():
        at = sum(day < today for _, day in dates.in_order())
        marks.insert(at, Day(_short(today, today, weekday=True), "Today", "today"))
    return marks


def _event(name: str, day: date, today: date) -> Day:
    before, after = LABELS[name]
    if day == today:
        return Day(_short(day, today, weekday=True), f"Today: {before.lower()}", "today")
    label = after if day < today else before
    if name == "close" and day > today:
        days = (day - today).days
        label = f"{before}, in {days} {'day' if days == 1 else 'days'}"
    return Day(_short(day, today), label, "done" if day < today else "next")


def _short(day: date, today: date, *, weekday: bool = False) -> str:
    """6 Oct, with the year where it is not this one."""
    words = f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
    return f"{day:%a} {words}" if weekday else words
