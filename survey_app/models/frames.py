"""Organisations, the lists they came by, and the dated frames made of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import UUID_TEXT, Base, JsonObject, choice


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


class Contact(Base):
    """How an organisation is reached; encrypted, looked up by a keyed hash."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("organisation_id"), Index("ix_contact_email_lookup", "email_lookup"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email_lookup: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class SourceList(Base):
    """One edition of a list somebody gave us, with what is known of it (R01).

    Editions share a name and differ in their date; the newest says who is on the list.
    """

    __tablename__ = "source_list"
    __table_args__ = (UniqueConstraint("programme_id", "name", "dated"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(120))
    owner: Mapped[str] = mapped_column(String(200))
    dated: Mapped[date]
    purpose: Mapped[str] = mapped_column(Text)
    coverage: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text, default="")
    known_defects: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(200))


class SourceRecord(Base):
    """One row of a source list and the organisation it was found to be (R02)."""

    __tablename__ = "source_record"
    __table_args__ = (UniqueConstraint("source_list_id", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_list_id: Mapped[int] = mapped_column(ForeignKey("source_list.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    external_id: Mapped[str] = mapped_column(String(120))
    route: Mapped[str] = mapped_column(
        String(40), default="list", doc="how it came: list, snowball, outreach"
    )
    row_number: Mapped[int]
    fields: Mapped[JsonObject] = mapped_column(doc="the row as it was given")


class QuarantinedRow(Base):
    """A row set aside at import, with what is wrong with it."""

    __tablename__ = "quarantined_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_list_id: Mapped[int] = mapped_column(ForeignKey("source_list.id"), index=True)
    row_number: Mapped[int]
    faults: Mapped[list[str]]
    fields: Mapped[JsonObject]


class Frame(Base):
    """A dated snapshot of a programme's organisations; entries never change once it is made."""

    __tablename__ = "frame"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    as_of: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class FrameCell(Base):
    """How many organisations of a frame, in scope, share everything that strata are made of.

    Plans are answered from these few rows, whatever the size of the frame.
    """

    __tablename__ = "frame_cell"
    __table_args__ = (
        UniqueConstraint("frame_id", "sector", "region", "band", "rural", "bme_led"),
        CheckConstraint("pop_size > 0", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id"))
    sector: Mapped[Sector] = mapped_column(choice(Sector))
    region: Mapped[str] = mapped_column(String(40))
    band: Mapped[str] = mapped_column(String(200), doc="body type, or income band")
    rural: Mapped[str] = mapped_column(String(10), doc="yes | no | empty: not known")
    bme_led: Mapped[str] = mapped_column(String(10), doc="yes | no | empty: not known")
    pop_size: Mapped[int]


class FrameFlow(Base):
    """How many organisations of one cell of an earlier frame are in which cell of a later one.

    Counted when the later frame is made, so that a plan need not compare two frames.
    """

    __tablename__ = "frame_flow"

    then_cell_id: Mapped[int] = mapped_column(ForeignKey("frame_cell.id"), primary_key=True)
    now_cell_id: Mapped[int] = mapped_column(ForeignKey("frame_cell.id"), primary_key=True, index=True)
    count: Mapped[int]


class FrameEntry(Base):
    """One organisation as the frame saw it. Empty text is a gap, counted as one."""

    __tablename__ = "frame_entry"
    __table_args__ = (UniqueConstraint("frame_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    frame_id: Mapped[int] = mapped_column(ForeignKey("frame.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    source_list_id: Mapped[int] = mapped_column(ForeignKey("source_list.id"), index=True)
    name: Mapped[str] = mapped_column(String(400))
    sector: Mapped[Sector] = mapped_column(choice(Sector))
    region: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(200), doc="body type, or what a VCO does")
    size: Mapped[str] = mapped_column(String(20), doc="income band of a VCO")
    area: Mapped[str] = mapped_column(String(120), doc="local authority area")
    rural_urban: Mapped[str] = mapped_column(String(40))
    bme_led: Mapped[str] = mapped_column(String(10), default="", doc="yes | no | empty: not known")
    frame_cell_id: Mapped[int | None] = mapped_column(
        ForeignKey("frame_cell.id"), doc="its group in the frame; none when out of scope"
    )
    in_scope: Mapped[bool]
    scope_reason: Mapped[str] = mapped_column(String(120))


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
