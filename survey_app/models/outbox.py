"""The outbox: letters that are scheduled, written with the fact that they report."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class Message(Base):
    """One letter: a template and ids, rendered when it is sent. No name, no code."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("case_id", "template"),
        UniqueConstraint("message_id"),
        Index("ix_message_waiting", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    template: Mapped[str] = mapped_column(String(40), doc="invitation | first_reminder | second_reminder")
    message_id: Mapped[str] = mapped_column(
        String(120), doc="kept over every try, so that a repeat is seen as one"
    )
    state: Mapped[str] = mapped_column(String(20), doc="waiting | sent | failed | withdrawn")
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
