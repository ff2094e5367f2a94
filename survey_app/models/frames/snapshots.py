"""Dated frames, their cells and their entries."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import Base, choice


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
    making_until: Mapped[datetime | None] = mapped_column(
        doc="until when whoever writes its entries is waited for; none: it is whole"
    )


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
    rural_urban: Mapped[str] = mapped_column(String(120))
    bme_led: Mapped[str] = mapped_column(String(10), default="", doc="yes | no | empty: not known")
    frame_cell_id: Mapped[int | None] = mapped_column(
        ForeignKey("frame_cell.id"), doc="its group in the frame; none when out of scope"
    )
    in_scope: Mapped[bool]
    scope_reason: Mapped[str] = mapped_column(String(120))
