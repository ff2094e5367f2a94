"""Acts that need a second person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, JsonObject, choice, one_of


class Decision(StrEnum):
    """What became of a request. Whoever asked may withdraw it; so does whoever changes what it was about."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


UNDECIDED = text("decision IS NULL")


class Approval(Base):
    """A request that one person made and another decides. An act waits only once for the same subject."""

    __tablename__ = "approval"
    __table_args__ = (
        one_of("decision", Decision),
        CheckConstraint(
            "decision = 'withdrawn' OR decided_by_person_id <> asked_by_person_id", name="second_person"
        ),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by_person_id IS NULL)",
            name="decided_by_somebody",
        ),
        Index(
            "uq_approval_programme_id_act_subject_kind_subject_id",
            "programme_id",
            "act",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=UNDECIDED,
            postgresql_where=UNDECIDED,
        ),
        Index("ix_approval_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    act: Mapped[str] = mapped_column(String(60), doc="publish_release")
    permission: Mapped[str] = mapped_column(String(40), doc="what the second person must hold")
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    detail: Mapped[JsonObject]
    asked_by_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[Decision | None] = mapped_column(choice(Decision))
    reason: Mapped[str] = mapped_column(String(2000), default="")
