"""What is due: a round's events and long work, each a row that one worker claims."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class Job(Base):
    """One piece of work, done once for its subject, or once for each occurrence.

    `done` of `total` is its progress, and where it goes on after a stop.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind", "occurrence"),
        Index("ix_job_waiting", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str] = mapped_column(
        String(40),
        doc="launch | open | first_reminder | second_reminder | close | freeze | report | release | reserve",
    )
    subject_kind: Mapped[str] = mapped_column(
        String(40), doc="round | release | reserve_release | programme | cycle_rule | rehearsal"
    )
    subject_id: Mapped[int]
    occurrence: Mapped[int] = mapped_column(default=0, doc="which time, where the same work comes again")
    state: Mapped[str] = mapped_column(String(20), doc="waiting | done | failed | stopped | skipped")
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(String(400), default="", doc="why it was skipped, or done otherwise")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
