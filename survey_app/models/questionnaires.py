"""Published states of instruments. A published version is followed, never edited."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sampling.frame import Sector
from survey_app.models.base import Base, choice


class Instrument(Base):
    """A questionnaire over all its versions."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), doc="annual-vco")
    audience: Mapped[Sector] = mapped_column(choice(Sector))


class InstrumentVersion(Base):
    """One immutable published state, with the hash of its text."""

    __tablename__ = "instrument_version"
    __table_args__ = (UniqueConstraint("instrument_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    version: Mapped[int]
    schema: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(Text, doc="the YAML, as it was published")
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(200))
