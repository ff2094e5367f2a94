"""The installation and its programmes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class Installation(Base):
    """One row: whether this database is a demonstration.

    A synthetic installation says so on every screen, file and PDF, and sends mail
    to `.invalid` addresses only.
    """

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]


class Programme(Base):
    """The national cycle, or one locality's. Frames, panels, rounds and grants belong to one."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), doc="england")
    name: Mapped[str] = mapped_column(String(120), doc="England")
    kind: Mapped[str] = mapped_column(String(20), doc="national | locality")
    created_at: Mapped[datetime]
