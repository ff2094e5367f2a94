"""The sessions of a review: where and when both sectors meet, who is asked to come, who came."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import UUID_TEXT, Base, checked_choice, fresh_uuid


class Scope(StrEnum):
    """For whom a session is, or a body works."""

    NATIONAL = "national"
    REGIONAL = "regional"
    LOCAL = "local"


class SessionState(StrEnum):
    """Whether a session took place."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Reply(StrEnum):
    """What an organisation said to its invitation; some come without one."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNINVITED = "uninvited"


class ReviewSession(Base):
    """One meeting of both sectors."""

    __tablename__ = "review_session"
    __table_args__ = (
        UniqueConstraint("round_id", "title"),
        CheckConstraint("(scope = 'national') = (area = '')", name="area_of_its_scope"),
        CheckConstraint("(state = 'cancelled') = (cancelled_why <> '')", name="cancelled_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    title: Mapped[str] = mapped_column(String(120))
    scope: Mapped[Scope] = mapped_column(checked_choice(Scope, "scope"))
    area: Mapped[str] = mapped_column(String(120), doc="the region or locality; empty: the whole country")
    day: Mapped[date]
    starts: Mapped[str] = mapped_column(String(5), doc="10:00")
    place: Mapped[str] = mapped_column(String(300))
    facilitator: Mapped[str] = mapped_column(String(200), doc="whoever leads it now")
    access: Mapped[str] = mapped_column(Text, default="", doc="what is provided, and what was asked for")
    languages: Mapped[str] = mapped_column(String(200), default="")
    second_round: Mapped[bool] = mapped_column(doc="whether late and absent people vote afterwards")
    state: Mapped[SessionState] = mapped_column(
        checked_choice(SessionState, "state"), default=SessionState.PLANNED
    )
    cancelled_why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class ReviewHandover(Base):
    """One who leads a session gave it to another: who, to whom, why."""

    __tablename__ = "review_handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"), index=True)
    before: Mapped[str] = mapped_column(String(200))
    after: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(400))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))


class ReviewInvitation(Base):
    """One organisation that is asked to send somebody of a role, and whether somebody came.

    No person is named here: whom a letter reaches is the contact's. What somebody needs so that they can come
    is sealed, and goes when the session is held or given up.
    """

    __tablename__ = "review_invitation"
    __table_args__ = (
        UniqueConstraint("session_id", "organisation_id", "role"),
        UniqueConstraint("uuid"),
        CheckConstraint("came IS NULL OR came >= 0", name="people_who_came"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("review_session.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    sector: Mapped[Sector] = mapped_column(checked_choice(Sector, "sector"))
    level: Mapped[Scope] = mapped_column(checked_choice(Scope, "level"))
    role: Mapped[str] = mapped_column(String(120))
    uuid: Mapped[str] = mapped_column(UUID_TEXT, default=fresh_uuid, doc="what its code is derived from")
    needs_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, doc="access and language, as they wrote")
    reply: Mapped[Reply] = mapped_column(checked_choice(Reply, "reply"), default=Reply.NONE)
    came: Mapped[int | None] = mapped_column(doc="how many people; none: not recorded yet")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))

    @property
    def seal_context(self) -> str:
        """What its needs are sealed with."""
        return f"needs of {self.uuid}"
