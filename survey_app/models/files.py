"""Files as rows, so that nodes share no disk."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class StoredFile(Base):
    """A file of whatever owns it. One that holds single answers is sealed, and is noise without its keys."""

    __tablename__ = "stored_file"
    __table_args__ = (
        UniqueConstraint("owner_kind", "owner_id", "kind"),
        CheckConstraint("kind <> 'bundle_zip' OR sealed", name="single_answers_are_sealed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(String(40), doc="release")
    owner_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40), doc="what services/results/files.py calls it")
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bool]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(doc="bytes, before it was sealed")
    sha256: Mapped[str] = mapped_column(String(64), doc="of what was sealed")
    created_at: Mapped[datetime]


class FileSeal(Base):
    """A key that a file is sealed under: in the order of positions, so that the last is opened first.

    A file with the answers of two rounds is sealed under the keys of both: destroying either destroys it.
    """

    __tablename__ = "file_seal"

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    material_key_id: Mapped[int] = mapped_column(ForeignKey("material_key.id"))
