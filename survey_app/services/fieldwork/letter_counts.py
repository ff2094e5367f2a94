"""How the letters of a round stand: counts by letter and state, and which could not be sent, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.models.cases.casework import Case
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.rounds import Round
from survey_app.services.fieldwork.marks import WAITS

# Nobody writes or telephones to more in a day; the number of all is shown above them.
MAX_SHOWN = 200


@dataclass(frozen=True)
class LetterCount:
    """One kind of letter: how many in each state."""

    template: str
    by_state: Mapping[str, int]


@dataclass(frozen=True)
class FailedLetter:
    """A letter that could not be sent, or not yet: to whom, and why."""

    id: int
    case_id: int
    organisation: str
    template: str
    attempts: int
    due_at: datetime
    failure: str


def counts_of(session: Session, *, round_id: int) -> list[LetterCount]:
    """How many letters of a round there are, in the order in which the kinds first fall due."""
    rows = session.execute(
        select(Message.template, Message.state, func.count(), func.min(Message.due_at).label("first"))
        .join(Case, Case.id == Message.case_id)
        .where(Case.round_id == round_id)
        .group_by(Message.template, Message.state)
        .order_by("first")
    )
    by_template: dict[str, dict[str, int]] = {}
    for template, state, count, _ in rows:
        by_template.setdefault(template, {})[state] = count
    return [LetterCount(template, by_state) for template, by_state in by_template.items()]


def failed_of(session: Session, *, round_id: int) -> list[FailedLetter]:
    """The letters of a round that could not be sent, the newest first, `MAX_SHOWN` at most."""
    return _with_fault(session, Message.state == "failed", round_id=round_id)


def put_off_of(session: Session, *, round_id: int) -> list[FailedLetter]:
    """The letters of a round that were not taken and are tried again by themselves, likewise."""
    put_off = Message.failure.not_in(("", WAITS))
    return _with_fault(session, Message.state == "waiting", put_off, round_id=round_id)


def _with_fault(session: Session, *which: ColumnElement[bool], round_id: int) -> list[FailedLetter]:
    rows = session.execute(
        select(
            Message.id,
            Case.id,
            Organisation.name,
            Message.template,
            Message.attempts,
            Message.due_at,
            Message.failure,
        )
        .join(Case, Case.id == Message.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(Case.round_id == round_id, *which)
        .order_by(Message.due_at.desc(), Message.id)
        .limit(MAX_SHOWN)
    )
    return [FailedLetter(*row) for row in rows]


@dataclass(frozen=True)
class OutboxCounts:
    """The letters of all open rounds: due and waiting, for a later day, failed."""

    due: int
    later: int
    failed: int


def counts_of_all(session: Session, *, now: datetime) -> OutboxCounts:
    """How many letters of open rounds wait and failed, in all programmes."""
    due = (Message.state == "waiting") & (Message.due_at <= now)
    later = (Message.state == "waiting") & (Message.due_at > now)
    row = session.execute(
        select(*(func.count(case((which, 1))) for which in (due, later, Message.state == "failed")))
        .join(Case, Case.id == Message.case_id)
        .join(Round, Round.id == Case.round_id)
        .where(Round.stage == Stage.OPEN)
    ).one()
    return OutboxCounts(due=row[0], later=row[1], failed=row[2])
