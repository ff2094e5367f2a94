"""One running of a strand, and what it pins."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, ScalarSelect, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from instruments.conduct import SeatKind
from sampling.frame import Sector
from scheduler.rules import Policy
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import EventKind, EventState
from survey_app.models.base import UUID_TEXT, Base, checked_choice, choice, one_of


class Round(Base):
    """One round; its days are events (`RoundEvent`)."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("programme_id", "strand", "number"),
        UniqueConstraint("uuid"),
        UniqueConstraint("programme_id", "strand", "series", "cycle_slot"),
        CheckConstraint(
            "strand NOT IN ('annual_survey', 'local_survey') OR panel_id IS NOT NULL"
            " OR stage IN ('planned', 'withdrawn')",
            name="panel",
        ),
        CheckConstraint("(cycle_slot IS NULL) = (policy IS NULL)", name="made_by_the_cycle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    year: Mapped[int] = mapped_column(doc="that it counts in: its panel's, or that of its opening")
    follows_round_id: Mapped[int | None] = mapped_column(
        ForeignKey("round.id"), doc="the round of its strand before it"
    )
    panel_id: Mapped[int | None] = mapped_column(ForeignKey("panel.id"))
    stage: Mapped[Stage] = mapped_column(checked_choice(Stage))
    series: Mapped[str] = mapped_column(String(100), default="", doc="the title of its rule in the cycle")
    cycle_slot: Mapped[int | None] = mapped_column(doc="the year for which the cycle made it, never twice")
    policy: Mapped[Policy | None] = mapped_column(
        checked_choice(Policy), doc="of one that the cycle made: how far the worker takes it"
    )
    ended_on: Mapped[date | None] = mapped_column(
        doc="the last day that is over for those whom it is the last of, while others have more time"
    )
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class Extension(Base):
    """More time for some organisations of a round: until when, who gave it, and why."""

    __tablename__ = "extension"
    __table_args__ = (CheckConstraint("cases > 0 AND why <> ''", name="of_somebody_and_why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    whose: Mapped[str] = mapped_column(String(400), doc="in words")
    cases: Mapped[int] = mapped_column(doc="how many got it")
    until: Mapped[date]
    remind_on: Mapped[date | None]
    why: Mapped[str] = mapped_column(String(400))
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(200))


class RoundEvent(Base):
    """What happens in a round on a civil date that people agreed, and whether it was moved there."""

    __tablename__ = "round_event"
    __table_args__ = (
        UniqueConstraint("round_id", "kind"),
        CheckConstraint(
            "(moved_from IS NULL) = (moved_at IS NULL) AND (moved_from IS NULL) = (moved_by IS NULL)",
            name="moved_by_somebody",
        ),
        Index("ix_round_event_state_day", "state", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[EventKind] = mapped_column(checked_choice(EventKind, "kind"))
    day: Mapped[date] = mapped_column(doc="of `close`: the last day on which an answer counts")
    state: Mapped[EventState] = mapped_column(checked_choice(EventState, "state"), default=EventState.PLANNED)
    moved_from: Mapped[date | None]
    moved_by: Mapped[str | None] = mapped_column(String(200))
    moved_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(400), default="")


def day_of(kind: EventKind) -> ScalarSelect[date]:
    """The day of an event of the round that a query asks for."""
    return (
        select(RoundEvent.day)
        .where(RoundEvent.round_id == Round.id, RoundEvent.kind == kind)
        .correlate(Round)
        .scalar_subquery()
    )


class RoundInstrument(Base):
    """Which version of which questionnaire a kind of seat in a sector gets; fixed at launch.

    While the round is planned it is the core, and `left_out` the items that this round does not ask.
    """

    __tablename__ = "round_instrument"
    __table_args__ = (UniqueConstraint("round_id", "audience", "seat_kind"), one_of("seat_kind", SeatKind))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    audience: Mapped[Sector] = mapped_column(choice(Sector))
    seat_kind: Mapped[SeatKind] = mapped_column(choice(SeatKind), default=SeatKind.LEAD)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    left_out: Mapped[list[str]]
    pinned_at: Mapped[datetime | None]


class RoundModule(Base):
    """A module that was chosen for a round, for every sector that it asks."""

    __tablename__ = "round_module"
    __table_args__ = (UniqueConstraint("round_id", "instrument_version_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
