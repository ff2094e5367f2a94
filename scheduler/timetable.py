"""A round's dates: what falls on which day, and whether the days make sense."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from scheduler.strands import SURVEYS, Strand
from scheduler.working_days import WorkingDays

# A reminder sooner than this reaches people who are still answering (R34).
MIN_DAYS_BETWEEN = 3
MIN_FIELDWORK_DAYS = 14
# Nobody plans the days of a round longer before; a year typed wrongly is further away.
HORIZON = timedelta(days=5 * 366)
# A letter that comes later than this would fall upon the next one.
MAX_LATE_WORKING_DAYS = 3


class EventKind(StrEnum):
    """What happens in a round on a day, in order."""

    OPEN = "open"
    FIRST_REMINDER = "first_reminder"
    SECOND_REMINDER = "second_reminder"
    CLOSE = "close"


class EventState(StrEnum):
    """Whether an event is still to come, has been, or will not be."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class RoundDates:
    """The civil dates of a round; `closes_on` is the last day on which an answer counts."""

    opens_on: date
    first_reminder_on: date
    second_reminder_on: date
    closes_on: date

    @classmethod
    def of(cls, days: Mapping[EventKind, date]) -> Self:
        """The dates of a round from the days of its events, one of each kind."""
        return cls(*(days[kind] for kind in EventKind))

    def in_order(self) -> list[tuple[EventKind, date]]:
        """Each event's kind and day, as planned."""
        days = (self.opens_on, self.first_reminder_on, self.second_reminder_on, self.closes_on)
        return list(zip(EventKind, days, strict=True))


NAMES = {
    EventKind.OPEN: "The opening",
    EventKind.FIRST_REMINDER: "The first reminder",
    EventKind.SECOND_REMINDER: "The second reminder",
    EventKind.CLOSE: "The last day for replies",
}


def date_faults(dates: RoundDates, *, today: date) -> list[str]:
    """Every reason why a round cannot run on these dates, in a coordinator's words."""
    faults = []
    if dates.opens_on < today:
        faults.append(f"The opening, {spoken(dates.opens_on)}, has passed. Choose today or later.")
    return faults + _far_away(dates, today) + _order_faults(dates)


def move_faults(
    before: RoundDates, wanted: RoundDates, *, fixed: Collection[EventKind], today: date
) -> list[str]:
    """Every reason why the days of a round cannot be moved so; `fixed` are the events that have been."""
    faults = []
    for (kind, day), (_, new) in zip(before.in_order(), wanted.in_order(), strict=True):
        if new == day:
            continue
        if kind in fixed:
            faults.append(f"{NAMES[kind]} has been, on {spoken(day)}, and cannot be moved any more.")
        elif new < today:
            faults.append(f"{NAMES[kind]}, {spoken(new)}, has passed. Choose today or later.")
    return faults + _far_away(wanted, today) + _order_faults(wanted)


def _far_away(dates: RoundDates, today: date) -> list[str]:
    return [
        f"{NAMES[kind]}, {spoken(day)}, is more than five years away. Look at the year."
        for kind, day in dates.in_order()
        if day > today + HORIZON
    ]


def _order_faults(dates: RoundDates) -> list[str]:
    faults = []
    events = dates.in_order()
    for (earlier, first), (later, second) in itertools.pairwise(events):
        if second <= first:
            faults.append(
                f"{NAMES[later]}, {spoken(second)}, is not after {NAMES[earlier].lower()}, {spoken(first)}."
            )
        elif (second - first).days < MIN_DAYS_BETWEEN:
            faults.append(
                f"{NAMES[later]} comes {_days((second - first).days)} after {NAMES[earlier].lower()}. "
                f"Leave at least {MIN_DAYS_BETWEEN}."
            )
    return faults


def date_warnings(dates: RoundDates, bank_holidays: Collection[date]) -> list[str]:
    """What a coordinator may want to reconsider: letters on days when nobody reads them."""
    warnings = []
    for name, day in dates.in_order():
        if day in bank_holidays:
            warnings.append(f"{NAMES[name]}, {spoken(day)}, is a bank holiday.")
        elif day.weekday() >= 5:
            warnings.append(f"{NAMES[name]}, {spoken(day)}, falls on a weekend.")
    days = (dates.closes_on - dates.opens_on).days
    if 0 < days < MIN_FIELDWORK_DAYS:
        warnings.append(
            f"The round is open for {_days(days)}. "
            "Committees that meet once a month may miss it; "
            f"{MIN_FIELDWORK_DAYS} days is the minimum we advise."
        )
    return warnings


def usual_dates(opens_on: date) -> RoundDates:
    """The dates to offer: two weeks to the first reminder, three more to the second, ten weeks in all."""
    return RoundDates(
        opens_on,
        opens_on + timedelta(days=14),
        opens_on + timedelta(days=35),
        opens_on + timedelta(days=73),
    )


@dataclass(frozen=True)
class Offsets:
    """Working days from the opening to each event, from the end to the results, and of lead before it."""

    first_reminder: int
    second_reminder: int
    close: int
    release: int
    lead: int


OFFSETS: Mapping[Strand, Offsets] = {
    Strand.ANNUAL_SURVEY: Offsets(10, 25, 52, 30, 40),
    Strand.LOCAL_SURVEY: Offsets(10, 25, 40, 30, 40),
    Strand.ANNUAL_REVIEW: Offsets(10, 20, 30, 20, 40),
    Strand.FOCUS_GROUPS: Offsets(10, 20, 60, 40, 40),
    Strand.DEEP_REVIEW: Offsets(20, 40, 120, 60, 60),
    Strand.COMMISSIONED_STUDY: Offsets(10, 20, 60, 40, 40),
}


def usual_timetable(strand: Strand, opens_on: date, calendar: WorkingDays) -> RoundDates:
    """The dates of a round by its strand, in working days; letters leave on none that rests."""
    offsets = OFFSETS[strand]
    opening = calendar.letters_on_or_after(opens_on) if strand in SURVEYS else calendar.on_or_after(opens_on)
    first = calendar.after(opening, offsets.first_reminder)
    second = calendar.after(opening, offsets.second_reminder)
    if strand in SURVEYS:
        first, second = calendar.letters_on_or_after(first), calendar.letters_on_or_after(second)
    return RoundDates(opening, first, second, calendar.after(opening, offsets.close))


def release_after(strand: Strand, closes_on: date, calendar: WorkingDays) -> date:
    """When the results of a round that ends then are expected."""
    return calendar.after(closes_on, OFFSETS[strand].release)


def preparation_before(strand: Strand, opens_on: date, calendar: WorkingDays) -> date:
    """When the preparation of a round that opens then has to begin."""
    return calendar.after(opens_on, -OFFSETS[strand].lead)


def is_too_late(planned: date, today: date, calendar: WorkingDays) -> bool:
    """Whether a reminder of a day is not sent any more."""
    return calendar.between(planned, today) > MAX_LATE_WORKING_DAYS


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def spoken(day: date) -> str:
    """30 March 2027"""
    return f"{day.day} {day:%B %Y}"
