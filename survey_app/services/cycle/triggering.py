"""What the cycle sets going: looked at each working day for each programme, each occurrence exactly once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from scheduler.rules import Policy, Rule
from scheduler.stages import Stage
from scheduler.strands import SURVEYS, WORDS
from scheduler.timetable import preparation_before
from scheduler.working_days import england
from survey_app.clock import at, london_date
from survey_app.errors import NotFoundError
from survey_app.models.jobs import Job
from survey_app.models.programmes import Programme, ProgrammeState
from survey_app.models.results import ReleaseRound
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import mailing
from survey_app.services.cycle.derived import cycle_of
from survey_app.services.cycle.rules import PROGRAMME, KeptRule, rules_of
from survey_app.services.jobs import JobView
from survey_app.services.results import freezing
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

RULE, PREPARE = "cycle_rule", "prepare"
LOOKS_AT = 6
# Working days from a round's end to the freezing of its results: time to enter what came by post.
FROZEN_AFTER = 5
# Preparation begins at most so many years before a slot; openings hang on what came years before.
YEARS_AHEAD, YEARS_BACK = 2, 1


def look_ahead(session: Session, *, context: AuditContext) -> int:
    """Set going the preparation of each round whose time has come, and what follows an end; how many."""
    today = london_date(context.now)
    programme_id = context.programme_id or 0
    if not is_running(session, programme_id):
        return 0
    mailing.schedule_digests(session, context)
    kept = {(one.rule.strand, one.rule.title): one for one in rules_of(session, programme_id)}
    cycle = cycle_of(
        session,
        programme_id=programme_id,
        today=today,
        first_year=today.year - YEARS_BACK,
        years=YEARS_BACK + 1 + YEARS_AHEAD,
    )
    due = [
        (kept[one.strand, one.title], one.slot, one.dates.opens_on)
        for one in cycle.occurrences
        if one.round_id is None and preparation_before(one.strand, one.dates.opens_on, england()) <= today
    ]
    begun = sum(_prepare(session, rule, slot, context) for rule, slot, _ in due)
    return begun + _freeze(session, context)


def _prepare(session: Session, kept: KeptRule, slot: int, context: AuditContext) -> bool:
    """Schedule the preparation of an occurrence, unless it ever was."""
    there = exists().where(
        Job.subject_kind == RULE, Job.subject_id == kept.id, Job.kind == PREPARE, Job.occurrence == slot
    )
    if session.scalar(select(there)):
        return False
    jobs.add_job(
        session,
        kind=PREPARE,
        subject_kind=RULE,
        subject_id=kept.id,
        occurrence=slot,
        due_at=context.now,
        context=context,
    )
    return True


def _freeze(session: Session, context: AuditContext) -> int:
    """Schedule the freezing of rounds that run by themselves, some days after their end."""
    waiting = [
        one
        for one in lifecycle.rounds_of(session, context.programme_id or 0)
        if _to_freeze(session, one, context)
    ]
    for one in waiting:
        freezing.schedule_freeze(session, round_id=one.id, context=context)
    return len(waiting)


def _to_freeze(session: Session, one: RoundView, context: AuditContext) -> bool:
    if one.stage is not Stage.CLOSED or one.strand not in SURVEYS:
        return False
    if one.slot is None or one.slot.policy is not Policy.RUN:
        return False
    if england().after(one.dates.closes_on, FROZEN_AFTER) > london_date(context.now):
        return False
    return not session.scalar(select(exists().where(ReleaseRound.round_id == one.id)))


@dataclass(frozen=True)
class HaltedWork:
    """Work of the cycle that goes on only when a person says so; some may be left out instead."""

    job: JobView
    about: str
    can_be_left_out: bool


def halted(session: Session, programme_id: int) -> list[HaltedWork]:
    """What stands still in the cycle of a programme."""
    kept = {one.id: one.rule for one in rules_of(session, programme_id)}
    looks = jobs.halted(session, programme_id=programme_id, subject_kind=PROGRAMME)
    rounds = jobs.halted(session, programme_id=programme_id, subject_kind=RULE)
    return [
        *(HaltedWork(job, "The look ahead of each working day", False) for job in looks),
        *(HaltedWork(job, _about(kept[job.subject_id], job.occurrence), True) for job in rounds),
    ]


def _about(rule: Rule, slot: int) -> str:
    return f"The preparation of {rule.title or WORDS[rule.strand]} {slot}"


def halted_job(session: Session, *, job_id: int, programme_id: int) -> HaltedWork:
    """One piece of work of the cycle that stands still.

    Raises:
        NotFoundError: there is none of this number.
    """
    for one in halted(session, programme_id):
        if one.job.id == job_id:
            return one
    raise NotFoundError("work of the cycle", job_id)


def is_running(session: Session, programme_id: int) -> bool:
    """Whether the programme's cycle goes on: nothing is set going in one that is closed."""
    state = select(Programme.state).where(Programme.id == programme_id)
    return session.scalar(state) is ProgrammeState.ACTIVE


def next_look(now: datetime) -> datetime:
    """The morning of the next working day in London: nobody approves and nothing is drawn on others."""
    return at(england().on_or_after(london_date(now) + timedelta(days=1)), LOOKS_AT)
