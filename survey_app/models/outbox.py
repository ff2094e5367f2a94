"""The outbox: letters that are scheduled, written with the fact that they report, and whether they leave."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import RANDOM_KEY, Base, fresh_key


class Message(Base):
    """One letter: a template and ids, rendered when it is sent. No name, no code.

    The address is the one it went to; where it stands before, the letter goes to it and to no other.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("seat_id", "event"),
        UniqueConstraint("message_id"),
        CheckConstraint(
            "(address_sealed IS NULL) = (address_lookup IS NULL)"
            " AND (address_sealed IS NULL) = (address_context IS NULL)",
            name="address_can_be_looked_up",
        ),
        CheckConstraint(
            "(subject_kind = '') = (subject_id IS NULL) AND (subject_id IS NULL OR seat_id IS NULL)",
            name="one_subject",
        ),
        Index("ix_message_waiting", "state", "due_at"),
        Index("ix_message_subject", "subject_kind", "subject_id", "event", unique=True),
    )

    id: Mapped[int] = mapped_column(RANDOM_KEY, primary_key=True, default=fresh_key, autoincrement=False)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    subject_kind: Mapped[str] = mapped_column(
        String(40), default="", server_default="", doc="what a letter to no seat is about: a table"
    )
    subject_id: Mapped[int | None]
    recipient_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id"), doc="whoever it goes to; none is the first of the seat's organisation"
    )
    event: Mapped[str] = mapped_column(String(40), doc="what it reports; nobody is told of it twice")
    template: Mapped[str] = mapped_column(String(40), doc="of `templates/mail`")
    template_version: Mapped[int] = mapped_column(default=1)
    channel: Mapped[str] = mapped_column(String(20), default="email", doc="email | post | telephone")
    language: Mapped[str] = mapped_column(String(10), default="en")
    message_id: Mapped[str] = mapped_column(
        String(320),
        doc="kept over every try, so that a repeat is seen as one; without a domain until the first try",
    )
    state: Mapped[str] = mapped_column(String(20), doc="waiting | sent | failed | withdrawn")
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    lease_number: Mapped[int] = mapped_column(
        default=0, doc="one more at every claim: whoever holds an older one marks nothing"
    )
    attempts: Mapped[int] = mapped_column(default=0, doc="how often it was not taken, by its own fault")
    put_off_since: Mapped[datetime | None] = mapped_column(doc="when it was first put off")
    connections_lost: Mapped[int] = mapped_column(
        default=0, doc="how often the connection broke off at it and not at those around it"
    )
    sent_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_context: Mapped[str | None] = mapped_column(String(60), doc="what it is sealed with")
    address_lookup: Mapped[str | None] = mapped_column(String(64), doc="a keyed hash")


class Outbox(Base):
    """One row: whether letters leave. Paused by a person, or standing still while the mail server fails."""

    __tablename__ = "outbox"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str] = mapped_column(String(200), default="")
    fault: Mapped[str] = mapped_column(Text, default="", doc="what the mail server, or the way to it, lacks")
    faulty_since: Mapped[datetime | None]
    faults: Mapped[int] = mapped_column(default=0, doc="goes in a row in which no letter left")
    next_try_at: Mapped[datetime | None]


class PrintBatch(Base):
    """Letters of a round that are printed together: who made the batch, and how often its file was taken."""

    __tablename__ = "print_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    made_on: Mapped[date]
    made_by: Mapped[str] = mapped_column(String(200))
    downloads: Mapped[int] = mapped_column(default=0)


class PrintedLetter(Base):
    """A letter of a batch: to whom, and with which of their codes. The code itself is nowhere stored.

    Whoever had letters by e-mail is moved to paper at night, and is in no batch until the next one is made.
    """

    __tablename__ = "printed_letter"

    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), primary_key=True, autoincrement=False)
    print_batch_id: Mapped[int | None] = mapped_column(ForeignKey("print_batch.id"), index=True)
    generation: Mapped[int] = mapped_column(
        doc="of the code; a newer one makes the printed code useless. 0: to be moved to paper at night"
    )
