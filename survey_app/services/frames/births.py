"""The organisations that the rows of a list are: those that are known, and those that are born with it."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from sampling.frame import Entry
from sampling.panels.selection import assign_prn, key_fingerprint
from survey_app.crypto import Keyring
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import Organisation
from survey_app.services import names
from survey_app.services.audit import AuditContext
from survey_app.services.frames import editions
from survey_app.services.frames.addresses import add_listed, wait_listed
from survey_app.services.frames.rows import divided

# A sound row, the identifier that it goes by, and the organisation that it was before, if any.
Row = tuple[Entry, str, int | None]


def add_organisations(
    session: Session, keys: Keyring, source: SourceList, rows: list[Row], context: AuditContext
) -> None:
    """Those that the editions before know are they; the others are born, unless their identity is there."""
    named = {editions.identity_of(source.name, identifier): entry for entry, identifier, _ in rows}
    known = _ids(session, list(named))
    before = {
        editions.identity_of(source.name, identifier): owner
        for _, identifier, owner in rows
        if owner is not None
    }
    born = [pair for pair in named.items() if pair[0] not in known and pair[0] not in before]
    if born:
        session.execute(insert(Organisation), _births(keys.prn_key.encode(), born, source.id, context))
    ids = _ids(session, list(named)) | before
    new = {ids[identity]: entry for identity, entry in born}
    names.note_names(session, {owner: entry.name for owner, entry in new.items()})
    owners = [ids[identity] for identity in named]
    _add_records(session, keys, source.id, rows, owners)
    addresses = {ids[identity]: entry.email for identity, entry in named.items()}
    of_new = {owner: addresses.pop(owner) for owner in new}
    add_listed(session, keys, addresses=of_new, context=context)
    # Letters go to those that are there until the list is in force.
    wait_listed(session, keys, list_id=source.id, addresses=addresses)


def _ids(session: Session, identities: list[str]) -> dict[str, int]:
    rows = select(Organisation.uuid, Organisation.id).where(Organisation.uuid.in_(identities))
    return dict(session.execute(rows).all())


def _births(
    key: bytes, born: list[tuple[str, Entry]], list_id: int, context: AuditContext
) -> list[dict[str, Any]]:
    numbers = assign_prn([identity for identity, _ in born], key)
    return [
        {
            "uuid": identity,
            "sector": entry.sector,
            "name": entry.name,
            "prn": float(number),
            "prn_key_fingerprint": key_fingerprint(key),
            "born_list_id": list_id,
            "created_at": context.now,
        }
        for (identity, entry), number in zip(born, numbers, strict=True)
    ]


def _add_records(session: Session, keys: Keyring, list_id: int, rows: list[Row], owners: list[int]) -> None:
    records = [
        {
            "source_list_id": list_id,
            "organisation_id": owner,
            "external_id": identifier,
            "route": "list",
            "row_number": entry.row,
            **divided(keys, entry.fields, list_id=list_id, number=entry.row),
        }
        for owner, (entry, identifier, _) in zip(owners, rows, strict=True)
    ]
    if records:
        session.execute(insert(SourceRecord), records)
