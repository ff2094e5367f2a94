"""The agreements that a programme watches."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class Agreement(Base):
    """A Compact or Covenant that organisations are asked about; the register grows from here.

    Each has a title of its own; several may go by the same name in sentences.
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("programme_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str] = mapped_column(String(200), doc="which one: Dorset Compact")
    name: Mapped[str] = mapped_column(String(120), doc="as sentences name it after the word the: Compact")
    in_force_from: Mapped[date | None]
    in_force_to: Mapped[date | None]
