"""People who sign in, what they may do, and the counters that slow guessing."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.strands import Strand
from survey_app.models.base import Base, one_of


class Person(Base):
    """Somebody who signs in."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), doc="lower case")
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    made_alone_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"), doc="the administrator who made it without a second; else empty"
    )


class Grant(Base):
    """One permission of one person in one programme, for one strand or all; roles are bundles of these."""

    __tablename__ = "grant"
    __table_args__ = (one_of("strand", Strand, ""),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True, doc="the bundle it came with")
    strand: Mapped[str] = mapped_column(String(40), primary_key=True, default="", doc="empty: all strands")
    granted_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(200))
    given_alone_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"), doc="the administrator who gave it without a second; else empty"
    )


class PastRole(Base):
    """A role that somebody had until a moment: what they saw by it they know for good."""

    __tablename__ = "past_role"
    __table_args__ = (one_of("strand", Strand, ""),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    role: Mapped[str] = mapped_column(String(40))
    strand: Mapped[str] = mapped_column(String(40), default="", doc="empty: all strands")
    ended_at: Mapped[datetime]


class Attempt(Base):
    """Tries under one key (a name and a network, a browser) in one window: counters are one per process."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True, doc="a keyed hash")
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
    about: Mapped[str] = mapped_column(
        String(64), default="", index=True, doc="a keyed hash of whom it concerns"
    )
