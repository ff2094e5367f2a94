"""Releases: frozen estimates, and the files made from them."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject


class Release(Base):
    """A frozen set of estimates of one round. What is published is made from `contents` alone."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    contents: Mapped[JsonObject]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[str] = mapped_column(String(200))


class StoredFile(Base):
    """A file as a row, so that nodes share no disk."""

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("release_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    kind: Mapped[str] = mapped_column(String(40), doc="summary_pdf | tables_csv | bundle_zip")
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(doc="bytes")
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
