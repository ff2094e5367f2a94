"""Asking for the answers of a round to be destroyed, and a second person's decision."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from survey_app.errors import InvalidError, StageError
from survey_app.models.people.approvals import Decision
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.destruction import rounds as destroying
from survey_app.services.destruction.log import append
from survey_app.services.jobs import JobView
from survey_app.services.people import approvals
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

ACT, JOB, SCRUB = "destroy_answers", "destroy", "scrub"
MAX_REASON_LENGTH = 400


@dataclass(frozen=True)
class Standing:
    """How far destroying a round's answers is.

    `asked` waits for a decision; `agreed` was agreed to, and `work` is what is being done about it.
    """

    answers: int
    destroyed: bool
    asked: ApprovalView | None
    agreed: ApprovalView | None
    work: JobView | None


def ask(session: Session, *, round_id: int, person_id: int, reason: str, context: AuditContext) -> int:
    """Ask a second person to let the answers of a round be destroyed; the request's id. Audited.

    Raises:
        StageError: the round is not over.
        InvalidError: no reason, or a long one; or nothing is left to destroy.
        ConflictError: somebody asked already, or results are being worked out.
        NotFoundError: no such round in the programme.
    """
    round_view = _over(session, round_id, context)
    if not reason.strip() or len(reason) > MAX_REASON_LENGTH:
        raise InvalidError(f"Say why, in at most {MAX_REASON_LENGTH} characters.")
    if not destroying.has_key(session, round_id):
        raise InvalidError(f"There is nothing to destroy: {round_view.title} holds no answers.")
    destroying.check_no_freezing(session, round_id)
    answers = destroying.count_answers(session, round_id)
    detail = {"round": round_view.title, "reason": reason.strip(), "answers": answers}
    return approvals.ask(session, request=_request(round_id, detail), person_id=person_id, context=context)


def agree(
    session: Session, *, round_id: int, approval_id: int, person_id: int, context: AuditContext
) -> None:
    """Agree to what somebody else asked for: the worker destroys the answers now. Audited.

    Raises:
        NotAllowedError: the person asked for it, or may not decide this.
        ConflictError, NotFoundError: it is decided already, or is about something else.
    """
    _over(session, round_id, context)
    view = approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    view.check_about(ACT, jobs.ROUND, round_id)
    schedule(session, JOB, round_id=round_id, context=context)


def schedule(session: Session, kind: str, *, round_id: int, context: AuditContext) -> None:
    """Let the worker destroy what was agreed to (JOB), or take what went out of the file (SCRUB)."""
    jobs.reschedule(
        session,
        kind=kind,
        subject_kind=jobs.ROUND,
        subject_id=round_id,
        due_at=context.now,
        context=context,
    )


def carry_out(session: Session, *, round_id: int, log: Path, context: AuditContext) -> int:
    """One step of what was agreed to; how much went, 0 when nothing is left.

    Args:
        log: the file outside the database that says what was destroyed.

    Raises:
        StageError: nobody agreed.
        ConflictError: results are being worked out from the answers.
        InvalidError: the log cannot be written; nothing was destroyed.
    """
    return destroying.destroy_some(
        session,
        round_id=round_id,
        who=_who(session, round_id, context),
        write=partial(append, log),
        context=context,
    )


def decline(
    session: Session, *, round_id: int, approval_id: int, person_id: int, reason: str, context: AuditContext
) -> None:
    """Refuse what somebody else asked for, or take back what one asked for oneself. Audited.

    Raises:
        InvalidError: a refusal without a reason.
        NotAllowedError, ConflictError, NotFoundError: as `agree`.
    """
    view = approvals.decline(
        session, approval_id=approval_id, person_id=person_id, reason=reason, context=context
    )
    view.check_about(ACT, jobs.ROUND, round_id)


def standing(session: Session, *, round_id: int, context: AuditContext) -> Standing:
    """How far it is; the newest request counts."""
    views = approvals.history_of(
        session, subject_kind=jobs.ROUND, subject_id=round_id, programme_id=context.programme_id or 0
    )
    of_act = [view for view in views if view.act == ACT]
    newest = of_act[-1] if of_act else None
    work = jobs.jobs_of(session, kinds=(JOB, SCRUB), subject_kind=jobs.ROUND, subject_id=round_id)
    return Standing(
        answers=destroying.count_answers(session, round_id),
        destroyed=bool(newest and newest.decision is Decision.AGREED)
        and not destroying.has_key(session, round_id),
        asked=newest if newest and newest.decision is None else None,
        agreed=newest if newest and newest.decision is Decision.AGREED else None,
        work=next((job for job in work.values() if not job.finished_at), None),
    )


def _who(session: Session, round_id: int, context: AuditContext) -> str:
    agreed = standing(session, round_id=round_id, context=context).agreed
    if agreed is None:
        raise StageError("A second person has not agreed to this.")
    return f"{agreed.asked_by} and {agreed.decided_by}"


def _over(session: Session, round_id: int, context: AuditContext) -> RoundView:
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if not round_view.stage.is_over:
        raise StageError(f"{round_view.title} is {round_view.stage}. Its answers can go when it has closed.")
    return round_view


def _request(round_id: int, detail: dict[str, object]) -> Request:
    return Request(
        act=ACT,
        permission=Permission.DESTROY_ANSWERS,
        subject_kind=jobs.ROUND,
        subject_id=round_id,
        detail=detail,
    )
