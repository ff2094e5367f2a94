"""What people were told, in which words, and what they consented to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import UUID_TEXT, Base


class NoticeVersion(Base):
    """One published wording of a notice in one language. Never edited: the next wording is a next version."""

    __tablename__ = "notice_version"
    __table_args__ = (
        UniqueConstraint("programme_id", "kind", "version", "language"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str] = mapped_column(String(40), doc="privacy, recording, ...")
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(200))


class RoundNotice(Base):
    """Which wording a round shows, for each kind of notice and language; fixed before it opens."""

    __tablename__ = "round_notice"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    notice_version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"), index=True)


class Consent(Base):
    """Somebody's yes to one purpose of one subject (a session, an interview), until it is withdrawn.

    The person is a contact, or known by a label alone, which is sealed as a name would be. `person_ref` says
    in one column who it is, so that the same yes cannot stand twice.
    """

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("uuid"),
        CheckConstraint("(contact_id IS NULL) <> (label_sealed IS NULL)", name="one_person"),
        CheckConstraint("withdrawn_at >= given_at", name="given_before_withdrawn"),
        CheckConstraint("mode IN ('web', 'telephone', 'post', 'face_to_face', 'group')", name="mode"),
        Index(
            "uq_consent_subject_kind_subject_id_person_ref_purpose",
            "subject_kind",
            "subject_id",
            "person_ref",
            "purpose",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    label_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    person_ref: Mapped[str] = mapped_column(String(80), doc="contact:12, or label: and a keyed hash")
    purpose: Mapped[str] = mapped_column(String(60), doc="take_part, recording, quotation, ...")
    notice_version_id: Mapped[int] = mapped_column(ForeignKey("notice_version.id"), index=True)
    mode: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")

    @property
    def seal_context(self) -> str:
        """What its label is sealed with."""
        return f"consent {self.uuid}"
