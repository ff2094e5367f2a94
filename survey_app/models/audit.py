"""Who did what: a row for every change and every export."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject


class AuditEntry(Base):
    """One act. Never changed, never deleted. It holds no answer and no address."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    detail: Mapped[JsonObject]
