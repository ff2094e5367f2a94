"""How organisations are reached: several contacts each, listed, added, changed and ended; sealed at rest.

Letters go to the first contact that has an e-mail address and may be written to: `addresses_of` alone says
which that is.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.mail.addresses import refusal_of
from survey_app.models.contacts import Contact, ContactPermission, ContactSource
from survey_app.models.organisations import Organisation
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames.addresses import new_seal_context
from survey_app.services.organisations import entered

MAX_LENGTHS = {
    "unit": 200,
    "role": 120,
    "name": 200,
    "email": 254,
    "telephone": 40,
    "post": 500,
    "language": 20,
}
SOURCES = {
    ContactSource.LIST: "A list",
    ContactSource.STAFF: "Our staff",
    ContactSource.RESPONDENT: "The organisation",
    ContactSource.PUBLIC: "Published by the organisation",
}
# Whom staff may name: what a list gave, it brings itself.
GIVERS = {source: words for source, words in SOURCES.items() if source is not ContactSource.LIST}
PERMISSIONS = {
    ContactPermission.MAY_CONTACT: "Yes",
    ContactPermission.FORWARDED_ONLY: "Only through the organisation, which passes our letters on",
    ContactPermission.NO: "No",
}
SEALED = ("name", "email", "telephone", "post")
PER_STATEMENT = 5_000


@dataclass(frozen=True, kw_only=True)
class ContactDetails:
    """What somebody tells us of a contact; `unit` is a department, or empty for the whole organisation."""

    unit: str = ""
    role: str = ""
    name: str = ""
    email: str = ""
    telephone: str = ""
    post: str = ""
    language: str = "en"
    permission: ContactPermission = ContactPermission.MAY_CONTACT


@dataclass(frozen=True, kw_only=True)
class ContactView(ContactDetails):
    """One contact, readable. `valid_to` is the day on which it ended, or None.

    `changed_on` is the day since which it reads as it does; `waits`: a second person has yet to agree to it.
    """

    id: int
    organisation_id: int
    source: ContactSource
    valid_from: date | None
    valid_to: date | None
    changed_on: date
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the letters of an organisation go; `lookup` is a keyed hash that tells addresses apart.

    `sealed` is the address as it is stored, sealed with `seal_context`; `waits` says that a second person has
    yet to agree to it.
    """

    contact_id: int
    email: str
    language: str
    lookup: str
    sealed: bytes
    seal_context: str
    waits: bool = False


def contacts_of(
    session: Session, keys: Keyring, *, organisation_id: int, ended: bool = False
) -> tuple[ContactView, ...]:
    """The contacts of an organisation and its units, in the order in which they are tried.

    Those that have ended are left out, or come last with `ended`.
    """
    query = select(Contact).where(Contact.organisation_id == organisation_id)
    if not ended:
        query = query.where(Contact.valid_to.is_(None))
    rows = session.scalars(
        query.order_by(Contact.valid_to.is_not(None), Contact.unit, Contact.position, Contact.id)
    )
    return tuple(_view(keys, row) for row in rows)


def contact_of(session: Session, keys: Keyring, *, contact_id: int) -> ContactView:
    """One contact, also one that has ended.

    Raises:
        NotFoundError: no such contact.
    """
    row = session.get(Contact, contact_id)
    if row is None:
        raise NotFoundError("contact", contact_id)
    return _view(keys, row)


def addresses_of(
    session: Session, keys: Keyring, organisation_ids: Collection[int], *, unit: str = ""
) -> dict[int, Address]:
    """Where letters go, by organisation: its first contact with an e-mail address that may be written to.

    An organisation (or its `unit`) without such a contact is left out.
    """
    first: dict[int, Contact] = {}
    for row in _reachable(session, organisation_ids, unit):
        first.setdefault(row.organisation_id, row)
    return {owner: _address(keys, row) for owner, row in first.items()}


def address_of_role(session: Session, keys: Keyring, *, organisation_id: int, role: str) -> Address | None:
    """Where a letter to a role goes: to a contact who has it, else to the organisation's first."""
    rows = session.scalars(
        select(Contact)
        .where(
            Contact.organisation_id == organisation_id,
            Contact.permission == ContactPermission.MAY_CONTACT,
            Contact.email_sealed.is_not(None),
            Contact.valid_to.is_(None),
        )
        .order_by(
            (func.lower(Contact.role) == role.strip().lower()).desc(),
            Contact.unit != "",
            Contact.position,
            Contact.id,
        )
        .limit(1)
    ).all()
    return _address(keys, rows[0]) if rows else None


def _address(keys: Keyring, row: Contact) -> Address:
    email = _opened(keys, row, "email")
    return Address(
        contact_id=row.id,
        email=email,
        language=row.language,
        lookup=keys.lookup(email) if keys.rotates else row.email_lookup or "",
        sealed=row.email_sealed or b"",
        seal_context=row.context_of("email"),
        waits=row.approval_id is not None,
    )


def post_addresses_of(session: Session, keys: Keyring, organisation_ids: Collection[int]) -> dict[int, str]:
    """The postal address, over several lines, of each organisation that has one and may be written to.

    One that waits for a second person is left out.
    """
    owners = sorted(organisation_ids)
    first: dict[int, Contact] = {}
    for start in range(0, len(owners), PER_STATEMENT):
        rows = session.scalars(
            select(Contact)
            .where(
                Contact.organisation_id.in_(owners[start : start + PER_STATEMENT]),
                Contact.unit == "",
                Contact.permission == ContactPermission.MAY_CONTACT,
                Contact.post_sealed.is_not(None),
                Contact.valid_to.is_(None),
            )
            .order_by(Contact.organisation_id, Contact.position, Contact.id)
        )
        for row in rows:
            first.setdefault(row.organisation_id, row)
    return {owner: _opened(keys, row, "post") for owner, row in first.items() if row.approval_id is None}


def _reachable(session: Session, organisation_ids: Collection[int], unit: str) -> Iterator[Contact]:
    owners = sorted(organisation_ids)
    for start in range(0, len(owners), PER_STATEMENT):
        yield from session.scalars(
            select(Contact)
            .where(
                Contact.organisation_id.in_(owners[start : start + PER_STATEMENT]),
                Contact.unit == unit,
                Contact.permission == ContactPermission.MAY_CONTACT,
                Contact.email_sealed.is_not(None),
                Contact.valid_to.is_(None),
            )
            .order_by(Contact.organisation_id, Contact.position, Contact.id)
        )


def add_contact(
    session: Session,
    keys: Keyring,
    *,
    organisation_id: int,
    details: ContactDetails,
    source: ContactSource = ContactSource.STAFF,
    first: bool = False,
    context: AuditContext,
    person_id: int | None = None,
) -> int:
    """Add a contact, after those of its unit or before them; its id. Audited without what it says.

    An address that one of the staff (`person_id`) enters waits for a second person (`entered`).

    Raises:
        InvalidError: nothing to reach it by, or something too long or misspelt.
        NotFoundError: no such organisation.
    """
    if session.get(Organisation, organisation_id) is None:
        raise NotFoundError("organisation", organisation_id)
    _check(details)
    row = Contact(
        organisation_id=organisation_id,
        position=_position(session, organisation_id, details.unit, first=first),
        seal_context=new_seal_context(),
        source=source,
        valid_from=london_date(context.now),
        created_at=context.now,
    )
    _write(keys, row, details, context)
    session.add(row)
    session.flush()
    if details.email.strip() or details.post.strip():
        entered.let_wait(session, row, person_id=person_id, context=context)
    record(session, context, "contact added", "organisation", organisation_id, contact=row.id, source=source)
    return row.id


def change_contact(
    session: Session,
    keys: Keyring,
    *,
    contact_id: int,
    details: ContactDetails,
    source: ContactSource = ContactSource.STAFF,
    context: AuditContext,
    person_id: int | None = None,
) -> None:
    """Change a contact. `source` gave what it says now: what a list brought is replaced by no list any more.

    Another address that one of the staff (`person_id`) enters waits for a second person (`entered`).

    Raises:
        InvalidError: nothing to reach it by, or something too long or misspelt.
        ConflictError: it has ended.
        NotFoundError: no such contact.
    """
    row = _standing(session, contact_id)
    _check(details)
    elsewhere, keeps = _goes_elsewhere(keys, row, details), _keeps_one(keys, row, details)
    _write(keys, row, details, context)
    row.source = source
    if elsewhere:
        entered.let_wait(session, row, person_id=person_id, keeps=keeps, context=context)
    record(session, context, "contact changed", "organisation", row.organisation_id, contact=row.id)


def _goes_elsewhere(keys: Keyring, row: Contact, details: ContactDetails) -> bool:
    """Whether letters to a contact may go elsewhere with these details: by e-mail, or on paper, now or later.

    Paper counts beside an e-mail address too: somebody who did not look may take that away.
    """
    email, post = details.email.strip(), details.post.strip()
    if post and post.split() != _opened(keys, row, "post").split():
        return True
    if details.unit.strip() != row.unit and (email or post):
        return True
    before = _opened(keys, row, "email")
    if email:
        return not before or keys.lookup(email) != keys.lookup(before)
    return bool(post and before)


def _keeps_one(keys: Keyring, row: Contact, details: ContactDetails) -> bool:
    """Whether an address of a contact stands as it was."""
    pairs = [(_opened(keys, row, name).split(), getattr(details, name).split()) for name in ("email", "post")]
    return any(after and after == before for before, after in pairs)


def end_contact(
    session: Session, *, contact_id: int, context: AuditContext, person_id: int | None = None
) -> None:
    """End a contact today: nothing goes there any more, and no list brings its address back.

    Raises:
        ConflictError: it has ended.
        NotFoundError: no such contact.
    """
    row = _standing(session, contact_id)
    row.valid_to = london_date(context.now)
    row.updated_at = context.now
    if row.source is ContactSource.LIST:
        row.source = ContactSource.STAFF
    if person_id is not None:
        entered.wait_no_more(session, row, person_id=person_id, context=context)
    record(session, context, "contact ended", "organisation", row.organisation_id, contact=row.id)


def _standing(session: Session, contact_id: int) -> Contact:
    row = session.get(Contact, contact_id, with_for_update=True)
    if row is None:
        raise NotFoundError("contact", contact_id)
    if row.valid_to is not None:
        raise ConflictError("This contact has ended. Add a new one.")
    return row


def _position(session: Session, organisation_id: int, unit: str, *, first: bool) -> int:
    """One before all that the unit has, or one after."""
    end = func.min(Contact.position) if first else func.max(Contact.position)
    position = session.scalar(
        select(end).where(Contact.organisation_id == organisation_id, Contact.unit == unit.strip())
    )
    if position is None:
        return 0
    return position - 1 if first else position + 1


def _check(details: ContactDetails) -> None:
    faults = [
        f"{name.title()}: use at most {maximum} characters."
        for name, maximum in MAX_LENGTHS.items()
        if len(getattr(details, name)) > maximum
    ]
    if not any(getattr(details, name).strip() for name in ("email", "telephone", "post")):
        faults.append("Give an email address, a telephone number or a postal address.")
    if (email := details.email.strip()) and (fault := refusal_of(email)):
        faults.append(fault)
    if faults:
        raise InvalidError("This contact cannot be saved yet.", tuple(faults))


def _write(keys: Keyring, row: Contact, details: ContactDetails, context: AuditContext) -> None:
    for name in ("unit", "role", "language"):
        setattr(row, name, getattr(details, name).strip())
    for name in SEALED:
        plain = getattr(details, name).strip()
        setattr(row, f"{name}_sealed", keys.encrypt(plain, row.context_of(name)) if plain else None)
    row.email_lookup = keys.lookup(details.email) if details.email.strip() else None
    row.permission = details.permission
    row.updated_at = context.now


def _view(keys: Keyring, row: Contact) -> ContactView:
    return ContactView(
        id=row.id,
        organisation_id=row.organisation_id,
        unit=row.unit,
        role=row.role,
        name=_opened(keys, row, "name"),
        email=_opened(keys, row, "email"),
        telephone=_opened(keys, row, "telephone"),
        post=_opened(keys, row, "post"),
        language=row.language,
        source=row.source,
        permission=row.permission,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        changed_on=london_date(row.updated_at),
        waits=row.approval_id is not None and row.valid_to is None,
    )


def _opened(keys: Keyring, row: Contact, name: str) -> str:
    sealed = getattr(row, f"{name}_sealed")
    return keys.decrypt(sealed, row.context_of(name)) if sealed else ""
