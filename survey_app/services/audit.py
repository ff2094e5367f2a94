"""The audit trail: one row for every change and every export."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models.audit import AuditEntry

_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


@dataclass(frozen=True)
class AuditContext:
    """Who does it, when, and in which programme: what every use case that changes something is told."""

    actor: str
    now: datetime
    programme_id: int | None = None


def record(
    session: Session, context: AuditContext, what: str, subject: str, subject_id: object, **detail: Any
) -> None:
    """Write one row. `detail` holds plain values: never an answer, a respondent's name or an address."""
    session.add(
        AuditEntry(
            at=context.now,
            actor=context.actor,
            act=what,
            subject=subject,
            subject_id=str(subject_id),
            programme_id=context.programme_id,
            detail=detail,
        )
    )


@dataclass(frozen=True)
class AuditLine:
    """One row as a screen shows it."""

    at: datetime
    actor: str
    act: str
    subject: str
    subject_id: str
    detail: str


def latest(session: Session, *, programme_id: int, limit: int = 200) -> list[AuditLine]:
    """The newest rows of a programme, and those that belong to none."""
    rows = session.scalars(
        select(AuditEntry)
        .where((AuditEntry.programme_id == programme_id) | AuditEntry.programme_id.is_(None))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [
        AuditLine(
            row.at,
            row.actor,
            row.act,
            row.subject,
            row.subject_id,
            ", ".join(f"{_as_words(name)} {_as_words(value)}" for name, value in row.detail.items()),
        )
        for row in rows
    ]


def _as_words(value: object) -> str:
    """A name or a value as a reader takes it: `not_started` is not started, and a file keeps its name."""
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else text
