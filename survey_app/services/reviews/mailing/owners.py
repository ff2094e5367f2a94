"""Letters to those who have actions to do: what is due within a week and what is late, once a week at most.

One letter lists all that an organisation has to do for a programme; what it says is looked up when it leaves,
so that nobody is asked about what is done, dropped, or of a decision that was withdrawn.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from survey_app.clock import at, london_date
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.reviews.issues import (
    ActionState,
    DecisionState,
    ReviewAction,
    ReviewDecision,
    ReviewIssue,
)
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext
from survey_app.services.cases.launch import next_hour
from survey_app.services.reviews.letters import schedule

Ts = TypeVarTuple("Ts")
OWNER, ACTIONS = "review_owner", "review_actions"
DUE_SOON, ONCE_IN = timedelta(days=7), timedelta(days=7)


def write_to_owners(session: Session, *, context: AuditContext) -> int:
    """Let a letter leave to each owner who has something due or late and had none within a week; how many."""
    today, programme_id = london_date(context.now), context.programme_id or 0
    soon = today + DUE_SOON
    owners = (
        select(Organisation.id, Organisation.uuid)
        .join(ReviewAction, ReviewAction.organisation_id == Organisation.id)
        .where(ReviewAction.due_on <= soon)
    )
    since = at(today - ONCE_IN + timedelta(days=1))
    count = 0
    for owner_id, name in session.execute(_open(owners, programme_id).distinct().order_by(Organisation.id)):
        lately = exists().where(
            Message.subject_kind == OWNER,
            Message.subject_id == owner_id,
            Message.event.startswith(f"{ACTIONS}_{programme_id}_"),
            Message.due_at >= since,
        )
        if session.scalar(select(lately)):
            continue
        due = next_hour(context.now)
        event = f"{ACTIONS}_{programme_id}_{today:%y%m%d}"
        schedule(session, kind=OWNER, subject_id=owner_id, name=name, event=event, due=due, template=ACTIONS)
        count += 1
    return count


@dataclass(frozen=True)
class Waiting:
    """One thing that an owner has to do, by when, and whether that day is over."""

    what: str
    due_on: date
    late: bool


def waiting_for(session: Session, *, owner_id: int, programme_id: int, today: date) -> list[Waiting]:
    """What an owner has to do for a programme that is due within a week or late, the oldest first."""
    query = select(ReviewAction).where(
        ReviewAction.organisation_id == owner_id, ReviewAction.due_on <= today + DUE_SOON
    )
    rows = session.scalars(_open(query, programme_id).order_by(ReviewAction.due_on, ReviewAction.id))
    return [Waiting(row.what, row.due_on, row.due_on < today) for row in rows]


def programme_of(event: str) -> int:
    """The programme whose actions such a letter is about."""
    return int(event.removeprefix(f"{ACTIONS}_").partition("_")[0])


def _open(query: Select[*Ts], programme_id: int) -> Select[*Ts]:
    return (
        query.join(ReviewDecision, ReviewDecision.id == ReviewAction.decision_id)
        .join(ReviewIssue, ReviewIssue.id == ReviewDecision.issue_id)
        .join(Round, Round.id == ReviewIssue.round_id)
        .where(
            Round.programme_id == programme_id,
            ReviewAction.state == ActionState.OPEN,
            ReviewDecision.state == DecisionState.STANDING,
        )
    )
