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
from sampling.selection import assign_prn, key_fingerprint
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.models.frames import Contact, Organisation, QuarantinedRow, SourceList, SourceRecord
from survey_app.services.audit import Act, record

# Identities are derived from list and identifier, so that the same list gives the same
# organisations, random numbers and panel on any machine that has the same key.
IDENTITIES = uuid.UUID("5d7c1a52-6f0b-5c0e-9f7e-0d6f2f1b8a11")
MOST_FAULTS_SHOWN = 200


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

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        shown = tuple(str(fault) for fault in faults[:MOST_FAULTS_SHOWN])
        more = len(faults) - len(shown)
        rest = (f"and {more:,} more",) if more > 0 else ()
        noun = "fault" if len(faults) == 1 else "faults"
        super().__init__(
            f"The list has {len(faults):,} {noun}. Mend them, or import with the faulty rows set aside.",
            shown + rest,
        )
        self.count = len(faults)


def import_list(
    session: Session,
    keys: Keyring,
    *,
    content: bytes,
    file_name: str,
    description: ListDescription,
    quarantine: bool,
    act: Act,
) -> ImportReport:
    """Bring a list in: every organisation gets its identity, random number, record and contact.

    With `quarantine` faulty rows are set aside; without it one fault refuses the whole list.

    Raises:
        InvalidError: the file cannot be read, the name is taken, or rows are at fault (FaultyListError).
    """
    reading = _read(content)
    _check_description(session, description, act)
    if reading.faults and not quarantine:
        raise FaultyListError(reading.faults)
    source = _source_list(description, content, file_name, reading, act)
    session.add(source)
    session.flush()
    _add_organisations(session, keys, source, reading.entries, act)
    _add_quarantined(session, source.id, reading)
    report = _report(description.name, reading)
    counts = {"imported": report.imported, "quarantined": report.quarantined}
    record(session, act, "list imported", "source_list", source.id, sha256=source.file_sha256, **counts)
    return report


def _read(content: bytes) -> ListReading:
    try:
        return read_list(content)
    except SamplingError as fault:
        raise InvalidError(str(fault)) from None


def _check_description(session: Session, description: ListDescription, act: Act) -> None:
    lacking = [
        f"Say the list's {what}."
        for what in ("name", "owner", "purpose", "coverage")
        if not getattr(description, what).strip()
    ]
    if description.dated > act.now.date():
        lacking.append(f"The list's date, {description.dated}, is in the future.")
    taken = select(SourceList.id).where(
        SourceList.programme_id == act.programme_id, SourceList.name == description.name
    )
    if session.scalar(taken) is not None:
        lacking.append(f"A list named {description.name!r} is there already. Give this one another name.")
    if lacking:
        raise InvalidError("The list is not described well enough to be used.", tuple(lacking))


def _source_list(
    description: ListDescription, content: bytes, file_name: str, reading: ListReading, act: Act
) -> SourceList:
    return SourceList(
        programme_id=act.programme_id,
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
        imported_at=act.now,
        imported_by=act.actor,
    )


def _add_organisations(
    session: Session, keys: Keyring, source: SourceList, entries: tuple[Entry, ...], act: Act
) -> None:
    identities = [str(uuid.uuid5(IDENTITIES, f"{source.name}|{entry.source_id}")) for entry in entries]
    known = _ids(session)
    born = [pair for pair in zip(identities, entries, strict=True) if pair[0] not in known]
    if born:
        session.execute(insert(Organisation), _births(keys.prn_key.encode(), born, act))
    ids = _ids(session)
    owners = [ids[identity] for identity in identities]
    _add_records(session, source.id, entries, owners)
    _add_contacts(session, keys, [(ids[identity], entry.email) for identity, entry in born], act)


def _ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Organisation.uuid, Organisation.id)).all())


def _births(key: bytes, born: list[tuple[str, Entry]], act: Act) -> list[dict[str, Any]]:
    numbers = assign_prn([identity for identity, _ in born], key)
    return [
        {
            "uuid": identity,
            "sector": entry.sector,
            "name": entry.name,
            "prn": float(number),
            "prn_key_fingerprint": key_fingerprint(key),
            "created_at": act.now,
        }
        for (identity, entry), number in zip(born, numbers, strict=True)
    ]


def _add_records(session: Session, list_id: int, entries: tuple[Entry, ...], owners: list[int]) -> None:
    rows = [
        {
            "source_list_id": list_id,
            "organisation_id": owner,
            "external_id": entry.source_id,
            "route": "list",
            "row_number": entry.row,
            # The address lives in `contact`, sealed; the record must not repeat it.
            "fields": {name: value for name, value in entry.fields.items() if name != "email"},
        }
        for owner, entry in zip(owners, entries, strict=True)
    ]
    if rows:
        session.execute(insert(SourceRecord), rows)


def _add_contacts(session: Session, keys: Keyring, addresses: list[tuple[int, str]], act: Act) -> None:
    rows = [
        {
            "organisation_id": owner,
            "email_sealed": keys.encrypt(email, f"contact {owner}"),
            "email_lookup": keys.lookup(email),
            "updated_at": act.now,
        }
        for owner, email in addresses
        if email
    ]
    if rows:
        session.execute(insert(Contact), rows)


def _add_quarantined(session: Session, list_id: int, reading: ListReading) -> None:
    for number, fields in reading.faulty_rows.items():
        faults = [str(fault) for fault in reading.faults if fault.row == number]
        session.add(
            QuarantinedRow(source_list_id=list_id, row_number=number, faults=faults, fields=dict(fields))
        )


def _report(name: str, reading: ListReading) -> ImportReport:
    return ImportReport(
        name,
        len(reading.entries),
        sum(entry.in_scope for entry in reading.entries),
        len(reading.faulty_rows),
        dict(reading.gaps),
        reading.faults,
    )
