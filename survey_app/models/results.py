"""Releases: frozen estimates, what they correct, and how far they are on their way to the public."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.strands import Strand
from survey_app.models.base import Base, JsonObject, checked_choice, choice


class ReleaseKind(StrEnum):
    """What a release is."""

    ROUND_SUMMARY = "round_summary"
    CORRECTION = "correction"


class ReleaseState(StrEnum):
    """How far a release is: a draft says nothing yet; whoever may see results reads what is published."""

    DRAFT = "draft"
    FROZEN = "frozen"
    CHECKED = "checked"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Release(Base):
    """A frozen set of estimates. What is published is made from `contents` alone, and they never change."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("programme_id", "series", "number"),
        CheckConstraint("(contents IS NULL) = (state = 'draft')", name="drafts_alone_say_nothing"),
        CheckConstraint("(frozen_at IS NULL) = (state = 'draft')", name="frozen_at_a_time"),
        CheckConstraint("(kind = 'correction') = (corrects_release_id IS NOT NULL)", name="corrects_another"),
        CheckConstraint("corrects_release_id <> id", name="not_its_own_correction"),
        CheckConstraint(
            "state NOT IN ('published', 'withdrawn') OR published_at IS NOT NULL", name="published_at_a_time"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[ReleaseKind] = mapped_column(choice(ReleaseKind))
    state: Mapped[ReleaseState] = mapped_column(choice(ReleaseState))
    series: Mapped[str] = mapped_column(String(60), doc="what its numbers count on in: round 3")
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(String(2000), default="", doc="why another one was needed")
    corrects_release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    contents: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[str] = mapped_column(String(200), doc="who asked for it")
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None] = mapped_column(String(200))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(200))
    published_at: Mapped[datetime | None]


class ReleaseRound(Base):
    """A round that a release is about; the first one comes first."""

    __tablename__ = "release_round"
    __table_args__ = (
        UniqueConstraint("release_id", "round_id"),
        Index("ix_release_round_round_id", "round_id"),
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))


class Baseline(Base):
    """A release that later rounds of its strand are compared with; the newest row of a strand counts."""

    __tablename__ = "baseline"
    __table_args__ = (Index("ix_baseline_programme_strand", "programme_id", "strand"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    strand: Mapped[Strand] = mapped_column(checked_choice(Strand))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    reason: Mapped[str] = mapped_column(String(2000), doc="why this one, or why another one than before")
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[str] = mapped_column(String(200))
