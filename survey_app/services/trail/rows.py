"""The rows of the trail as people look through them: by person, act, subject and day, a page at a time."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from survey_app.clock import at, end_of
from survey_app.models.audit import AuditEntry
from survey_app.services.audit import AuditContext, record

PER_PAGE = 50
MAX_EXPORTED = 100_000
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What somebody looks for; empty fields leave nothing out."""

    programme_id: int
    person: str = ""
    act: str = ""
    subject: str = ""
    day: date | None = None


@dataclass(frozen=True)
class AuditLine:
    """One row as a screen shows it; of rows `by_day` the time is not known."""

    at: datetime
    by_day: bool
    actor: str
    address: str
    act: str
    subject: str
    subject_id: str
    detail: str


@dataclass(frozen=True)
class Page:
    """Some of the rows, the newest first; pages are counted from 1."""

    lines: tuple[AuditLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True)
class Choices:
    """What stands in the trail to look for."""

    acts: tuple[str, ...]
    subjects: tuple[str, ...]


def page_of(session: Session, *, sought: Sought, page: int) -> Page:
    """The rows of a page that were sought, the newest first."""
    conditions = _conditions(sought)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    page = max(1, min(page, -(-total // PER_PAGE)))
    return Page(_lines(session, conditions, limit=PER_PAGE, offset=(page - 1) * PER_PAGE), total, page)


def choices(session: Session, *, programme_id: int) -> Choices:
    """The acts and subjects that there are rows of."""
    conditions = _conditions(Sought(programme_id=programme_id))

    def of(column: ColumnElement[str]) -> tuple[str, ...]:
        return tuple(session.scalars(select(column).where(*conditions).distinct().order_by(column)))

    return Choices(of(AuditEntry.act.expression), of(AuditEntry.subject.expression))


def exported(session: Session, *, sought: Sought, context: AuditContext) -> tuple[AuditLine, ...]:
    """The rows that were sought, at most `MAX_EXPORTED` of the newest. Audited."""
    lines = _lines(session, _conditions(sought), limit=MAX_EXPORTED)
    asked = {"person": sought.person, "act": sought.act, "of": sought.subject, "day": sought.day or ""}
    detail = {name: str(value) for name, value in asked.items() if value}
    record(session, context, "audit trail exported", "audit", "", rows=len(lines), **detail)
    return lines


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    conditions = [or_(AuditEntry.programme_id == sought.programme_id, AuditEntry.programme_id.is_(None))]
    if sought.person:
        conditions.append(func.lower(AuditEntry.actor).contains(sought.person.lower(), autoescape=True))
    if sought.act:
        conditions.append(AuditEntry.act == sought.act)
    if sought.subject:
        conditions.append(AuditEntry.subject == sought.subject)
    if sought.day:
        conditions.append(and_(AuditEntry.at >= at(sought.day), AuditEntry.at < end_of(sought.day)))
    return conditions


def _lines(
    session: Session, conditions: list[ColumnElement[bool]], *, limit: int, offset: int = 0
) -> tuple[AuditLine, ...]:
    # Of one moment, and of one day where no time is known, the random key decides.
    order = (AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = session.scalars(select(AuditEntry).where(*conditions).order_by(*order).limit(limit).offset(offset))
    return tuple(
        AuditLine(
            row.at,
            row.by_day,
            row.actor,
            row.address,
            row.act,
            row.subject,
            row.subject_id,
            ", ".join(f"{_as_words(name)} {_as_words(value)}" for name, value in row.detail.items()),
        )
        for row in rows
    )


def _as_words(value: object) -> str:
    """A name or a value as a reader takes it: `not_started` is not started, and a file keeps its name."""
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else text
