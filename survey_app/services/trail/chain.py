"""Rows of the trail made fast: closed in batches by the worker, each batch signed, and checked by anybody.

A row is sealed with its place and all that it says, under a key that the database does not hold; so whoever
changes a row cannot seal it anew, and every row that is altered, missing or too many is named by itself. A
batch is closed by a checkpoint, signed, that follows from the one before and from the seals of its rows.
Whatever is kept of a checkpoint elsewhere ties down all that came before it.

Rows of which the day alone is kept are closed after their day, in the order of their random keys: neither
their place nor their batch says when in the day they were written.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from survey_app.clock import in_london
from survey_app.crypto import Keyring
from survey_app.models.audit import AuditCheckpoint, AuditEntry
from survey_app.services.audit import day_of

BATCH = 500
# A batch is closed once its oldest row is as old as that, so that a quiet day makes few checkpoints.
WAIT = timedelta(minutes=1)
# How long a transaction may take to write the row of when it began.
LATE = timedelta(hours=1)


@dataclass(frozen=True)
class Report:
    """What a check met: the rows and checkpoints that it saw, each fault in words, and the newest head."""

    rows: int
    waiting: int
    checkpoints: int
    faults: tuple[str, ...]
    newest: str


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether rows wait to be closed."""
    old = exists().where(_closable(now, before=now - WAIT))
    many = select(AuditEntry.id).where(_closable(now, before=now)).offset(BATCH - 1).limit(1)
    return or_(old, many.exists())


def holds_days(session: Session, *, now: datetime) -> bool:
    """Whether rows that know a day alone wait to be closed."""
    return (
        session.scalar(select(AuditEntry.id).where(_closable(now, before=now), AuditEntry.by_day).limit(1))
        is not None
    )


def close_batch(session: Session, keys: Keyring, *, now: datetime) -> int:
    """Seal the next rows and sign a checkpoint over them; how many there were."""
    # Rows of a day come first, being of yesterday; among themselves their random keys decide.
    order = (AuditEntry.at, AuditEntry.id)
    rows = session.scalars(
        select(AuditEntry).where(_closable(now, before=now)).order_by(*order).limit(BATCH).with_for_update()
    ).all()
    if not rows:
        return 0
    # Read once the rows are held: another worker may have closed a batch meanwhile.
    previous = _newest(session)
    place = previous.last if previous else 0
    for row in rows:
        place += 1
        row.place, row.seal = place, keys.audit_seal(_text(row, place))
    head = _head(previous.head if previous else "", [row.seal or "" for row in rows])
    closed = AuditCheckpoint(
        number=previous.number + 1 if previous else 1,
        first=place - len(rows) + 1,
        last=place,
        closed_at=now,
        head=head,
        removed_at=None,
    )
    closed.signature = keys.audit_sign(_statement(closed))
    session.add(closed)
    session.flush()
    return len(rows)


def verify(session: Session, keys: Keyring, *, now: datetime, kept: str = "") -> Report:
    """Go through every row and checkpoint.

    Args:
        kept: a checkpoint that was kept elsewhere, as `Report.newest` says it; "" for none.
    """
    checkpoints = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.number)).all()
    faults: list[str] = []
    rows, before = 0, None
    for one in checkpoints:
        faults += _faults_between(before, one)
        if not keys.audit_signed(_statement(one), one.signature):
            faults.append(f"checkpoint {one.number}: its signature is none of this installation")
        count, of_rows = _check_rows(session, keys, one, before)
        rows, before = rows + count, one
        faults += of_rows
    faults += _beyond(session, before)
    if kept and kept not in {_named(one) for one in checkpoints}:
        faults.append(f"checkpoint {kept.partition(':')[0]}: is not the one that was kept")
    waiting = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.place.is_(None)))
    return Report(rows, waiting or 0, len(checkpoints), tuple(faults), _named(before) if before else "")


def removal_of(one: AuditCheckpoint) -> str:
    """What is signed when the rows of a checkpoint are deleted after their time."""
    assert one.removed_at is not None
    return f"removed|{_statement(one)}|{one.removed_at.isoformat()}|{one.removed_by}"


def _closable(now: datetime, *, before: datetime) -> ColumnElement[bool]:
    """Rows that are not closed: those with a time, and those of a day that is over."""
    timed = and_(AuditEntry.by_day.is_(False), AuditEntry.at <= before)
    of_a_day = and_(AuditEntry.by_day, AuditEntry.at < day_of(now))
    return and_(AuditEntry.place.is_(None), or_(timed, of_a_day))


def _newest(session: Session) -> AuditCheckpoint | None:
    return session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.number.desc()).limit(1)).first()


def _check_rows(
    session: Session, keys: Keyring, one: AuditCheckpoint, before: AuditCheckpoint | None
) -> tuple[int, list[str]]:
    """The rows of one checkpoint: how many there are, and what is wrong with them."""
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.place.between(one.first, one.last)).order_by(AuditEntry.place)
    ).all()
    if one.removed_at is not None and not rows:
        signed = keys.audit_signed(removal_of(one), one.removal_signature)
        return 0, [] if signed else [f"checkpoint {one.number}: nobody signed that its rows were deleted"]
    there = {row.place: row for row in rows}
    until = _closed_until(session, before)
    faults = [
        f"row {place} of checkpoint {one.number} was removed"
        for place in range(one.first, one.last + 1)
        if place not in there
    ]
    for place, row in there.items():
        if row.seal != keys.audit_seal(_text(row, place or 0)):
            faults.append(f"row {place} of checkpoint {one.number} was altered: {_said(row)}")
        elif _came_late(row, until):
            faults.append(f"row {place} of checkpoint {one.number} was inserted later: {_said(row)}")
    seals = [row.seal or "" for row in rows]
    if not faults and one.head != _head(before.head if before else "", seals):
        faults.append(f"checkpoint {one.number}: does not follow from its rows")
    return len(rows), faults


def _faults_between(before: AuditCheckpoint | None, one: AuditCheckpoint) -> list[str]:
    number, first = (before.number + 1, before.last + 1) if before else (1, 1)
    if (one.number, one.first) == (number, first):
        return []
    return [f"checkpoint {number}: was removed"]


def _beyond(session: Session, before: AuditCheckpoint | None) -> list[str]:
    """Rows that claim a place in no checkpoint, and rows of long ago that nobody closed."""
    last, until = before.last if before else 0, _closed_until(session, before)
    rows = session.scalars(
        select(AuditEntry).where(
            or_(AuditEntry.place > last, AuditEntry.place < 1, AuditEntry.place.is_(None))
        )
    )
    return [
        f"a row was inserted: {_said(row)}" for row in rows if row.place is not None or _came_late(row, until)
    ]


def _closed_until(session: Session, one: AuditCheckpoint | None) -> datetime | None:
    """Up to when rows were closed by a checkpoint and those before; None where nothing tells.

    A full batch leaves rows to the next one: it reaches to its own last row, however late it was closed.
    """
    if one is None:
        return None
    if one.last - one.first + 1 < BATCH:
        return one.closed_at
    return session.scalar(select(AuditEntry.at).where(AuditEntry.place == one.last))


def _came_late(row: AuditEntry, until: datetime | None) -> bool:
    """Whether a row is older than those that were closed long before it."""
    if until is None:
        return False
    return row.at < (day_of(until - LATE - timedelta(days=1)) if row.by_day else until - LATE)


def _said(row: AuditEntry) -> str:
    return (
        f"{in_london(row.at):%d %B %Y %H:%M}, {row.actor}, {row.act}, {row.subject} {row.subject_id}".strip()
    )


def _text(row: AuditEntry, place: int) -> str:
    """All that a row says, in one way of writing it."""
    said = [
        place,
        row.id,
        row.at.isoformat(),
        row.by_day,
        row.actor,
        row.address,
        row.act,
        row.subject,
        row.subject_id,
        row.programme_id,
        row.detail,
    ]
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def _head(before: str, seals: list[str]) -> str:
    return hashlib.sha256("|".join([before, *seals]).encode()).hexdigest()


def _statement(one: AuditCheckpoint) -> str:
    return f"{one.number}|{one.first}|{one.last}|{one.closed_at.isoformat()}|{one.head}"


def _named(one: AuditCheckpoint) -> str:
    """A checkpoint as it can be kept elsewhere: 17:9f86d0..."""
    return f"{one.number}:{one.head}"
