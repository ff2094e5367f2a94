"""Rehearsals that coordinators ask for on the site: asked for, lived by a worker, kept in plain words.

A rehearsal is a job. It leaves nothing but what it says; its copy is gone when it ends, is stopped or fails,
so whoever takes it up begins with a new copy on the first day, and with the same seed comes to the same.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.cycle import Rehearsal
from survey_app.models.jobs import Job
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.jobs import JobView

SUBJECT, LIVE = "rehearsal", "rehearse"
MAX_YEARS = 6
SHOWN = 10
DAYS = frozenset({"day", "planned", "first", "last"})


@dataclass(frozen=True, kw_only=True)
class RehearsalView:
    """One rehearsal; `said` is None until it is over, then as `survey_app.rehearsal.outcome` writes it."""

    id: int
    years: int
    asked_at: datetime
    asked_by: str
    job: JobView
    said: dict[str, Any] | None


def ask(session: Session, *, years: int, context: AuditContext) -> int:
    """Let a worker rehearse the rest of this year and so many more; the id. Audited.

    Raises:
        InvalidError: the years are not 1 to `MAX_YEARS`.
        ConflictError: a worker is at one already.
    """
    if not 1 <= years <= MAX_YEARS:
        raise InvalidError(f"Give 1 to {MAX_YEARS} years, not {years}.")
    _refuse_second(session, context)
    row = Rehearsal(
        programme_id=context.programme_id, years=years, asked_at=context.now, asked_by=context.actor
    )
    session.add(row)
    session.flush()
    jobs.add_job(
        session, kind=LIVE, subject_kind=SUBJECT, subject_id=row.id, due_at=context.now, context=context
    )
    record(session, context, "rehearsal asked for", "rehearsal", row.id, years=years)
    return row.id


def _refuse_second(session: Session, context: AuditContext) -> None:
    at_work = session.scalar(
        select(Job.id).where(
            Job.programme_id == context.programme_id, Job.subject_kind == SUBJECT, Job.state == jobs.WAITING
        )
    )
    if at_work is not None:
        raise ConflictError("A rehearsal is under way. Wait until it is over, or stop it first.")


def rehearsals(session: Session, programme_id: int) -> list[RehearsalView]:
    """The last ones, the newest first."""
    rows = session.scalars(
        select(Rehearsal)
        .where(Rehearsal.programme_id == programme_id)
        .order_by(Rehearsal.id.desc())
        .limit(SHOWN)
    )
    return [_view(session, row) for row in rows]


def rehearsal(session: Session, *, rehearsal_id: int, programme_id: int) -> RehearsalView:
    """One of them.

    Raises:
        NotFoundError: no such rehearsal in the programme.
    """
    row = session.get(Rehearsal, rehearsal_id)
    if row is None or row.programme_id != programme_id:
        raise NotFoundError("rehearsal", rehearsal_id)
    return _view(session, row)


def _view(session: Session, row: Rehearsal) -> RehearsalView:
    work = jobs.jobs_of(session, kinds=(LIVE,), subject_kind=SUBJECT, subject_id=row.id)
    return RehearsalView(
        id=row.id,
        years=row.years,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        job=work[LIVE],
        said=json.loads(row.said, object_hook=_with_days) if row.said else None,
    )


def _with_days(values: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DAYS else value for name, value in values.items()}


def stop(session: Session, *, rehearsal_id: int, context: AuditContext) -> None:
    """Stop one that is under way; its copy is destroyed at its next step. Audited.

    Raises:
        NotFoundError: no such rehearsal in the programme.
        ConflictError: it is not under way.
    """
    jobs.stop(session, job_id=_job(session, rehearsal_id, context).id, context=context)


def resume(session: Session, *, rehearsal_id: int, context: AuditContext) -> None:
    """Let one that was stopped or failed be lived after all, from its first day. Audited.

    Raises:
        NotFoundError: no such rehearsal in the programme.
        ConflictError: it is in another state, or a worker is at another one.
    """
    job = _job(session, rehearsal_id, context)
    _refuse_second(session, context)
    jobs.resume(session, job_id=job.id, context=context)


def _job(session: Session, rehearsal_id: int, context: AuditContext) -> JobView:
    return rehearsal(session, rehearsal_id=rehearsal_id, programme_id=context.programme_id or 0).job


def keep(session: Session, *, job: JobView, worker: str, said: dict[str, Any], context: AuditContext) -> bool:
    """Keep what a rehearsal came to and end its job; False when it was stopped or lost meanwhile. Audited."""
    if not jobs.finish(session, job_id=job.id, worker=worker, now=context.now):
        return False
    session.get_one(Rehearsal, job.subject_id).said = json.dumps(said)
    record(session, context, "rehearsal ended", "rehearsal", job.subject_id, faults=len(said["faults"]))
    return True
