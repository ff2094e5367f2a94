"""Releases: frozen estimates."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject


class Release(Base):
    """A frozen set of estimates of one round. What is published is made from `contents` alone."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    contents: Mapped[JsonObject]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[str] = mapped_column(String(200))
