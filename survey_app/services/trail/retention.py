"""The trail shortened: rows whose time is over are deleted by whole checkpoints, and that is signed."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.clock import at
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.models.audit import AuditCheckpoint, AuditEntry
from survey_app.services.audit import AuditContext, record
from survey_app.services.trail.chain import removal_of

# A year's cycle can be looked back on.
KEPT_AT_LEAST = timedelta(days=365)


def rows_before(session: Session, *, before: date, now: datetime) -> int:
    """How many rows `delete_before` would delete.

    Raises:
        InvalidError: some of them are too young.
    """
    if at(before) > now - KEPT_AT_LEAST:
        raise InvalidError(f"The audit trail is kept for {KEPT_AT_LEAST.days} days. Give an earlier day.")
    over = [AuditEntry.place.between(one.first, one.last) for one in _over(session, before)]
    return sum(
        session.scalar(select(func.count()).select_from(AuditEntry).where(places)) or 0 for places in over
    )


def delete_before(session: Session, keys: Keyring, *, before: date, context: AuditContext) -> int:
    """Delete the rows of every checkpoint that was closed before a day; how many. Signed and audited.

    Raises:
        InvalidError: some of them are too young.
    """
    rows_before(session, before=before, now=context.now)
    count, last = 0, 0
    for one in _over(session, before):
        deleted = session.execute(delete(AuditEntry).where(AuditEntry.place.between(one.first, one.last)))
        count += deleted.rowcount  # type: ignore[attr-defined]
        one.removed_at, one.removed_by, last = context.now, context.actor, one.number
        one.removal_signature = keys.audit_sign(removal_of(one))
    if last:
        record(session, context, "audit rows deleted", "audit", last, rows=count, before=str(before))
    return count


def _over(session: Session, before: date) -> list[AuditCheckpoint]:
    return list(
        session.scalars(
            select(AuditCheckpoint)
            .where(AuditCheckpoint.closed_at < at(before), AuditCheckpoint.removed_at.is_(None))
            .order_by(AuditCheckpoint.number)
        )
    )
