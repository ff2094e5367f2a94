"""Answers. Those given in confidence stand apart from identities: no key leads to a case or a seat."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from instruments.conduct import SeatKind
from survey_app.models.base import UUID_TEXT, WITHOUT_ORDER, Base, choice, fresh_uuid, one_of


class ResponseKind(StrEnum):
    """Given in confidence, or a form of the staff, which is kept with its case and signed."""

    CONFIDENTIAL = "confidential"
    OPEN = "open"


class Response(Base):
    """The answers from one seat, as one sealed JSON document with a revision.

    A confidential one is held under pseudonyms that only LINK_KEY makes. Who wrote it is a kind of seat,
    never a person.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("seat_pseudonym"),
        UniqueConstraint("seat_id"),
        one_of("kind", ResponseKind),
        one_of("seat_label", SeatKind),
        CheckConstraint(
            "(kind = 'confidential') = (unit_pseudonym IS NOT NULL)"
            " AND (kind = 'confidential') = (seat_pseudonym IS NOT NULL)"
            " AND (kind = 'open') = (case_id IS NOT NULL) AND (kind = 'open') = (seat_id IS NOT NULL)",
            name="confidential_or_open",
        ),
    )

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    kind: Mapped[ResponseKind] = mapped_column(choice(ResponseKind), default=ResponseKind.CONFIDENTIAL)
    unit_pseudonym: Mapped[str | None] = mapped_column(String(32), doc="the same in every round of a strand")
    seat_pseudonym: Mapped[str | None] = mapped_column(String(32), doc="another in every round")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    seat_label: Mapped[SeatKind] = mapped_column(choice(SeatKind), default=SeatKind.LEAD)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    mode: Mapped[str] = mapped_column(String(20), doc="web | telephone | post")
    revision: Mapped[int]
    document: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed under the round's key")
    started_on: Mapped[date]
    submitted_on: Mapped[date | None]


class ResponseChange(Base):
    """One save: what changed, in which mode, from which kind of seat, by which kind of person, when."""

    __tablename__ = "response_change"
    __table_args__ = (one_of("seat_label", SeatKind),)

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    mode: Mapped[str] = mapped_column(String(20))
    seat_label: Mapped[SeatKind] = mapped_column(choice(SeatKind), default=SeatKind.LEAD)
    by: Mapped[str] = mapped_column(String(40), doc="respondent | interviewer")
    changes: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed under the round's key")


class ResponseOpening(Base):
    """That somebody came in with the code of a seat, under the pseudonym of its answers; when is sealed."""

    __tablename__ = "response_opening"
    __table_args__ = (Index("ix_response_opening_seat_pseudonym", "seat_pseudonym"), WITHOUT_ORDER)

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    seat_pseudonym: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, doc="the moment, under the round's key")


class ResponseDraft(Base):
    """A page as somebody typed it that is no answer yet, or where they go on, under the round's key.

    It is never data: no revision, no change, no outcome comes of it, and it dies with the round's key.
    """

    __tablename__ = "response_draft"
    __table_args__ = (Index("ix_response_draft_seat_pseudonym", "seat_pseudonym"), WITHOUT_ORDER)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, doc="a keyed hash of seat and page")
    seat_pseudonym: Mapped[str] = mapped_column(String(32))
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, doc="under the round's key")


class ResponseSignature(Base):
    """Who signed an open response; a confidential one is signed by nobody."""

    __tablename__ = "response_signature"

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), doc="as it was on that day")
    signed_at: Mapped[datetime]
