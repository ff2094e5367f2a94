"""The register of agreements: what each is, and dated entries about it that are never changed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject, checked_choice


class Level(StrEnum):
    """What an agreement is made for."""

    NATIONAL = "national"
    REGIONAL = "regional"
    LOCAL = "local"
    SECTOR = "sector"


class EntryKind(StrEnum):
    """What an entry of the register says something about."""

    STAGE = "stage"
    FLAG = "flag"
    AREA = "area"
    SIGNATORY = "signatory"
    CODE = "code of practice"
    CHAMPION = "champion"
    RESOURCE = "resource"
    PUBLICITY = "publicity"
    REVIEW = "review"


class Precision(StrEnum):
    """How well a day is known; `seen` means by that day at the latest."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    SEEN = "seen"


class Agreement(Base):
    """A Compact or Covenant that organisations are asked about and the register keeps.

    Each has a title of its own; several may go by the same name in sentences.
    """

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("programme_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str] = mapped_column(String(200), doc="which one: Dorset Compact")
    name: Mapped[str] = mapped_column(String(120), doc="as sentences name it after the word the: Compact")
    level: Mapped[Level] = mapped_column(checked_choice(Level, "level"), default=Level.LOCAL)


class RegisterEntry(Base):
    """One thing that was known of an agreement, from a day on. Rows are added, never changed.

    A correction is a new row that names the one it `replaces`; a `void` one takes it back. So what was known
    on any day can be worked out on any later day (R74).
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("replaces_id"),
        CheckConstraint("ended_on IS NULL OR began_on < ended_on", name="lifetime"),
        CheckConstraint("(kind = 'area') = (area_id IS NOT NULL)", name="area_of_an_area"),
        CheckConstraint("kind = 'signatory' OR organisation_id IS NULL", name="organisation_of_a_signatory"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    kind: Mapped[EntryKind] = mapped_column(checked_choice(EntryKind, "kind"))
    what: Mapped[str] = mapped_column(String(200), doc="the stage, flag, code of practice, signatory, sector")
    state: Mapped[str] = mapped_column(String(40), default="", doc="of a code of practice or a signatory")
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    detail: Mapped[JsonObject] = mapped_column(default=dict)
    began_on: Mapped[date]
    precision: Mapped[Precision] = mapped_column(checked_choice(Precision, "precision"))
    ended_on: Mapped[date | None] = mapped_column(doc="the first day on which it was no more so")
    reason: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(400))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"))
    void: Mapped[bool] = mapped_column(default=False)


class ProposalState(StrEnum):
    """What became of a proposed change."""

    WAITING = "waiting"
    TAKEN = "taken over"
    REFUSED = "refused"


class RegisterProposal(Base):
    """What an open section says of an agreement: waiting, taken over into the register, or refused.

    It came with a pass of its round, for many at a time and in random order.
    """

    __tablename__ = "register_proposal"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_once"),
        CheckConstraint("(state = 'taken over') = (entry_id IS NOT NULL)", name="taken_over_as_entry"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"), doc="unknown of some of before")
    kind: Mapped[EntryKind] = mapped_column(checked_choice(EntryKind, "kind"))
    what: Mapped[str] = mapped_column(String(200), doc="in the register's words, as far as they are known")
    said: Mapped[JsonObject] = mapped_column(doc="questions of the section about this agreement, and answers")
    said_by: Mapped[str] = mapped_column(String(400), doc="the organisation, as it was called then")
    source: Mapped[str] = mapped_column(String(400))
    received_on: Mapped[date]
    state: Mapped[ProposalState] = mapped_column(
        checked_choice(ProposalState, "state"), default=ProposalState.WAITING
    )
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entry.id"))


class RegisterRule(Base):
    """What a derived state asks for from a moment on; the newest row of a programme counts."""

    __tablename__ = "register_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    criteria: Mapped[JsonObject]
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))
