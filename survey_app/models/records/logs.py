"""The logs of a monitor: consultations, disputes, actions and what else happens, in entries never changed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject, checked_choice


class LogKind(StrEnum):
    """What an entry of the logs is an entry of."""

    CONSULTATION = "consultation"
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    ACTION = "action"
    FUNDING = "funding"
    EXAMPLE = "example"
    PRACTICE = "practice"
    EVENT = "event"


class LogEntry(Base):
    """One thing that happened or is to be done, about an area, an agreement or an organisation.

    Rows are added, never changed: what became of it, or a correction, is a new row that names the one it
    `replaces`; a `void` one takes it back. So the logs can be read as they were known on any day (R74). What
    a kind says besides stands in `said`, by the names of `services.logs.vocabulary`.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        UniqueConstraint("replaces_id"),
        UniqueConstraint("origin"),
        CheckConstraint("ended_on IS NULL OR began_on <= ended_on", name="lifetime"),
        CheckConstraint("due_on IS NULL OR kind = 'action'", name="due_day_of_an_action"),
        CheckConstraint(
            "area_id IS NOT NULL OR agreement_id IS NOT NULL OR organisation_id IS NOT NULL",
            name="about_something",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[LogKind] = mapped_column(checked_choice(LogKind, "kind"))
    title: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    upstream_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), index=True, doc="the body above that left no other way (R71)"
    )
    state: Mapped[str] = mapped_column(String(40), default="")
    began_on: Mapped[date]
    ended_on: Mapped[date | None] = mapped_column(
        doc="the last day, or the day on which it was settled or done"
    )
    due_on: Mapped[date | None]
    said: Mapped[JsonObject] = mapped_column(default=dict)
    account: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(400))
    origin: Mapped[str | None] = mapped_column(
        String(80), doc="what it was made of, where that is made into one entry once"
    )
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("log_entry.id"))
    void: Mapped[bool] = mapped_column(default=False)
