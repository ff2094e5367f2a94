"""Codes of whoever has no account, and what each opens."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, choice, one_of


class AccessKind(StrEnum):
    """Who holds the code."""

    SEAT = "seat"
    TRIAL_READER = "trial_reader"
    VOTER = "voter"
    INVITED = "invited"
    CONSENTING_PERSON = "consenting_person"
    KEY_PARTY = "key_party"


class Access(Base):
    """One code, held as a keyed hash: whose it is, what it opens, and until when.

    The code itself is derived from the holder's uuid and `generation`, so that a letter can repeat it;
    a code that is made anew has the next generation. It holds days and no times, as seats do.
    """

    __tablename__ = "access"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        UniqueConstraint("seat_id"),
        UniqueConstraint("kind", "subject_kind", "subject_id"),
        one_of("kind", AccessKind),
        CheckConstraint(
            "(kind = 'seat') = (seat_id IS NOT NULL) AND (kind = 'seat') = (subject_id IS NULL)"
            " AND (kind = 'seat') = (subject_kind = '')",
            name="one_holder",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AccessKind] = mapped_column(choice(AccessKind))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    subject_kind: Mapped[str] = mapped_column(String(40), default="", doc="table of a holder without seat")
    subject_id: Mapped[int | None]
    opens: Mapped[str] = mapped_column(String(40), doc="answers | trial | vote | reply | consent | key")
    code_hash: Mapped[str] = mapped_column(String(64))
    generation: Mapped[int] = mapped_column(default=1)
    created_on: Mapped[date]
    expires_on: Mapped[date | None] = mapped_column(doc="its last day; a seat's code ends with its round")
    revoked_on: Mapped[date | None]
