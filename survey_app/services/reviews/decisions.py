"""What a review decides of an issue: decisions, dissent in the dissenter's words, actions and their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.reviews.issues import (
    ActionState,
    DecisionState,
    ReviewAction,
    ReviewDecision,
    ReviewDissent,
    ReviewIssue,
)
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.reviews.attendance import organisations_called
from survey_app.services.reviews.issues import MAX_WORDS, IssueView, issue_of, issues_of

MAX_LINE, MAX_NOTE = 200, 1000


@dataclass(frozen=True)
class Dissent:
    """Who does not agree, in their own words."""

    id: int
    sector: Sector
    who: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ActionView:
    """Who does what until when; of which decision, issue and review."""

    id: int
    decision_id: int
    issue_id: int
    round_id: int
    what: str
    owner: str
    due_on: date
    state: ActionState
    note: str
    settled_on: date | None

    def is_late(self, today: date) -> bool:
        """Whether its day is over and it is neither done nor dropped."""
        return self.state is ActionState.OPEN and self.due_on < today


@dataclass(frozen=True, kw_only=True)
class DecisionView:
    """A decision with who dissents and what is to be done."""

    id: int
    issue_id: int
    words: str
    decided_on: date
    state: DecisionState
    withdrawn_why: str
    dissent: tuple[Dissent, ...]
    actions: tuple[ActionView, ...]

    @property
    def stands(self) -> bool:
        return self.state is DecisionState.STANDING


def decide(session: Session, *, issue_id: int, words: str, day: date, context: AuditContext) -> int:
    """Record what was decided of an issue on a day; the decision's id.

    Raises:
        NotFoundError: no such issue.
        StageError: the issue was merged or closed.
        InvalidError: nothing is said, or the day is still to come.
    """
    issue = issue_of(session, issue_id=issue_id, programme_id=context.programme_id)
    if not issue.is_open:
        raise StageError(f"“{issue.title}” is {issue.state}. Decide on an issue that is open.")
    said = _said(words, "Say what was decided")
    if day > london_date(context.now):
        raise InvalidError("Enter the day on which it was decided: not one that is still to come.")
    row = ReviewDecision(
        issue_id=issue.id, words=said, decided_on=day, created_at=context.now, created_by=context.actor
    )
    session.add(row)
    session.flush()
    record(session, context, "decision recorded", "review decision", row.id, issue=issue.id)
    return row.id


def withdraw(session: Session, *, decision_id: int, why: str, context: AuditContext) -> None:
    """Let a decision hold no more; it stays in the thread with the reason, and its open actions are dropped.

    Raises:
        NotFoundError: no such decision.
        StageError: it was withdrawn already.
        InvalidError: no reason.
    """
    row = _row(session, decision_id, context)
    _check_standing(row)
    row.withdrawn_why = _said(why, "Say why the decision is withdrawn")
    row.state = DecisionState.WITHDRAWN
    open_actions = select(ReviewAction).where(
        ReviewAction.decision_id == row.id, ReviewAction.state == ActionState.OPEN
    )
    for action in session.scalars(open_actions):
        action.state, action.settled_on = ActionState.DROPPED, london_date(context.now)
        action.note = "The decision was withdrawn."
    record(session, context, "decision withdrawn", "review decision", row.id)


def dissent(
    session: Session, *, decision_id: int, sector: Sector, who: str, words: str, context: AuditContext
) -> int:
    """Record that somebody does not agree with a decision, in their words; the id. It is never changed.

    Raises:
        NotFoundError: no such decision.
        InvalidError: nobody or nothing is named.
    """
    row = _row(session, decision_id, context)
    added = ReviewDissent(
        decision_id=row.id, sector=sector, who=_line(who, "Say who does not agree"),
        words=_said(words, "Write what they say"), created_at=context.now, created_by=context.actor,
    )  # fmt: skip
    session.add(added)
    session.flush()
    record(session, context, "dissent recorded", "review decision", row.id, dissent=added.id)
    return added.id


def add_action(
    session: Session, *, decision_id: int, what: str, owner: str, due_on: date, context: AuditContext
) -> int:
    """Say who does what until when because of a decision; the action's id.

    An owner that the directory has under this name is written to when it is due, and while it is late.

    Raises:
        NotFoundError: no such decision.
        StageError: the decision was withdrawn.
        InvalidError: something is not said.
    """
    row = _row(session, decision_id, context)
    _check_standing(row)
    said, whose = _line(what, "Say what is to be done", 2 * MAX_LINE), _line(owner, "Say who does it")
    owners = organisations_called(session, whose)
    added = ReviewAction(
        decision_id=row.id, what=said, owner=whose, due_on=due_on,
        organisation_id=owners[0].id if len(owners) == 1 else None,
        created_at=context.now, created_by=context.actor,
    )  # fmt: skip
    session.add(added)
    session.flush()
    record(session, context, "action agreed", "review action", added.id, decision=row.id)
    return added.id


def settle(session: Session, *, action_id: int, state: ActionState, note: str, context: AuditContext) -> None:
    """Say what became of an action: done, dropped with the reason, or open again.

    Raises:
        NotFoundError: no such action.
        InvalidError: it is dropped and nobody says why.
    """
    action_of(session, action_id=action_id, programme_id=context.programme_id)
    row = session.get_one(ReviewAction, action_id)
    if state is ActionState.DROPPED and not note.strip():
        raise InvalidError("Say why it is dropped.")
    if len(note.strip()) > MAX_NOTE:
        raise InvalidError(f"Say what became of it in at most {MAX_NOTE:,} characters.")
    row.state, row.note = state, note.strip()
    row.settled_on = None if state is ActionState.OPEN else london_date(context.now)
    record(session, context, "action settled", "review action", row.id, state=state.value)


def decision_of(session: Session, *, decision_id: int, programme_id: int | None) -> DecisionView:
    """One decision of a programme's reviews.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(ReviewDecision, decision_id)
    if row is None:
        raise NotFoundError("decision", decision_id)
    issue = issue_of(session, issue_id=row.issue_id, programme_id=programme_id)
    return next(one for one in decisions_of(session, [issue]) if one.id == decision_id)


def decisions_of(session: Session, issues: Sequence[IssueView]) -> list[DecisionView]:
    """Every decision on some issues, withdrawn ones too, in the order in which they were recorded."""
    whose = {issue.id: issue for issue in issues}
    rows = session.scalars(
        select(ReviewDecision).where(ReviewDecision.issue_id.in_(whose)).order_by(ReviewDecision.id)
    ).all()
    ids = [row.id for row in rows]
    said: dict[int, list[Dissent]] = {key: [] for key in ids}
    for one in session.scalars(
        select(ReviewDissent).where(ReviewDissent.decision_id.in_(ids)).order_by(ReviewDissent.id)
    ):
        said[one.decision_id].append(Dissent(one.id, one.sector, one.who, one.words))
    actions = _actions(session, {row.id: whose[row.issue_id] for row in rows})
    return [
        DecisionView(
            id=row.id,
            issue_id=row.issue_id,
            words=row.words,
            decided_on=row.decided_on,
            state=row.state,
            withdrawn_why=row.withdrawn_why,
            dissent=tuple(said[row.id]),
            actions=tuple(actions[row.id]),
        )
        for row in rows
    ]


def _actions(session: Session, decided: dict[int, IssueView]) -> dict[int, list[ActionView]]:
    by_decision: dict[int, list[ActionView]] = {key: [] for key in decided}
    rows = select(ReviewAction).where(ReviewAction.decision_id.in_(decided))
    for row in session.scalars(rows.order_by(ReviewAction.due_on, ReviewAction.id)):
        by_decision[row.decision_id].append(_action(row, decided[row.decision_id]))
    return by_decision


def _action(row: ReviewAction, issue: IssueView) -> ActionView:
    return ActionView(
        id=row.id, decision_id=row.decision_id, issue_id=issue.id, round_id=issue.round_id, what=row.what,
        owner=row.owner, due_on=row.due_on, state=row.state, note=row.note, settled_on=row.settled_on,
    )  # fmt: skip


def action_of(session: Session, *, action_id: int, programme_id: int | None) -> ActionView:
    """One action of a programme's reviews.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(ReviewAction, action_id, populate_existing=True)
    if row is None:
        raise NotFoundError("action", action_id)
    decision = decision_of(session, decision_id=row.decision_id, programme_id=programme_id)
    return next(one for one in decision.actions if one.id == action_id)


def actions_of(session: Session, round_ids: Sequence[int]) -> list[ActionView]:
    """Every action of some reviews, by the day on which it is due."""
    decided = decisions_of(session, issues_of(session, round_ids))
    every = [action for decision in decided for action in decision.actions]
    return sorted(every, key=lambda action: (action.due_on, action.id))


def actions_due(session: Session, *, programme_id: int, by: date) -> list[ActionView]:
    """The open actions of a programme whose day is there by a day, the oldest first."""
    rounds = (
        select(ReviewIssue.round_id)
        .join(ReviewDecision, ReviewDecision.issue_id == ReviewIssue.id)
        .join(ReviewAction, ReviewAction.decision_id == ReviewDecision.id)
        .join(Round, Round.id == ReviewIssue.round_id)
        .where(
            Round.programme_id == programme_id,
            ReviewAction.state == ActionState.OPEN,
            ReviewAction.due_on <= by,
        )
        .distinct()
    )
    every = actions_of(session, list(session.scalars(rounds)))
    return [one for one in every if one.state is ActionState.OPEN and one.due_on <= by]


def _row(session: Session, decision_id: int, context: AuditContext) -> ReviewDecision:
    decision_of(session, decision_id=decision_id, programme_id=context.programme_id)
    return session.get_one(ReviewDecision, decision_id, populate_existing=True, with_for_update=True)


def _check_standing(row: ReviewDecision) -> None:
    if row.state is DecisionState.WITHDRAWN:
        raise StageError("This decision was withdrawn. Record another one.")


def _said(words: str, ask: str) -> str:
    if not 0 < len(words.strip()) <= MAX_WORDS:
        raise InvalidError(f"{ask}, in at most {MAX_WORDS:,} characters.")
    return words.strip()


def _line(words: str, ask: str, maximum: int = MAX_LINE) -> str:
    if not 0 < len(words.strip()) <= maximum:
        raise InvalidError(f"{ask}, in at most {maximum} characters.")
    return words.strip()
