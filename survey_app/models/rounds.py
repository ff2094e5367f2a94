"""One running of a strand, and what it pins."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.models.base import UUID_TEXT, Base, checked_choice, choice


class Round(Base):
    """One round, with the civil dates that people agreed."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("programme_id", "strand", "number"),
        UniqueConstraint("uuid"),
        CheckConstraint(
            "opens_on < first_reminder_on AND first_reminder_on < second_reminder_on"
            " AND second_reminder_on < closes_on",
            name="dates_in_order",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    opens_on: Mapped[date]
    first_reminder_on: Mapped[date]
    second_reminder_on: Mapped[date]
    closes_on: Mapped[date] = mapped_column(doc="return by: the last day on which an answer counts")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class RoundInstrument(Base):
    """Which version of which questionnaire a sector gets; fixed at launch.

    While the round is planned it is the core, and `left_out` the items that this round does not ask.
    """

    __tablename__ = "round_instrument"
    __table_args__ = (UniqueConstraint("round_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    audience: Mapped[Sector] = mapped_column(choice(Sector))
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
