"""Letters to staff: links to choose a password; what came up in the cycle, and once a week what waits."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from scheduler.timetable import NAMES, EventKind
from scheduler.working_days import england
from survey_app.clock import LONDON, at, in_words, london_date
from survey_app.mail.channels import MailFault
from survey_app.mail.letters import write_letter
from survey_app.services import jobs, today
from survey_app.services.audit import AuditContext
from survey_app.services.cases.launch import LETTERS_REST_AT
from survey_app.services.cycle import tasks
from survey_app.services.cycle.mailing import DIGEST
from survey_app.services.cycle.tasks import TASK_WORDS, TaskView
from survey_app.services.fieldwork import outbox
from survey_app.services.installation import is_synthetic
from survey_app.services.jobs import JobView
from survey_app.services.people import accounts, password_links
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT

if TYPE_CHECKING:
    from survey_app.worker.wakings import Worker

DEMONSTRATION_DOMAIN = ".invalid"
RESTS = timedelta(minutes=15)
LINK_RESTS = timedelta(minutes=2)
DATES_AHEAD = timedelta(days=14)


def send(worker: Worker, job: JobView) -> None:
    """Send one such letter, if there still is something to say; not while no letters leave, nor at night."""
    now = worker.clock.now()
    with worker.database.reading() as session:
        later = _later(session, now)
        letter = None if later else _letter(session, worker, job, now)
    if later is None and letter is not None:
        try:
            with worker.channel() as channel:
                channel.send(letter)
        except MailFault:
            # No fault of the letter, so it costs no try.
            later = now + RESTS
    with worker.database.writing() as session:
        if later is not None:
            jobs.postpone(session, job_id=job.id, worker=worker.name, due_at=later, now=now)
        elif letter is None:
            jobs.skip(session, job_id=job.id, worker=worker.name, note="Nothing waited any more.", now=now)
        else:
            jobs.finish(session, job_id=job.id, worker=worker.name, now=now)


def send_password_link(worker: Worker, job: JobView) -> None:
    """Make a link to choose a password and send it; done again, it makes another, which ends the first."""
    context = AuditContext("worker", worker.clock.now(), job.programme_id)
    with worker.database.writing() as session:
        letter = password_links.new_letter(
            session, worker.settings, person_id=job.subject_id, context=context
        )
    try:
        with worker.channel() as channel:
            channel.send(letter)
    except MailFault:
        # No fault of the letter, so it costs no try.
        with worker.database.writing() as session:
            now = worker.clock.now()
            jobs.postpone(session, job_id=job.id, worker=worker.name, due_at=now + LINK_RESTS, now=now)
        return
    with worker.database.writing() as session:
        jobs.finish(session, job_id=job.id, worker=worker.name, now=worker.clock.now())


def _later(session: Session, now: datetime) -> datetime | None:
    """When it may leave, if not now."""
    if outbox.view(session).stands_still(now):
        return now + RESTS
    day, hour = london_date(now), now.astimezone(LONDON).hour
    if LETTERS_LEAVE_AT <= hour < LETTERS_REST_AT and not england().is_quiet(day):
        return None
    first = day if hour < LETTERS_LEAVE_AT else day + timedelta(days=1)
    return at(england().letters_on_or_after(first), LETTERS_LEAVE_AT)


def _letter(session: Session, worker: Worker, job: JobView, now: datetime) -> EmailMessage | None:
    someone = accounts.signed_in(session, person_id=job.subject_id, programme_id=job.programme_id)
    synthetic = is_synthetic(session)
    if someone is None or (synthetic and not someone.email.endswith(DEMONSTRATION_DOMAIN)):
        return None
    lines = _lines(session, job, someone, now)
    if not lines:
        return None
    settings = worker.settings
    domain = settings.mail_from.rpartition("@")[2].strip("> ")
    name = hashlib.sha256(f"{job.kind} {job.subject_id} {job.occurrence}".encode()).hexdigest()[:24]
    values = {
        "product": settings.product,
        "programme": someone.programme,
        "name": someone.name,
        "lines": lines,
        "dates": _dates(session, someone, now) if job.kind == DIGEST else [],
        "link": f"{settings.base_url.rstrip('/')}/today",
        "synthetic": synthetic,
    }
    return write_letter(
        job.kind,
        to=someone.email,
        sender=settings.mail_from,
        message_id=f"<{job.kind}.{name}@{domain}>",
        now=now,
        values=values,
    )


def _lines(session: Session, job: JobView, someone: SignedIn, now: datetime) -> list[str]:
    if job.kind == DIGEST:
        return [_said(task) for task in today.today(session, someone=someone, now=now).tasks]
    waiting = tasks.waiting(session, job.programme_id)
    mine = [task for task in waiting if someone.may(Permission.LAUNCH_ROUND, task.strand)]
    return [_of_cycle(task) for task in mine if task.id == job.occurrence]


def _said(task: today.Task) -> str:
    if task.of_cycle is not None:
        return _of_cycle(task.of_cycle)
    due = f" Due on {in_words(task.due_on)}." if task.due_on else ""
    owner = f" {task.owner.name} sees to it." if task.owner else ""
    return f"{today.TITLES[task.wait]}: {task.about}.{due}{owner}"


def _of_cycle(task: TaskView) -> str:
    owner = f" {task.owner} sees to it." if task.owner else ""
    return f"{TASK_WORDS[task.kind]}: {task.about}. {task.what} Due on {in_words(task.due_on)}.{owner}"


def _dates(session: Session, someone: SignedIn, now: datetime) -> list[str]:
    board = today.today(session, someone=someone, now=now)
    until = london_date(now) + DATES_AHEAD
    return [
        f"{in_words(one.day)}: {NAMES[EventKind(one.event)]}, {one.title}"
        for one in board.dates
        if one.day <= until
    ]
