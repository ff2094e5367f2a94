"""The audit trail: one row for every change, every export and every look at a named case.

Rows are appended and no more: the worker chains them (`survey_app.services.trail.chain`), so that no page
takes the writer for longer than one row.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import at, london_date
from survey_app.models.audit import AuditEntry

# What leads to somebody who may be answering at that moment: of these the day is kept and no time.
BY_DAY = frozenset({"case", "seat", "organisation", "contact", "consent", "message", "search"})


@dataclass(frozen=True)
class AuditContext:
    """Who does it, when, in which programme and from where: told to every use case that changes things."""

    actor: str
    now: datetime
    programme_id: int | None = None
    address: str = ""


def record(
    session: Session, context: AuditContext, what: str, subject: str, subject_id: object, **detail: Any
) -> None:
    """Write one row. `detail` holds plain values: never an answer, a respondent's name or an address.

    Beside a case, an organisation or what leads to them no time is kept, whoever did it: answers have times,
    and the two together would name them.
    """
    by_day = is_by_day(subject, detail)
    session.add(
        AuditEntry(
            at=day_of(context.now) if by_day else context.now,
            by_day=by_day,
            actor=context.actor,
            address=context.address,
            act=what,
            subject=subject,
            subject_id=str(subject_id),
            programme_id=context.programme_id,
            detail=detail,
        )
    )


def is_by_day(subject: str, detail: dict[str, Any]) -> bool:
    """Whether of an act the day alone may be kept."""
    about = str(detail.get("about", "")).partition(" ")[0]
    return bool(BY_DAY & {subject, about, *detail})


def day_of(now: datetime) -> datetime:
    """The beginning of the day in London: all that is kept of the time of some acts."""
    return at(london_date(now))


def is_noted(session: Session, context: AuditContext, what: str, subject: str, subject_id: object) -> bool:
    """Whether the same person's same act is on the trail of the day already: looking twice says no more."""
    noted = select(AuditEntry.id).where(
        AuditEntry.subject == subject,
        AuditEntry.subject_id == str(subject_id),
        AuditEntry.at == day_of(context.now),
        AuditEntry.actor == context.actor,
        AuditEntry.act == what,
    )
    return session.scalar(noted.limit(1)) is not None
