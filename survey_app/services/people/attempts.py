"""Counters against guessing, as rows: counters in a process are one per process."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.errors import TooManyAttemptsError
from survey_app.models.people.accounts import Attempt

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


def check_limit(session: Session, key: str, *, maximum: int, now: datetime) -> None:
    """Let pass while fewer than `maximum` failures stand under `key` in this window and the last.

    Raises:
        TooManyAttemptsError: with the minutes to wait.
    """
    since = _window(now) - WINDOW
    count = session.scalar(
        select(func.sum(Attempt.count)).where(Attempt.key == key, Attempt.window_start >= since)
    )
    if (count or 0) >= maximum:
        raise TooManyAttemptsError(minutes=2 * int(WINDOW.total_seconds() // 60))


def count_failure(session: Session, key: str, *, now: datetime) -> None:
    """Add one failure under `key`; several processes may do so at once."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Attempt).values(key=key, window_start=_window(now), count=1)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Attempt.key, Attempt.window_start], set_={"count": Attempt.count + 1}
        )
    )


def reset(session: Session, key: str) -> None:
    """Count from nothing again under `key`: the right password was given."""
    session.execute(update(Attempt).where(Attempt.key == key).values(count=0))


def delete_old(session: Session, *, now: datetime) -> None:
    """Delete counters that no longer count."""
    session.execute(delete(Attempt).where(Attempt.window_start < now - KEPT))


def _window(now: datetime) -> datetime:
    minutes = int(WINDOW.total_seconds() // 60)
    return now.replace(minute=now.minute - now.minute % minutes, second=0, microsecond=0)
