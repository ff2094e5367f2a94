"""Who did what: a row for every change, every export and every look at a named case."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import RANDOM_KEY, Base, JsonObject, fresh_key


class AuditEntry(Base):
    """One act. It holds no answer, and beside a case or an organisation the day alone: `by_day`.

    Keys are random, so that no order tells when in a day it was. The worker gives rows their `place` and
    `seal` when it closes a batch (`survey_app.services.trail.chain`); until then both are empty.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        UniqueConstraint("place"),
    )

    id: Mapped[int] = mapped_column(RANDOM_KEY, primary_key=True, autoincrement=False, default=fresh_key)
    at: Mapped[datetime] = mapped_column(index=True)
    by_day: Mapped[bool] = mapped_column(
        default=False, doc="`at` is the beginning of the day, and says no more"
    )
    actor: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(45), default="", doc="the network address; empty off the web")
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    detail: Mapped[JsonObject]
    place: Mapped[int | None]
    seal: Mapped[str | None] = mapped_column(String(64))


class AuditCheckpoint(Base):
    """A batch of rows that was closed: their places, what follows from their seals, and a signature.

    It stays when its rows are deleted after their time, which is signed too.
    """

    __tablename__ = "audit_checkpoint"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first: Mapped[int]
    last: Mapped[int]
    closed_at: Mapped[datetime]
    head: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str] = mapped_column(String(200), default="")
    removal_signature: Mapped[str] = mapped_column(String(128), default="")
