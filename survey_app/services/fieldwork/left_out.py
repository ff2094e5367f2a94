"""A reminder whose work stands still, left out by a person; everything else of a round has to be done."""

from sqlalchemy.orm import Session

from scheduler.timetable import EventKind
from survey_app.errors import NotFoundError
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.jobs import JobView
from survey_app.services.rounds import events
from survey_app.services.rounds.lifecycle import RoundView

REMINDERS = frozenset({EventKind.FIRST_REMINDER, EventKind.SECOND_REMINDER})


def may_be_left_out(job: JobView) -> bool:
    """Whether a piece of a round's work stands still and the round goes on without it."""
    return job.kind in REMINDERS and job.state in (jobs.FAILED, jobs.STOPPED)


def of_round(session: Session, *, round_view: RoundView, job_id: int) -> JobView:
    """One piece of the work of a round.

    Raises:
        NotFoundError: the round has none of this number.
    """
    job = jobs.view(session, job_id)
    if (job.subject_kind, job.subject_id) != (jobs.ROUND, round_view.id):
        raise NotFoundError("job", job_id)
    return job


def leave_out(session: Session, *, round_view: RoundView, job_id: int, context: AuditContext) -> None:
    """Leave a reminder out; the round's dates say so. Audited.

    Raises:
        NotFoundError: the round has no such reminder.
        ConflictError: it does not stand still any more.
    """
    job = of_round(session, round_view=round_view, job_id=job_id)
    if job.kind not in REMINDERS:
        raise NotFoundError("reminder", job_id)
    jobs.leave_out(session, job_id=job_id, context=context)
    why = f"Left out by {context.actor}."
    events.note_skipped(session, round_id=round_view.id, kind=EventKind(job.kind), why=why)
