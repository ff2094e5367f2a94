"""Source lists in: read, described, checked, and every organisation given its identity and random number."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from sampling.errors import SamplingError
from sampling.frame import Entry, Fault, ListReading, read_list
from sampling.panels.selection import assign_prn, key_fingerprint
from survey_app.clock import in_words
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.mail.addresses import fault_of
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import Organisation
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames.addresses import add_listed
from survey_app.services.frames.rows import divided, set_aside

# Identities are derived from list and identifier, so that the same list gives the same
# organisations, random numbers and panel on any machine that has the same key.
IDENTITIES = uuid.UUID("5d7c1a52-6f0b-5c0e-9f7e-0d6f2f1b8a11")
MAX_FAULTS_SHOWN = 200


@dataclass(frozen=True)
class ListDescription:
    """What must be known of a list before it may be used (R01)."""

    name: str
    owner: str
    dated: date
    purpose: str
    coverage: str
    licence: str = ""
    known_defects: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    list_name: str
    imported: int
    in_scope: int
    quarantined: int
    gaps: dict[str, int]
    faults: tuple[Fault, ...]


class FaultyListError(InvalidError):
    """Rows are at fault and nothing was imported."""

    title = "Nothing was imported"

    def __init__(self, faults: tuple[Fault, ...], *, some_sound: bool = True) -> None:
        shown = tuple(str(fault) for fault in faults[:MAX_FAULTS_SHOWN])
        more = len(faults) - len(shown)
        rest = (f"and {more:,} more",) if more > 0 else ()
        noun = "fault" if len(faults) == 1 else "faults"
        advice = (
            "Correct them, or import with the faulty rows set aside"
            if some_sound
            else "Every row is at fault, so there is nothing to bring in: correct them"
        )
        super().__init__(f"The list has {len(faults):,} {noun}. {advice}.", shown + rest)
        self.count = len(faults)


def import_list(
    session: Session,
    keys: Keyring,
    *,
    content: bytes,
    file_name: str,
    description: ListDescription,
    quarantine: bool,
    context: AuditContext,
) -> ImportReport:
    """Bring a list in: every organisation gets its identity, random number, record and contact.

    A list of a name that is there already is its next edition: organisations that stand on both keep identity
    and random number, and who is left out of it is left out of frames made from now on.
    With `quarantine` faulty rows are set aside, unless all are; without it one fault refuses the whole list.

    Raises:
        InvalidError: the file cannot be read, it is no later edition of the list of its name, or rows are at
            fault (FaultyListError).
    """
    reading = _read(content)
    _check_description(description, context)
    _check_edition(session, description, reading, context)
    if reading.faults and not (quarantine and reading.entries):
        raise FaultyListError(reading.faults, some_sound=bool(reading.entries))
    source = _source_list(description, content, file_name, reading, context)
    session.add(source)
    session.flush()
    _add_organisations(session, keys, source, reading.entries, context)
    set_aside(session, keys, list_id=source.id, reading=reading)
    report = _report(description.name, reading)
    counts = {"imported": report.imported, "quarantined": report.quarantined}
    record(session, context, "list imported", "source_list", source.id, sha256=source.file_sha256, **counts)
    return report


def _read(content: bytes) -> ListReading:
    try:
        return read_list(content, address_fault=fault_of)
    except SamplingError as fault:
        raise InvalidError(str(fault)) from None


def _check_description(description: ListDescription, context: AuditContext) -> None:
    lacking = [
        f"Say the list's {what}."
        for what in ("name", "owner", "purpose", "coverage")
        if not getattr(description, what).strip()
    ]
    if description.dated > context.now.date():
        lacking.append(f"The list's date, {in_words(description.dated)}, is in the future.")
    if lacking:
        raise InvalidError("The list is not described well enough to be used.", tuple(lacking))


def _check_edition(
    session: Session, description: ListDescription, reading: ListReading, context: AuditContext
) -> None:
    """An edition follows those of its name in time, and is about the same sector."""
    there = session.scalar(
        select(SourceList)
        .where(SourceList.programme_id == context.programme_id, SourceList.name == description.name)
        .order_by(SourceList.dated.desc())
        .limit(1)
    )
    if there is None:
        return
    if description.dated <= there.dated:
        raise InvalidError(
            f"The list {there.name!r} is there as of {in_words(there.dated)}. "
            "If this is a newer edition of it, give its later date; "
            "if it is another list, give it another name."
        )
    sector = session.scalar(
        select(Organisation.sector)
        .join(SourceRecord, SourceRecord.organisation_id == Organisation.id)
        .where(SourceRecord.source_list_id == there.id)
        .limit(1)
    )
    if sector is not None and any(entry.sector is not sector for entry in reading.entries[:1]):
        raise InvalidError(
            f"The list {there.name!r} holds {sector.words}, and this file does not. "
            "Choose the right file, or give this list another name."
        )


def _source_list(
    description: ListDescription, content: bytes, file_name: str, reading: ListReading, context: AuditContext
) -> SourceList:
    return SourceList(
        programme_id=context.programme_id,
        name=description.name,
        owner=description.owner,
        dated=description.dated,
        purpose=description.purpose,
        coverage=description.coverage,
        licence=description.licence,
        known_defects=description.known_defects,
        file_name=file_name[-255:],
        file_sha256=hashlib.sha256(content).hexdigest(),
        row_count=len(reading.entries) + len(reading.faulty_rows),
        imported_at=context.now,
        imported_by=context.actor,
    )


def _add_organisations(
    session: Session, keys: Keyring, source: SourceList, entries: tuple[Entry, ...], context: AuditContext
) -> None:
    identities = [str(uuid.uuid5(IDENTITIES, f"{source.name}|{entry.source_id}")) for entry in entries]
    known = _ids(session)
    born = [pair for pair in zip(identities, entries, strict=True) if pair[0] not in known]
    if born:
        session.execute(insert(Organisation), _births(keys.prn_key.encode(), born, context))
    ids = _ids(session)
    owners = [ids[identity] for identity in identities]
    _add_records(session, keys, source.id, entries, owners)
    addresses = {ids[identity]: entry.email for identity, entry in zip(identities, entries, strict=True)}
    add_listed(session, keys, addresses=addresses, context=context)


def _ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Organisation.uuid, Organisation.id)).all())


def _births(key: bytes, born: list[tuple[str, Entry]], context: AuditContext) -> list[dict[str, Any]]:
    numbers = assign_prn([identity for identity, _ in born], key)
    return [
        {
            "uuid": identity,
            "sector": entry.sector,
            "name": entry.name,
            "prn": float(number),
            "prn_key_fingerprint": key_fingerprint(key),
            "created_at": context.now,
        }
        for (identity, entry), number in zip(born, numbers, strict=True)
    ]


def _add_records(
    session: Session, keys: Keyring, list_id: int, entries: tuple[Entry, ...], owners: list[int]
) -> None:
    rows = [
        {
            "source_list_id": list_id,
            "organisation_id": owner,
            "external_id": entry.source_id,
            "route": "list",
            "row_number": entry.row,
            **divided(keys, entry.fields, list_id=list_id, number=entry.row),
        }
        for owner, entry in zip(owners, entries, strict=True)
    ]
    if rows:
        session.execute(insert(SourceRecord), rows)


def _report(name: str, reading: ListReading) -> ImportReport:
    return ImportReport(
        name,
        len(reading.entries),
        sum(entry.in_scope for entry in reading.entries),
        len(reading.faulty_rows),
        dict(reading.gaps),
        reading.faults,
    )
