"""Votes of a session: codes that name nobody, papers that name no code, counts that remain."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import (
    UUID_TEXT,
    WITHOUT_ORDER,
    Base,
    checked_choice,
    fresh_uuid,
)


class BallotState(StrEnum):
    """Whether votes are taken; from the opening on neither dots nor issues change."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SlipState(StrEnum):
    """A code is one of those that are printed, or void, or one that a second person made in its place."""

    PRINTED = "printed"
    VOID = "void"
    IN_PLACE = "in_place"


class Ballot(Base):
    """One vote of a session: how many dots each person has, on which issues. Number 2 is the second round."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        CheckConstraint("number IN (1, 2)", name="round_one_or_two"),
        CheckConstraint("dots >= 1 AND dots <= 20", name="dots_of_each"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    number: Mapped[int]
    dots: Mapped[int]
    state: Mapped[BallotState] = mapped_column(
        checked_choice(BallotState, "state"), default=BallotState.DRAFT
    )
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class BallotIssue(Base):
    """An issue on a ballot, and its place there."""

    __tablename__ = "ballot_issue"

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("review_issue.id"), primary_key=True, index=True)
    position: Mapped[int]


class BallotSlip(Base):
    """One code to vote with, handed out in the room: whose side it is for, and no person's."""

    __tablename__ = "ballot_slip"
    __table_args__ = (UniqueConstraint("uuid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT, default=fresh_uuid)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), index=True)
    sector: Mapped[Sector] = mapped_column(checked_choice(Sector, "sector"))
    state: Mapped[SlipState] = mapped_column(checked_choice(SlipState, "state"), default=SlipState.PRINTED)


class BallotSight(Base):
    """Who of the staff saw the codes of a ballot: somebody else counts who voted, and replaces codes."""

    __tablename__ = "ballot_sight"

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class BallotHeads(Base):
    """How many of a side voted, as somebody counted who never saw the codes."""

    __tablename__ = "ballot_heads"
    __table_args__ = (CheckConstraint("heads >= 0", name="heads_counted"),)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    sector: Mapped[Sector] = mapped_column(checked_choice(Sector, "sector"), primary_key=True)
    heads: Mapped[int]
    counted_by_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class BallotPaper(Base):
    """What one voter gave, while the ballot is open; neither slip nor time nor order.

    Its name follows from the slip under the key of the ballot, so that a voter may change it; side and dots
    are sealed under that key. Closing counts the papers, deletes them and destroys the key.
    """

    __tablename__ = "ballot_paper"
    __table_args__ = (WITHOUT_ORDER,)

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), index=True)
    votes: Mapped[bytes] = mapped_column(LargeBinary)


class BallotCount(Base):
    """Slips and papers of a side of a closed ballot."""

    __tablename__ = "ballot_count"

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    sector: Mapped[Sector] = mapped_column(checked_choice(Sector, "sector"), primary_key=True)
    slips: Mapped[int]
    papers: Mapped[int]


class BallotTally(Base):
    """The dots of an issue and from how many voters: of a side, or of both together (`side` empty)."""

    __tablename__ = "ballot_tally"
    __table_args__ = (CheckConstraint("side IN ('', 'public_body', 'vco')", name="side"),)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("review_issue.id"), primary_key=True, index=True)
    side: Mapped[str] = mapped_column(String(20), primary_key=True)
    dots: Mapped[int]
    voters: Mapped[int]
