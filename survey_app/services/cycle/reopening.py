"""A closed round that takes answers again: asked for by one person, agreed to by another, until checked.

Once a release of the round has been checked, others rest on its numbers, and it stays closed for good.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from scheduler.strands import SURVEYS
from scheduler.timetable import EventKind, spoken
from survey_app.clock import end_of, london_date
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.cases.casework import Case
from survey_app.models.outbox import Message
from survey_app.models.results import Release, ReleaseRound, ReleaseState
from survey_app.services import jobs, material
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.launch import UNANSWERED, schedule_passes
from survey_app.services.cycle.derived import following_from
from survey_app.services.fieldwork.moving import MAX_WHY
from survey_app.services.people import approvals
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.permissions import Permission
from survey_app.services.results import freezing
from survey_app.services.rounds import beside, events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView

ACT = "reopen_round"
MAX_DAYS = 90
# A release that somebody else has looked at, or that went out, rests on answers that stay as they are.
CHECKED = (ReleaseState.CHECKED, ReleaseState.APPROVED, ReleaseState.PUBLISHED)
# The work that destroys answers, once two people agreed to it.
DESTROYS = ("destroy", "scrub")


@dataclass(frozen=True)
class Standing:
    """Why a round stays closed, if it does, and what waits for a second person."""

    against: str
    asked: ApprovalView | None


def standing(session: Session, *, round_view: RoundView) -> Standing:
    """Whether a round may be reopened, and whether somebody asked for it."""
    views = approvals.history_of(
        session, subject_kind=jobs.ROUND, subject_id=round_view.id, programme_id=round_view.programme_id
    )
    asked = next((view for view in views if view.act == ACT and view.decision is None), None)
    return Standing(_against(session, round_view), asked)


def consequences(
    session: Session, *, round_view: RoundView, until: date, context: AuditContext
) -> tuple[str, ...]:
    """What would follow if the round took answers again until the end of a day.

    Raises:
        StageError: it is not closed, or has to stay so.
        InvalidError: the day has passed, or is far away.
    """
    _check(session, round_view, until, context)
    return tuple(_follows(session, round_view, until, context))


def ask(
    session: Session,
    *,
    round_view: RoundView,
    until: date,
    why: str,
    person_id: int,
    context: AuditContext,
) -> int:
    """Ask a second person to let a closed round take answers again; the request's id. Audited.

    Raises:
        StageError, InvalidError: as `consequences`; or no reason was given.
        ConflictError: somebody asked already.
    """
    if not 1 <= len(why.strip()) <= MAX_WHY:
        raise InvalidError(f"Say why, in 1 to {MAX_WHY} characters.")
    _check(session, round_view, until, context)
    detail = {"round": round_view.title, "until": until.isoformat(), "why": why.strip()}
    request = Request(
        act=ACT,
        permission=Permission.LAUNCH_ROUND,
        subject_kind=jobs.ROUND,
        subject_id=round_view.id,
        detail=detail,
    )
    return approvals.ask(session, request=request, person_id=person_id, context=context)


def agree(
    session: Session, *, round_view: RoundView, approval_id: int, person_id: int, context: AuditContext
) -> None:
    """Agree to what somebody else asked for: the round takes answers from now on. Audited.

    Raises:
        NotAllowedError: the person asked for it, or may not decide this.
        StageError, InvalidError: as `consequences`, by now.
        ConflictError, NotFoundError: it is decided already, or is about something else.
    """
    view = approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    view.check_about(ACT, jobs.ROUND, round_view.id)
    until = date.fromisoformat(str(view.detail["until"]))
    _check(session, round_view, until, context)
    beside.hold(session, round_view.programme_id)
    if others := beside.against(session, round_view):
        raise StageError(" ".join(others))
    if not lifecycle.reopen(session, round_view=round_view):
        raise ConflictError(f"{round_view.title} was changed by somebody else. Look again.")
    why = f"{view.detail['why']} (asked for by {view.asked_by})"[:MAX_WHY]
    events.reopen(session, round_id=round_view.id, day=until, why=why, context=context)
    jobs.reschedule(
        session,
        kind=EventKind.CLOSE,
        subject_kind=jobs.ROUND,
        subject_id=round_view.id,
        due_at=end_of(until),
        context=context,
    )
    if round_view.strand in SURVEYS:
        schedule_passes(session, round_view, context)
    record(
        session,
        context,
        "round reopened",
        "round",
        round_view.id,
        until=until.isoformat(),
        asked_by=view.asked_by,
    )


def decline(
    session: Session,
    *,
    round_view: RoundView,
    approval_id: int,
    person_id: int,
    reason: str,
    context: AuditContext,
) -> None:
    """Refuse what somebody else asked for, or take back what one asked for oneself. Audited.

    Raises:
        InvalidError: a refusal without a reason.
        NotAllowedError, ConflictError, NotFoundError: as `agree`.
    """
    view = approvals.decline(
        session, approval_id=approval_id, person_id=person_id, reason=reason, context=context
    )
    view.check_about(ACT, jobs.ROUND, round_view.id)


def _check(session: Session, round_view: RoundView, until: date, context: AuditContext) -> None:
    if against := _against(session, round_view):
        raise StageError(against)
    today = london_date(context.now)
    if until < today:
        raise InvalidError(f"The new last day, {spoken(until)}, has passed. Choose today or later.")
    if until > today + timedelta(days=MAX_DAYS):
        raise InvalidError(f"The new last day, {spoken(until)}, is more than {MAX_DAYS} days away.")


def _against(session: Session, round_view: RoundView) -> str:
    """Why the round cannot take answers again; nothing where it can."""
    if round_view.stage is not Stage.CLOSED:
        return f"{round_view.title} is {round_view.stage}. A round that is closed can be reopened."
    checked = session.scalar(
        select(Release.number)
        .join(ReleaseRound, ReleaseRound.release_id == Release.id)
        .where(ReleaseRound.round_id == round_view.id, Release.state.in_(CHECKED))
        .limit(1)
    )
    if checked is not None:
        return f"Release {checked} rests on the answers of {round_view.title}, so it stays closed."
    if freezing.is_at_work(session, round_id=round_view.id):
        return "Results are being worked out from these answers. Wait, or stop that work."
    if _destroyed(session, round_view):
        return f"The answers of {round_view.title} were destroyed, or are about to be. It stays closed."
    return ""


def _destroyed(session: Session, round_view: RoundView) -> bool:
    lost = material.is_destroyed(session, subject_kind=material.ROUND, subject_id=round_view.id)
    return lost or bool(
        jobs.jobs_of(session, kinds=DESTROYS, subject_kind=jobs.ROUND, subject_id=round_view.id)
    )


def _follows(session: Session, round_view: RoundView, until: date, context: AuditContext) -> Iterator[str]:
    yield (
        f"{round_view.title} takes answers again, as soon as a second person agrees, until the end of "
        f"{spoken(until)}. It closed on {spoken(round_view.dates.closes_on)}."
    )
    if round_view.strand in SURVEYS:
        yield from _of_cases(session, round_view)
    yield "Results cannot be frozen until it has closed again."
    later = replace(round_view.dates, closes_on=until)
    yield from following_from(session, round_view=round_view, dates=later, today=london_date(context.now))


def _of_cases(session: Session, round_view: RoundView) -> Iterator[str]:
    unanswered = session.scalar(
        select(func.count()).where(Case.round_id == round_view.id, Case.outcome.in_(UNANSWERED))
    )
    yield f"{_many(unanswered or 0, 'organisation')} without an answer can use the code that they have."
    withdrawn = session.scalar(
        select(func.count())
        .select_from(Message)
        .join(Case, Case.id == Message.case_id)
        .where(Case.round_id == round_view.id, Message.state == "withdrawn")
    )
    said = _many(withdrawn or 0, "letter")
    yield f"No letter leaves by itself: {said} that had not left when they were no longer needed stay so."


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
