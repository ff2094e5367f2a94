"""What a review talks about: issues, what was decided of them, who disagreed, who does what, what follows."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import Base, checked_choice


class IssueState(StrEnum):
    """Whether an issue is still talked about by itself."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class DecisionState(StrEnum):
    """Whether a decision holds; a withdrawn one stays with its reason."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class ActionState(StrEnum):
    """What became of an action."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class StepKind(StrEnum):
    """What an issue becomes."""

    TOPIC = "topic"
    QUESTION = "question"
    STUDY = "study"


class StepState(StrEnum):
    """Whether a step has led to an answer."""

    PROPOSED = "proposed"
    TAKEN_UP = "taken up"
    ANSWERED = "answered"
    DROPPED = "dropped"


class ReviewIssue(Base):
    """One issue of a review, in the words in which it was put forward: these never change.

    `finding` is the figure as it was printed, so that the issue says what it rests on when nobody has the
    release open. An issue that was merged keeps its own words and votes.
    """

    __tablename__ = "review_issue"
    __table_args__ = (
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("merged_into_id <> id", name="not_into_itself"),
        CheckConstraint("(state = 'closed') = (closed_why <> '')", name="closed_with_a_reason"),
        CheckConstraint("(release_id IS NULL) = (item = '')", name="figure_of_a_release"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text, doc="why it should be talked about")
    put_forward_by: Mapped[str] = mapped_column(String(200), doc="a name or a role, as it was given")
    sector: Mapped[Sector | None] = mapped_column(
        checked_choice(Sector, "sector"), doc="of a participant who put it forward"
    )
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    item: Mapped[str] = mapped_column(String(80), default="", doc="the item of the release")
    finding: Mapped[str] = mapped_column(Text, default="", doc="its figures as printed")
    state: Mapped[IssueState] = mapped_column(checked_choice(IssueState, "state"), default=IssueState.OPEN)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("review_issue.id"), index=True)
    closed_why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class ReviewDecision(Base):
    """What a review decided of an issue."""

    __tablename__ = "review_decision"
    __table_args__ = (
        CheckConstraint("(state = 'withdrawn') = (withdrawn_why <> '')", name="withdrawn_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("review_issue.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    state: Mapped[DecisionState] = mapped_column(
        checked_choice(DecisionState, "state"), default=DecisionState.STANDING
    )
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class ReviewDissent(Base):
    """Who does not agree with a decision, in their own words."""

    __tablename__ = "review_dissent"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("review_decision.id"), index=True)
    sector: Mapped[Sector] = mapped_column(checked_choice(Sector, "sector"))
    who: Mapped[str] = mapped_column(String(200), doc="as they wish to be called")
    words: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class ReviewAction(Base):
    """Who does what until when because of a decision."""

    __tablename__ = "review_action"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (settled_on IS NULL)", name="settled_on_a_day"),
        CheckConstraint("state <> 'dropped' OR note <> ''", name="dropped_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("review_decision.id"), index=True)
    what: Mapped[str] = mapped_column(String(400))
    owner: Mapped[str] = mapped_column(String(200), doc="an organisation or a role")
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"),
        index=True,
        doc="the owner where the directory has it: letters go there",
    )
    due_on: Mapped[date]
    state: Mapped[ActionState] = mapped_column(checked_choice(ActionState, "state"), default=ActionState.OPEN)
    note: Mapped[str] = mapped_column(String(1000), default="", doc="what became of it")
    settled_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class ReviewStep(Base):
    """What follows from an issue: a topic, a question or a study, where it was taken up, and its answer."""

    __tablename__ = "review_step"
    __table_args__ = (
        CheckConstraint("(state = 'answered') = (answer <> '')", name="answered_in_words"),
        CheckConstraint("(state = 'dropped') = (dropped_why <> '')", name="dropped_with_a_reason"),
        CheckConstraint(
            "state <> 'taken up' OR round_id IS NOT NULL OR version_id IS NOT NULL", name="taken_up_somewhere"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("review_issue.id"), index=True)
    kind: Mapped[StepKind] = mapped_column(checked_choice(StepKind, "kind"))
    words: Mapped[str] = mapped_column(String(400), doc="the topic, the question, what is to be studied")
    state: Mapped[StepState] = mapped_column(checked_choice(StepState, "state"), default=StepState.PROPOSED)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("instrument_version.id"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    answer_release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    dropped_why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
