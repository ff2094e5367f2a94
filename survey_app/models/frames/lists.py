"""The lists that organisations came by, and their rows."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject


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
    arriving_until: Mapped[datetime | None] = mapped_column(
        doc="until when whoever writes its rows, or is to take it, is waited for; none: it is in force"
    )
    taken_by_person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id"), doc="who put it in force on the screen; none: a command did"
    )
    waiting_since: Mapped[datetime | None] = mapped_column(
        doc="since when it is whole and waits for somebody to take it, or give it up"
    )


def record_context(list_id: int, row_number: int) -> str:
    """What the other columns of a list's row are sealed with."""
    return f"source record {list_id} {row_number}"


def quarantine_context(list_id: int, row_number: int) -> str:
    """What a row that was set aside is sealed with."""
    return f"quarantined row {list_id} {row_number}"


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
    fields: Mapped[JsonObject] = mapped_column(doc="of the row as it was given: what frames are made of")
    others_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, doc="its other columns")

    @property
    def seal_context(self) -> str:
        """What its other columns are sealed with."""
        return record_context(self.source_list_id, self.row_number)


class ListedAddress(Base):
    """An address that a list brings for an organisation that was there before, until the list is in force.

    Then it is what the list replaced, until a frame is made of the list: so a list can be given back.
    """

    __tablename__ = "listed_address"
    __table_args__ = (UniqueConstraint("source_list_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_list_id: Mapped[int] = mapped_column(ForeignKey("source_list.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary, doc="of one that was replaced: empty for none")
    seal_context: Mapped[str] = mapped_column(String(60))
    replaced: Mapped[bool] = mapped_column(default=False, doc="whether it is what the list replaced")


class QuarantinedRow(Base):
    """A row set aside at import: the columns at fault; what they say, and the row itself, are sealed."""

    __tablename__ = "quarantined_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_list_id: Mapped[int] = mapped_column(ForeignKey("source_list.id"), index=True)
    row_number: Mapped[int]
    faults: Mapped[list[str]] = mapped_column(doc="where, and what is wrong, without what stands there")
    row_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, doc="faults and fields as they were given")

    @property
    def seal_context(self) -> str:
        """What the row is sealed with."""
        return quarantine_context(self.source_list_id, self.row_number)
