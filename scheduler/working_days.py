"""Working days of England, from a dated table that ships, and days on which no letter leaves.

Until 2028 the table holds what GOV.UK has published; later years follow the Act of 1971, and what is
proclaimed besides (a coronation) has to be entered when it is known. Past its last year only weekends count.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import numpy as np

# A warning leaves time to bring a newer table, since rounds are planned years ahead.
WARNED_YEARS_BEFORE = 2


@dataclass(frozen=True)
class WorkingDays:
    """Monday to Friday without the bank holidays of a table that ends with `last_year`."""

    holidays: frozenset[date]
    last_year: int
    _week: np.busdaycalendar = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_week", np.busdaycalendar(holidays=sorted(self.holidays)))

    @classmethod
    def of(cls, holidays: Iterable[date]) -> "WorkingDays":
        """Those of a table, which ends with the year of its last day; an empty table knows no year."""
        days = frozenset(holidays)
        return cls(days, max(days).year if days else 0)

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        return self.after(day, 0)

    def after(self, day: date, count: int) -> date:
        """So many working days later, or earlier if negative; a day off counts as the next working day."""
        moved = np.busday_offset(np.datetime64(day, "D"), count, roll="forward", busdaycal=self._week)
        return date.fromisoformat(str(moved))

    def between(self, first: date, second: date) -> int:
        """How many working days lie from `first` (counted) to `second` (not counted); negative backwards."""
        return int(np.busday_count(first, second, busdaycal=self._week))

    def is_quiet(self, day: date) -> bool:
        """Whether letters rest: weekends, bank holidays, and 24 December to 1 January."""
        return not self.is_working(day) or (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)

    def letters_on_or_after(self, day: date) -> date:
        """The first day from this one on which letters may leave."""
        while self.is_quiet(day):
            day += timedelta(days=1)
        return day

    def warning(self, year: int) -> str:
        """What to say of the table in a year; nothing while it reaches far enough."""
        if year > self.last_year:
            return (
                f"The table of bank holidays ended with {self.last_year}: only weekends are left out. "
                "Bring a newer version of this product."
            )
        if year >= self.last_year - WARNED_YEARS_BEFORE:
            return (
                f"The table of bank holidays ends with {self.last_year}; dates after that leave out weekends "
                "only. Bring a newer version of this product."
            )
        return ""


@cache
def england() -> WorkingDays:
    """The working days of England by the table that ships."""
    text = files("scheduler").joinpath("bank_holidays.csv").read_text(encoding="utf-8")
    return WorkingDays.of(date.fromisoformat(row["day"]) for row in csv.DictReader(text.splitlines()))
