"""Areas, what they belong to, what became of them, and who governs them."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, checked_choice


class AreaKind(StrEnum):
    """What an area is."""

    COUNTRY = "country"
    REGION = "region"
    COMBINED = "combined authority"
    COUNTY = "county"
    DISTRICT = "district"
    UNITARY = "unitary"
    METROPOLITAN = "metropolitan district"
    LONDON_BOROUGH = "London borough"
    PARISH = "parish"
    HEALTH = "health area"


class Extent(StrEnum):
    """How much of an area lies in another: boundaries need not line up (R16)."""

    WHOLE = "whole"
    PART = "part"


class Control(StrEnum):
    """Who has the majority of a council."""

    CONSERVATIVE = "Conservative"
    LABOUR = "Labour"
    LIBERAL_DEMOCRAT = "Liberal Democrat"
    GREEN = "Green"
    REFORM = "Reform UK"
    INDEPENDENT = "Independent"
    OTHER = "other"
    NONE = "no overall control"


class Area(Base):
    """One area over its life. The last day is the day before `ended_on`; an unknown beginning is no "always".

    `code` is the area's own and never changes; the codes of boundaries (GSS) come and go beside it.
    """

    __tablename__ = "area"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("began_on IS NULL OR ended_on IS NULL OR began_on < ended_on", name="lifetime"),
        Index("ix_area_folded", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), doc="the name as sampling.texts.folded makes it")
    kind: Mapped[AreaKind] = mapped_column(checked_choice(AreaKind, "kind"))
    began_on: Mapped[date | None]
    ended_on: Mapped[date | None] = mapped_column(doc="the first day on which it was no more")
    rural_urban: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(200))


class AreaCode(Base):
    """A code that a register or a map has for an area, today or once."""

    __tablename__ = "area_code"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)


class AreaMembership(Base):
    """That an area lies in another from one day until before another; None where the day is not known."""

    __tablename__ = "area_membership"
    __table_args__ = (
        CheckConstraint("area_id <> whole_id", name="two_areas"),
        CheckConstraint("began_on IS NULL OR ended_on IS NULL OR began_on < ended_on", name="lifetime"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    whole_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    extent: Mapped[Extent] = mapped_column(checked_choice(Extent, "extent"), default=Extent.WHOLE)
    began_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))


class AreaSuccessor(Base):
    """That an area took the place of another, or of a part of it: many may follow many (R17)."""

    __tablename__ = "area_successor"
    __table_args__ = (CheckConstraint("area_id <> successor_id", name="two_areas"),)

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True, index=True)


class AreaControl(Base):
    """Who governed an area from a day on, until the next row of the area (R12)."""

    __tablename__ = "area_control"

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    began_on: Mapped[date] = mapped_column(primary_key=True)
    control: Mapped[Control] = mapped_column(checked_choice(Control, "control"))
    synthetic: Mapped[bool]
    source: Mapped[str] = mapped_column(String(200))
