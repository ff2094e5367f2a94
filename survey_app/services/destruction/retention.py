"""What is kept no longer than it is needed, by kind: counted first, and then forgotten in batches.

The days of each kind are settings. Answers are no kind of these: two people destroy them, and here it is only
said of which rounds they have been kept for long enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from config import Settings
from scheduler.stages import Stage
from scheduler.timetable import EventKind
from survey_app.clock import london_date
from survey_app.models.base import Base, table
from survey_app.models.cases.casework import AddedCase, Case, CaseEvent
from survey_app.models.contacts import Contact
from survey_app.models.frames.lists import QuarantinedRow, SourceList, SourceRecord
from survey_app.models.keys import MaterialKey
from survey_app.models.outbox import Message
from survey_app.models.responses import ResponseDraft
from survey_app.models.rounds import Round, RoundEvent
from survey_app.services import material
from survey_app.services.audit import AuditContext, record

BATCH = 500
# Columns that are emptied; none is: the row goes.
Emptied = Sequence[str]


@dataclass(frozen=True)
class Kind:
    """One kind of what is kept for a while.

    Args:
        words: what it is, as a list says it.
        setting: the setting that says for how many days, by its field.
        due: which rows have been kept for long enough, on the day before which that is so.
    """

    words: str
    setting: str
    model: type[Base]
    due: Callable[[date], tuple[ColumnElement[bool], ...]]
    emptied: Emptied = ()


@dataclass(frozen=True)
class Due:
    """How many rows of a kind have been kept for long enough: until the day `before`, or later."""

    kind: Kind
    days: int
    before: date
    rows: int


@dataclass(frozen=True)
class OldAnswers:
    """A round whose answers have been kept for long enough."""

    round_id: int
    title: str
    closed_on: date


def _closed(before: date) -> Select[int]:
    """The cases of rounds that closed before a day."""
    return (
        select(Case.id)
        .join(Round, Round.id == Case.round_id)
        .join(RoundEvent, (RoundEvent.round_id == Round.id) & (RoundEvent.kind == EventKind.CLOSE))
        .where(Round.stage == Stage.CLOSED, RoundEvent.day < before)
    )


def _closed_rounds(before: date) -> Select[int]:
    return (
        select(Round.id)
        .join(RoundEvent, (RoundEvent.round_id == Round.id) & (RoundEvent.kind == EventKind.CLOSE))
        .where(Round.stage == Stage.CLOSED, RoundEvent.day < before)
    )


def _old_lists(before: date) -> Select[int]:
    midnight = datetime.combine(before, time(), tzinfo=UTC)
    return select(SourceList.id).where(SourceList.imported_at < midnight)


KINDS = (
    Kind(
        "addresses that letters of closed rounds went to",
        "keep_letter_addresses_days",
        Message,
        lambda before: (Message.address_sealed.is_not(None), Message.case_id.in_(_closed(before))),
        ("address_sealed", "address_context", "address_lookup"),
    ),
    Kind(
        "notes of staff in cases of closed rounds",
        "keep_notes_days",
        CaseEvent,
        lambda before: (CaseEvent.note_sealed.is_not(None), CaseEvent.case_id.in_(_closed(before))),
        ("note_sealed",),
    ),
    Kind(
        "notes of staff on organisations added to closed rounds",
        "keep_notes_days",
        AddedCase,
        lambda before: (
            or_(AddedCase.note_sealed.is_not(None), AddedCase.referrer_note_sealed.is_not(None)),
            AddedCase.case_id.in_(_closed(before)),
        ),
        ("note_sealed", "referrer_note_sealed"),
    ),
    Kind(
        "pages of closed rounds that were typed and never saved",
        "keep_drafts_days",
        ResponseDraft,
        lambda before: (ResponseDraft.round_id.in_(_closed_rounds(before)),),
    ),
    Kind(
        "names, telephone numbers and postal addresses of contacts that ended",
        "keep_ended_contacts_days",
        Contact,
        lambda before: (
            Contact.valid_to < before,
            or_(
                Contact.name_sealed.is_not(None),
                Contact.telephone_sealed.is_not(None),
                Contact.post_sealed.is_not(None),
            ),
        ),
        ("name_sealed", "telephone_sealed", "post_sealed"),
    ),
    Kind(
        "rows of lists that were set aside",
        "keep_list_rows_days",
        QuarantinedRow,
        lambda before: (QuarantinedRow.source_list_id.in_(_old_lists(before)),),
    ),
    Kind(
        "what lists said beyond what frames are made of",
        "keep_list_rows_days",
        SourceRecord,
        lambda before: (
            SourceRecord.others_sealed.is_not(None),
            SourceRecord.source_list_id.in_(_old_lists(before)),
        ),
        ("others_sealed",),
    ),
)


def preview(session: Session, settings: Settings, *, now: datetime) -> list[Due]:
    """What has been kept for long enough, by kind; kinds that are kept for good are left out."""
    return [_due(session, kind, days, now) for kind in KINDS if (days := getattr(settings, kind.setting))]


def _due(session: Session, kind: Kind, days: int, now: datetime) -> Due:
    before = london_date(now) - timedelta(days=days)
    rows = session.scalar(select(func.count()).select_from(kind.model).where(*kind.due(before)))
    return Due(kind, days, before, rows or 0)


def old_answers(session: Session, settings: Settings, *, now: datetime) -> list[OldAnswers]:
    """The rounds whose answers have been kept for long enough, the oldest first."""
    if not settings.keep_answers_days:
        return []
    before = london_date(now) - timedelta(days=settings.keep_answers_days)
    keyed = select(MaterialKey.subject_id).where(
        MaterialKey.subject_kind == material.ROUND, MaterialKey.wrapped.is_not(None)
    )
    rows = session.execute(
        select(Round.id, Round.title, RoundEvent.day)
        .join(RoundEvent, (RoundEvent.round_id == Round.id) & (RoundEvent.kind == EventKind.CLOSE))
        .where(Round.id.in_(_closed_rounds(before)), Round.id.in_(keyed))
        .order_by(RoundEvent.day, Round.id)
    )
    return [OldAnswers(*row) for row in rows]


def delete_some(session: Session, *, due: Due) -> int:
    """Forget the next rows of a kind; how many, and 0 when nothing is left."""
    bare = table(due.kind.model)
    (key,) = bare.primary_key
    ids: list[Any] = list(session.scalars(select(key).where(*due.kind.due(due.before)).limit(BATCH)))
    if ids and due.kind.emptied:
        values = dict.fromkeys(due.kind.emptied)
        session.execute(update(bare).where(key.in_(ids)).values(**values))
    elif ids:
        session.execute(delete(bare).where(key.in_(ids)))
    return len(ids)


def note_forgotten(session: Session, *, due: Due, rows: int, context: AuditContext) -> None:
    """Put on the audit trail what was forgotten of a kind."""
    about = {"kind": due.kind.words, "before": due.before.isoformat(), "rows": rows}
    record(session, context, "kept no longer", "retention", due.kind.setting, **about)
