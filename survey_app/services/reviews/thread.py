"""The whole line of one issue: finding, issue, votes, decisions, what follows from it, and its answer."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_app.services.reviews.decisions import DecisionView, decisions_of
from survey_app.services.reviews.issues import IssueView, issue_of, merged_with, review_of
from survey_app.services.reviews.steps import StepView, steps_of
from survey_app.services.reviews.tallies import BallotResult, IssueVotes, results_of_review
from survey_app.services.rounds.lifecycle import RoundView


@dataclass(frozen=True, kw_only=True)
class Thread:
    """One issue with all that led to it and came of it.

    `merged` are those that were merged into it, with their own words; `into` is what it was merged into.
    """

    review: RoundView
    issue: IssueView
    into: IssueView | None
    merged: tuple[IssueView, ...]
    votes: tuple[tuple[BallotResult, IssueVotes], ...]
    decisions: tuple[DecisionView, ...]
    steps: tuple[StepView, ...]


def thread_of(session: Session, *, issue_id: int, programme_id: int) -> Thread:
    """The thread of an issue.

    Raises:
        NotFoundError: the programme has no such issue.
    """
    issue = issue_of(session, issue_id=issue_id, programme_id=programme_id)
    into = issue.merged_into_id and issue_of(
        session, issue_id=issue.merged_into_id, programme_id=programme_id
    )
    return Thread(
        review=review_of(session, round_id=issue.round_id, programme_id=programme_id),
        issue=issue,
        into=into or None,
        merged=tuple(merged_with(session, issue.id)),
        votes=tuple(
            (result, line)
            for result in results_of_review(session, issue.round_id)
            for line in result.lines
            if line.issue_id == issue.id
        ),
        decisions=tuple(decisions_of(session, [issue])),
        steps=tuple(steps_of(session, [issue.id], programme_id)),
    )
