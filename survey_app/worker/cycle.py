"""What a worker does for the cycle: looks ahead each working day, and takes rounds towards their opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.timetable import EventKind, is_too_late, spoken
from scheduler.working_days import england
from survey_app.clock import end_of, london_date
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import preparing, rules, triggering
from survey_app.services.cycle.preparing import Place, Step
from survey_app.services.fieldwork import extending
from survey_app.services.jobs import JobView
from survey_app.services.reviews.mailing import owners
from survey_app.services.rounds import events, lifecycle

if TYPE_CHECKING:
    from survey_app.worker.wakings import Worker


def look_ahead(worker: Worker, job: JobView) -> None:
    """Set going what the cycle of a programme asks for today, and look again on the next working day."""
    with worker.database.writing() as session:
        now = worker.clock.now()
        context = AuditContext("worker", now, job.programme_id)
        triggering.look_ahead(session, context=context)
        if triggering.is_running(session, job.programme_id):
            owners.write_to_owners(session, context=context)
        again = triggering.next_look(now)
        if not jobs.postpone(session, job_id=job.id, worker=worker.name, due_at=again, now=now):
            session.rollback()


def prepare(worker: Worker, job: JobView) -> None:
    """Take a round of the cycle as far as it goes today, each step in a transaction of its own."""
    while _one_step(worker, job) is Step.MORE:
        pass


def _one_step(worker: Worker, job: JobView) -> Step:
    with worker.database.writing() as session:
        now = worker.clock.now()
        kept = rules.rule_of(session, rule_id=job.subject_id, programme_id=job.programme_id)
        context = AuditContext("worker", now, job.programme_id)
        place = Place(kept, job.occurrence, context, worker.settings.disclosure_threshold)
        running = triggering.is_running(session, job.programme_id)
        step = preparing.step(session, worker.keys, place=place) if running else Step.WAITS
        if step is Step.MORE:
            held = jobs.advance(session, job_id=job.id, worker=worker.name, by=1, now=now)
        elif step is Step.WAITS:
            again = triggering.next_look(now)
            held = jobs.postpone(session, job_id=job.id, worker=worker.name, due_at=again, now=now)
        else:
            held = jobs.finish(session, job_id=job.id, worker=worker.name, now=now)
        if not held:
            session.rollback()
            return Step.DONE
    return step


def leaves_out(worker: Worker, job: JobView) -> bool:
    """Leave out, and say so, a reminder whose day is long past: it would fall upon the next one."""
    with worker.database.writing() as session:
        now = worker.clock.now()
        planned, today = london_date(job.due_at), london_date(now)
        dates = lifecycle.get_round(session, round_id=job.subject_id, programme_id=job.programme_id).dates
        overtaken = job.kind == EventKind.FIRST_REMINDER and today >= dates.second_reminder_on
        if job.done or not (overtaken or is_too_late(planned, today, england())):
            return False
        note = f"Not sent: its day was {spoken(planned)}, and it came up on {spoken(today)}."
        if jobs.skip(session, job_id=job.id, worker=worker.name, note=note, now=now):
            events.note_skipped(session, round_id=job.subject_id, kind=EventKind(job.kind), why=note)
        return True


def ends_for_most(worker: Worker, job: JobView) -> bool:
    """Where some have more time, end the round for the others, and look again when theirs is over."""
    with worker.database.writing() as session:
        now = worker.clock.now()
        round_view = lifecycle.get_round(session, round_id=job.subject_id, programme_id=job.programme_id)
        context = AuditContext("worker", now, job.programme_id)
        later = extending.end_for_most(session, round_view=round_view, context=context)
        if later is None:
            return False
        if not jobs.postpone(session, job_id=job.id, worker=worker.name, due_at=end_of(later), now=now):
            session.rollback()
    return True
