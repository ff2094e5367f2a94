"""The organisations selected for a year, how they were, and who comes next."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.models.base import Base, JsonObject, checked_choice, choice


class SavedPlan(Base):
    """A plan for a panel under a name, to be compared with others and drawn."""

    __tablename__ = "panel_plan"
    __table_args__ = (UniqueConstraint("programme_id", "strand", "year", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id"))
    choices: Mapped[JsonObject] = mapped_column(doc="what was chosen, with the number of its schema")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class Panel(Base):
    """One draw from one frame for one strand and year; it can be drawn again from what is kept here.

    The panel that it follows, and the one whose members it avoids, cannot be deleted while it stands.
    """

    __tablename__ = "panel"
    __table_args__ = (UniqueConstraint("programme_id", "strand", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    year: Mapped[int]
    previous_panel_id: Mapped[int | None] = mapped_column(
        ForeignKey("panel.id"), doc="the panel of this strand that it rotates on from"
    )
    avoided_panel_id: Mapped[int | None] = mapped_column(
        ForeignKey("panel.id"), doc="the panel of another strand whose members it avoids"
    )
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("panel_plan.id"))
    plan: Mapped[JsonObject] = mapped_column(doc="what the coordinator asked for, and the rules of the time")
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str] = mapped_column(String(200))


class PanelStratum(Base):
    """One stratum of a panel: pop_size on the frame, sample_size drawn, where on the circle it starts."""

    __tablename__ = "panel_stratum"
    __table_args__ = (
        UniqueConstraint("panel_id", "name"),
        CheckConstraint("sample_size >= 0 AND sample_size <= pop_size", name="sizes"),
        CheckConstraint("drawn_size >= 0 AND drawn_size <= sample_size", name="drawn"),
        CheckConstraint("expected_response > 0 AND expected_response <= 1", name="expected_response"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    name: Mapped[str] = mapped_column(String(160))
    sector: Mapped[Sector] = mapped_column(choice(Sector))
    region: Mapped[str] = mapped_column(String(40))
    band: Mapped[str] = mapped_column(String(60), doc="body type, or income band")
    pop_size: Mapped[int]
    sample_size: Mapped[int] = mapped_column(doc="members now: drawn, and released from the reserve")
    drawn_size: Mapped[int] = mapped_column(doc="members at the draw")
    start: Mapped[float]
    certainty: Mapped[bool]
    expected_response: Mapped[float] = mapped_column(doc="share of members that the plan expects to answer")


class PanelCell(Base):
    """Which stratum of a panel a group of the frame belongs to."""

    __tablename__ = "panel_cell"

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    frame_cell_id: Mapped[int] = mapped_column(ForeignKey("frame_cell.id"), primary_key=True)
    panel_stratum_id: Mapped[int] = mapped_column(ForeignKey("panel_stratum.id"))


class PanelMember(Base):
    """One selected organisation with what its weight rests on."""

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("panel_id", "organisation_id"),
        CheckConstraint("inclusion_probability > 0 AND inclusion_probability <= 1", name="probability"),
        CheckConstraint("route IN ('probability', 'census')", name="route"),
        Index("ix_panel_member_stratum", "panel_stratum_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    panel_stratum_id: Mapped[int] = mapped_column(ForeignKey("panel_stratum.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    prn: Mapped[float]
    inclusion_probability: Mapped[float]
    design_weight: Mapped[float]
    route: Mapped[str] = mapped_column(String(40), doc="probability | census; others never get a weight")


class PanelReserve(Base):
    """An organisation that comes next in its stratum, should replies fall short."""

    __tablename__ = "panel_reserve"
    __table_args__ = (UniqueConstraint("panel_stratum_id", "place"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    panel_stratum_id: Mapped[int] = mapped_column(ForeignKey("panel_stratum.id"))
    place: Mapped[int] = mapped_column(doc="1 is the first after the sample")
    prn: Mapped[float]
    release_id: Mapped[int | None] = mapped_column(ForeignKey("reserve_release.id"), doc="none: it waits")


class ReserveRelease(Base):
    """Some of a stratum's reserve made members, in their order."""

    __tablename__ = "reserve_release"
    __table_args__ = (CheckConstraint("count > 0", name="not_empty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_stratum_id: Mapped[int] = mapped_column(ForeignKey("panel_stratum.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    count: Mapped[int]
    by_rule: Mapped[bool] = mapped_column(doc="whether the rule of the round released it, or a person")
    why: Mapped[str] = mapped_column(String(400))
    released_at: Mapped[datetime]
    released_by: Mapped[str] = mapped_column(String(200))


class ReserveRule(Base):
    """When a round's reserve is released by rule: from this day, where replies fall so far short."""

    __tablename__ = "reserve_rule"
    __table_args__ = (CheckConstraint("share > 0 AND share <= 1", name="share"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    from_day: Mapped[date]
    share: Mapped[float] = mapped_column(doc="of the replies expected by now; below it a stratum is behind")
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(200))


class PanelPass(Base):
    """An organisation sent to the back of the queue because it rests or has been asked enough.

    Only those are here whom it cost their place, or who were taken all the same: they are all that puts a
    draw out of the order of the random numbers, so that it can be repeated.
    """

    __tablename__ = "panel_pass"

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(20), doc="holiday | minutes | invitations | overlap")
    excess: Mapped[int] = mapped_column(doc="by how much the rule would be broken; see BurdenBreach")
