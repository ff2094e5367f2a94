"""Keys that can be destroyed, one for each subject; and by what the installation's own are known."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class MaterialKey(Base):
    """The key that a subject's material is sealed under; destroying it destroys the material."""

    __tablename__ = "material_key"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40), doc="round | release | form")
    subject_id: Mapped[int]
    context: Mapped[str] = mapped_column(String(120), doc="what it was wrapped for, given again to unwrap it")
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary, doc="sealed under DATA_KEY; none: destroyed")
    destroyed_at: Mapped[datetime | None]
    destroyed_by: Mapped[str] = mapped_column(String(200), default="")


class KeyFingerprint(Base):
    """By what a key of the settings is known again; it gives nothing of the key away."""

    __tablename__ = "key_fingerprint"

    name: Mapped[str] = mapped_column(String(20), primary_key=True, doc="PRN_KEY | LINK_KEY | ...")
    fingerprint: Mapped[str] = mapped_column(String(64), doc="a keyed hash of the name")
