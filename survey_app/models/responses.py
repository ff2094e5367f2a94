"""Answers, apart from identities: no key here leads to a case or an organisation."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import UUID_TEXT, Base, fresh_uuid


class Response(Base):
    """The answers from one seat, as one sealed JSON document with a revision."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("round_id", "unit_pseudonym", "seat"),)

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    unit_pseudonym: Mapped[str] = mapped_column(String(32))
    seat: Mapped[str] = mapped_column(String(20), default="lead")
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    mode: Mapped[str] = mapped_column(String(20), doc="web | telephone | post")
    revision: Mapped[int]
    document: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed under the round's key")
    started_on: Mapped[date]
    submitted_on: Mapped[date | None]


class ResponseChange(Base):
    """One save: what changed, in which mode, by which kind of person, when."""

    __tablename__ = "response_change"

    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    mode: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40), doc="respondent | interviewer")
    changes: Mapped[bytes] = mapped_column(LargeBinary, doc="sealed under the round's key")
