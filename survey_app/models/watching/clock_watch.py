"""What time it was when a worker last looked, so that a clock that jumps is noticed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class ClockWatch(Base):
    """One row: the last time that was believed, and one that is not until a person confirms it."""

    __tablename__ = "clock_watch"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    seen_at: Mapped[datetime | None]
    run: Mapped[str] = mapped_column(String(60), default="", doc="which run of which machine saw it")
    uptime: Mapped[float] = mapped_column(default=0.0, doc="seconds since that run began")
    doubted_at: Mapped[datetime | None] = mapped_column(doc="what the clock shows, and nobody believes")
