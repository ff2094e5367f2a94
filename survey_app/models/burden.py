"""What organisations have been asked, over all strands and programmes, and how much that may be."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.models.base import RANDOM_KEY, Base, checked_choice, choice, fresh_key


class BurdenKind(StrEnum):
    """What an organisation was asked, or gave."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    MINUTES_ASKED = "minutes_asked"
    MINUTES_ANSWERED = "minutes_answered"
    FOCUS_GROUP = "focus_group"
    INTERVIEW = "interview"
    OTHER = "other"


class BurdenEntry(Base):
    """One line of the ledger, written in the transaction of the fact that it reports.

    The key is random and the day is a date, so that neither says which answers came with it.
    """

    __tablename__ = "burden_entry"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        # Holds all that a yearly sum needs, so that the sum reads no row.
        Index("ix_burden_entry_year", "year", "organisation_id", "kind", "minutes"),
    )

    id: Mapped[int] = mapped_column(RANDOM_KEY, primary_key=True, default=fresh_key, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    year: Mapped[int] = mapped_column(doc="the year that it counts in: the panel's, or that of the day")
    day: Mapped[date]
    kind: Mapped[BurdenKind] = mapped_column(choice(BurdenKind))
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String(240), default="")


class BurdenRule(Base):
    """What one organisation of a sector may be asked: for the whole installation, over all programmes."""

    __tablename__ = "burden_rule"
    __table_args__ = (
        CheckConstraint("term_years >= 1 AND holiday_years >= 0", name="years"),
        CheckConstraint("max_minutes > 0 AND max_invitations > 0", name="ceilings"),
    )

    sector: Mapped[Sector] = mapped_column(choice(Sector), primary_key=True)
    max_minutes: Mapped[int | None] = mapped_column(doc="a year; none: no ceiling")
    max_invitations: Mapped[int | None] = mapped_column(doc="a year; none: no ceiling")
    term_years: Mapped[int] = mapped_column(doc="years that a member stays in a panel")
    holiday_years: Mapped[int] = mapped_column(doc="years of rest after a term")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200))


class BurdenBreach(Base):
    """An organisation selected although a rule spoke against it: by how much, who let it be, and why."""

    __tablename__ = "burden_breach"
    __table_args__ = (UniqueConstraint("panel_id", "organisation_id", "rule"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    rule: Mapped[str] = mapped_column(String(20), doc="holiday | minutes | invitations | overlap")
    excess: Mapped[int] = mapped_column(doc="years of rest cut short; minutes or invitations too many")
    allowed_at: Mapped[datetime]
    allowed_by: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(400))
