"""People: added with a role, listed, deactivated, and what they may do once they are signed in."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import InvalidError, NotFoundError
from survey_app.mail.addresses import refusal_of
from survey_app.models.people.accounts import Grant, Person
from survey_app.models.programmes import Programme, ProgrammeState
from survey_app.services.audit import AuditContext, record
from survey_app.services.people import sessions
from survey_app.services.people.grants import ALL_STRANDS, add_grants, roles_of, unknown_role
from survey_app.services.people.permissions import LOOKING, ROLES, Permission


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
    role: str,
    strand: Strand | None = None,
    made: str = "",
    context: AuditContext,
) -> int:
    """Add a person with one role in the context's programme, for one strand or for all; their id.

    Without `made`, the hash of a password, nobody signs in as them until they chose one by a link.

    Raises:
        InvalidError: an address that is none or is taken, an unknown role.
    """
    person_id = new_person(session, email=email, name=name, role=role, made=made, context=context)
    add_grants(session, person_id=person_id, role=role, strand=strand, context=context)
    record(session, context, "person added", "person", person_id, role=role)
    return person_id


def new_person(
    session: Session, *, email: str, name: str, role: str, made: str = "", context: AuditContext
) -> int:
    """What `add_person` writes of the person alone, for whoever waits for a second administrator.

    An account that was refused, and so holds no role anywhere, is taken up again under the new name.
    """
    email = email.strip().lower()
    faults = tuple(_faults(session, email=email, name=name, role=role))
    if faults:
        raise InvalidError("This person cannot be added yet.", faults)
    person = session.scalar(select(Person).where(Person.email == email))
    if person is None:
        person = Person(email=email, created_at=context.now)
        session.add(person)
    person.name, person.password_hash, person.made_alone_by_id = name.strip(), made, None
    session.flush()
    return person.id


def _faults(session: Session, *, email: str, name: str, role: str) -> list[str]:
    faults = []
    if fault := refusal_of(email):
        faults.append(fault)
    taken = select(Person.id).join(Grant, Grant.person_id == Person.id).where(Person.email == email)
    if session.scalar(taken.limit(1)) is not None:
        faults.append(f"Somebody signs in as {email} already. Give another address.")
    if not name.strip() or len(name) > 120:
        faults.append("Give a name of 1 to 120 characters.")
    if role not in ROLES:
        faults.append(unknown_role(role))
    return faults


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
