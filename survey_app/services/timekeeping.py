"""Whether the clock may be believed: one that jumps forward would close rounds and send reminders at once.

Each look compares the time with the last one that was believed. What the machine's own count of seconds
explains is no jump; so a worker that was stopped for a week goes on where the machine was not. Where the
machine was off, or its clock was set, a person says whether the time is right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey_app.clock import SET, Uptime
from survey_app.errors import ConflictError
from survey_app.models.watching.clock_watch import ClockWatch
from survey_app.services.audit import AuditContext, record

MAX_JUMP = timedelta(days=1)
# A waking with nothing to do writes nothing, unless the last look is as old as that.
FRESH = timedelta(minutes=1)
# A time that a person confirmed, whatever machine they sat at.
CONFIRMED = ""


@dataclass(frozen=True)
class Jump:
    """A clock that nobody believes: what it showed when it was last believed, and what it shows."""

    seen_at: datetime
    shows: datetime


def is_fresh(session: Session, *, now: datetime, uptime: Uptime) -> bool:
    """Whether the clock was believed moments ago by this machine, so that nothing has to be noted."""
    row = _row(session)
    if row.seen_at is None or row.doubted_at is not None or row.run != uptime.run:
        return False
    return timedelta() <= now - row.seen_at < FRESH


def look(session: Session, *, now: datetime, uptime: Uptime) -> bool:
    """Look at the clock; False while it is in doubt, and then nothing of the calendar may be done."""
    row = _row(session)
    if row.seen_at is not None and now - row.seen_at - _explained(row, uptime) > MAX_JUMP:
        if row.doubted_at is None:
            detail = {"seen": row.seen_at.isoformat(), "shows": now.isoformat()}
            record(session, AuditContext("worker", now), "clock in doubt", "clock", 1, **detail)
        row.doubted_at = now
        return False
    row.seen_at, row.run, row.uptime, row.doubted_at = now, uptime.run, uptime.seconds, None
    return True


def _explained(row: ClockWatch, uptime: Uptime) -> timedelta:
    """How much later it may be by what the machine counted since."""
    if row.run == uptime.run:
        return timedelta(seconds=max(uptime.seconds - row.uptime, 0.0))
    # Whoever sets the clock by hand, as a demonstration does, jumps where they like.
    return timedelta.max / 2 if row.run == SET else timedelta()


def jump_of(session: Session) -> Jump | None:
    """What is in doubt about the clock, if anything is."""
    row = _row(session)
    if row.doubted_at is None or row.seen_at is None:
        return None
    return Jump(row.seen_at, row.doubted_at)


def confirm(session: Session, *, context: AuditContext) -> None:
    """A person says that the time which is in doubt is right. Audited.

    Raises:
        ConflictError: the clock is not in doubt.
    """
    row = _row(session)
    if row.doubted_at is None:
        raise ConflictError("The clock is not in doubt any more. Nothing has to be confirmed.")
    record(session, context, "clock confirmed", "clock", 1, shows=row.doubted_at.isoformat())
    row.seen_at, row.run, row.doubted_at = row.doubted_at, CONFIRMED, None


def _row(session: Session) -> ClockWatch:
    # Made by the migration that made the table.
    return session.get_one(ClockWatch, 1, populate_existing=True)
