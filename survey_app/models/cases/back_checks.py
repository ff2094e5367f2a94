"""Calls that somebody else asks about afterwards, and what was said."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import UUID_TEXT, WITHOUT_ORDER, Base, choice, fresh_uuid, one_of


class Reached(StrEnum):
    """What came of asking an organisation whether somebody there spoke to us."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_REACHED = "not_reached"


class BackCheck(Base):
    """That a case whose answers came by telephone was drawn to be asked about; by days, and without order.

    What was answered is nowhere here. `sends_back_on` is the day on which two people agreed that the answers
    go back to their respondent, `sent_back_on` the one on which a pass did so.
    """

    __tablename__ = "back_check"
    __table_args__ = (
        UniqueConstraint("case_id"),
        one_of("outcome", Reached),
        CheckConstraint(
            "(outcome IS NULL) = (asked_on IS NULL) AND (outcome IS NULL) = (asked_by IS NULL)",
            name="asked_by_somebody",
        ),
        CheckConstraint("asked_by <> caller", name="asked_by_another"),
        CheckConstraint("sends_back_on IS NULL OR outcome = 'not_confirmed'", name="sent_back_if_denied"),
        WITHOUT_ORDER,
    )

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    caller: Mapped[str] = mapped_column(String(200), doc="who took the answers")
    called_on: Mapped[date]
    drawn_on: Mapped[date]
    outcome: Mapped[Reached | None] = mapped_column(choice(Reached))
    asked_on: Mapped[date | None]
    asked_by: Mapped[str | None] = mapped_column(String(200))
    seen_on: Mapped[date | None] = mapped_column(doc="when a coordinator had seen that it was not confirmed")
    seen_by: Mapped[str | None] = mapped_column(String(200))
    sends_back_on: Mapped[date | None]
    sent_back_on: Mapped[date | None]
