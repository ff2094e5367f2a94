"""Mail to those who run the cycle: once for each task that comes up, and once a week what waits.

Each letter is a job about a person, so that it leaves once; a worker writes it when it leaves
(`survey_app/worker/staff_mail.py`), by day and on a working day, with what waits by then.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from scheduler.working_days import england
from survey_app.clock import at, london_date
from survey_app.models.jobs import Job
from survey_app.models.people.accounts import Grant, Person
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.people.grants import ALL_STRANDS
from survey_app.services.people.password_links import PERSON
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT

TASK, DIGEST = "task_mail", "digest"
KINDS = frozenset({TASK, DIGEST})


def tell(session: Session, *, task_id: int, strand: Strand, context: AuditContext) -> None:
    """Let everybody who may see to a task know of it by mail."""
    for person_id in _coordinators(session, context, strand):
        _schedule(session, TASK, person_id, task_id, context)


def schedule_digests(session: Session, context: AuditContext) -> None:
    """On the first working day of a week, let everybody who runs rounds get what waits for them."""
    today = london_date(context.now)
    if today != first_working_day(today):
        return
    year, week, _ = today.isocalendar()
    for person_id in _coordinators(session, context):
        _schedule(session, DIGEST, person_id, year * 100 + week, context)


def first_working_day(day: date) -> date:
    """That of the week of a day, or of the next week where that one has none."""
    return england().on_or_after(date.fromisocalendar(*day.isocalendar()[:2], 1))


def names(session: Session, *, strand: Strand, context: AuditContext) -> list[str]:
    """Who may see to the tasks of a strand, by name."""
    ids = list(_coordinators(session, context, strand))
    return list(session.scalars(select(Person.name).where(Person.id.in_(ids)).order_by(Person.name)))


def _coordinators(session: Session, context: AuditContext, strand: Strand | None = None) -> Iterator[int]:
    of_strand = [ALL_STRANDS, *([strand.value] if strand else [one.value for one in Strand])]
    yield from session.scalars(
        select(Grant.person_id)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.programme_id == context.programme_id,
            Grant.permission == Permission.LAUNCH_ROUND,
            Grant.strand.in_(of_strand),
            Person.active,
        )
        .distinct()
        .order_by(Grant.person_id)
    )


def _schedule(session: Session, kind: str, person_id: int, occurrence: int, context: AuditContext) -> None:
    there = exists().where(
        Job.subject_kind == PERSON,
        Job.subject_id == person_id,
        Job.kind == kind,
        Job.occurrence == occurrence,
    )
    if session.scalar(select(there)):
        return
    day = england().letters_on_or_after(london_date(context.now))
    jobs.add_job(
        session,
        kind=kind,
        subject_kind=PERSON,
        subject_id=person_id,
        occurrence=occurrence,
        due_at=max(context.now, at(day, LETTERS_LEAVE_AT)),
        context=context,
    )
