"""The rules of a programme's cycle, and what its rounds wait for."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.rules import Anchor, Policy
from scheduler.strands import Strand
from survey_app.models.base import Base, checked_choice


class TaskKind(StrEnum):
    """What a round of the cycle may wait for."""

    DECIDE = "decide"
    LISTS = "lists"
    PLAN = "plan"
    FRAME = "frame"
    CHECK = "check"
    PREPARE = "prepare"
    APPROVE = "approve"
    OBJECT = "object"


class CycleRule(Base):
    """One series of rounds: how often, from when, what its opening hangs on, how far the worker takes it."""

    __tablename__ = "cycle_rule"
    __table_args__ = (
        UniqueConstraint("programme_id", "strand", "title"),
        CheckConstraint(
            "(opens_month IS NULL) = (opens_day IS NULL)"
            " AND (opens_month IS NULL) = (after_strand IS NOT NULL)"
            " AND (after_strand IS NULL) = (after_anchor IS NULL)",
            name="opens_on_a_day_or_after",
        ),
        CheckConstraint("every > 0 AND first_year <= last_year", name="years"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    title: Mapped[str] = mapped_column(String(100), default="", doc="tells local and commissioned ones apart")
    every: Mapped[int] = mapped_column(doc="years")
    first_year: Mapped[int]
    last_year: Mapped[int | None]
    opens_month: Mapped[int | None]
    opens_day: Mapped[int | None]
    after_strand: Mapped[Strand | None] = mapped_column(checked_choice(Strand, "after_strand"))
    after_anchor: Mapped[Anchor | None] = mapped_column(checked_choice(Anchor, "after_anchor"))
    after_weeks: Mapped[int] = mapped_column(default=0)
    years_before: Mapped[int] = mapped_column(default=0)
    policy: Mapped[Policy] = mapped_column(checked_choice(Policy))
    lists_valid_months: Mapped[int] = mapped_column(doc="how old a list may be when the panel is drawn")
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200))


class CycleTask(Base):
    """What a round of the cycle waits for: somebody's task until it is done."""

    __tablename__ = "cycle_task"
    __table_args__ = (
        UniqueConstraint("rule_id", "slot", "kind"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("cycle_rule.id"))
    slot: Mapped[int] = mapped_column(doc="the year that its round counts for")
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[TaskKind] = mapped_column(checked_choice(TaskKind, "kind"))
    what: Mapped[str] = mapped_column(String(2000))
    due_on: Mapped[date]
    owner_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(200))


class CalendarFeed(Base):
    """The secret address of a person's calendar feed, as a hash."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("token_hash"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class Rehearsal(Base):
    """A rehearsal of the cycle that somebody asked for, and what it came to; how far it is says its job."""

    __tablename__ = "rehearsal"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    years: Mapped[int] = mapped_column(doc="whole years after the one in which it is lived")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(200))
    said: Mapped[str | None] = mapped_column(Text, doc="JSON: days, letters, what waited for whom")


class CostKind(StrEnum):
    """Whether a sum was planned or spent."""

    BUDGET = "budget"
    COST = "cost"


class CostLine(Base):
    """A sum that a strand may cost in a year, or did; lines add up, and a correction is a line of its own."""

    __tablename__ = "cost_line"
    __table_args__ = (CheckConstraint("pence <> 0 AND what <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    year: Mapped[int] = mapped_column(doc="that its round counts for")
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[CostKind] = mapped_column(checked_choice(CostKind, "kind"))
    what: Mapped[str] = mapped_column(String(200))
    pence: Mapped[int] = mapped_column(BigInteger, doc="a correction may be negative")
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(200))
