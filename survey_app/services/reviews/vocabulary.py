"""The states and kinds that screens name too: no other room may ask the tables for them."""

from survey_app.models.reviews.ballots import BallotState
from survey_app.models.reviews.issues import ActionState, DecisionState, IssueState, StepKind, StepState
from survey_app.models.reviews.records import Part, RecordState
from survey_app.models.reviews.sessions import Reply, Scope, SessionState

__all__ = [
    "ActionState",
    "BallotState",
    "DecisionState",
    "IssueState",
    "Part",
    "RecordState",
    "Reply",
    "Scope",
    "SessionState",
    "StepKind",
    "StepState",
]
