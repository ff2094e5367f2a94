"""People: added with a role, signed in with a password, locked out after repeated failures."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.crypto import Keyring, hash_password, password_matches
from survey_app.errors import InvalidError, NotFoundError
from survey_app.mail.addresses import refusal_of
from survey_app.models.people.accounts import Grant, Person
from survey_app.models.programmes import Programme, ProgrammeState
from survey_app.services.audit import AuditContext, record
from survey_app.services.people import sessions
from survey_app.services.people.attempts import check_limit, count_failure, reset
from survey_app.services.people.grants import ALL_STRANDS, add_grants, roles_of, unknown_role
from survey_app.services.people.passwords import fault_of
from survey_app.services.people.permissions import LOOKING, ROLES, Permission

FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 50


@dataclass(frozen=True)
class ProgrammeChoice:
    """A programme that somebody may work in. In one that is closed they may look, and change nothing."""

    id: int
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Somebody who is signed in, with what they may do in one programme.

    `grants` holds each permission with the strand that it is for, or "" for all strands.
    """

    id: int
    name: str
    email: str
    programme_id: int
    programme: str
    grants: frozenset[tuple[str, str]]
    programmes: tuple[ProgrammeChoice, ...]

    def may(self, permission: Permission, strand: Strand | None = None) -> bool:
        """Whether they hold a permission for a strand; without one, for all strands."""
        return bool(self.grants & {(permission, ALL_STRANDS), (permission, strand)})

    def within(self, strand: Strand) -> "SignedIn":
        """The same person in front of something of one strand: what they hold for it counts as for all."""
        held = ((permission, ALL_STRANDS) for permission, of in self.grants if of in (ALL_STRANDS, strand))
        return replace(self, grants=frozenset(held))

    def strands_of(self, permission: Permission) -> frozenset[Strand]:
        """The strands in which they hold a permission."""
        return frozenset(strand for strand in Strand if self.may(permission, strand))


@dataclass(frozen=True)
class PersonLine:
    """A person as the list of people shows them; `limited` are roles for one strand, with it."""

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    active: bool
    limited: tuple[tuple[Strand, str], ...] = ()


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    role: str,
    strand: Strand | None = None,
    context: AuditContext,
) -> int:
    """Add a person with one role in the context's programme, for one strand or for all; their id.

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
    add_grants(session, person_id=person.id, role=role, strand=strand, context=context)
    record(session, context, "person added", "person", person.id, role=role)
    return person.id


def _faults(session: Session, *, email: str, name: str, password: str, role: str) -> list[str]:
    faults = []
    if fault := refusal_of(email):
        faults.append(fault)
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        faults.append(f"Somebody signs in as {email} already. Give another address.")
    if not name.strip() or len(name) > 120:
        faults.append("Give a name of 1 to 120 characters.")
    if fault := fault_of(password):
        faults.append(fault)
    if role not in ROLES:
        faults.append(unknown_role(role))
    return faults


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


def person_of(session: Session, *, email: str) -> int:
    """The id of whoever signs in with this address, in whatever programme.

    Raises:
        InvalidError: there is nobody.
    """
    address = email.strip().lower()
    person_id = session.scalar(select(Person.id).where(Person.email == address))
    if person_id is None:
        raise InvalidError(f"Nobody signs in as {address}. `compact people add` adds somebody.")
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
    """Who this is and what they may do, read anew at every request; None when they may do nothing.

    Without `programme_id` it is the first active programme that they may work in. With one in which they hold
    nothing any more the answer is None: nobody is moved to another programme without choosing it.
    """
    person = session.get(Person, person_id)
    if person is None or not person.active:
        return None
    rows = session.execute(
        select(Programme.id, Programme.name, Programme.state, Grant.permission, Grant.strand)
        .join(Grant, Grant.programme_id == Programme.id)
        .where(Grant.person_id == person_id)
        .order_by(Programme.state != ProgrammeState.ACTIVE, Programme.id)
    ).all()
    active = ProgrammeState.ACTIVE
    choices = dict.fromkeys(ProgrammeChoice(row.id, row.name, row.state is active) for row in rows)
    chosen = next((one for one in choices if programme_id in (None, one.id)), None)
    if chosen is None:
        return None
    held = ((row.permission, row.strand) for row in rows if row.id == chosen.id)
    return SignedIn(
        id=person.id,
        name=person.name,
        email=person.email,
        programme_id=chosen.id,
        programme=chosen.name,
        grants=frozenset(grant for grant in held if chosen.active or grant[0] in LOOKING),
        programmes=tuple(choices),
    )


def end_sessions(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Sign a person out everywhere."""
    if session.get(Person, person_id) is None:
        raise NotFoundError("person", person_id)
    sessions.end_others(session, person_id=person_id)
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
    held = roles_of(session, programme_id=programme_id, person_ids=[person.id for person in people])
    return [_line(person, held[person.id]) for person in people]


def _line(person: Person, scopes: dict[str, frozenset[str]]) -> PersonLine:
    limited = sorted(
        (Strand(scope), role) for scope, roles in scopes.items() if scope != ALL_STRANDS for role in roles
    )
    return PersonLine(
        person.id,
        person.name,
        person.email,
        tuple(sorted(scopes.get(ALL_STRANDS, ()))),
        person.active,
        tuple(limited),
    )


def _name_key(keys: Keyring, email: str) -> str:
    return keys.lookup(f"sign-in as {email.strip().lower()}")
