"""The organisations selected for a year, and how they were."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import Base, JsonObject, choice


class Panel(Base):
    """One draw from one frame for one strand and year; it can be drawn again from what is kept here."""

    __tablename__ = "panel"
    __table_args__ = (UniqueConstraint("programme_id", "strand", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id"))
    strand: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    plan: Mapped[JsonObject] = mapped_column(doc="method, total, floor: what the coordinator asked for")
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[str] = mapped_column(String(200))


class PanelStratum(Base):
    """One stratum of a panel: pop_size on the frame, sample_size drawn, where on the circle it starts."""

    __tablename__ = "panel_stratum"
    __table_args__ = (
        UniqueConstraint("panel_id", "name"),
        CheckConstraint("sample_size >= 0 AND sample_size <= pop_size", name="sizes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"))
    name: Mapped[str] = mapped_column(String(160))
    sector: Mapped[Sector] = mapped_column(choice(Sector))
    region: Mapped[str] = mapped_column(String(40))
    band: Mapped[str] = mapped_column(String(60), doc="body type, or income band")
    pop_size: Mapped[int]
    sample_size: Mapped[int]
    start: Mapped[float]
    certainty: Mapped[bool]


class PanelMember(Base):
    """One selected organisation with what its weight rests on."""

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("panel_id", "organisation_id"),
        CheckConstraint("inclusion_probability > 0 AND inclusion_probability <= 1", name="probability"),
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
