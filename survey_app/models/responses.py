"""Answers. Those given in confidence stand apart from identities: no key leads to a case or a seat.

Nor does a day, a time or an order: moments are sealed, keys are random, and each pass writes the rows of its
round anew in random order.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from instruments.conduct import SeatKind
from survey_app.models.base import (
    RANDOM_KEY,
    UUID_TEXT,
    WITHOUT_ORDER,
    Base,
    choice,
    fresh_key,
    fresh_uuid,
    one_of,
)


class ResponseKind(StrEnum):
    """Given in confidence, or a form of the staff, which is kept with its subject and signed."""

    CONFIDENTIAL = "confidential"
    OPEN = "open"


class Response(Base):
    """The answers from one seat, as one sealed JSON document with a revision, which is a number by chance.

    A confidential one is held under a pseudonym that only LINK_KEY makes, another in every round: one that
    lasted would tell who by the rounds that they answered. Who wrote it is a kind of seat, never a person.
    An open one hangs at a case and its seat, or at an edition of a form, which is of no round.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("seat_pseudonym"),
        UniqueConstraint("seat_id"),
        UniqueConstraint("edition_id"),
        one_of("kind", ResponseKind),
        one_of("seat_label", SeatKind),
        CheckConstraint(
            "(kind = 'confidential') = (seat_pseudonym IS NOT NULL)"
            " AND (kind = 'open') = (case_id IS NOT NULL OR edition_id IS NOT NULL)"
            " AND (case_id IS NULL) = (seat_id IS NULL) AND (edition_id IS NULL OR case_id IS NULL)"
            " AND (edition_id IS NULL) = (round_id IS NOT NULL)",
            name="confidential_or_open",
        ),
        WITHOUT_ORDER,
    )

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    kind: Mapped[ResponseKind] = mapped_column(choice(ResponseKind), default=ResponseKind.CONFIDENTIAL)
    seat_pseudonym: Mapped[str | None] = mapped_column(String(32), doc="another in every round")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("form_edition.id"))
    seat_label: Mapped[SeatKind] = mapped_column(choice(SeatKind), default=SeatKind.LEAD)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    revision: Mapped[int] = mapped_column(doc="by chance at each save; 0 before the first")
    sent: Mapped[bool] = mapped_column(default=False)
    moments: Mapped[bytes] = mapped_column(LargeBinary, doc="when and how, sealed under two keys")
    # Last, so that whoever reads a row without it reads one page.
    document: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed under the key of its round or form")


class ResponseChange(Base):
    """All saves of a response: what changed, and, under two keys, when, how and by which kind of person."""

    __tablename__ = "response_change"
    __table_args__ = (UniqueConstraint("response_id"),)

    id: Mapped[int] = mapped_column(RANDOM_KEY, primary_key=True, default=fresh_key, autoincrement=False)
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"))
    moment: Mapped[bytes] = mapped_column(LargeBinary, doc="when and how of each save, under two keys")
    changes: Mapped[bytes] = mapped_column(LargeBinary, doc="of each save, under the round's key")


class ResponseOpening(Base):
    """That a seat was opened, however often, under the pseudonym of its answers; when is sealed."""

    __tablename__ = "response_opening"
    __table_args__ = (Index("ix_response_opening_seat_pseudonym", "seat_pseudonym"), WITHOUT_ORDER)

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    seat_pseudonym: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, doc="the moments, under two keys")


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
