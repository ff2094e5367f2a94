"""Organisations, and what became of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import UUID_TEXT, Base, choice


class Organisation(Base):
    """A public body or a VCO: one record however many lists name it, shared by all programmes.

    `prn` is given at birth and never changes (statistics.md, PRN selection).
    """

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("uuid"),
        CheckConstraint("prn >= 0 AND prn < 1", name="prn_unit_interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    sector: Mapped[Sector] = mapped_column(choice(Sector))
    name: Mapped[str] = mapped_column(String(400))
    prn: Mapped[float]
    prn_key_fingerprint: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    born_list_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_list.id"), index=True, doc="the list that brought it, and is to be in force first"
    )


class OrganisationName(Base):
    """A name that an organisation has or had, and what all spellings of it have in common."""

    __tablename__ = "organisation_name"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(400))
    folded: Mapped[str] = mapped_column(Text, doc="as sampling.texts.folded makes it; never shown")


class OrganisationArea(Base):
    """That an organisation is of an area from one day until before another; None where the day is not known.

    What lists and names say of its area stands with its entry in a frame; what stands here goes before it.
    """

    __tablename__ = "organisation_area"
    __table_args__ = (
        CheckConstraint("began_on IS NULL OR ended_on IS NULL OR began_on < ended_on", name="lifetime"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    began_on: Mapped[date | None]
    ended_on: Mapped[date | None] = mapped_column(doc="the first day on which it was no more so")
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))


class OrganisationLink(Base):
    """What became of an organisation: merged into another, replaced by it, or split (R17).

    Both keep the random number of their birth, so the survivor of a merger keeps its own.
    """

    __tablename__ = "organisation_link"
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="two_bodies"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    successor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), doc="merged | replaced | split")
    happened_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(400), doc="how we know")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))
