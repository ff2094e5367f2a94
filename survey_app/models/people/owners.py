"""Who sees to what waits on Today, and who is away."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class TaskOwner(Base):
    """Who sees to one line of Today, which is no row itself but follows from what is there."""

    __tablename__ = "task_owner"
    __table_args__ = (UniqueConstraint("programme_id", "wait", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    wait: Mapped[str] = mapped_column(String(40), doc="why it waits: `services.today.Wait`")
    key: Mapped[int] = mapped_column(doc="the id of what it is about, 0 for none")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]


class Absence(Base):
    """The days on which somebody is away; the last that they entered."""

    __tablename__ = "absence"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    entered_at: Mapped[datetime]
