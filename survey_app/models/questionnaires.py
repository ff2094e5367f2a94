"""Instruments and their versions: drafts, what was said of them, and what was published for good."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from instruments.conduct import Role
from instruments.states import VersionState
from sampling.frame import Sector
from survey_app.models.base import Base, JsonObject, choice


class Verdict(StrEnum):
    """What somebody has to say of a version; the last two are a signatory's."""

    COMMENT = "comment"
    AGREES = "agrees"
    OBJECTS = "objects"


class Instrument(Base):
    """A questionnaire over all its versions. One that was composed for a round belongs to that round."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), doc="annual-vco")
    role: Mapped[Role] = mapped_column(choice(Role))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))


class InstrumentVersion(Base):
    """One state of an instrument, with the hash of its text.

    `revision` rises with every change of text, translation or state, so that of two people who change a
    version at once one is told. `text_number` counts its texts. `questions` counts every repeat.
    """

    __tablename__ = "instrument_version"
    __table_args__ = (
        UniqueConstraint("instrument_id", "version"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_on_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    version: Mapped[int]
    schema: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    audiences: Mapped[list[str]] = mapped_column(doc="the sectors that are asked, by value")
    questions: Mapped[int]
    minutes: Mapped[int]
    document: Mapped[str] = mapped_column(Text, doc="the YAML, as it came")
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[VersionState] = mapped_column(choice(VersionState))
    revision: Mapped[int] = mapped_column(default=0)
    text_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(200))


class InstrumentText(Base):
    """One text that a version has had, also after another has replaced it; what the checker said of it."""

    __tablename__ = "instrument_text"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    number: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    findings: Mapped[JsonObject]
    note: Mapped[str] = mapped_column(String(2000))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(200))


class InstrumentTransition(Base):
    """One step of a version from state to state."""

    __tablename__ = "instrument_transition"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"), index=True)
    before: Mapped[VersionState | None] = mapped_column(choice(VersionState))
    after: Mapped[VersionState] = mapped_column(choice(VersionState))
    note: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200))


class InstrumentRemark(Base):
    """What a person said of one text of a version; a signatory speaks for a sector."""

    __tablename__ = "instrument_remark"
    __table_args__ = (
        CheckConstraint("(verdict = 'comment') = (sector IS NULL)", name="signed_for_a_sector"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"), index=True)
    text_number: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict))
    sector: Mapped[Sector | None] = mapped_column(choice(Sector))
    words: Mapped[str] = mapped_column(String(4000))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(120), doc="as it was on that day")
    said_at: Mapped[datetime]


class InstrumentTranslation(Base):
    """A version's wording in another language, as it was last uploaded."""

    __tablename__ = "instrument_translation"
    __table_args__ = (UniqueConstraint("version_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    language: Mapped[str] = mapped_column(String(20))
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(200))


class InstrumentPart(Base):
    """One version that a composed version was made of, in order."""

    __tablename__ = "instrument_part"

    version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
