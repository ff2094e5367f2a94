"""Rows of lists as they are kept: in clear what frames are made of, sealed whatever may be about people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from sampling.frame import FRAME_COLUMNS
from sampling.source_lists import ListReading
from sampling.source_rows import Fault
from survey_app.crypto import Keyring
from survey_app.mail.addresses import without_addresses
from survey_app.models.frames.lists import (
    QuarantinedRow,
    SourceList,
    SourceRecord,
    quarantine_context,
)
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned

FaultyRow = tuple[int, list[Fault], Mapping[str, str]]
"""The number of a row, what is wrong with it, and the row."""


@dataclass(frozen=True)
class SetAside:
    """A row that was set aside, as it was given, with what is wrong with it."""

    row_number: int
    faults: tuple[str, ...]
    fields: Mapping[str, str]


def divided(keys: Keyring, fields: Mapping[str, str], *, list_id: int, number: int) -> dict[str, Any]:
    """A sound row as `source_record` keeps it.

    A column named `email` lives in `contact`, sealed, and is not repeated.
    """
    known = {name: value for name, value in fields.items() if name in FRAME_COLUMNS}
    others = {
        name: value for name, value in fields.items() if name not in known and name != "email" and value
    }
    context = SourceRecord(source_list_id=list_id, row_number=number).seal_context
    return {"fields": known, "others_sealed": keys.encrypt(json.dumps(others), context) if others else None}


def faulty_rows(reading: ListReading) -> list[FaultyRow]:
    """The faulty rows of a list, each with its number and its faults."""
    of_row: dict[int, list[Fault]] = {}
    for fault in reading.faults:
        of_row.setdefault(fault.row, []).append(fault)
    return [(number, of_row[number], fields) for number, fields in reading.faulty_rows.items()]


def set_aside(session: Session, keys: Keyring, *, list_id: int, rows: list[FaultyRow]) -> None:
    """Keep faulty rows of a list: in clear only where they are at fault."""
    kept = [
        {
            "source_list_id": list_id,
            "row_number": number,
            "faults": [without_addresses(fault.place) for fault in faults],
            "row_sealed": _sealed(keys, list_id, number, faults, fields),
        }
        for number, faults, fields in rows
    ]
    session.execute(insert(QuarantinedRow), kept)


def _sealed(
    keys: Keyring, list_id: int, number: int, faults: list[Fault], fields: Mapping[str, str]
) -> bytes:
    row = {"faults": [str(fault) for fault in faults], "fields": dict(fields)}
    return keys.encrypt(json.dumps(row), quarantine_context(list_id, number))


def aside_count(session: Session, *, list_id: int) -> int:
    """How many rows of a list were set aside."""
    rows = select(func.count(QuarantinedRow.id)).where(QuarantinedRow.source_list_id == list_id)
    return session.scalar(rows) or 0


def export_aside(
    session: Session, keys: Keyring, *, list_id: int, context: AuditContext
) -> tuple[str, list[SetAside]]:
    """A list's name and the rows of it that were set aside, to be corrected; that they left is audited.

    Raises:
        NotFoundError: no such list in this programme.
    """
    source = owned(session, SourceList, list_id, programme_id=context.programme_id)
    rows = rows_aside(session, keys, list_id=list_id)
    record(session, context, "rows set aside exported", "source_list", list_id, rows=len(rows))
    return source.name, rows


def export_rows(session: Session, *, list_id: int, context: AuditContext) -> list[dict[str, str]]:
    """The sound rows of a list as far as frames are made of them; that they left is audited.

    Raises:
        NotFoundError: no such list in this programme.
    """
    owned(session, SourceList, list_id, programme_id=context.programme_id)
    kept = select(SourceRecord.fields).where(SourceRecord.source_list_id == list_id)
    rows = list(session.scalars(kept.order_by(SourceRecord.row_number)))
    record(session, context, "list exported", "source_list", list_id, rows=len(rows))
    return rows


def first_aside(session: Session, *, list_id: int, count: int) -> list[tuple[int, tuple[str, ...]]]:
    """The first rows of a list that were set aside: number, and where each is at fault."""
    rows = session.execute(
        select(QuarantinedRow.row_number, QuarantinedRow.faults)
        .where(QuarantinedRow.source_list_id == list_id)
        .order_by(QuarantinedRow.row_number)
        .limit(count)
    )
    return [(number, tuple(faults)) for number, faults in rows]


def rows_aside(session: Session, keys: Keyring, *, list_id: int) -> list[SetAside]:
    """The rows of a list that were set aside, as they were given."""
    rows = session.scalars(
        select(QuarantinedRow)
        .where(QuarantinedRow.source_list_id == list_id)
        .order_by(QuarantinedRow.row_number)
    )
    return [_opened(keys, row) for row in rows]


def _opened(keys: Keyring, row: QuarantinedRow) -> SetAside:
    if row.row_sealed is None:
        return SetAside(row.row_number, tuple(row.faults), {})
    given = json.loads(keys.decrypt(row.row_sealed, row.seal_context))
    return SetAside(row.row_number, tuple(given["faults"]), given["fields"])


def others_of(keys: Keyring, row: SourceRecord) -> dict[str, str]:
    """What a list said of an organisation beyond what frames are made of, by column."""
    if row.others_sealed is None:
        return {}
    others: dict[str, str] = json.loads(keys.decrypt(row.others_sealed, row.seal_context))
    return others
