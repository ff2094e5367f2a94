"""The logs kept: entries made, carried on or corrected, taken back; read as they were known at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.records.logs import LogEntry
from survey_app.services.agreements.compiled import known
from survey_app.services.audit import AuditContext, record
from survey_app.services.logs.about import faults_about
from survey_app.services.logs.checking import faults_of
from survey_app.services.logs.entry import Entry, NewEntry
from survey_app.services.logs.vocabulary import LogKind

# So long before its day an action is followed up.
SOON = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Which entries are wanted; None for all of them."""

    kind: LogKind | None = None
    area_id: int | None = None
    agreement_id: int | None = None
    organisation_id: int | None = None

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is wanted; an upstream body's entries are those it brought about, too."""
        return (
            self.kind in (None, entry.kind)
            and self.area_id in (None, entry.area_id)
            and self.agreement_id in (None, entry.agreement_id)
            and self.organisation_id in (None, entry.organisation_id, entry.upstream_id)
        )


def add_entry(session: Session, *, new: NewEntry, context: AuditContext, origin: str | None = None) -> int:
    """Enter what happened or is to be done; the entry's id.

    Args:
        origin: what it is made of, where nothing else may be made of that again.

    Raises:
        InvalidError: with all that is wrong with the entry.
        TakenError: an entry was made of this origin already.
    """
    return _enter(session, new, context, origin=origin)


def replace_entry(session: Session, *, entry_id: int, new: NewEntry, context: AuditContext) -> int:
    """Put another entry in the place of one: it went on, or it was wrong. The old one stays in the history.

    Raises:
        NotFoundError: no such entry in the programme.
        TakenError: somebody else replaced it in the meantime.
        InvalidError: with all that is wrong with the entry, or it is of another kind.
    """
    old = _row(session, entry_id, context.programme_id)
    if new.kind is not old.kind:
        raise InvalidError(f"This entry is a {old.kind.value} and stays one. Take it back and enter another.")
    return _enter(session, new, context, old=old)


def take_back(session: Session, *, entry_id: int, reason: str, context: AuditContext) -> None:
    """Take an entry back that should never have been made.

    Raises:
        NotFoundError: no such entry in the programme.
        TakenError: somebody else replaced it in the meantime.
        InvalidError: no reason.
    """
    old = _row(session, entry_id, context.programme_id)
    if not reason.strip():
        raise InvalidError("Say why this entry is taken back.")
    void = LogEntry(**_columns(_view(old)), programme_id=old.programme_id, replaces_id=old.id, void=True)
    void.account, void.recorded_at, void.recorded_by = reason.strip(), context.now, context.actor
    session.add(void)
    session.flush()
    record(session, context, "log entry taken back", "log_entry", old.id)


def _columns(source: NewEntry | LogEntry) -> dict[str, Any]:
    """What is entered, by its name in table and class alike."""
    return {column.name: getattr(source, column.name) for column in fields(NewEntry)}


def _enter(
    session: Session,
    new: NewEntry,
    context: AuditContext,
    *,
    old: LogEntry | None = None,
    origin: str | None = None,
) -> int:
    programme_id = context.programme_id or 0
    if faults := [*faults_of(new), *faults_about(session, new, programme_id=programme_id)]:
        raise InvalidError("This cannot be entered yet.", tuple(fault.words for fault in faults))
    row = LogEntry(
        **_columns(new), programme_id=programme_id, origin=origin,
        recorded_at=context.now, recorded_by=context.actor, replaces_id=old.id if old else None, void=False,
    )  # fmt: skip
    row.title, row.source, row.account = new.title.strip(), new.source.strip(), new.account.strip()
    row.said = {name: answer for name, answer in new.said.items() if answer != ""}
    session.add(row)
    session.flush()
    act = "log entry replaced" if old else "log entry made"
    record(
        session, context, act, "log_entry", row.id, kind=new.kind.value, **({"old": old.id} if old else {})
    )
    return row.id


def _row(session: Session, entry_id: int, programme_id: int | None) -> LogEntry:
    row = session.get(LogEntry, entry_id)
    if row is None or row.programme_id != programme_id:
        raise NotFoundError("log entry", entry_id)
    return row


def entry_of(session: Session, *, entry_id: int, programme_id: int) -> Entry:
    """One entry of a programme's logs, also one that was replaced.

    Raises:
        NotFoundError: there is none of this id.
    """
    return _view(_row(session, entry_id, programme_id))


def made_of(session: Session, *, origin: str, programme_id: int) -> Entry | None:
    """The newest entry in the place of the one that was made of an origin; None where none was made of it."""
    first = select(LogEntry.id).where(LogEntry.origin == origin, LogEntry.programme_id == programme_id)
    entry_id = session.scalar(first)
    if entry_id is None:
        return None
    return history_of(session, entry_id=entry_id, programme_id=programme_id)[0]


def history_of(session: Session, *, entry_id: int, programme_id: int) -> list[Entry]:
    """All that was ever entered in the place of one entry, the newest first.

    Raises:
        NotFoundError: there is none of this id.
    """
    entries = {entry.id: entry for entry in _all(session, programme_id)}
    followed = {entry.replaces_id: entry.id for entry in entries.values() if entry.replaces_id}
    if entry_id not in entries:
        raise NotFoundError("log entry", entry_id)
    newest = entry_id
    while newest in followed:
        newest = followed[newest]
    chain = [entries[newest]]
    while (before := chain[-1].replaces_id) is not None:
        chain.append(entries[before])
    return chain


def entries_of(
    session: Session, *, programme_id: int, known_by: datetime, narrowed: Narrowed | None = None
) -> list[Entry]:
    """The entries that stood at a moment, by the days on which they began, the newest first."""
    standing = known(_all(session, programme_id), by=known_by)
    return [entry for entry in standing if narrowed is None or narrowed.takes(entry)]


def actions_due(session: Session, *, programme_id: int, day: date, known_by: datetime) -> list[Entry]:
    """The actions that are due by a day and neither done nor dropped, the longest due first."""
    actions = entries_of(
        session, programme_id=programme_id, known_by=known_by, narrowed=Narrowed(kind=LogKind.ACTION)
    )
    return sorted((one for one in actions if one.waits(day)), key=lambda one: (one.due_on or day, one.id))


def _all(session: Session, programme_id: int) -> Sequence[Entry]:
    rows = select(LogEntry).where(LogEntry.programme_id == programme_id)
    return [
        _view(row) for row in session.scalars(rows.order_by(LogEntry.began_on.desc(), LogEntry.id.desc()))
    ]


def _view(row: LogEntry) -> Entry:
    return Entry(
        **_columns(row), id=row.id, recorded_at=row.recorded_at,
        recorded_by=row.recorded_by, replaces_id=row.replaces_id, void=row.void,
    )  # fmt: skip
