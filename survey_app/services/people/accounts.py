"""People: added with a role, signed in with a password, locked out after repeated failures."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, hash_password, password_matches
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.people import Grant, Person
from survey_app.models.programmes import Programme
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.attempts import check_limit, count_failure, reset
from survey_app.services.people.passwords import fault_of
from survey_app.services.people.permissions import ROLES, Permission

FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 50
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in, with what they may do in one programme."""

    id: int
    name: str
    email: str
    session_version: int
    programme_id: int
    programme: str
    permissions: frozenset[str]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True)
class PersonLine:
    """A person as the list of people shows them."""

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    active: bool


def add_person(
    session: Session, *, email: str, name: str, password: str, role: str, context: AuditContext
) -> int:
    """Add a person with one role in the act's programme; their id.

    Raises:
        InvalidError: an address that is none or is taken, a short password, an unknown role.
    """
    email = email.strip().lower()
    faults = tuple(_faults(session, email=email, name=name, password=password, role=role))
    if faults:
        raise InvalidError("This person cannot be added yet.", faults)
    person = Person(
        email=email, name=name.strip(), password_hash=hash_password(password), created_at=context.now
    )
    session.add(person)
    session.flush()
    give_role(session, person_id=person.id, role=role, context=context)
    record(session, context, "person added", "person", person.id, role=role)
    return person.id


def _faults(session: Session, *, email: str, name: str, password: str, role: str) -> list[str]:
    faults = []
    if not EMAIL.fullmatch(email) or len(email) > 254:
        faults.append(f"{email!r} is not an email address. Write it like name@council.gov.uk.")
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        faults.append(f"Somebody signs in as {email} already. Give another address.")
    if not name.strip() or len(name) > 120:
        faults.append("Give a name of 1 to 120 characters.")
    if fault := fault_of(password):
        faults.append(fault)
    if role not in ROLES:
        faults.append(f"There is no role {role!r}; the roles are {', '.join(ROLES)}.")
    return faults


def give_role(session: Session, *, person_id: int, role: str, context: AuditContext) -> None:
    """Give every permission of a role in the act's programme; those held already stay."""
    if context.programme_id is None:
        raise InvalidError("A role belongs to a programme; none was named.")
    held = set(
        session.scalars(
            select(Grant.permission).where(
                Grant.person_id == person_id, Grant.programme_id == context.programme_id, Grant.role == role
            )
        )
    )
    for permission in sorted(ROLES[role] - held):
        session.add(
            Grant(
                person_id=person_id,
                programme_id=context.programme_id,
                permission=permission,
                role=role,
                granted_at=context.now,
                granted_by=context.actor,
            )
        )


def set_roles(session: Session, *, person_id: int, roles: frozenset[str], context: AuditContext) -> None:
    """Let a person hold these roles in the act's programme and no others. Audited.

    Raises:
        InvalidError: none, or one that there is not; administrators would lock themselves out.
        NotFoundError: nobody of this programme.
    """
    held = frozenset(_roles(session, person_id, context.programme_id))
    if not held:
        raise NotFoundError("person", person_id)
    if not roles or not roles <= ROLES.keys():
        raise InvalidError("Choose at least one role. Deactivate an account that should do nothing here.")
    own = session.get_one(Person, person_id).email == context.actor
    if own and "administrator" in held - roles:
        raise InvalidError("You cannot take your own administrator role away. Ask another administrator.")
    for role in sorted(roles - held):
        give_role(session, person_id=person_id, role=role, context=context)
    session.execute(
        delete(Grant).where(
            Grant.person_id == person_id,
            Grant.programme_id == context.programme_id,
            Grant.role.in_(held - roles),
        )
    )
    if roles != held:
        detail = {"given": sorted(roles - held), "taken": sorted(held - roles)}
        record(session, context, "roles changed", "person", person_id, **detail)


def check_sign_in_limit(session: Session, keys: Keyring, *, email: str, address: str, now: datetime) -> None:
    """Refuse to look at a password when too many failed, for this name or from this address.

    Raises:
        TooManyAttemptsError
    """
    check_limit(session, _name_key(keys, email), maximum=FAILURES_PER_NAME, now=now)
    check_limit(session, keys.lookup(f"sign-in from {address}"), maximum=FAILURES_PER_ADDRESS, now=now)


def find_by_password(session: Session, *, email: str, password: str) -> int | None:
    """The id of the active person with this address and password, or None; as slow either way."""
    person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    stored = person.password_hash if person is not None and person.active else None
    if not password_matches(stored, password) or person is None:
        return None
    return person.id


def find_by_email(session: Session, *, email: str, programme_id: int) -> int:
    """The id of the person with this address and a role in the programme.

    Raises:
        InvalidError: there is nobody.
    """
    address = email.strip().lower()
    listed = listing(session, programme_id=programme_id)
    person_id = next((line.id for line in listed if line.email == address), None)
    if person_id is None:
        raise InvalidError(f"Nobody here signs in as {address}. `compact people list` names everybody.")
    return person_id


def note_failure(session: Session, keys: Keyring, *, email: str, address: str, now: datetime) -> None:
    """Count a failed sign-in, in a transaction of its own, and put it on the audit trail."""
    count_failure(session, _name_key(keys, email), now=now)
    count_failure(session, keys.lookup(f"sign-in from {address}"), now=now)
    record(session, AuditContext("nobody", now), "sign-in failed", "person", "unknown")


def note_sign_in(session: Session, keys: Keyring, *, person_id: int, now: datetime) -> None:
    """Reset the failures of somebody who gave the right password, and record the sign-in."""
    person = session.get_one(Person, person_id)
    reset(session, _name_key(keys, person.email))
    record(session, AuditContext(person.email, now), "signed in", "person", person_id)


def signed_in(session: Session, *, person_id: int, programme_id: int | None = None) -> SignedIn | None:
    """Who this is and what they may do, read anew at every request; None when they may do nothing."""
    person = session.get(Person, person_id)
    if person is None or not person.active:
        return None
    query = select(Programme).join(Grant).where(Grant.person_id == person_id).order_by(Programme.id)
    if programme_id is not None:
        query = query.where(Programme.id == programme_id)
    programme = session.scalars(query).first()
    if programme is None:
        return None
    permissions = session.scalars(
        select(Grant.permission).where(Grant.person_id == person_id, Grant.programme_id == programme.id)
    )
    return SignedIn(
        person.id,
        person.name,
        person.email,
        person.session_version,
        programme.id,
        programme.name,
        frozenset(permissions),
    )


def end_sessions(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Sign a person out everywhere."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFoundError("person", person_id)
    person.session_version += 1
    record(session, context, "signed out everywhere", "person", person_id)


def deactivate(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Let somebody sign in no more, and end their sessions. What they did stays under their name."""
    end_sessions(session, person_id=person_id, context=context)
    session.get_one(Person, person_id).active = False
    record(session, context, "person deactivated", "person", person_id)


def reactivate(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Let somebody sign in again; sessions from before stay ended."""
    end_sessions(session, person_id=person_id, context=context)
    session.get_one(Person, person_id).active = True
    record(session, context, "person reactivated", "person", person_id)


def listing(session: Session, *, programme_id: int) -> list[PersonLine]:
    """Everybody with a grant in a programme, by name."""
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(select(Grant.person_id).where(Grant.programme_id == programme_id)))
        .order_by(Person.name)
    ).all()
    return [
        PersonLine(
            person.id, person.name, person.email, _roles(session, person.id, programme_id), person.active
        )
        for person in people
    ]


def _roles(session: Session, person_id: int, programme_id: int | None) -> tuple[str, ...]:
    query = (
        select(Grant.role).where(Grant.person_id == person_id, Grant.programme_id == programme_id).distinct()
    )
    return tuple(sorted(session.scalars(query)))


def _name_key(keys: Keyring, email: str) -> str:
    return keys.lookup(f"sign-in as {email.strip().lower()}")
