"""Work that is due: claimed by one worker at a time, with progress, once.

A claim is one UPDATE whose row count is checked; a worker that dies loses its lease and
another goes on from `done`. A fault is kept with the job and tried again, a few times.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from survey_app.errors import ConflictError, NotFoundError
from survey_app.mail.addresses import without_addresses
from survey_app.models.jobs import Job
from survey_app.services.audit import AuditContext, record

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 5
# A round's events follow its launch and its opening, also when another worker is busy with those.
COME_FIRST = ("launch", "open")
FOLLOW = ("open", "first_reminder", "second_reminder", "close")
# What a job is about.
ROUND, RELEASE, RESERVE_RELEASE = "round", "release", "reserve_release"
WAITING, DONE, FAILED, STOPPED, SKIPPED = "waiting", "done", "failed", "stopped", "skipped"


class StoppedError(Exception):
    """A job was stopped, or lost to another worker, while it was being done."""


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A job as a worker and a screen see it."""

    id: int
    programme_id: int
    kind: str
    subject_kind: str
    subject_id: int
    state: str
    due_at: datetime
    done: int
    total: int
    failure: str
    finished_at: datetime | None
    started_at: datetime | None = None
    occurrence: int = 0
    note: str = ""
    attempts: int = 0

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def add_job(
    session: Session,
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    occurrence: int = 0,
    due_at: datetime,
    total: int = 0,
    context: AuditContext,
) -> None:
    """Schedule one piece of work. The same one cannot be scheduled twice for a subject and occurrence."""
    job = Job(
        programme_id=context.programme_id,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        occurrence=occurrence,
        state=WAITING,
        due_at=due_at,
        lease_until=context.now,
        total=total,
        created_at=context.now,
        created_by=context.actor,
    )
    session.add(job)
    session.flush()


def due_jobs(session: Session, *, now: datetime, leaving: Collection[str] = ()) -> list[int]:
    """Ids of the jobs that anybody may claim now, the longest due first; not those `leaving` names."""
    query = (
        select(Job.id)
        .where(Job.state == WAITING, Job.due_at <= now, Job.lease_until <= now, Job.kind.not_in(leaving))
        .order_by(Job.due_at, Job.id)
    )
    return list(session.scalars(query))


def next_due(session: Session, *, now: datetime) -> datetime | None:
    """When work next falls due after now, or may be claimed again; None when nothing waits."""
    rows = session.execute(select(Job.due_at, Job.lease_until).where(Job.state == WAITING))
    moments = (max(due_at, lease_until) for due_at, lease_until in rows)
    return min((moment for moment in moments if moment > now), default=None)


def claim(session: Session, *, job_id: int, worker: str, now: datetime) -> JobView | None:
    """Take a due job for the length of a lease; None when somebody else has it, or what comes first."""
    free = (
        Job.id == job_id,
        Job.state == WAITING,
        Job.due_at <= now,
        Job.lease_until <= now,
        ~_waits_for_another(),
    )
    # Whoever comes second on PostgreSQL goes on to other work instead of waiting; SQLite has one writer.
    many = session.get_bind().dialect.name == "postgresql"
    if many and session.scalar(select(Job.id).where(*free).with_for_update(skip_locked=True)) is None:
        return None
    taken = session.execute(
        update(Job)
        .where(*free)
        .values(
            lease_until=now + LEASE,
            leased_by=worker,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, now),
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return view(session, job_id)


def _waits_for_another() -> ColumnElement[bool]:
    earlier = aliased(Job)
    first = select(earlier.id).where(
        earlier.subject_kind == ROUND,
        earlier.subject_id == Job.subject_id,
        earlier.kind.in_(COME_FIRST),
        earlier.state == WAITING,
        earlier.id != Job.id,
        # The launch comes first whenever it falls due: a round may be launched on its opening day.
        or_(earlier.kind == "launch", earlier.due_at < Job.due_at),
    )
    return (Job.subject_kind == ROUND) & Job.kind.in_(FOLLOW) & first.correlate(Job).exists()


def advance(
    session: Session, *, job_id: int, worker: str, by: int, now: datetime, total: int | None = None
) -> bool:
    """Note progress and renew the lease; False when the job was stopped or lost to another worker.

    Called in the transaction that did the work, so that progress and work stand or fall together.
    """
    values: dict[str, object] = {"done": Job.done + by, "lease_until": now + LEASE}
    if total is not None:
        values["total"] = total
    held = session.execute(
        update(Job).where(Job.id == job_id, Job.state == WAITING, Job.leased_by == worker).values(**values)
    )
    return held.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def reschedule(
    session: Session,
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    due_at: datetime,
    context: AuditContext,
) -> None:
    """Schedule work that comes round: from this time on, whether it was scheduled before or not."""
    job = session.scalar(
        select(Job).where(
            Job.subject_kind == subject_kind,
            Job.subject_id == subject_id,
            Job.kind == kind,
            Job.occurrence == 0,
        )
    )
    if job is None:
        add_job(
            session,
            kind=kind,
            subject_kind=subject_kind,
            subject_id=subject_id,
            due_at=due_at,
            context=context,
        )
        return
    job.state, job.due_at, job.lease_until = WAITING, due_at, context.now
    job.attempts, job.leased_by, job.failure, job.finished_at = 0, "", "", None


def move(
    session: Session, *, kind: str, subject_kind: str, subject_id: int, due_at: datetime, now: datetime
) -> None:
    """Let work that has not been done fall due at another time; whoever holds it now loses it."""
    session.execute(
        update(Job)
        .where(
            Job.subject_kind == subject_kind,
            Job.subject_id == subject_id,
            Job.kind == kind,
            Job.state != DONE,
        )
        .values(due_at=due_at, lease_until=now, leased_by="")
    )


def postpone(session: Session, *, job_id: int, worker: str, due_at: datetime, now: datetime) -> bool:
    """Put a job that comes round off until its next time; False when it was stopped or lost meanwhile."""
    held = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == WAITING, Job.leased_by == worker)
        .values(due_at=due_at, lease_until=now, attempts=0, failure="", leased_by="")
    )
    return held.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def finish(session: Session, *, job_id: int, worker: str, now: datetime) -> bool:
    """Mark a job done; False when it was stopped or lost meanwhile."""
    held = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == WAITING, Job.leased_by == worker)
        .values(state=DONE, finished_at=now, failure="", leased_by="")
    )
    return held.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def skip(session: Session, *, job_id: int, worker: str, note: str, now: datetime) -> bool:
    """Leave a job out for good and keep why; False when it was stopped or lost meanwhile."""
    held = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == WAITING, Job.leased_by == worker)
        .values(state=SKIPPED, finished_at=now, note=note[:400], failure="", leased_by="")
    )
    return held.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def note_fault(session: Session, *, job_id: int, fault: str, now: datetime, final: bool = False) -> None:
    """Keep what went wrong; try again later, until too often, or never where the fault is `final`."""
    job = session.get_one(Job, job_id)
    job.failure = without_addresses(fault)[:2000]
    # One minute, two, four, eight: a database that is gone for a minute costs no try too many.
    job.lease_until = now + timedelta(minutes=2 ** (job.attempts - 1))
    job.leased_by = ""
    if final or job.attempts >= MAX_ATTEMPTS:
        job.state = FAILED


def stop(session: Session, *, job_id: int, context: AuditContext) -> None:
    """Stop a job after the step in hand; what is done stays done, and `resume` goes on from there."""
    _set_state(session, job_id, {WAITING}, STOPPED, context)
    record(session, context, "work stopped", "job", job_id)


def resume(session: Session, *, job_id: int, context: AuditContext) -> None:
    """Let a stopped or failed job go on from where it was."""
    _set_state(session, job_id, {STOPPED, FAILED}, WAITING, context)
    job = session.get_one(Job, job_id)
    job.attempts, job.lease_until, job.leased_by, job.failure = 0, context.now, "", ""
    record(session, context, "work resumed", "job", job_id)


def leave_out(session: Session, *, job_id: int, context: AuditContext) -> None:
    """Leave out for good a job that failed or was stopped. Audited.

    Raises:
        ConflictError: it is in another state.
    """
    _set_state(session, job_id, {STOPPED, FAILED}, SKIPPED, context)
    job = session.get_one(Job, job_id)
    job.finished_at, job.note = context.now, f"Left out by {context.actor}."
    record(session, context, "work left out", "job", job_id)


def _set_state(session: Session, job_id: int, current: set[str], wanted: str, context: AuditContext) -> None:
    changed = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.programme_id == context.programme_id, Job.state.in_(current))
        .values(state=wanted)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This work is no longer in the state that the page showed. Look again.")


def view(session: Session, job_id: int) -> JobView:
    """One job.

    Raises:
        NotFoundError: no such job.
    """
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise NotFoundError("job", job_id)
    return _view(job)


def jobs_of(
    session: Session, *, kinds: Collection[str], subject_kind: str, subject_id: int
) -> dict[str, JobView]:
    """The jobs of one subject by kind, in the order in which they fall due; the last occurrence of each."""
    query = (
        select(Job)
        .where(Job.kind.in_(kinds), Job.subject_kind == subject_kind, Job.subject_id == subject_id)
        .order_by(Job.due_at, Job.occurrence)
    )
    return {job.kind: _view(job) for job in session.scalars(query)}


def halted(session: Session, *, programme_id: int, subject_kind: str) -> list[JobView]:
    """The jobs about such subjects that go on only when a person says so: failed, or stopped by somebody."""
    query = (
        select(Job)
        .where(
            Job.programme_id == programme_id,
            Job.subject_kind == subject_kind,
            Job.state.in_((FAILED, STOPPED)),
        )
        .order_by(Job.due_at, Job.id)
    )
    return [_view(job) for job in session.scalars(query)]


def jobs_of_many(
    session: Session, *, kinds: Collection[str], subject_kind: str, subject_ids: Collection[int]
) -> dict[int, dict[str, JobView]]:
    """The jobs of several subjects of one kind, by subject and kind; the last occurrence of each."""
    query = (
        select(Job)
        .where(Job.kind.in_(kinds), Job.subject_kind == subject_kind, Job.subject_id.in_(subject_ids))
        .order_by(Job.due_at, Job.occurrence)
    )
    jobs: dict[int, dict[str, JobView]] = {}
    for job in session.scalars(query):
        jobs.setdefault(job.subject_id, {})[job.kind] = _view(job)
    return jobs


def _view(job: Job) -> JobView:
    return JobView(
        id=job.id,
        programme_id=job.programme_id,
        kind=job.kind,
        subject_kind=job.subject_kind,
        subject_id=job.subject_id,
        state=job.state,
        due_at=job.due_at,
        done=job.done,
        total=job.total,
        failure=job.failure,
        finished_at=job.finished_at,
        started_at=job.started_at,
        occurrence=job.occurrence,
        note=job.note,
        attempts=job.attempts,
    )
