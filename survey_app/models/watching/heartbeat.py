"""When a worker last said that it is at work."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class Heartbeat(Base):
    """One row: the last sign of any worker; none before the first."""

    __tablename__ = "heartbeat"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    beat_at: Mapped[datetime | None]
