"""A list that waits for somebody who has seen what it changes, put in force."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sampling.texts import cleaned
from survey_app.clock import in_words
from survey_app.crypto import Keyring
from survey_app.database import Step
from survey_app.errors import ConflictError
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import Organisation
from survey_app.services import names
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames import editions
from survey_app.services.frames.addresses import let_new_wait
from survey_app.services.frames.lists import put_addresses
from survey_app.services.owned import owned


def take(
    keys: Keyring, *, list_id: int, why: str, context: AuditContext, person_id: int | None = None
) -> Iterator[Step]:
    """Put a list in force that waits for it, step by step. Audited, with the reason.

    Where one of the staff (`person_id`) takes it, all addresses that it brings wait for a second person
    (`addresses`).

    Raises:
        ConflictError: it waits no more, or a newer edition was taken meanwhile.
        NotFoundError: no such list in this programme.
    """

    def put(session: Session, now: datetime) -> None:
        edition = owned(session, SourceList, list_id, programme_id=context.programme_id)
        _check_newest(session, edition)
        waits = update(SourceList).where(
            SourceList.id == list_id, SourceList.arriving_until > now, SourceList.waiting_since.is_not(None)
        )
        in_force = {"arriving_until": None, "waiting_since": None, "taken_by_person_id": person_id}
        taken = session.execute(waits.values(**in_force))
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError("This list does not wait any more. Look at the lists again.")
        names.note_names(session, _renamed(session, list_id))
        let_new_wait(session, list_id=list_id, context=context)
        sha256, rows = edition.file_sha256, edition.row_count
        record(session, context, "list imported", "source_list", list_id, sha256=sha256, rows=rows, why=why)

    yield put
    yield from put_addresses(keys, context)


def _check_newest(session: Session, edition: SourceList) -> None:
    there = editions.list_called(session, name=edition.name, programme_id=edition.programme_id)
    if there is not None and there.dated >= edition.dated:
        raise ConflictError(
            f"An edition of {edition.name!r} as of {in_words(there.dated)} was taken meanwhile. "
            "Give this one up, or give that one back."
        )


def _renamed(session: Session, list_id: int) -> dict[int, str]:
    """The organisations that a list calls otherwise than they are called, with its name."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, SourceRecord.fields)
        .join(SourceRecord, SourceRecord.organisation_id == Organisation.id)
        .where(SourceRecord.source_list_id == list_id)
    )
    said = ((owner, name, cleaned(fields["name"])) for owner, name, fields in rows)
    return {owner: new for owner, name, new in said if new != name}
