"""Who may do what: roles given to people in a programme, for all its strands or for one of them."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.people.accounts import Grant, Person
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.past_roles import check_apart_over_time, note_ended
from survey_app.services.people.permissions import NAMES_BODIES, ROLES, Permission
from survey_app.services.people.sessions import end_others

ALL_STRANDS = ""


def give_role(
    session: Session, *, person_id: int, role: str, strand: Strand | None = None, context: AuditContext
) -> None:
    """Give every permission of a role in the context's programme, for one strand or for all. Audited.

    Permissions that are held already stay.

    Raises:
        InvalidError: no programme was named, there is no such role, or another one stands against it.
    """
    if role not in ROLES:
        raise InvalidError(unknown_role(role))
    add_grants(session, person_id=person_id, role=role, strand=strand, context=context)
    end_others(session, person_id=person_id)
    record(session, context, "role given", "person", person_id, role=role, strand=strand or "all")


def add_grants(
    session: Session,
    *,
    person_id: int,
    role: str,
    strand: Strand | None,
    alone_by: int | None = None,
    context: AuditContext,
) -> None:
    """What `give_role` writes, for use cases that record it in words of their own.

    `alone_by` is an administrator who gives it without a second.
    """
    if context.programme_id is None:
        raise InvalidError("A role belongs to a programme; none was named.")
    check_apart(session, person_id=person_id, roles=[role])
    scope = strand or ALL_STRANDS
    held = set(
        session.scalars(
            select(Grant.permission).where(
                Grant.person_id == person_id,
                Grant.programme_id == context.programme_id,
                Grant.role == role,
                Grant.strand == scope,
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
                strand=scope,
                granted_at=context.now,
                granted_by=context.actor,
                given_alone_by_id=alone_by,
            )
        )
    session.flush()


def check_apart(session: Session, *, person_id: int, roles: Iterable[str] = ()) -> None:
    """Whether somebody who would hold these roles besides their own could put names beside single answers.

    What they hold counts in whatever programme and strand; so does what they held (`past_roles`).

    Raises:
        InvalidError: they could.
    """
    held = set(session.scalars(select(Grant.permission).where(Grant.person_id == person_id).distinct()))
    # Where somebody held both before this was so, another role that is none of either does no harm.
    new = {permission for role in roles for permission in ROLES[role]} or held
    held |= new
    if (Permission.SEE_BUNDLE in new and held & NAMES_BODIES) or (
        new & NAMES_BODIES and Permission.SEE_BUNDLE in held
    ):
        raise InvalidError(
            "An analyst takes single answers, so nobody is one who also sees lists, panels, cases, the "
            "register, forms or logs, which name organisations. Give the role to somebody else."
        )
    check_apart_over_time(session, person_id=person_id, wanted=new)


def not_apart(session: Session, *, programme_id: int) -> dict[str, str]:
    """Analysts of a programme who may take no bundle, by name, and why: they see or saw what names bodies."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.programme_id == programme_id, Grant.permission == Permission.SEE_BUNDLE, Person.active)
        .distinct()
        .order_by(Person.name, Person.id)
    ).all()
    reasons = {name: _why_not(session, person_id) for person_id, name in rows}
    return {name: why for name, why in reasons.items() if why}


def _why_not(session: Session, person_id: int) -> str:
    try:
        check_apart(session, person_id=person_id)
    except InvalidError as refused:
        return str(refused)
    return ""


def unknown_role(role: str) -> str:
    """What to say to somebody who named a role that there is not."""
    return f"There is no role {role!r}; the roles are {', '.join(ROLES)}."


def set_roles(
    session: Session,
    *,
    person_id: int,
    roles: frozenset[str],
    strand: Strand | None = None,
    keep: str = "",
    alone_by: int | None = None,
    context: AuditContext,
) -> None:
    """Let a person hold these roles for all strands of the context's programme, or for one. Audited.

    What they hold for other strands stays. Their sessions end, but the one of `keep`. `alone_by` is an
    administrator who gives them without a second.

    Raises:
        InvalidError: nothing would be left, a role that there is not or that stands against another, or
            administrators would lock themselves out.
        NotFoundError: nobody of this programme.
    """
    scopes = roles_of(session, programme_id=context.programme_id, person_ids=[person_id]).get(person_id, {})
    if not scopes:
        raise NotFoundError("person", person_id)
    scope = strand or ALL_STRANDS
    held = scopes.get(scope, frozenset())
    own = session.get_one(Person, person_id).email == context.actor
    if own and scope == ALL_STRANDS and "administrator" in held - roles:
        raise InvalidError("You cannot take your own administrator role away. Ask another administrator.")
    if not roles <= ROLES.keys() or not (roles or scopes.keys() - {scope}):
        raise InvalidError("Choose at least one role. Deactivate an account that should do nothing here.")
    session.execute(
        delete(Grant).where(
            Grant.person_id == person_id,
            Grant.programme_id == context.programme_id,
            Grant.strand == scope,
            Grant.role.in_(held - roles),
        )
    )
    note_ended(session, person_id=person_id, roles=held - roles, scope=scope, context=context)
    for role in sorted(roles - held):
        add_grants(session, person_id=person_id, role=role, strand=strand, alone_by=alone_by, context=context)
    if roles != held:
        detail = {"given": sorted(roles - held), "taken": sorted(held - roles)}
        if strand is not None:
            detail["strand"] = [strand.value]
        end_others(session, person_id=person_id, keep=keep)
        record(session, context, "roles changed", "person", person_id, **detail)


def roles_of(
    session: Session, *, programme_id: int | None, person_ids: Iterable[int]
) -> dict[int, dict[str, frozenset[str]]]:
    """The roles of people in a programme, by person and strand ("" for all strands)."""
    held: dict[int, dict[str, set[str]]] = {}
    rows = session.execute(
        select(Grant.person_id, Grant.strand, Grant.role)
        .where(Grant.programme_id == programme_id, Grant.person_id.in_(list(person_ids)))
        .distinct()
    )
    for person_id, strand, role in rows:
        held.setdefault(person_id, {}).setdefault(strand, set()).add(role)
    return {
        person_id: {strand: frozenset(roles) for strand, roles in scopes.items()}
        for person_id, scopes in held.items()
    }
