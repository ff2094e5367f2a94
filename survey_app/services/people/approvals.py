"""Acts that need a second person: asked for by one, agreed to or refused by another, all of it audited.

The use case that needs a second person asks here, and is carried out by whoever agrees, in the transaction of
the agreement. Who asked can withdraw the request, and never decides it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from survey_app.errors import ConflictError, InvalidError, NotAllowedError
from survey_app.models.people.accounts import Grant, Person
from survey_app.models.people.approvals import Approval, Decision
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.people.grants import ALL_STRANDS
from survey_app.services.people.independence import are_independent, check_independent
from survey_app.services.people.permissions import Permission

MAX_REASON_LENGTH = 2_000
# When an agreement to one time was used.
USED = "used_at"
# Others, by id, who had a part in what is asked for: as little as whoever asked do they decide it.
BESIDE = "beside"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be done (`publish_release`), to what, and what the second person must hold to decide it.

    `detail` holds plain values that the decider reads: never an answer, a respondent's name or an address.
    """

    act: str
    permission: Permission
    subject_kind: str
    subject_id: int
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    """A request and what became of it; names are those of people who sign in."""

    id: int
    act: str
    subject_kind: str
    subject_id: int
    detail: dict[str, Any]
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision: Decision | None
    reason: str

    @property
    def askers(self) -> frozenset[int]:
        """Whoever asked, and others who had a part in what is asked for, by id."""
        return frozenset({self.asked_by_id, *self.detail.get(BESIDE, ())})

    def check_about(self, act: str, subject_kind: str, subject_id: int) -> None:
        """Whether this is the request that the caller's page is about.

        Raises:
            InvalidError: it is not.
        """
        if (self.act, self.subject_kind, self.subject_id) != (act, subject_kind, subject_id):
            raise InvalidError("This request is about something else.")


def ask(session: Session, *, request: Request, person_id: int, context: AuditContext) -> int:
    """Ask for a second person; the request's id. Audited.

    Raises:
        ConflictError: this waits for a decision already.
        NotAllowedError: the person has no role in the programme.
        InvalidError: no programme was named.
    """
    if context.programme_id is None:
        raise InvalidError("A request belongs to a programme; none was named.")
    _check_works_here(session, person_id, None, context)
    if _newest(session, request, context, Approval.decision.is_(None)) is not None:
        raise ConflictError("This waits for a second person already.")
    return _asked(session, request, person_id, context.programme_id, context)


def ask_once(
    session: Session, *, request: Request, person_id: int, programme_id: int, context: AuditContext
) -> int:
    """Ask on behalf of whoever did something that the worker ends; what waits for it already is the same."""
    of_programme = replace(context, programme_id=programme_id)
    there = _newest(session, request, of_programme, Approval.decision.is_(None))
    return there.id if there else _asked(session, request, person_id, programme_id, of_programme)


def _asked(
    session: Session, request: Request, person_id: int, programme_id: int, context: AuditContext
) -> int:
    row = Approval(
        programme_id=programme_id,
        act=request.act,
        permission=request.permission,
        subject_kind=request.subject_kind,
        subject_id=request.subject_id,
        detail=request.detail,
        asked_by_person_id=person_id,
        asked_at=context.now,
    )
    session.add(row)
    session.flush()
    _record(session, row, "approval asked for", context)
    return row.id


def agree(
    session: Session, *, approval_id: int, person_id: int, reason: str = "", context: AuditContext
) -> ApprovalView:
    """Agree to what somebody else asked for; the caller carries it out in the same transaction. Audited.

    Raises:
        NotAllowedError: the person asked for it, may not decide such requests, or is none of their own beside
            whoever asked (`independence`).
        ConflictError: it is decided already.
        NotFoundError: no such request in this programme.
    """
    return _decide(session, approval_id, person_id, Decision.AGREED, reason, context)


def refuse(
    session: Session, *, approval_id: int, person_id: int, reason: str, context: AuditContext
) -> ApprovalView:
    """Refuse what somebody else asked for, and say why. Audited.

    Raises:
        InvalidError: no reason.
        NotAllowedError, ConflictError, NotFoundError: as `agree`.
    """
    if not reason.strip():
        raise InvalidError("Say why you refuse.")
    return _decide(session, approval_id, person_id, Decision.REFUSED, reason, context)


def decline(
    session: Session, *, approval_id: int, person_id: int, reason: str, context: AuditContext
) -> ApprovalView:
    """Refuse what somebody else asked for, or take back what one asked for oneself. Audited.

    Raises:
        InvalidError: a refusal without a reason.
        NotAllowedError, ConflictError, NotFoundError: as `agree`.
    """
    if _undecided(session, approval_id, context).asked_by_person_id == person_id:
        return withdraw(session, approval_id=approval_id, person_id=person_id, context=context)
    return refuse(session, approval_id=approval_id, person_id=person_id, reason=reason, context=context)


def withdraw(session: Session, *, approval_id: int, person_id: int, context: AuditContext) -> ApprovalView:
    """Take back what one asked for. Audited.

    Raises:
        NotAllowedError: somebody else asked for it.
        ConflictError, NotFoundError: as `agree`.
    """
    row = _undecided(session, approval_id, context)
    if row.asked_by_person_id != person_id:
        raise NotAllowedError("Only whoever asked for this can withdraw it.")
    return _close(session, row, person_id, Decision.WITHDRAWN, "", context)


def void(session: Session, *, request: Request, person_id: int, context: AuditContext) -> None:
    """Close what waits for this, whoever asked: what it was about is changed or gone. Audited."""
    row = _newest(session, request, context, Approval.decision.is_(None))
    if row is not None:
        _close(session, row, person_id, Decision.WITHDRAWN, "", context)


def vouch(session: Session, *, approval_id: int, how: str, context: AuditContext) -> None:
    """Close a request for whose subject whoever runs the machine answers: nobody here could decide. Audited.

    Raises:
        InvalidError: `how` they know is not said, or at length.
        ConflictError, NotFoundError: as `agree`.
    """
    if not 0 < len(how.strip()) <= MAX_REASON_LENGTH:
        raise InvalidError(f"Say how you know, in at most {MAX_REASON_LENGTH:,} characters.")
    row = _undecided(session, approval_id, context)
    said = f"Vouched for by whoever runs the machine: {how.strip()}"
    _close(session, row, row.asked_by_person_id, Decision.WITHDRAWN, said, context)
    _record(session, row, "vouched for", context)


def another_holds(session: Session, permission: Permission, *, person_id: int, programme_id: int) -> bool:
    """Whether somebody else could be the second person of somebody, by what they hold in a programme."""
    held = (
        select(Grant.person_id)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.programme_id == programme_id,
            Grant.permission == permission,
            Grant.strand == ALL_STRANDS,
            Person.active,
            Person.id != person_id,
        )
    )
    others = session.scalars(held.distinct()).all()
    return any(are_independent(session, one, person_id) for one in others)


def waiting_for(session: Session, *, person_id: int, programme_id: int) -> tuple[ApprovalView, ...]:
    """What this person can decide now, oldest first: nothing that they asked for themselves."""
    held = select(Grant.permission).where(
        Grant.person_id == person_id, Grant.programme_id == programme_id, Grant.strand == ALL_STRANDS
    )
    views = _views(
        session,
        Approval.programme_id == programme_id,
        Approval.decision.is_(None),
        Approval.asked_by_person_id != person_id,
        Approval.permission.in_(held),
    )
    return tuple(view for view in views if person_id not in view.askers)


def undecided(session: Session, *, programme_id: int) -> tuple[ApprovalView, ...]:
    """Every request of a programme that waits, whoever asked for it, oldest first."""
    return _views(session, Approval.programme_id == programme_id, Approval.decision.is_(None))


def history_of(
    session: Session, *, subject_kind: str, subject_id: int, programme_id: int
) -> tuple[ApprovalView, ...]:
    """Every request about one subject, oldest first."""
    return _views(
        session,
        Approval.programme_id == programme_id,
        Approval.subject_kind == subject_kind,
        Approval.subject_id == subject_id,
    )


def is_agreed(session: Session, *, request: Request, context: AuditContext) -> bool:
    """Whether the newest request for this was agreed to by a second person."""
    row = _newest(session, request, context)
    return row is not None and row.decision is Decision.AGREED


def use_up(
    session: Session, *, request: Request, person_id: int, lasts: timedelta, context: AuditContext
) -> ApprovalView:
    """Use an agreement, which stands for one time and for a while, and for whoever asked for it.

    Raises:
        NotAllowedError: nobody agreed, it was used, or it is too old.
    """
    row = _newest(session, request, context, Approval.asked_by_person_id == person_id)
    agreed = row is not None and row.decision is Decision.AGREED and row.decided_at is not None
    if row is None or not agreed or not _stands(row, lasts, context.now):
        raise NotAllowedError("A second person has to agree to this first, each time.")
    row.detail = {**row.detail, USED: context.now.isoformat()}
    session.flush()
    return _views(session, Approval.id == row.id)[0]


def _stands(row: Approval, lasts: timedelta, now: datetime) -> bool:
    return USED not in row.detail and row.decided_at is not None and now - row.decided_at <= lasts


def _newest(
    session: Session, request: Request, context: AuditContext, *conditions: ColumnElement[bool]
) -> Approval | None:
    return session.scalars(
        select(Approval)
        .where(
            Approval.programme_id == context.programme_id,
            Approval.act == request.act,
            Approval.subject_kind == request.subject_kind,
            Approval.subject_id == request.subject_id,
            *conditions,
        )
        .order_by(Approval.id.desc())
        .limit(1)
    ).first()


def _decide(
    session: Session,
    approval_id: int,
    person_id: int,
    decision: Decision,
    reason: str,
    context: AuditContext,
) -> ApprovalView:
    row = _undecided(session, approval_id, context)
    (view,) = _views(session, Approval.id == row.id)
    if person_id in view.askers:
        raise NotAllowedError("You asked for this yourself, so somebody else has to decide.")
    _check_works_here(session, person_id, row.permission, context)
    for asker_id in view.askers if decision is Decision.AGREED else ():
        check_independent(session, asker_id=asker_id, decider_id=person_id)
    if len(reason) > MAX_REASON_LENGTH:
        raise InvalidError(f"Give a reason of at most {MAX_REASON_LENGTH:,} characters.")
    return _close(session, row, person_id, decision, reason.strip(), context)


def _undecided(session: Session, approval_id: int, context: AuditContext) -> Approval:
    row = owned(
        session, Approval, approval_id, programme_id=context.programme_id,
        with_for_update=True, populate_existing=True,
    )  # fmt: skip
    if row.decision is not None:
        raise ConflictError(f"This was {row.decision} already.")
    return row


def _check_works_here(
    session: Session, person_id: int, permission: str | None, context: AuditContext
) -> None:
    """Only somebody active who holds the permission (or any) for the whole programme takes part."""
    held = (
        select(Grant.person_id)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.person_id == person_id, Grant.programme_id == context.programme_id, Person.active)
    )
    if permission is not None:
        held = held.where(Grant.permission == permission, Grant.strand == ALL_STRANDS)
    if session.scalar(held.limit(1)) is None:
        raise NotAllowedError("Your role does not include this. Ask an administrator if it should.")


def _close(
    session: Session,
    row: Approval,
    person_id: int,
    decision: Decision,
    reason: str,
    context: AuditContext,
) -> ApprovalView:
    row.decision, row.reason = decision, reason
    row.decided_by_person_id, row.decided_at = person_id, context.now
    session.flush()
    _record(session, row, f"approval {decision}", context)
    return _views(session, Approval.id == row.id)[0]


def _record(session: Session, row: Approval, what: str, context: AuditContext) -> None:
    subject = f"{row.subject_kind} {row.subject_id}"
    record(session, context, what, "approval", row.id, request=row.act, about=subject)


def _views(session: Session, *conditions: ColumnElement[bool]) -> tuple[ApprovalView, ...]:
    asker, decider = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Approval, asker.name, decider.name)
        .join(asker, asker.id == Approval.asked_by_person_id)
        .join(decider, decider.id == Approval.decided_by_person_id, isouter=True)
        .where(*conditions)
        .order_by(Approval.id)
    )
    return tuple(
        ApprovalView(
            id=row.id,
            act=row.act,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            detail=dict(row.detail),
            asked_by=asked_by,
            asked_by_id=row.asked_by_person_id,
            asked_at=row.asked_at,
            decided_by=decided_by or "",
            decided_at=row.decided_at,
            decision=row.decision,
            reason=row.reason,
        )
        for row, asked_by, decided_by in rows
    )
