"""Whether letters leave at all: paused by a person, or standing still while the mail server fails.

A server that fails is tried again by itself, at growing pauses and without end, and costs no letter a try.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.models.base import table
from survey_app.models.outbox import Outbox
from survey_app.services.audit import AuditContext, record

FIRST_PAUSE, MAX_PAUSE = timedelta(minutes=1), timedelta(hours=1)
MAX_FAULT_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class OutboxView:
    """Whether letters leave; `fault` says what the mail server lacks, empty while it takes letters."""

    paused_at: datetime | None
    paused_by: str
    fault: str
    faulty_since: datetime | None
    next_try_at: datetime | None

    def stands_still(self, now: datetime) -> bool:
        """Whether no letter may be handed over now."""
        return self.paused_at is not None or (self.next_try_at is not None and self.next_try_at > now)


# Built once, and of columns alone: it runs for every letter.
_STANDS = select(*(getattr(Outbox, one.name) for one in fields(OutboxView))).where(Outbox.id == 1)


def view(session: Session) -> OutboxView:
    """How the outbox stands."""
    return OutboxView(**session.execute(_STANDS).one()._mapping)


def pause(session: Session, *, context: AuditContext) -> None:
    """Let no letter leave until somebody says so; one that is being handed over still does. Audited."""
    row = _row(session)
    if row.paused_at is None:
        row.paused_at, row.paused_by = context.now, context.actor
        record(session, context, "letters paused", "outbox", 1)


def resume(session: Session, *, context: AuditContext) -> None:
    """Let letters leave again, and try a mail server that failed at once. Audited."""
    row = _row(session)
    if row.paused_at is not None or row.next_try_at is not None:
        record(session, context, "letters resumed", "outbox", 1)
    row.paused_at, row.paused_by, row.next_try_at = None, "", None


def note_fault(session: Session, *, fault: str, now: datetime) -> None:
    """The mail server failed: stand still for a while, longer each time."""
    row = _row(session)
    row.fault = fault[:MAX_FAULT_LENGTH]
    row.faulty_since = row.faulty_since or now
    if row.next_try_at is None or row.next_try_at <= now:
        row.faults += 1
        row.next_try_at = now + min(FIRST_PAUSE * 2 ** min(row.faults - 1, 16), MAX_PAUSE)


_SOUND = (
    update(table(Outbox))
    .where(table(Outbox).c.faulty_since.is_not(None))
    .values(fault="", faulty_since=None, faults=0, next_try_at=None)
)


def note_taken(session: Session) -> None:
    """A letter left, so the mail server is sound."""
    session.execute(_SOUND)


def _row(session: Session) -> Outbox:
    # Made by the migration that made the table.
    return session.get_one(Outbox, 1, populate_existing=True)
