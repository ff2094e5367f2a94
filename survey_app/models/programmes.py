"""The installation and its programmes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import UUID_TEXT, Base, choice, one_of


class ProgrammeState(StrEnum):
    """Whether a programme still runs; a closed one is only looked at."""

    ACTIVE = "active"
    CLOSED = "closed"


class Installation(Base):
    """One row: whether this database is a demonstration.

    A synthetic installation says so on every screen, file and PDF, and sends mail
    to `.invalid` addresses only.
    """

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    synthetic: Mapped[bool]
    created_at: Mapped[datetime]


class Programme(Base):
    """The national cycle, or one locality's. Frames, panels, rounds and grants belong to one.

    `uuid` goes into pseudonyms, so it never changes; it is derived from the code, so that an installation
    that is made again with the same keys gives the same pseudonyms.
    """

    __tablename__ = "programme"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("uuid"),
        CheckConstraint("kind IN ('national', 'locality')", name="kind"),
        one_of("state", ProgrammeState),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    code: Mapped[str] = mapped_column(String(40), doc="england")
    name: Mapped[str] = mapped_column(String(120), doc="England")
    kind: Mapped[str] = mapped_column(String(20), doc="national | locality")
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme.id"), doc="of a locality: the programme it belongs to"
    )
    agreement_word: Mapped[str] = mapped_column(
        String(120), doc="what it calls its agreement in sentences, after the word the: Compact"
    )
    state: Mapped[ProgrammeState] = mapped_column(choice(ProgrammeState), default=ProgrammeState.ACTIVE)
    created_at: Mapped[datetime]
