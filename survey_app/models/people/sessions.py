"""Sessions that stand: of people who sign in, and of whoever answers. Ended is deleted."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import RANDOM_KEY, WITHOUT_ORDER, Base, fresh_key


class StaffSession(Base):
    """Somebody signed in at one browser. Only the hash of the word in the cookie is kept."""

    __tablename__ = "staff_session"
    __table_args__ = (UniqueConstraint("key"), WITHOUT_ORDER)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[int] = mapped_column(RANDOM_KEY, default=fresh_key, doc="by which its owner ends it")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    half: Mapped[bool] = mapped_column(default=False, doc="the password was given, the second factor was not")
    device: Mapped[str] = mapped_column(String(200), doc="what the browser says of itself")
    address: Mapped[str] = mapped_column(String(45))


class Sitting(Base):
    """A sitting that was not ended. No case, no seat and no time stand beside it, so it leads nowhere."""

    __tablename__ = "sitting"
    __table_args__ = (WITHOUT_ORDER,)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_on: Mapped[date] = mapped_column(index=True, doc="the day after which it is deleted; coarse")


class PasswordLink(Base):
    """A link by which somebody chooses a password, once. Only the hash of its word is kept."""

    __tablename__ = "password_link"
    __table_args__ = (UniqueConstraint("person_id"), WITHOUT_ORDER)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ends_at: Mapped[datetime]
