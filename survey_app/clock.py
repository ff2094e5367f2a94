"""The only place that reads the time, and the one that turns civil dates into instants."""

import time as machine
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# No day that staff type is outside these: 1900, 2099 and 0025 are slips of the fingers.
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2079, 12, 31)
# The run of a clock that somebody sets.
SET = "set"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Uptime(NamedTuple):
    """Seconds since a machine was started, which nobody can set; `run` names the machine and that start."""

    run: str
    seconds: float


class Clock(Protocol):
    """Anything that says what time it is; tests and the demo bring their own."""

    def now(self) -> datetime:
        """This instant, in UTC."""

    def uptime(self) -> Uptime:
        """How long the machine runs, by a count that no setting of the clock changes."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that may

    def uptime(self) -> Uptime:
        # Counts on while the machine sleeps, where it can.
        count = getattr(machine, "CLOCK_BOOTTIME", machine.CLOCK_MONOTONIC)
        return Uptime(_run(), machine.clock_gettime(count))


@cache
def _run() -> str:
    """The kernel's name for this start of the machine; elsewhere each process is a run of its own."""
    return _BOOT.read_text().strip() if _BOOT.exists() else str(uuid4())


class SetClock:
    """A clock that stands where it was set: a calendar can be run through in seconds."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self._jumped = timedelta()

    def now(self) -> datetime:
        return self.instant

    def uptime(self) -> Uptime:
        return Uptime(SET, (self.instant - self._jumped).timestamp())

    def jump_to(self, instant: datetime) -> None:
        """Show another time although none has passed, as a clock that somebody sets wrongly."""
        self._jumped += instant - self.instant
        self.instant = instant

    def advance_to(self, instant: datetime) -> None:
        """Move forward; time that runs backwards is a mistake of the caller."""
        if instant < self.instant:
            raise ValueError(f"the clock stands at {self.instant} and cannot go back to {instant}")
        self.instant = instant


def in_words(day: date) -> str:
    """A day as sentences write it: 30 November 2026."""
    return f"{day.day} {day:%B %Y}"


def at(day: date, hour: int = 0) -> datetime:
    """The instant, in UTC, of `hour` o'clock in London on `day`."""
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first instant, in UTC, after `day` in London: intervals are half-open."""
    return at(day + timedelta(days=1))


def london_date(instant: datetime) -> date:
    """The date that a calendar in London shows at `instant`."""
    return instant.astimezone(LONDON).date()


def in_london(when: datetime | date) -> datetime | date:
    """An instant as calendars and clocks in London show it; a day stays as it is."""
    return when.astimezone(LONDON) if isinstance(when, datetime) else when


def spoken_time(moment: datetime) -> str:
    """The time of day in London, as people write it: `2:32pm`."""
    here = moment.astimezone(LONDON)
    return f"{here.hour % 12 or 12}:{here:%M}{'am' if here.hour < 12 else 'pm'}"
