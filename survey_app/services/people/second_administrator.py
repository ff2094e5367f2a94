"""What an administrator does only with another administrator of the programme.

Nobody adds a person alone, gives themselves a role, or gives anybody a role that leads to answers, codes,
exports or agreeing (`permissions.WEIGHTY`): who adds two people could otherwise be both. And nobody takes
another's second factor away alone, to sign in as them with a link for their password. Where a programme has
too few administrators, whoever runs the machine does these: `compact people --help`.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from survey_app.models.people.accounts import Grant, Person
from survey_app.services.audit import AuditContext
from survey_app.services.people import (
    accounts,
    approvals,
    grants,
    independence,
    password_links,
    second_factor,
    sessions,
)
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.grants import ALL_STRANDS, give_role, roles_of, set_roles
from survey_app.services.people.past_roles import check_apart_over_time
from survey_app.services.people.permissions import ROLES, WEIGHTY, Permission

GIVE_ROLES, RESET_FACTOR = "give_roles", "reset_second_factor"
PERSON = "person"
ACTS = frozenset({GIVE_ROLES, RESET_FACTOR})


@dataclass(frozen=True)
class Waiting:
    """A request that waits for a second administrator, and whom it is about."""

    approval: ApprovalView
    name: str
    email: str

    @property
    def is_new(self) -> bool:
        """Whether the account itself is new."""
        return bool(self.approval.detail.get("new"))

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
) -> int:
    """Ask another administrator to agree to a new person with one role; the person's id.

    Raises:
        InvalidError: as `accounts.add_person`.
        ConflictError: a request about this person waits already.
    """
    person_id = accounts.new_person(session, email=email, name=name, role=role, context=context)
    _ask(session, person_id, frozenset({role}), None, someone, context, new=True)
    return person_id


def is_alone(session: Session, *, someone: SignedIn) -> bool:
    """Whether no other administrator of the programme could agree to what this one asks for."""
    others = (
        select(Grant.person_id)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.programme_id == someone.programme_id,
            Grant.permission == Permission.MANAGE_PEOPLE,
            Grant.strand == ALL_STRANDS,
            Person.active,
            Person.id != someone.id,
        )
    )
    return not any(independence.are_independent(session, one, someone.id) for one in session.scalars(others))


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
        InvalidError: nothing would be left, or a role that there is not or that stands against another.
        ConflictError: a request about this person waits already.
        NotFoundError: nobody of this programme.
    """
    scopes = roles_of(session, programme_id=context.programme_id, person_ids=[person_id]).get(person_id, {})
    scope = strand or ALL_STRANDS
    held = scopes.get(scope, frozenset())
    if not roles <= ROLES.keys():
        raise InvalidError("Choose roles from the list.")
    waiting = frozenset(role for role in roles - held if person_id == someone.id or role in WEIGHTY)
    # Nobody is left without a role while another one waits: then the old one goes with the agreement.
    left = bool(roles - waiting or scopes.keys() - {scope}) or person_id == someone.id
    swapped = held if waiting and not left else frozenset()
    if waiting and not swapped:
        grants.check_apart(session, person_id=person_id, roles=waiting)
    if swapped:
        wanted = {permission for role in waiting for permission in ROLES[role]}
        check_apart_over_time(session, person_id=person_id, wanted=wanted, leaving=swapped)
    if waiting:
        _ask(session, person_id, waiting, strand, someone, context, instead_of=swapped)
    if roles - waiting != held and not swapped:
        set_roles(
            session,
            person_id=person_id,
            roles=roles - waiting,
            strand=strand,
            keep=keep,
            alone_by=someone.id,
            context=context,
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

    Somebody new is sent a link, which nobody here sees.

    Raises:
        NotAllowedError, ConflictError, NotFoundError: as `approvals.agree`.
    """
    view = approvals.agree(session, approval_id=approval_id, person_id=someone.id, context=context)
    if view.act not in ACTS:
        raise NotFoundError("request", approval_id)
    if view.act == RESET_FACTOR:
        return _reset(session, view, someone, context)
    if independence.made_alone_by(session, person_id=view.subject_id) == someone.id:
        raise NotAllowedError("You added this person yourself, so somebody else has to decide.")
    _give(session, view, context)
    if view.detail.get("new"):
        password_links.schedule_link(session, person_id=view.subject_id, context=context)
    return view


def _give(session: Session, view: ApprovalView, context: AuditContext) -> None:
    person_id, asked = view.subject_id, frozenset(view.detail["roles"])
    strand = Strand(view.detail["strand"]) if view.detail.get("strand") else None
    scopes = roles_of(session, programme_id=context.programme_id, person_ids=[person_id]).get(person_id, {})
    if scopes:
        stay = scopes.get(strand or ALL_STRANDS, frozenset()) - set(view.detail.get("instead_of", ()))
        set_roles(session, person_id=person_id, roles=stay | asked, strand=strand, context=context)
        return
    for role in sorted(asked):
        give_role(session, person_id=person_id, role=role, strand=strand, context=context)


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
    return approvals.decline(
        session, approval_id=approval_id, person_id=someone.id, reason=reason, context=context
    )


def _ask(
    session: Session,
    person_id: int,
    roles: frozenset[str],
    strand: Strand | None,
    someone: SignedIn,
    context: AuditContext,
    *,
    new: bool = False,
    instead_of: frozenset[str] = frozenset(),
) -> None:
    detail = {"roles": sorted(roles), "strand": strand or "", "new": new, "instead_of": sorted(instead_of)}
    request = Request(
        act=GIVE_ROLES,
        permission=Permission.MANAGE_PEOPLE,
        subject_kind=PERSON,
        subject_id=person_id,
        detail=detail,
    )
    approvals.ask(session, request=request, person_id=someone.id, context=context)
