"""What an administrator does only with another administrator of the programme.

Nobody gives themselves a role, and nobody makes an administrator alone, who could then agree to anything.
And nobody takes another's second factor away alone, to sign in as them with a link for their password. Where
a programme has too few administrators, whoever runs the machine does these: `compact people --help`.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from survey_app.models.people.accounts import Grant, Person
from survey_app.services.audit import AuditContext
from survey_app.services.people import accounts, approvals, second_factor, sessions
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.grants import ALL_STRANDS, give_role, roles_of, set_roles
from survey_app.services.people.permissions import ROLES, Permission

GIVE_ROLES, RESET_FACTOR = "give_roles", "reset_second_factor"
PERSON = "person"
ADMINISTRATOR = "administrator"
ACTS = frozenset({GIVE_ROLES, RESET_FACTOR})


@dataclass(frozen=True)
class Waiting:
    """A request that waits for a second administrator, and whom it is about."""

    approval: ApprovalView
    name: str
    email: str

    @property
    def is_reset(self) -> bool:
        """Whether a second factor is to be removed; else roles are to be given."""
        return self.approval.act == RESET_FACTOR

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.approval.detail.get("roles", ()))

    @property
    def strand(self) -> Strand | None:
        strand = self.approval.detail.get("strand")
        return Strand(strand) if strand else None


def add_person(
    session: Session, *, email: str, name: str, role: str, someone: SignedIn, context: AuditContext
) -> tuple[int, bool]:
    """Add a person with one role; their id, and whether the role waits for a second administrator.

    Raises:
        InvalidError: as `accounts.add_person`.
    """
    if role != ADMINISTRATOR:
        return accounts.add_person(session, email=email, name=name, role=role, context=context), False
    person_id = accounts.new_person(session, email=email, name=name, role=role, context=context)
    _ask(session, person_id, frozenset({role}), None, someone, context)
    return person_id, True


def change_roles(
    session: Session,
    *,
    person_id: int,
    roles: frozenset[str],
    strand: Strand | None,
    someone: SignedIn,
    keep: str,
    context: AuditContext,
) -> frozenset[str]:
    """Let a person hold these roles; those that wait for a second administrator. Audited.

    Raises:
        InvalidError: nothing would be left, or a role that there is not.
        ConflictError: a request about this person waits already.
        NotFoundError: nobody of this programme.
    """
    scopes = roles_of(session, programme_id=context.programme_id, person_ids=[person_id]).get(person_id, {})
    held = scopes.get(strand or ALL_STRANDS, frozenset())
    if not roles <= ROLES.keys():
        raise InvalidError("Choose roles from the list.")
    waiting = frozenset(role for role in roles - held if person_id == someone.id or role == ADMINISTRATOR)
    if waiting:
        _ask(session, person_id, waiting, strand, someone, context)
    if roles - waiting != held:
        set_roles(
            session, person_id=person_id, roles=roles - waiting, strand=strand, keep=keep, context=context
        )
    return waiting


def waiting(session: Session, *, programme_id: int) -> tuple[Waiting, ...]:
    """What waits for a second administrator of a programme, whoever asked, oldest first."""
    views = [view for view in approvals.undecided(session, programme_id=programme_id) if view.act in ACTS]
    people = {
        person.id: person
        for person in session.scalars(
            select(Person).where(Person.id.in_([view.subject_id for view in views]))
        )
    }
    return tuple(Waiting(view, people[view.subject_id].name, people[view.subject_id].email) for view in views)


def agree(session: Session, *, approval_id: int, someone: SignedIn, context: AuditContext) -> ApprovalView:
    """Agree to what another administrator asked for, and do it. Audited.

    Raises:
        NotAllowedError, ConflictError, NotFoundError: as `approvals.agree`.
    """
    view = approvals.agree(session, approval_id=approval_id, person_id=someone.id, context=context)
    if view.act not in ACTS:
        raise NotFoundError("request", approval_id)
    if view.act == RESET_FACTOR:
        return _reset(session, view, someone, context)
    strand = view.detail.get("strand")
    for role in view.detail["roles"]:
        give_role(
            session,
            person_id=view.subject_id,
            role=role,
            strand=Strand(strand) if strand else None,
            context=context,
        )
    return view


def _reset(session: Session, view: ApprovalView, someone: SignedIn, context: AuditContext) -> ApprovalView:
    if view.subject_id == someone.id:
        raise NotAllowedError("This is about yourself, so somebody else has to decide.")
    second_factor.remove(session, person_id=view.subject_id, context=context)
    sessions.end_others(session, person_id=view.subject_id)
    return view


def ask_for_reset(session: Session, *, person_id: int, someone: SignedIn, context: AuditContext) -> None:
    """Ask that somebody who lost phone and recovery codes may set up another authenticator. Audited.

    Raises:
        ConflictError: they have none, or a request about them waits already.
    """
    if not second_factor.is_set_up(session, person_id=person_id):
        raise ConflictError("They have no authenticator yet: they set one up when they sign in.")
    request = Request(
        act=RESET_FACTOR,
        permission=Permission.MANAGE_PEOPLE,
        subject_kind=PERSON,
        subject_id=person_id,
        detail={},
    )
    approvals.ask(session, request=request, person_id=someone.id, context=context)


def decline(
    session: Session, *, approval_id: int, someone: SignedIn, reason: str, context: AuditContext
) -> ApprovalView:
    """Refuse what another administrator asked for, or withdraw what one asked for oneself. Audited.

    Raises:
        InvalidError: a refusal without a reason.
        NotAllowedError, ConflictError, NotFoundError: as `approvals.refuse`.
    """
    own = any(
        view.id == approval_id and view.asked_by_id == someone.id
        for view in approvals.undecided(session, programme_id=someone.programme_id)
    )
    if own:
        return approvals.withdraw(session, approval_id=approval_id, person_id=someone.id, context=context)
    return approvals.refuse(
        session, approval_id=approval_id, person_id=someone.id, reason=reason, context=context
    )


def is_administrator(session: Session, person_id: int) -> bool:
    """Whether somebody is an administrator anywhere."""
    held = select(Grant.person_id).where(Grant.person_id == person_id, Grant.role == ADMINISTRATOR).limit(1)
    return session.scalar(held) is not None


def _ask(
    session: Session,
    person_id: int,
    roles: frozenset[str],
    strand: Strand | None,
    someone: SignedIn,
    context: AuditContext,
) -> None:
    request = Request(
        act=GIVE_ROLES,
        permission=Permission.MANAGE_PEOPLE,
        subject_kind=PERSON,
        subject_id=person_id,
        detail={"roles": sorted(roles), "strand": strand or ""},
    )
    approvals.ask(session, request=request, person_id=someone.id, context=context)
