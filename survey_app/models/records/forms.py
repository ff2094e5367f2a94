"""Forms that staff fill in about a subject: each in editions, whose answers are open responses."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, checked_choice


class FormState(StrEnum):
    """How far one edition of a form has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    REVIEWED = "reviewed"
    SET_ASIDE = "set_aside"


class StaffForm(Base):
    """One instrument, answered by staff about one subject as it was on a day.

    `occasion` keeps two of the same from being begun: desk research has one a year, a log one each time.
    """

    __tablename__ = "staff_form"
    __table_args__ = (
        UniqueConstraint("programme_id", "instrument_id", "subject_ref", "occasion"),
        CheckConstraint(
            "(subject_kind = 'organisation') = (organisation_id IS NOT NULL)"
            " AND (subject_kind = 'agreement') = (agreement_id IS NOT NULL)"
            " AND (subject_kind = 'area') = (area_id IS NOT NULL)"
            " AND (subject_kind = 'round') = (round_id IS NOT NULL)"
            " AND subject_kind IN ('organisation', 'agreement', 'area', 'round')",
            name="one_subject",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40), doc="a SubjectKind of cases")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    subject_ref: Mapped[str] = mapped_column(String(60), doc="the subject as one text: agreement:12")
    day: Mapped[date] = mapped_column(doc="the day that it describes")
    occasion: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(120), doc="what tells it from others about its subject")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


class FormEdition(Base):
    """One edition of a form: a correction of a reviewed one is the next, and the earlier is kept.

    Its answers are the response that names it. Whoever reviewed it is another than whoever submitted it.
    """

    __tablename__ = "form_edition"
    __table_args__ = (
        UniqueConstraint("form_id", "number"),
        CheckConstraint(
            "reviewed_by_id IS NULL OR submitted_by_id IS NOT NULL AND reviewed_by_id <> submitted_by_id",
            name="second_person",
        ),
        CheckConstraint("(state = 'reviewed') = (reviewed_by_id IS NOT NULL)", name="reviewed_by_somebody"),
        Index(
            "uq_form_edition_unfinished",
            "form_id",
            unique=True,
            sqlite_where=text("state NOT IN ('reviewed', 'set_aside')"),
            postgresql_where=text("state NOT IN ('reviewed', 'set_aside')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("staff_form.id"))
    number: Mapped[int]
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    sha256: Mapped[str] = mapped_column(String(64), doc="of the version's text, as it was begun with")
    state: Mapped[FormState] = mapped_column(checked_choice(FormState, "state"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]


class FormStep(Base):
    """One step of an edition from state to state: who, when, and why where somebody has to know."""

    __tablename__ = "form_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("form_edition.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(120), doc="as it was on that day")
    after: Mapped[FormState] = mapped_column(checked_choice(FormState, "after"))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, doc="under the form's key")


class FormSource(Base):
    """What a form rests on: a document with its day and where to find it. Taken away, it stays as it was."""

    __tablename__ = "form_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("staff_form.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, doc="title, day, where; under the form's key")
    has_file: Mapped[bool]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(120))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(String(120))
