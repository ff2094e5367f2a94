"""Addresses that lists bring: written as contacts, sealed, beside what staff and respondents gave."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.models.base import fresh_uuid
from survey_app.models.contacts import Contact, ContactPermission, ContactSource
from survey_app.models.frames.lists import ListedAddress
from survey_app.services.audit import AuditContext


def new_seal_context() -> str:
    """What a new contact is sealed with: its own, so that no sealed field can stand in another row."""
    return f"contact {fresh_uuid()}"


def add_listed(session: Session, keys: Keyring, *, addresses: dict[int, str], context: AuditContext) -> None:
    """Write the address of each organisation (by id) as its contact from lists; an empty one says nothing.

    A later edition that brings another address replaces the one that a list gave before. What staff or
    respondents gave is never touched and stays first, and an address that is known already, whatever became
    of it, is not brought back.
    """
    lookups = {owner: keys.lookup(email) for owner, email in addresses.items() if email}
    held = list(_held(session, addresses))
    known = {(owner, lookup) for _, owner, lookup, _, _, _ in held}
    listed = {owner: (row, seal) for row, owner, _, source, seal, _ in held if source is ContactSource.LIST}
    behind: dict[int, int] = {}
    for _, owner, _, _, _, position in held:
        behind[owner] = max(behind.get(owner, 0), position + 1)
    replaced, added = [], []
    for owner, lookup in lookups.items():
        if any((owner, stored) in known for stored in keys.lookups(addresses[owner])):
            continue
        row, seal = listed.get(owner, (None, new_seal_context()))
        sealed = {"email_sealed": keys.encrypt(addresses[owner], seal), "email_lookup": lookup}
        if row is not None:
            replaced.append({"id": row, "updated_at": context.now, **sealed})
        else:
            added.append(_new(owner, seal, position=behind.get(owner, 0), context=context) | sealed)
    if replaced:
        session.execute(update(Contact), replaced)
    if added:
        session.execute(insert(Contact), added)


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
                }
            )
    if rows:
        session.execute(insert(ListedAddress), rows)


def put_listed(
    session: Session, keys: Keyring, *, waiting: Iterable[ListedAddress], context: AuditContext
) -> None:
    """Put addresses that waited for their list into their places."""
    addresses = {row.organisation_id: keys.decrypt(row.email_sealed, row.seal_context) for row in waiting}
    add_listed(session, keys, addresses=addresses, context=context)


def _held(session: Session, owners: Iterable[int]) -> Iterable[Any]:
    return session.execute(
        select(
            Contact.id,
            Contact.organisation_id,
            Contact.email_lookup,
            Contact.source,
            Contact.seal_context,
            Contact.position,
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
