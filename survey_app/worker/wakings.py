"""tick(): what the database says is due, each in a transaction of its own.

Claim, commit, work, commit: nothing is written to a mail server or drawn into a PDF inside
a write transaction. One fault stops one piece of work; it is kept with that work and tried again.
"""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from config import Settings
from scheduler.stages import Stage
from scheduler.timetable import EventKind
from survey_app.clock import Clock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.errors import CompactError, DestroyedError, InvalidError
from survey_app.mail.channels import Channel
from survey_app.services import jobs, stored_files, timekeeping
from survey_app.services.audit import AuditContext
from survey_app.services.cases import launch
from survey_app.services.cycle import mailing, rehearsals, rules, triggering
from survey_app.services.destruction import requests as destruction
from survey_app.services.fieldwork import leases, reserve, reserve_rule
from survey_app.services.jobs import JobView
from survey_app.services.people import password_links
from survey_app.services.results import files as result_files
from survey_app.services.results import freezing, release
from survey_app.services.results.working_out import Publisher
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.services.stored_files import Owner
from survey_app.worker import cycle, passes, review_papers, staff_mail, upkeep
from survey_app.worker.outbox import send_due

log = logging.getLogger(__name__)
MAX_SENDING = timedelta(minutes=5)
OF_CYCLE = {rules.LOOK_AHEAD, triggering.PREPARE, *mailing.KINDS}
BY_THE_CALENDAR = frozenset({*jobs.FOLLOW, reserve_rule.CHECK, *OF_CYCLE})
Step = Callable[[Session, datetime], int]
"""One step of a job, at an instant: how much was done, 0 when nothing is left."""
Each = Callable[[Callable[[], int]], int]
"""Does one thing of a waking; what that raises keeps none of the others from being done."""
Last = Callable[[Session], None]


class ChangeStage(Protocol):
    """A use case that takes a round to its next stage."""

    def __call__(self, session: Session, *, round_view: RoundView, context: AuditContext) -> None: ...


def _nothing_more(_session: Session) -> None:
    return None


def _silent(_kind: str, _done: int, _total: int) -> None:
    return None


@dataclass(frozen=True)
class Worker:
    """One worker process: what it needs, and the name under which it holds leases.

    Jobs of the kinds that it `leaves` are done by other workers. A rehearsal, made of workers itself, is
    begun by `rehearse`; who was given none leaves it.
    """

    database: Database
    keys: Keyring
    settings: Settings
    clock: Clock
    channel: Callable[[], Channel]
    report: Callable[[str, int, int], None] = _silent
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    leaves: frozenset[str] = frozenset()
    lease: timedelta = leases.LEASE
    rehearse: Callable[["Worker", JobView], None] | None = None

    @property
    def left(self) -> frozenset[str]:
        """The kinds of jobs that others do."""
        return self.leaves if self.rehearse else self.leaves | {rehearsals.LIVE}


def tick(worker: Worker, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Do everything that is due now; how many pieces of work were done.

    What one of them raises is raised again once all others were done.
    """
    faults: list[Exception] = []

    def each(work: Callable[[], int]) -> int:
        """Do one thing; what it raises keeps none of the others from being done."""
        try:
            return work()
        except Exception as fault:
            log.exception("something of this waking did not finish")
            faults.append(fault)
            return 0

    count = each(lambda: _do_jobs(worker, each, stopping))
    # A slow mail server does not keep a round from closing: what is left goes at the next waking.
    until = worker.clock.now() + MAX_SENDING
    count += each(lambda: send_due(worker, stopping=lambda: stopping() or worker.clock.now() > until))
    each(lambda: _upkeep(worker, each, stopping))
    if faults:
        raise faults[0]
    return count


def _do_jobs(worker: Worker, each: Each, stopping: Callable[[], bool]) -> int:
    count = 0
    tried: set[int] = set()
    # Work may make other work due, as a frozen release does its report; none is tried twice in one go.
    while new := [job_id for job_id in _due(worker) if job_id not in tried]:
        for job_id in new:
            if stopping():
                return count
            count += each(partial(run_job, worker, job_id))
        tried.update(new)
    return count


def _upkeep(worker: Worker, each: Each, stopping: Callable[[], bool]) -> int:
    database, keys, now = worker.database, worker.keys, worker.clock.now
    due = upkeep.to_do(database, now=now())
    while due.unended and not stopping() and each(lambda: upkeep.tidy(database, keys, now=now)):
        pass
    if due.trail:
        each(lambda: upkeep.close_trail(database, keys, now=now()))
    if due.old:
        each(lambda: upkeep.delete_old(database, now=now()))
    return 0


def _due(worker: Worker) -> list[int]:
    """What may be done now; nothing of a round's calendar while the clock is in doubt."""
    with worker.database.reading() as session:
        now = worker.clock.now()
        if timekeeping.is_fresh(session, now=now, uptime=worker.clock.uptime()):
            return jobs.due_jobs(session, now=now, leaving=worker.left)
    with worker.database.writing() as session:
        now = worker.clock.now()
        believed = timekeeping.look(session, now=now, uptime=worker.clock.uptime())
        leaving = worker.left if believed else worker.left | BY_THE_CALENDAR
        return jobs.due_jobs(session, now=now, leaving=leaving)


def run_job(worker: Worker, job_id: int) -> int:
    """Do one job if it is due and nobody else has it: 1 when it was done, else 0."""
    with worker.database.writing() as session:
        job = jobs.claim(session, job_id=job_id, worker=worker.name, now=worker.clock.now())
    if job is None:
        return 0
    try:
        _DO[job.subject_kind, job.kind](worker, job)
    except Exception as fault:
        log.exception("%s of %s %s did not finish", job.kind, job.subject_kind, job.subject_id)
        said = str(fault) if isinstance(fault, CompactError) else f"{type(fault).__name__}: {fault}"
        with worker.database.writing() as session:
            jobs.note_fault(session, job_id=job.id, fault=said, now=worker.clock.now())
        return 0
    return 1


def _in_steps(
    worker: Worker, job: JobView, step: Step, *, last: Last = _nothing_more, called: str | None = None
) -> None:
    """Take a job's steps, each in a transaction of its own with its progress, until one has nothing to do.

    `last` ends the work in the transaction that ends the job; `called` is the name that progress goes by.
    """
    done = job.done
    while True:
        with worker.database.writing() as session:
            now = worker.clock.now()
            count = step(session, now)
            if not jobs.advance(session, job_id=job.id, worker=worker.name, by=count, now=now):
                session.rollback()
                return
            if count == 0:
                last(session)
                jobs.finish(session, job_id=job.id, worker=worker.name, now=now)
                return
        done += count
        if called:
            worker.report(called, done, job.total)


def _round(session: Session, job: JobView) -> RoundView:
    return lifecycle.get_round(session, round_id=job.subject_id, programme_id=job.programme_id)


def _launch(worker: Worker, job: JobView) -> None:
    def step(session: Session, now: datetime) -> int:
        return launch.make_cases(session, worker.keys, round_view=_round(session, job), now=now)

    def last(session: Session) -> None:
        launch.finish_launch(session, round_view=_round(session, job))

    _in_steps(worker, job, step, last=last, called="cases")


def _settle_first(worker: Worker, job: JobView) -> None:
    now = worker.clock.now()
    passes.settle_round(worker.database, worker.keys, round_id=job.subject_id, now=now)


def _open(worker: Worker, job: JobView) -> None:
    _change_stage(worker, job, launch.open_round)


def _close(worker: Worker, job: JobView) -> None:
    _settle_first(worker, job)
    if cycle.ends_for_most(worker, job):
        return
    _change_stage(worker, job, launch.close_round)
    _settle_first(worker, job)


def _change_stage(worker: Worker, job: JobView, change: ChangeStage) -> None:
    """Open or close a round; a plan that was withdrawn meanwhile stays so."""
    with worker.database.writing() as session:
        now = worker.clock.now()
        round_view = _round(session, job)
        if not round_view.stage.is_over:
            change(session, round_view=round_view, context=AuditContext("worker", now, job.programme_id))
        # Its day may have been moved since it was claimed.
        if not jobs.finish(session, job_id=job.id, worker=worker.name, now=now):
            session.rollback()


def _settle(worker: Worker, job: JobView) -> None:
    passes.settle_for_the_night(worker.database, worker.keys, round_id=job.subject_id, now=worker.clock.now())
    percent, now = worker.settings.back_check_percent, worker.clock.now()
    with worker.database.writing() as session:
        passes.plan_next(session, job=job, worker=worker.name, percent=percent, now=now)


def _remind(worker: Worker, job: JobView) -> None:
    if cycle.leaves_out(worker, job):
        return
    _settle_first(worker, job)

    def step(session: Session, now: datetime) -> int:
        round_view = _round(session, job)
        if round_view.stage is not Stage.OPEN:
            return 0
        return launch.schedule_reminders(session, round_view=round_view, template=job.kind, now=now)

    def last(session: Session) -> None:
        events.note_done(session, round_id=job.subject_id, kind=EventKind(job.kind))

    _in_steps(worker, job, step, last=last)


def _release(worker: Worker, job: JobView) -> None:
    """Make the cases of organisations released from a reserve."""

    def step(session: Session, now: datetime) -> int:
        round_view = reserve.round_of(session, release_id=job.subject_id, programme_id=job.programme_id)
        if round_view.stage is Stage.CLOSED:
            return 0
        return launch.make_cases(session, worker.keys, round_view=round_view, now=now)

    _in_steps(worker, job, step)


def _check_reserve(worker: Worker, job: JobView) -> None:
    """Release what the round's rule asks for today, and look again tomorrow."""
    with worker.database.writing() as session:
        now = worker.clock.now()
        round_view = _round(session, job)
        reserve_rule.release_by_rule(
            session, round_view=round_view, context=AuditContext("worker", now, job.programme_id)
        )
        again = reserve_rule.next_check(session, round_view=round_view, now=now)
        if again is None:
            jobs.finish(session, job_id=job.id, worker=worker.name, now=now)
        elif not jobs.postpone(session, job_id=job.id, worker=worker.name, due_at=again, now=now):
            session.rollback()


def _freeze(worker: Worker, job: JobView) -> None:
    """Work a release out, saying how far it is, and store it; only the storing writes."""
    settings = worker.settings
    try:
        with worker.database.reading() as session:
            worked_out = freezing.work_out_draft(
                session,
                worker.keys,
                release_id=job.subject_id,
                programme_id=job.programme_id,
                publisher=Publisher(settings.product, settings.disclosure_threshold),
                now=worker.clock.now(),
                note=_progress(worker, job),
            )
    except jobs.StoppedError:
        return
    except (InvalidError, DestroyedError) as refusal:
        # The same answers would be refused again.
        with worker.database.writing() as session:
            now = worker.clock.now()
            jobs.note_fault(session, job_id=job.id, fault=str(refusal), now=now, final=True)
        return
    with worker.database.writing() as session:
        now = worker.clock.now()
        freezing.store_frozen(session, worker.keys, release_id=job.subject_id, worked_out=worked_out, now=now)
        if not jobs.finish(session, job_id=job.id, worker=worker.name, now=now):
            session.rollback()


def _progress(worker: Worker, job: JobView) -> Callable[[int, int], None]:
    """Notes how far a job is, also one that is begun afresh; raises StoppedError when it was stopped."""
    noted = job.done

    def note(done: int, total: int) -> None:
        nonlocal noted
        with worker.database.writing() as session:
            now = worker.clock.now()
            if not jobs.advance(
                session, job_id=job.id, worker=worker.name, by=done - noted, total=total, now=now
            ):
                raise jobs.StoppedError(f"job {job.id} was stopped, or another worker has it")
        noted = done
        worker.report("results", done, total)

    return note


def _report(worker: Worker, job: JobView) -> None:
    with worker.database.reading() as session:
        contents = release.release_contents(
            session, release_id=job.subject_id, programme_id=job.programme_id, states=release.SAYING
        )
    files = result_files.make_files(contents)
    owner = Owner(result_files.RELEASE, job.subject_id)
    with worker.database.writing() as session:
        now = worker.clock.now()
        stored_files.keep(session, worker.keys, owner=owner, files=files, now=now)
        jobs.finish(session, job_id=job.id, worker=worker.name, now=now)


def _destroy(worker: Worker, job: JobView) -> None:
    """Destroy a round's answers, which two people agreed to; then take them out of the file."""

    def step(session: Session, now: datetime) -> int:
        context = AuditContext("worker", now, job.programme_id)
        log_path = Path(worker.settings.destruction_log)
        return destruction.carry_out(session, round_id=job.subject_id, log=log_path, context=context)

    def last(session: Session) -> None:
        context = AuditContext("worker", worker.clock.now(), job.programme_id)
        destruction.schedule(session, destruction.SCRUB, round_id=job.subject_id, context=context)

    _in_steps(worker, job, step, last=last, called="answers destroyed")


def _scrub(worker: Worker, job: JobView) -> None:
    worker.database.scrub()
    with worker.database.writing() as session:
        jobs.finish(session, job_id=job.id, worker=worker.name, now=worker.clock.now())


def _rehearse(worker: Worker, job: JobView) -> None:
    if worker.rehearse is not None:
        worker.rehearse(worker, job)


_DO: Mapping[tuple[str, str], Callable[[Worker, JobView], None]] = {
    (jobs.ROUND, "launch"): _launch,
    (jobs.ROUND, EventKind.OPEN): _open,
    (jobs.ROUND, EventKind.FIRST_REMINDER): _remind,
    (jobs.ROUND, EventKind.SECOND_REMINDER): _remind,
    (jobs.ROUND, EventKind.CLOSE): _close,
    (jobs.ROUND, launch.SETTLE): _settle,
    (jobs.ROUND, reserve_rule.CHECK): _check_reserve,
    (jobs.ROUND, destruction.JOB): _destroy,
    (jobs.ROUND, destruction.SCRUB): _scrub,
    (jobs.RESERVE_RELEASE, reserve.MAKE_CASES): _release,
    (jobs.RELEASE, freezing.FREEZE): _freeze,
    (jobs.RELEASE, "report"): _report,
    (rules.PROGRAMME, rules.LOOK_AHEAD): cycle.look_ahead,
    (triggering.RULE, triggering.PREPARE): cycle.prepare,
    (rehearsals.SUBJECT, rehearsals.LIVE): _rehearse,
    (password_links.PERSON, password_links.SEND): staff_mail.send_password_link,
    **review_papers.DO,
    **{(password_links.PERSON, kind): staff_mail.send for kind in mailing.KINDS},
}
