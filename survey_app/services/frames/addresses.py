"""Addresses that lists bring: written as contacts, sealed, beside what staff and respondents gave."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.models.base import fresh_uuid
from survey_app.models.contacts import Contact, ContactPermission, ContactSource
from survey_app.models.frames.lists import ListedAddress, SourceList
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.people.consents import Consent
from survey_app.services.audit import AuditContext
from survey_app.services.people import approvals
from survey_app.services.people.approvals import Request
from survey_app.services.people.permissions import Permission

ACT, SUBJECT = "listed_addresses", "source_list"


def new_seal_context() -> str:
    """What a new contact is sealed with: its own, so that no sealed field can stand in another row."""
    return f"contact {fresh_uuid()}"


Former = tuple[bytes, str]
"""An address that was replaced, sealed, and what it is sealed with."""


def add_listed(
    session: Session, keys: Keyring, *, addresses: dict[int, str], context: AuditContext
) -> dict[int, Former | None]:
    """Write the address of each organisation (by id) as its contact from lists; an empty one says nothing.

    Of those that changed it gives what stood there before, None where nothing did.

    A later edition that brings another address replaces the one that a list gave before. What staff or
    respondents gave is never touched and stays first, and an address that is known already, whatever became
    of it, is not brought back.
    """
    lookups = {owner: keys.lookup(email) for owner, email in addresses.items() if email}
    held = list(_held(session, addresses))
    known = {(one.organisation_id, one.email_lookup) for one in held}
    listed = {
        # What waits for a second person never stood, and is not what a list given back leaves.
        one.organisation_id: (one.id, one.seal_context, None if one.approval_id else one.email_sealed)
        for one in held
        if one.source is ContactSource.LIST
    }
    behind: dict[int, int] = {}
    for one in held:
        behind[one.organisation_id] = max(behind.get(one.organisation_id, 0), one.position + 1)
    replaced, added = [], []
    before: dict[int, Former | None] = {}
    for owner, lookup in lookups.items():
        if any((owner, stored) in known for stored in keys.lookups(addresses[owner])):
            continue
        row, seal, former = listed.get(owner, (None, new_seal_context(), b""))
        before[owner] = (former, seal) if row is not None and former else None
        sealed = {
            "email_sealed": keys.encrypt(addresses[owner], seal),
            "email_lookup": lookup,
            "approval_id": None,
        }
        if row is not None:
            replaced.append({"id": row, "updated_at": context.now, **sealed})
        else:
            added.append(_new(owner, seal, position=behind.get(owner, 0), context=context) | sealed)
    if replaced:
        session.execute(update(Contact), replaced)
    if added:
        session.execute(insert(Contact), added)
    return before


def wait_listed(session: Session, keys: Keyring, *, list_id: int, addresses: dict[int, str]) -> None:
    """Keep the addresses of organisations (by id) until their list is in force; an empty one says nothing."""
    rows = []
    for owner, email in addresses.items():
        if email:
            seal = new_seal_context()
            rows.append(
                {
                    "source_list_id": list_id,
                    "organisation_id": owner,
                    "email_sealed": keys.encrypt(email, seal),
                    "seal_context": seal,
                    "replaced": False,
                }
            )
    if rows:
        session.execute(insert(ListedAddress), rows)


def put_listed(
    session: Session, keys: Keyring, *, waiting: Sequence[ListedAddress], context: AuditContext
) -> None:
    """Put addresses that waited for their list into their places, and keep what they replaced instead."""
    addresses = {row.organisation_id: keys.decrypt(row.email_sealed, row.seal_context) for row in waiting}
    before = add_listed(session, keys, addresses=addresses, context=context)
    for list_id in {row.source_list_id for row in waiting}:
        brought = {row.organisation_id for row in waiting if row.source_list_id == list_id}
        if others := brought & set(before):
            _let_wait(session, list_id, Contact.organisation_id.in_(others), context)
    for row in waiting:
        if row.organisation_id not in before:
            session.delete(row)
            continue
        former = before[row.organisation_id]
        seal = former[1] if former else new_seal_context()
        row.email_sealed = former[0] if former else keys.encrypt("", seal)
        row.seal_context, row.replaced = seal, True


def let_new_wait(session: Session, *, list_id: int, context: AuditContext) -> None:
    """Let the addresses of organisations that are born with a list wait, where one of the staff took it.

    Else whoever takes a list could make organisations up in it, answer for them, and read the one real reply
    off the figure of them all.
    """
    born = select(Organisation.id).where(Organisation.born_list_id == list_id)
    some = select(Contact.id).where(Contact.organisation_id.in_(born)).limit(1)
    if session.scalar(some) is not None:
        _let_wait(session, list_id, Contact.organisation_id.in_(born), context)


def _let_wait(session: Session, list_id: int, whose: ColumnElement[bool], context: AuditContext) -> None:
    """Let addresses of a list that one of the staff took wait for somebody else, all of them together."""
    edition = session.get_one(SourceList, list_id, populate_existing=True)
    if edition.taken_by_person_id is None or edition.programme_id is None:
        return
    request = Request(
        act=ACT,
        permission=Permission.RECORD_CONTACT,
        subject_kind=SUBJECT,
        subject_id=list_id,
        detail={"list": edition.name},
    )
    approval_id = approvals.ask_once(
        session,
        request=request,
        person_id=edition.taken_by_person_id,
        programme_id=edition.programme_id,
        context=context,
    )
    ours = whose, Contact.source == ContactSource.LIST
    session.execute(update(Contact).where(*ours).values(approval_id=approval_id))


def restore_listed(
    session: Session, keys: Keyring, *, list_id: int, owners: Sequence[int], now: datetime
) -> None:
    """Put the addresses back that a list replaced, of some organisations by id.

    Where a later list replaced the address once more, what that list replaced is the earlier one instead.
    """
    replaced = select(ListedAddress).where(
        ListedAddress.organisation_id.in_(owners), ListedAddress.replaced.is_(True)
    )
    ours = {row.organisation_id: row for row in session.scalars(replaced.where(_of(list_id)))}
    later = replaced.where(ListedAddress.source_list_id > list_id).order_by(
        ListedAddress.source_list_id.desc()
    )
    after = {row.organisation_id: row for row in session.scalars(later)}
    contacts = select(Contact).where(Contact.organisation_id.in_(ours), Contact.source == ContactSource.LIST)
    for contact in session.scalars(contacts).all():
        row = ours[contact.organisation_id]
        if contact.organisation_id in after:
            later_row = after[contact.organisation_id]
            later_row.email_sealed, later_row.seal_context = row.email_sealed, row.seal_context
        else:
            _restore(session, keys, contact, keys.decrypt(row.email_sealed, row.seal_context), now)


def _of(list_id: int) -> ColumnElement[bool]:
    return ListedAddress.source_list_id == list_id


def _restore(session: Session, keys: Keyring, contact: Contact, email: str, now: datetime) -> None:
    """Give a contact from lists the address that it had; one that had none ends, or goes if none used it."""
    if email:
        contact.email_sealed = keys.encrypt(email, contact.seal_context)
        contact.email_lookup = keys.lookup(email)
        contact.updated_at, contact.approval_id = now, None
        return
    used = (
        select(Message.id)
        .where(Message.recipient_contact_id == contact.id)
        .union_all(select(Consent.id).where(Consent.contact_id == contact.id))
    )
    if session.scalar(used.limit(1)) is None:
        session.delete(contact)
    else:
        contact.valid_to = max(contact.valid_from or date.min, london_date(now))


def _held(session: Session, owners: Iterable[int]) -> Iterable[Any]:
    return session.execute(
        select(
            Contact.id,
            Contact.organisation_id,
            Contact.email_lookup,
            Contact.email_sealed,
            Contact.source,
            Contact.seal_context,
            Contact.position,
            Contact.approval_id,
        ).where(Contact.organisation_id.in_(owners))
    )


def _new(owner: int, seal: str, *, position: int, context: AuditContext) -> dict[str, Any]:
    return {
        "organisation_id": owner,
        "unit": "",
        "position": position,
        "role": "",
        "seal_context": seal,
        "language": "en",
        "source": ContactSource.LIST,
        "permission": ContactPermission.MAY_CONTACT,
        "created_at": context.now,
        "updated_at": context.now,
    }
