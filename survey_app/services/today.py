"""What somebody sees when they come in: open rounds with their replies, next dates, what waits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from instruments.conduct import MODULES
from instruments.states import VersionState
from scheduler.stages import Stage
from scheduler.strands import SURVEYS, Strand
from scheduler.working_days import england
from survey_app.clock import in_words, london_date
from survey_app.models.cycle import CycleRule
from survey_app.models.results import Release, ReleaseState
from survey_app.models.rounds import Round
from survey_app.services import jobs, material, timekeeping
from survey_app.services.agreements import proposals, successors
from survey_app.services.cases import statements
from survey_app.services.cycle import reopening, triggering
from survey_app.services.cycle import tasks as cycle_tasks
from survey_app.services.cycle.tasks import TaskView
from survey_app.services.destruction import requests as destruction
from survey_app.services.fieldwork import back_checks, new_codes, outbox, progress, second_person
from survey_app.services.fieldwork.progress import SectorProgress
from survey_app.services.forms import deciding as forms
from survey_app.services.logs import entries
from survey_app.services.logs.entries import SOON
from survey_app.services.people import approvals, grants, owners, second_administrator
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.owners import Owner
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import history, second_readers, versions
from survey_app.services.questionnaires.signoff import SIGNS_FOR
from survey_app.services.results import bundle_requests, release
from survey_app.services.results.release import ReleaseLine
from survey_app.services.reviews import decisions, records
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView


class Wait(StrEnum):
    """Why something waits for a person."""

    CLOCK = "clock"
    PAUSED = "paused"
    MAIL = "mail"
    STOPPED = "stopped"
    LETTERS = "letters"
    LAUNCH = "launch"
    PREPARE = "prepare"
    FREEZE = "freeze"
    SIGNATURE = "signature"
    NEW_CODE = "new_code"
    ADDRESSES = "addresses"
    NOT_US = "not_us"
    DECLINED = "declined"
    DESTRUCTION = "destruction"
    BUNDLE = "bundle"
    REOPENING = "reopening"
    CORE = "core"
    BACK_CHECK = "back_check"
    DENIED = "denied"
    CYCLE = "cycle"
    CYCLE_STOPPED = "cycle_stopped"
    SECOND_ADMINISTRATOR = "second_administrator"
    NOT_APART = "not_apart"
    ACTIONS = "actions"
    REGISTER = "register"
    FORMS = "forms"
    RECORD = "record"


TITLES = {
    Wait.CLOCK: "Say whether the clock is right",
    Wait.PAUSED: "Let letters leave again",
    Wait.MAIL: "See to the mail server",
    Wait.STOPPED: "See to work that stopped",
    Wait.LETTERS: "Reach organisations in another way",
    Wait.LAUNCH: "Check the plan and launch it",
    Wait.PREPARE: "Look at the plan and prepare it",
    Wait.FREEZE: "Freeze the results",
    Wait.SIGNATURE: "Agree or object",
    Wait.NEW_CODE: "Agree to a new access code",
    Wait.ADDRESSES: "Look at what others entered",
    Wait.NOT_US: "Find the right address",
    Wait.DECLINED: "See who will not answer",
    Wait.DESTRUCTION: "Agree to destroying the answers",
    Wait.BUNDLE: "Agree or refuse that single answers are taken",
    Wait.REOPENING: "Agree to reopening the round",
    Wait.BACK_CHECK: "Ask whether a call took place",
    Wait.DENIED: "See to calls that nobody there knows of",
    Wait.CORE: "Read a questionnaire that was written here",
    Wait.SECOND_ADMINISTRATOR: "Agree or refuse as second administrator",
    Wait.NOT_APART: "Change the roles of an analyst",
    Wait.RECORD: "Agree to the record of a review, or return it",
    Wait.CYCLE_STOPPED: "See to work that stopped",
    Wait.ACTIONS: "Follow up actions",
    Wait.FORMS: "Review what others filled in",
    Wait.REGISTER: "Decide what the register should say",
}
"""What there is to do, as people say it; of the cycle: `cycle.tasks.TASK_WORDS`."""


@dataclass(frozen=True)
class Task:
    """Something that waits; `about` is the title of its round or questionnaire, `key` its id, 0 for none."""

    wait: Wait
    about: str
    key: int
    count: int = 1
    due_on: date | None = None
    of_cycle: TaskView | None = None
    owner: Owner | None = None


@dataclass(frozen=True)
class OpenRound:
    """A round that takes answers, and how many came from each sector."""

    round: RoundView
    sectors: tuple[SectorProgress, ...]


@dataclass(frozen=True)
class NextDate:
    """What falls on a day to come: open, first_reminder, second_reminder or close."""

    day: date
    event: str
    round_id: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Today:
    """All that the page shows; what a role may not see is empty."""

    tasks: tuple[Task, ...]
    rounds: tuple[OpenRound, ...]
    dates: tuple[NextDate, ...]
    releases: tuple[ReleaseLine, ...]


def today(session: Session, *, someone: SignedIn, now: datetime) -> Today:
    """What waits for somebody and what goes on, as far as they may see it."""
    strands = someone.strands_of(Permission.SEE_ROUND)
    rounds = [one for one in lifecycle.rounds_of(session, someone.programme_id) if one.strand in strands]
    releases = release.releases_of(session, someone.programme_id)
    boards = [
        progress.dashboard(session, round_id=one.id, programme_id=one.programme_id, now=now)
        for one in rounds
        if one.stage is Stage.OPEN
    ]
    tasks = [
        *_outbox(session, someone),
        *_stopped(session, rounds, someone),
        *_of_cycle(session, someone, london_date(now)),
        *_letters(boards, someone),
        *_said(session, someone),
        *_calls(session, rounds, someone),
        *_steps(session, rounds, {line.round_id for line in releases}, someone),
        *_signatures(session, someone),
        *_approvals(session, someone),
        *_people(session, someone),
        *_register(session, someone, london_date(now)),
        *_forms(session, someone),
        *_actions(session, someone, now),
        *_records(session, someone),
    ]
    return Today(
        tasks=tuple(_owned(session, tasks, someone, london_date(now))),
        rounds=tuple(OpenRound(board.round, board.sectors) for board in boards),
        dates=tuple(next_dates(rounds, today=london_date(now))),
        releases=tuple(releases) if someone.may(Permission.SEE_RESULTS) else (),
    )


def _owned(session: Session, tasks: list[Task], someone: SignedIn, today: date) -> Iterator[Task]:
    """The same with whoever sees to each; tasks of the cycle keep theirs themselves."""
    known = owners.owners(session, programme_id=someone.programme_id, today=today)
    until = owners.away(session, today=today)
    for task in tasks:
        owner = known.get((task.wait.value, task.key))
        if task.of_cycle is not None and task.of_cycle.owner_id is not None:
            person = task.of_cycle.owner_id
            owner = Owner(person, task.of_cycle.owner, until.get(person))
        yield replace(task, owner=owner)


def _outbox(session: Session, someone: SignedIn) -> Iterator[Task]:
    """Why no letter leaves, if none does; for whoever can do something about it."""
    if not someone.may(Permission.RUN_OUTBOX):
        return
    if jump := timekeeping.jump_of(session):
        yield Task(Wait.CLOCK, in_words(london_date(jump.shows)), 0)
    standing = outbox.view(session)
    if standing.paused_at is not None:
        yield Task(Wait.PAUSED, f"since {in_words(london_date(standing.paused_at))}", 0)
    elif standing.fault and standing.faulty_since is not None:
        yield Task(Wait.MAIL, f"since {in_words(london_date(standing.faulty_since))}", 0)


def _stopped(session: Session, rounds: list[RoundView], someone: SignedIn) -> Iterator[Task]:
    """The rounds with work that stands still; an administrator sees them too, and asks a coordinator."""
    seen = someone.may(Permission.SEE_AUDIT)
    titles = {one.id: one.title for one in rounds if seen or someone.may(Permission.LAUNCH_ROUND, one.strand)}
    counted: dict[int, int] = {}
    for job in jobs.halted(session, programme_id=someone.programme_id, subject_kind=jobs.ROUND):
        counted[job.subject_id] = counted.get(job.subject_id, 0) + 1
    for round_id, count in counted.items():
        if round_id in titles:
            yield Task(Wait.STOPPED, titles[round_id], round_id, count)


def _of_cycle(session: Session, someone: SignedIn, today: date) -> Iterator[Task]:
    """What rounds of the cycle wait for; whoever sees the audit sees what has waited too long, and asks."""
    if someone.may(Permission.LAUNCH_ROUND) or someone.may(Permission.SEE_AUDIT):
        for work in triggering.halted(session, someone.programme_id):
            yield Task(Wait.CYCLE_STOPPED, work.about, work.job.id)
    for task in cycle_tasks.waiting(session, someone.programme_id):
        asks = someone.may(Permission.SEE_AUDIT) and task.is_escalated(today)
        if asks or someone.may(Permission.LAUNCH_ROUND, task.strand):
            yield Task(Wait.CYCLE, task.about, task.id, of_cycle=task)


def _actions(session: Session, someone: SignedIn, now: datetime) -> Iterator[Task]:
    """Actions of plans and of reviews that are due, or soon will be, as one task with their first day."""
    until, programme_id, due = london_date(now) + SOON, someone.programme_id, list[date]()
    if someone.may(Permission.KEEP_LOGS):
        plans = entries.actions_due(session, programme_id=programme_id, day=until, known_by=now)
        due += [one.due_on for one in plans if one.due_on is not None]
    if someone.may(Permission.KEEP_REVIEWS, Strand.ANNUAL_REVIEW):
        agreed = decisions.actions_due(session, programme_id=programme_id, by=until)
        due += [one.due_on for one in agreed]
    if due:
        about = "1 action" if len(due) == 1 else f"{len(due):,} actions"
        yield Task(Wait.ACTIONS, about, 0, len(due), due_on=min(due))


def _forms(session: Session, someone: SignedIn) -> Iterator[Task]:
    """Forms that this person may review, for having filled in none of them."""
    if someone.may(Permission.REVIEW_FORMS):
        waiting = forms.waiting_for(session, person_id=someone.id, programme_id=someone.programme_id)
        if waiting:
            about = "1 form" if len(waiting) == 1 else f"{len(waiting):,} forms"
            yield Task(Wait.FORMS, about, 0, len(waiting))


def _letters(boards: list[progress.Dashboard], someone: SignedIn) -> Iterator[Task]:
    for board in boards:
        if not someone.may(Permission.RECORD_CONTACT, board.round.strand):
            continue
        if failed := board.letters.get("failed", 0):
            yield Task(Wait.LETTERS, board.round.title, board.round.id, failed)


def _said(session: Session, someone: SignedIn) -> Iterator[Task]:
    """What respondents said in place of answers; the key is that of the case."""
    for said in statements.waiting(session, programme_id=someone.programme_id):
        if someone.may(Permission.RECORD_CONTACT, said.strand):
            yield Task(Wait(said.kind.value), f"{said.round_title}, case {said.case_id}", said.case_id)


def _calls(session: Session, rounds: list[RoundView], someone: SignedIn) -> Iterator[Task]:
    """Calls of others to ask about, and for coordinators those that were not confirmed; by round."""
    checks = back_checks.waiting(session, programme_id=someone.programme_id)
    for one in rounds:
        here = [check for check in checks if check.round_id == one.id]
        denied = sum(check.outcome is not None for check in here)
        to_ask = sum(check.outcome is None and check.caller != someone.email for check in here)
        if denied and someone.may(Permission.LAUNCH_ROUND, one.strand):
            yield Task(Wait.DENIED, one.title, one.id, denied)
        if to_ask and someone.may(Permission.RECORD_CONTACT, one.strand):
            yield Task(Wait.BACK_CHECK, one.title, one.id, to_ask)


def _approvals(session: Session, someone: SignedIn) -> Iterator[Task]:
    """What another person asked for and this one can agree to; keys are of what their pages name."""
    views = approvals.waiting_for(session, person_id=someone.id, programme_id=someone.programme_id)
    if count := sum(view.act in second_person.ACTS for view in views):
        yield Task(Wait.ADDRESSES, "1 waits" if count == 1 else f"{count:,} wait", 0)
    for view in views:
        if view.act == new_codes.ACT:
            case_id = int(view.detail["case"])
            yield Task(Wait.NEW_CODE, f"case {case_id}", case_id)
        if view.act == destruction.ACT:
            yield Task(Wait.DESTRUCTION, str(view.detail["round"]), view.subject_id)
        if view.act == bundle_requests.ACT:
            yield Task(Wait.BUNDLE, str(view.detail["release"]), view.id)
        if view.act == reopening.ACT:
            yield Task(Wait.REOPENING, str(view.detail["round"]), view.subject_id)
        if view.act == second_readers.ACT:
            yield Task(Wait.CORE, str(view.detail["about"]), view.subject_id)


def _people(session: Session, someone: SignedIn) -> Iterator[Task]:
    """What another administrator asked for, by whom it is about, and roles that do not go together."""
    if someone.may(Permission.MANAGE_PEOPLE):
        for one in second_administrator.waiting(session, programme_id=someone.programme_id):
            if one.approval.asked_by_id != someone.id:
                yield Task(Wait.SECOND_ADMINISTRATOR, one.name, one.approval.subject_id)
        for name in grants.not_apart(session, programme_id=someone.programme_id):
            yield Task(Wait.NOT_APART, name, 0)


def _register(session: Session, someone: SignedIn, day: date) -> Iterator[Task]:
    """What the register waits for: proposed changes, and signatures of bodies that are no more."""
    if not someone.may(Permission.KEEP_REGISTER):
        return
    if count := proposals.how_many_wait(session, programme_id=someone.programme_id):
        yield Task(Wait.REGISTER, "proposed changes", 0, count)
    if count := len(successors.lapsed(session, programme_id=someone.programme_id, today=day)):
        yield Task(Wait.REGISTER, "signatures of bodies that are no more", 0, count)


def _records(session: Session, someone: SignedIn) -> Iterator[Task]:
    """Records that wait for a side that this person signs for; the key is that of the review."""
    sectors = [sector for sector, permission in SIGNS_FOR.items() if someone.may(permission)]
    if sectors:
        for waiting in records.waiting_for(session, programme_id=someone.programme_id, sectors=sectors):
            yield Task(Wait.RECORD, waiting.title, waiting.round_id)


def _steps(session: Session, rounds: list[RoundView], frozen: set[int], someone: SignedIn) -> Iterator[Task]:
    """Plans that nobody launched, and closed surveys whose results nobody froze and somebody still could."""
    for one in rounds:
        is_survey = one.strand in SURVEYS
        # What a round of the cycle waits for is a task of its own.
        plans = one.stage is Stage.PLANNED and one.slot is None
        if plans and someone.may(Permission.LAUNCH_ROUND, one.strand):
            wait = Wait.LAUNCH if is_survey else Wait.PREPARE
            yield Task(wait, one.title, one.id, due_on=one.dates.opens_on)
        waits = one.stage is Stage.CLOSED and is_survey and one.id not in frozen
        if waits and someone.may(Permission.FREEZE_RELEASE, one.strand) and not _is_gone(session, one):
            due = england().after(one.dates.closes_on, triggering.FROZEN_AFTER)
            yield Task(Wait.FREEZE, one.title, one.id, due_on=due)


def _is_gone(session: Session, one: RoundView) -> bool:
    """Whether the answers were destroyed: then nobody can freeze results."""
    return material.is_destroyed(session, subject_kind=material.ROUND, subject_id=one.id)


def _signatures(session: Session, someone: SignedIn) -> Iterator[Task]:
    """Modules in test on whose text nobody has spoken yet for a sector that this person signs for."""
    sectors = [sector for sector, permission in SIGNS_FOR.items() if someone.may(permission)]
    if not sectors:
        return
    for line in versions.versions(session):
        if line.role not in MODULES or line.state is not VersionState.IN_TEST:
            continue
        standing = history.standing(session, line.id)
        if any(not standing.of(sector) for sector in sectors):
            yield Task(Wait.SIGNATURE, f"{line.title}, version {line.version}", line.id)


def next_dates(rounds: list[RoundView], *, today: date) -> list[NextDate]:
    """The days to come of every round that is not over, the next first."""
    coming = [
        NextDate(day, event, one.id, one.title)
        for one in rounds
        if not one.stage.is_over
        for event, day in one.dates.in_order()
        if day >= today
    ]
    return sorted(coming, key=lambda date: (date.day, date.round_id))


def has_rounds(session: Session, *, programme_id: int) -> bool:
    """Whether a calendar has anything to show."""
    query = select(exists().where(Round.programme_id == programme_id))
    return bool(session.scalar(query))


def has_cycle(session: Session, *, programme_id: int) -> bool:
    """Whether the ten-year cycle has anything to show."""
    query = select(exists().where(CycleRule.programme_id == programme_id))
    return bool(session.scalar(query)) or has_rounds(session, programme_id=programme_id)


def has_reviews(session: Session, *, programme_id: int) -> bool:
    """Whether a review was ever planned."""
    ours = exists().where(Round.programme_id == programme_id, Round.strand == Strand.ANNUAL_REVIEW)
    return bool(session.scalar(select(ours)))


def has_releases(session: Session, *, programme_id: int) -> bool:
    """Whether there are results to show."""
    ours = exists().where(Release.programme_id == programme_id, Release.state == ReleaseState.PUBLISHED)
    return bool(session.scalar(select(ours)))
