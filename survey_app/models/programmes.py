"""The installation, its programmes, and the agreements they watch."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
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


class Agreement(Base):
    """A Compact or Covenant that organisations are asked about; the register grows from here."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("programme_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(120), doc="as sentences name it after the word the: Compact")
    in_force_from: Mapped[date | None]
    in_force_to: Mapped[date | None]
