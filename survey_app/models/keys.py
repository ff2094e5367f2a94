"""Keys that can be destroyed, each for the material of one subject."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class MaterialKey(Base):
    """The key that a subject's material is sealed under; destroying it destroys the material."""

    __tablename__ = "material_key"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(40), doc="round | release")
    subject_id: Mapped[int]
    context: Mapped[str] = mapped_column(String(120), doc="what it was wrapped for, given again to unwrap it")
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary, doc="sealed under DATA_KEY; none: destroyed")
    destroyed_at: Mapped[datetime | None]
    destroyed_by: Mapped[str] = mapped_column(String(200), default="")
