"""One subject in one round, and who answers about it. What was answered is elsewhere (responses)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from instruments.conduct import Mode, SeatKind
from survey_app.models.base import UUID_TEXT, WITHOUT_ORDER, Base, choice, fresh_uuid, one_of


class Outcome(StrEnum):
    """The state of a case; at the end, its outcome code (AAPOR, statistics.md).

    Which of them a strand has, and in which words, is in `survey_app.services.cases.outcomes`.
    """

    NOT_STARTED = "not_started"
    STARTED = "started"
    COMPLETE = "complete"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not_eligible"
    NON_CONTACT = "non_contact"
    AVAILABLE = "available"
    CONFIRMED = "confirmed"
    WITHDREW = "withdrew"


class SubjectKind(StrEnum):
    """What a case is about; a unit of an organisation is an organisation with `unit`."""

    ORGANISATION = "organisation"
    AGREEMENT = "agreement"
    AREA = "area"
    SESSION = "session"
    SITE = "site"
    ROUND = "round"
    PERSON = "person"


class SeatOutcome(StrEnum):
    """How far one seat has come."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    COMPLETE = "complete"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PANEL = "panel"
# Subjects whose tables are still to come are named by a key of text.
KEYED = "('area', 'session', 'site', 'person')"


class Case(Base):
    """One subject in one round: a member of its panel, one added by another route, or what staff look into.

    Weights belong to panel members alone, so a case without one can never carry a weight.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("round_id", "subject_ref"),
        UniqueConstraint("uuid"),
        one_of("subject_kind", SubjectKind),
        CheckConstraint(
            "(subject_kind = 'organisation') = (organisation_id IS NOT NULL)"
            " AND (subject_kind = 'agreement') = (agreement_id IS NOT NULL)"
            f" AND (subject_kind IN {KEYED}) = (subject_key <> '')"
            " AND (unit = '' OR subject_kind = 'organisation')",
            name="one_subject",
        ),
        CheckConstraint("(route = 'panel') = (panel_member_id IS NOT NULL)", name="weighted_only_if_drawn"),
        CheckConstraint("route IN ('panel', 'snowball', 'outreach', 'open_link')", name="route"),
        Index("ix_case_round_outcome", "round_id", "outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    subject_kind: Mapped[SubjectKind] = mapped_column(choice(SubjectKind), default=SubjectKind.ORGANISATION)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    unit: Mapped[str] = mapped_column(String(120), default="", doc="a department; '' is the whole")
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    subject_key: Mapped[str] = mapped_column(String(80), default="", doc="of an area, session, site, person")
    subject_ref: Mapped[str] = mapped_column(String(400), doc="the subject as one text: organisation:12:")
    panel_member_id: Mapped[int | None] = mapped_column(ForeignKey("panel_member.id"), index=True)
    route: Mapped[str] = mapped_column(
        String(20), default=PANEL, doc="panel | snowball | outreach | open_link"
    )
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome), default=Outcome.NOT_STARTED)
    outcome_on: Mapped[date | None] = mapped_column(
        doc="a date, not a time: a time would tie the case to its answers"
    )
    answers_until: Mapped[date | None] = mapped_column(doc="where it has more time than its round")
    created_at: Mapped[datetime]


class Seat(Base):
    """Who answers in a case. Its access code is derived from `uuid`, and kept as a hash in `access`.

    It holds a day and no time, so that the minute in which it was opened says nothing of the answers.
    """

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("uuid"),
        one_of("kind", SeatKind),
        one_of("outcome", SeatOutcome),
        one_of("mode", Mode),
        CheckConstraint("stands_in_for_seat_id <> id", name="not_its_own_stand_in"),
        Index("ix_seat_case_id", "case_id"),
        Index(
            "uq_seat_lead",
            "case_id",
            unique=True,
            sqlite_where=text("kind = 'lead'"),
            postgresql_where=text("kind = 'lead'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(UUID_TEXT)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[SeatKind] = mapped_column(choice(SeatKind), default=SeatKind.LEAD)
    label: Mapped[str] = mapped_column(String(120), default="", doc="whose it is in words, never a name")
    intended_tier: Mapped[str] = mapped_column(String(40), default="", doc="the level that was asked for")
    actual_tier: Mapped[str | None] = mapped_column(String(40), doc="the level of whoever answered")
    stands_in_for_seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    mode: Mapped[Mode | None] = mapped_column(choice(Mode), doc="once it is known")
    outcome: Mapped[SeatOutcome] = mapped_column(choice(SeatOutcome), default=SeatOutcome.NOT_STARTED)
    created_on: Mapped[date]


class AddedCase(Base):
    """A case that no draw chose: how it came, through whom, and what is known of it."""

    __tablename__ = "added_case"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    referrer_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    referrer_note_sealed: Mapped[bytes | None] = mapped_column(
        LargeBinary, doc="who named it, when that is no case; under the round's key"
    )
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, doc="under the round's key")
    name: Mapped[str] = mapped_column(String(400))
    region: Mapped[str] = mapped_column(String(40))
    band: Mapped[str] = mapped_column(String(200), doc="body type, or income band")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(200))
    approval_id: Mapped[int | None] = mapped_column(
        ForeignKey("approval.id"),
        index=True,
        doc="what a second person has yet to agree to before it is asked; none: nobody has to",
    )


class CaseAgreement(Base):
    """Which agreements a case is asked about, the first of them in its wording; fixed at launch."""

    __tablename__ = "case_agreement"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class CaseEvent(Base):
    """A contact with a case, or a change of its outcome.

    The key is random and the day is a date, so that neither the order nor the minute of
    an event says which answers came with it.
    """

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case_day", "case_id", "day"), WITHOUT_ORDER)

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(200))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, doc="under the round's key")


class StatementKind(StrEnum):
    """What somebody with the code says in place of answers."""

    NOT_US = "not_us"
    DECLINED = "declined"


class CaseStatement(Base):
    """That somebody with the code said so, on a day; it waits until one of the staff has seen to it."""

    __tablename__ = "case_statement"
    __table_args__ = (
        Index("ix_case_statement_case_id", "case_id"),
        one_of("kind", StatementKind),
        CheckConstraint("(settled_on IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
        WITHOUT_ORDER,
    )

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[StatementKind] = mapped_column(choice(StatementKind))
    day: Mapped[date]
    settled_on: Mapped[date | None]
    settled_by: Mapped[str | None] = mapped_column(String(200))


class Notice(StrEnum):
    """What a respondent is told of, when they next come in."""

    NEW_CODE = "new_code"
    TELEPHONE = "telephone"
    TELEPHONE_ON = "telephone_on"


class SeatNotice(Base):
    """What staff did with the questionnaire of a seat, on its day; without order, as case events."""

    __tablename__ = "seat_notice"
    __table_args__ = (one_of("kind", Notice), Index("ix_seat_notice_seat_id", "seat_id"), WITHOUT_ORDER)

    id: Mapped[str] = mapped_column(UUID_TEXT, primary_key=True, default=fresh_uuid)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    day: Mapped[date]
    kind: Mapped[Notice] = mapped_column(choice(Notice))
