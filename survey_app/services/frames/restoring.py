"""What organisations were called, and where letters went, before a list that is given back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sampling.texts import cleaned
from survey_app.crypto import Keyring
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import OrganisationName
from survey_app.services import names
from survey_app.services.frames.addresses import restore_listed


def restore(session: Session, keys: Keyring, *, list_id: int, owners: Sequence[int], now: datetime) -> None:
    """Put names and addresses back of some organisations of a list whose rows of them are still there."""
    restore_listed(session, keys, list_id=list_id, owners=owners, now=now)
    said = _said(session, owners)
    names.note_names(session, {owner: rows[-1] for owner, rows in said.items()})
    _delete_names(session, list_id, owners, said)


def _said(session: Session, owners: Sequence[int]) -> dict[int, list[str]]:
    """What the lists that stay call organisations, the newest last."""
    rows = session.execute(
        select(SourceRecord.organisation_id, SourceRecord.fields)
        .join(SourceList, SourceList.id == SourceRecord.source_list_id)
        .where(SourceRecord.organisation_id.in_(owners), SourceList.arriving_until.is_(None))
        .order_by(SourceList.dated, SourceList.id)
    )
    said: dict[int, list[str]] = {}
    for owner, fields in rows:
        said.setdefault(owner, []).append(cleaned(fields["name"]))
    return said


def _delete_names(
    session: Session, list_id: int, owners: Sequence[int], said: Mapping[int, list[str]]
) -> None:
    """Forget names that the list alone gave to organisations that others name too."""
    rows = session.execute(
        select(SourceRecord.organisation_id, SourceRecord.fields).where(
            SourceRecord.source_list_id == list_id, SourceRecord.organisation_id.in_(owners)
        )
    )
    for owner, fields in rows:
        name = cleaned(fields["name"])
        if owner in said and name not in said[owner]:
            ours = OrganisationName.organisation_id == owner
            session.execute(delete(OrganisationName).where(ours, OrganisationName.name == name))
