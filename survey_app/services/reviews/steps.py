"""What follows from an issue: a topic of focus groups, a question of a survey, a study; its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.reviews.issues import ReviewStep, StepKind, StepState
from survey_app.services.audit import AuditContext, record
from survey_app.services.questionnaires import versions
from survey_app.services.results import release
from survey_app.services.reviews.issues import MAX_WORDS, issue_of
from survey_app.services.rounds import lifecycle

MAX_STEP = 400
# Of which strands a round may take up what follows.
TAKEN_UP_BY = {
    StepKind.TOPIC: (Strand.FOCUS_GROUPS, Strand.DEEP_REVIEW),
    StepKind.QUESTION: (Strand.ANNUAL_SURVEY, Strand.LOCAL_SURVEY),
    StepKind.STUDY: (Strand.COMMISSIONED_STUDY, Strand.DEEP_REVIEW),
}


@dataclass(frozen=True, kw_only=True)
class StepView:
    """What follows from an issue, where it was taken up and what it led to."""

    id: int
    issue_id: int
    kind: StepKind
    words: str
    state: StepState
    round_id: int | None
    round_title: str
    version_id: int | None
    answer: str
    answer_release_id: int | None
    dropped_why: str


def propose(session: Session, *, issue_id: int, kind: StepKind, words: str, context: AuditContext) -> int:
    """Say what an issue becomes; the step's id.

    Raises:
        NotFoundError: no such issue.
        StageError: the issue was merged or closed.
        InvalidError: nothing is said.
    """
    issue = issue_of(session, issue_id=issue_id, programme_id=context.programme_id)
    if not issue.is_open:
        raise StageError(f"“{issue.title}” is {issue.state}. Nothing follows from it by itself.")
    if not 0 < len(words.strip()) <= MAX_STEP:
        raise InvalidError(f"Say what is to be asked or studied, in at most {MAX_STEP} characters.")
    row = ReviewStep(
        issue_id=issue.id, kind=kind, words=words.strip(), created_at=context.now, created_by=context.actor
    )
    session.add(row)
    session.flush()
    record(session, context, "step proposed", "review step", row.id, issue=issue.id, kind=kind.value)
    return row.id


def take_up(
    session: Session,
    *,
    step_id: int,
    round_id: int | None = None,
    version_id: int | None = None,
    context: AuditContext,
) -> None:
    """Say which round takes a step up, or which questionnaire asks it.

    Raises:
        NotFoundError: no such step, round or questionnaire.
        StageError: it was answered or dropped already.
        InvalidError: neither is named, or a round of a strand that does not ask such things.
    """
    row = _row(session, step_id, context)
    _check_unsettled(row)
    if round_id is None and version_id is None:
        raise InvalidError("Choose the round or the questionnaire that takes it up.")
    if round_id is not None:
        taking = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
        if taking.strand not in TAKEN_UP_BY[row.kind]:
            raise InvalidError(f"{taking.title} does not take up a {row.kind}. Choose another round.")
    if version_id is not None:
        versions.line_of(session, version_id)
    row.round_id, row.version_id, row.state = round_id, version_id, StepState.TAKEN_UP
    record(session, context, "step taken up", "review step", row.id, round=round_id, version=version_id)


def answer(
    session: Session, *, step_id: int, words: str, release_id: int | None = None, context: AuditContext
) -> None:
    """Say what came of a step, and which release tells it.

    Raises:
        NotFoundError: no such step or published release.
        StageError: it was dropped, or answered already.
        InvalidError: nothing is said.
    """
    row = _row(session, step_id, context)
    _check_unsettled(row)
    if not 0 < len(words.strip()) <= MAX_WORDS:
        raise InvalidError(f"Say what came of it, in at most {MAX_WORDS:,} characters.")
    if release_id is not None:
        release.release_contents(session, release_id=release_id, programme_id=context.programme_id)
    row.answer, row.answer_release_id, row.state = words.strip(), release_id, StepState.ANSWERED
    record(session, context, "step answered", "review step", row.id, release=release_id)


def drop(session: Session, *, step_id: int, why: str, context: AuditContext) -> None:
    """Say that a step is not taken, and why.

    Raises:
        NotFoundError: no such step.
        StageError: it was answered or dropped already.
        InvalidError: no reason.
    """
    row = _row(session, step_id, context)
    _check_unsettled(row)
    if not 0 < len(why.strip()) <= MAX_WORDS:
        raise InvalidError(f"Say why it is dropped, in at most {MAX_WORDS:,} characters.")
    row.state, row.dropped_why = StepState.DROPPED, why.strip()
    record(session, context, "step dropped", "review step", row.id)


def _check_unsettled(row: ReviewStep) -> None:
    if row.state in (StepState.ANSWERED, StepState.DROPPED):
        raise StageError(f"This was {row.state} already.")


def _row(session: Session, step_id: int, context: AuditContext) -> ReviewStep:
    row = session.get(ReviewStep, step_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFoundError("step", step_id)
    issue_of(session, issue_id=row.issue_id, programme_id=context.programme_id)
    return row


def step_of(session: Session, *, step_id: int, programme_id: int | None) -> StepView:
    """One step of a programme's reviews.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(ReviewStep, step_id)
    if row is None:
        raise NotFoundError("step", step_id)
    issue = issue_of(session, issue_id=row.issue_id, programme_id=programme_id)
    return next(one for one in steps_of(session, [issue.id], programme_id) if one.id == step_id)


def steps_of(session: Session, issue_ids: Sequence[int], programme_id: int | None) -> list[StepView]:
    """What follows from some issues, in the order in which it was proposed."""
    rows = select(ReviewStep).where(ReviewStep.issue_id.in_(issue_ids)).order_by(ReviewStep.id)
    return [_view(session, row, programme_id) for row in session.scalars(rows)]


def steps_taken_up_by(session: Session, *, round_id: int, programme_id: int | None) -> list[StepView]:
    """What a round takes up of what reviews put forward: the way back from the round to its issues."""
    rows = select(ReviewStep).where(ReviewStep.round_id == round_id).order_by(ReviewStep.id)
    return [_view(session, row, programme_id) for row in session.scalars(rows)]


def _view(session: Session, row: ReviewStep, programme_id: int | None) -> StepView:
    taking = row.round_id and lifecycle.get_round(session, round_id=row.round_id, programme_id=programme_id)
    return StepView(
        id=row.id, issue_id=row.issue_id, kind=row.kind, words=row.words, state=row.state,
        round_id=row.round_id, round_title=taking.title if taking else "", version_id=row.version_id,
        answer=row.answer, answer_release_id=row.answer_release_id, dropped_why=row.dropped_why,
    )  # fmt: skip
