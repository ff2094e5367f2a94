"""The record of a review: its text in numbered versions, what was sent to both sides, what they said."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import Base, JsonObject, checked_choice


class Part(StrEnum):
    """What people write of a review; the rest of its record is counted."""

    TALKED = "talked"
    SECTORS = "sectors"
    PLACES = "places"


class RecordState(StrEnum):
    """Where an edition of a record stands; a returned one is written on and sent as the next."""

    SENT = "sent"
    RETURNED = "returned"
    AGREED = "agreed"


class ReviewRecordText(Base):
    """One version of a part: each saving adds one, so that two people who write at once lose nothing."""

    __tablename__ = "review_record_text"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    part: Mapped[Part] = mapped_column(checked_choice(Part, "part"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(200))


class ReviewRecord(Base):
    """What was sent to both sides, fixed at that moment: they agree to this text and to no other."""

    __tablename__ = "review_record"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("taken_back_why = '' OR state = 'returned'", name="taken_back_is_returned"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    state: Mapped[RecordState] = mapped_column(checked_choice(RecordState, "state"), default=RecordState.SENT)
    contents: Mapped[JsonObject]
    corrects: Mapped[str] = mapped_column(Text, default="", doc="what it puts right in an agreed one")
    taken_back_why: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(String(200))


class ReviewRecordVerdict(Base):
    """A side agrees to a record, with its dissent in its own words if any, or returns it with words."""

    __tablename__ = "review_record_verdict"
    __table_args__ = (CheckConstraint("agrees OR words <> ''", name="returned_with_words"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("review_record.id"), primary_key=True)
    sector: Mapped[Sector] = mapped_column(checked_choice(Sector, "sector"), primary_key=True)
    agrees: Mapped[bool]
    words: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    said_at: Mapped[datetime]


class ReviewPack(Base):
    """What participants read before a session, made from one release and fixed at that moment."""

    __tablename__ = "review_pack"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    number: Mapped[int]
    contents: Mapped[JsonObject]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))
