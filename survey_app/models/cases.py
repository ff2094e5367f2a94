"""One organisation in one round: fieldwork. What it answered is elsewhere (responses)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import UUID_TEXT, Base, choice, fresh_uuid


class Outcome(StrEnum):
    """The state of a case; at the end, its outcome code (AAPOR, statistics.md)."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    COMPLETE = "complete"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not_eligible"
    NON_CONTACT = "non_contact"


PANEL = "panel"


class Case(Base):
    """One organisation in one round: a member of its panel, or one added by another route.

    Weights belong to panel members alone, so a case without one can never carry a weight.
    The access code is derived from `uuid` and `code_generation`; only its keyed hash is stored.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("round_id", "organisation_id"),
        UniqueConstraint("uuid"),
        UniqueConstraint("code_hash"),
        CheckConstraint("(route = 'panel') = (panel_member_id IS NOT NULL)", name="weighted_only_if_drawn"),
        CheckConstraint("route IN ('panel', 'snowball', 'outreach', 'open_link')", name="route"),
        Index("ix_case_round_outcome", "round_id", "outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    panel_member_id: Mapped[int | None] = mapped_column(ForeignKey("panel_member.id"), index=True)
    route: Mapped[str] = mapped_column(
        String(20), default=PANEL, doc="panel | snowball | outreach | open_link"
    )
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome), default=Outcome.NOT_STARTED)
    outcome_on: Mapped[date | None] = mapped_column(
        doc="a date, not a time: a time would tie the case to its answers"
    )
    code_generation: Mapped[int] = mapped_column(default=1)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class AddedCase(Base):
    """A case that no draw chose: how it came, through whom, and what is known of it."""

    __tablename__ = "added_case"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    referrer_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    referrer_note: Mapped[str] = mapped_column(String(400), doc="who named it, when that is no case")
    note: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(400))
    region: Mapped[str] = mapped_column(String(40))
    band: Mapped[str] = mapped_column(String(200), doc="body type, or income band")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(200))


class CaseAgreement(Base):
    """Which agreements a case is asked about; fixed at launch."""

    __tablename__ = "case_agreement"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True)


class CaseEvent(Base):
    """A contact with a case, or a change of its outcome.

    The key is random and the day is a date, so that neither the order nor the minute of
    an event says which answers came with it.
    """

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case_day", "case_id", "day"),)

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
