"""How organisations are reached: several contacts for each, sealed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, choice, one_of


class ContactSource(StrEnum):
    """Who gave us a contact. What a list brought may be replaced by its next edition; nothing else is."""

    LIST = "list"
    STAFF = "staff"
    RESPONDENT = "respondent"
    PUBLIC = "public"


class ContactPermission(StrEnum):
    """Whether we may write to a contact: yes, only through the organisation, or no."""

    MAY_CONTACT = "may_contact"
    FORWARDED_ONLY = "forwarded_only"
    NO = "no"


class Contact(Base):
    """One way to reach an organisation, or a unit of it. Everything that names a person is sealed.

    The lowest `position` comes first. A contact that has ended keeps its row, so that what was sent and what
    was consented to can be understood later.
    """

    __tablename__ = "contact"
    __table_args__ = (
        one_of("source", ContactSource),
        one_of("permission", ContactPermission),
        CheckConstraint("valid_to >= valid_from", name="valid_in_order"),
        CheckConstraint("(email_sealed IS NULL) = (email_lookup IS NULL)", name="email_can_be_looked_up"),
        Index("ix_contact_email_lookup", "email_lookup"),
        Index("ix_contact_organisation", "organisation_id", "unit", "position"),
        Index("ix_contact_approval_id", "approval_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    unit: Mapped[str] = mapped_column(String(200), default="", doc="a department below it; empty: the whole")
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[str] = mapped_column(String(120), default="", doc="what they do there: Compact lead")
    seal_context: Mapped[str] = mapped_column(String(60), doc="what the row is sealed with; see `context_of`")
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_lookup: Mapped[str | None] = mapped_column(String(64), doc="a keyed hash")
    telephone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    post_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(20), default="en")
    source: Mapped[ContactSource] = mapped_column(choice(ContactSource))
    permission: Mapped[ContactPermission] = mapped_column(
        choice(ContactPermission), default=ContactPermission.MAY_CONTACT
    )
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None] = mapped_column(doc="the day on which it ended; none while it holds")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    approval_id: Mapped[int | None] = mapped_column(
        ForeignKey("approval.id"),
        doc="what a second person has yet to agree to before a letter goes there; none: nobody has to",
    )

    def context_of(self, field: str) -> str:
        """What a field is sealed with: an e-mail address with the bare context, as the first ones were."""
        return self.seal_context if field == "email" else f"{self.seal_context} {field}"
