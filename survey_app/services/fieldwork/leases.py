"""Letters claimed by a worker, held while it hands them over, and given back.

A claim is for the length of a lease and has a number, one more than the claim before. Just before a letter
leaves, its lease is renewed by whoever has that number, and by nobody else: so of two workers one sends it,
however slow the mail server is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.stages import Stage
from scheduler.timetable import EventKind
from survey_app.models.base import table
from survey_app.models.cases.access import Access
from survey_app.models.cases.casework import Case, Outcome, Seat, SeatOutcome
from survey_app.models.outbox import Message
from survey_app.models.rounds import Round
from survey_app.services.cases.letters import ACKNOWLEDGEMENT, NOTICES, To

BATCH = 50
# Longer than the conversation about one letter may take, step by step (`survey_app.mail.channels.TIMEOUT`).
LEASE = timedelta(minutes=5)
# Whoever stands so is written to no more.
_SETTLED = (Outcome.REFUSED, Outcome.NOT_ELIGIBLE, Outcome.NON_CONTACT, Outcome.WITHDREW)
_SETTLED_SEATS = (SeatOutcome.COMPLETE, SeatOutcome.REFUSED, SeatOutcome.WITHDRAWN)


@dataclass(frozen=True)
class Claimed:
    """A letter that a worker may send while its lease, which has this number, lasts."""

    id: int
    case_id: int
    seat_id: int
    template: str
    message_id: str
    lease_number: int
    to: To | None = None


class Held(Protocol):
    """A letter that a worker holds: its lease has this number."""

    @property
    def id(self) -> int: ...
    @property
    def lease_number(self) -> int: ...


@dataclass(frozen=True)
class Hold:
    """Who holds letters, for how long from now, and the domain that their Message-IDs are made under."""

    worker: str
    domain: str
    now: datetime
    lease: timedelta = LEASE


_CLAIMED = (
    Message.id,
    Message.case_id,
    Message.seat_id,
    Message.template,
    Message.message_id,
    Message.lease_number,
    Message.address_sealed,
    Message.address_context,
    Message.address_lookup,
)


def rounds_to_remind(session: Session, *, now: datetime) -> list[int]:
    """The open rounds that have reminders due."""
    due = (
        select(Case.round_id)
        .join(Message, Message.case_id == Case.id)
        .join(Round, Round.id == Case.round_id)
        .where(
            Round.stage == Stage.OPEN,
            Message.state == "waiting",
            Message.template.in_((EventKind.FIRST_REMINDER, EventKind.SECOND_REMINDER)),
            Message.due_at <= now,
            Message.lease_until <= now,
        )
    )
    return list(session.scalars(due.distinct()))


def are_due(session: Session, *, now: datetime) -> bool:
    """Whether letters may wait to be claimed: asked in a reading transaction, before a writer is taken."""
    due = exists().where(Message.state == "waiting", Message.due_at <= now, Message.lease_until <= now)
    return bool(session.scalar(select(due)))


def claim_due(session: Session, *, hold: Hold) -> list[Claimed]:
    """Take the next letters that are due, of rounds that are open; those with a fault come last.

    That answers arrived is said after a round has closed too.
    """
    of_rounds = select(Case.id).join(Round, Round.id == Case.round_id)
    which = Message.seat_id.is_not(None) & or_(
        Message.case_id.in_(of_rounds.where(Round.stage == Stage.OPEN)),
        (Message.template == ACKNOWLEDGEMENT)
        & Message.case_id.in_(of_rounds.where(Round.stage == Stage.CLOSED)),
    )
    return [_claimed(*row) for row in claim(session, hold=hold, which=which, columns=_CLAIMED)]


def claim(
    session: Session, *, hold: Hold, which: ColumnElement[bool], columns: Sequence[InstrumentedAttribute[Any]]
) -> list[tuple[Any, ...]]:
    """Take the next of certain letters that are due, those with a fault last; `columns` of each."""
    due = (
        select(Message.id)
        .where(Message.state == "waiting", Message.due_at <= hold.now, Message.lease_until <= hold.now, which)
        .order_by(Message.failure != "", Message.due_at, Message.id)
        .limit(BATCH)
        # On PostgreSQL a second worker goes on to the letters after these, instead of waiting for the first.
        .with_for_update(of=Message, skip_locked=True)
    )
    claimed = session.execute(
        update(Message)
        # The conditions stand twice: what is said of the rows above is read before they are locked.
        .where(Message.id.in_(due), Message.state == "waiting", Message.lease_until <= hold.now)
        .values(
            lease_until=hold.now + hold.lease,
            leased_by=hold.worker,
            lease_number=Message.lease_number + 1,
        )
        .returning(Message.failure != "", Message.due_at, *columns)
    )
    return [tuple(row[2:]) for row in sorted(claimed.all(), key=lambda row: tuple(row[:3]))]


def _claimed(
    id_: int, case_id: Any, seat_id: Any, template: str, message_id: str, number: int, *address: Any
) -> Claimed:
    # Letters that are due have a case and a seat.
    return Claimed(id_, case_id, seat_id, template, message_id, number, To(*address) if address[0] else None)


def renew(session: Session, *, group: Sequence[Claimed], hold: Hold) -> list[Claimed]:
    """Renew the leases of letters that are about to leave; those that may leave, with their Message-IDs.

    Left out are those that another worker took meanwhile, that were moved to another day, and those of
    rounds that closed; one whose case or seat is settled by now is withdrawn.
    """
    claimed = {one.id: one for one in group}
    rows = session.execute(
        select(Message, Case.outcome, Seat.outcome)
        .join(Case, Case.id == Message.case_id)
        .join(Seat, Seat.id == Message.seat_id)
        .join(Round, Round.id == Case.round_id)
        .where(
            Message.id.in_(claimed),
            Message.state == "waiting",
            Message.due_at <= hold.now,
            (Round.stage == Stage.OPEN)
            | ((Round.stage == Stage.CLOSED) & (Message.template == ACKNOWLEDGEMENT)),
        )
        .with_for_update(of=Message)
        .execution_options(populate_existing=True)
    ).all()
    ours = [row for row in rows if row[0].lease_number == claimed[row[0].id].lease_number]
    may_leave: dict[int, str] = {}
    for message, outcome, seat_outcome in ours:
        settled = outcome in _SETTLED or seat_outcome in _SETTLED_SEATS
        if settled and message.template not in NOTICES:
            message.state = "withdrawn"
            continue
        may_leave[message.id] = held_on(message, hold)
    return [replace(one, message_id=may_leave[one.id]) for one in group if one.id in may_leave]


def held_on(message: Message, hold: Hold) -> str:
    """Renew the lease of a letter that is about to leave; its Message-ID, which its first try makes whole."""
    message.lease_until = hold.now + hold.lease
    if "@" not in message.message_id:
        message.message_id = f"<{message.message_id}@{hold.domain}>"
    return message.message_id


_MESSAGE = table(Message)
_HELD = (
    update(_MESSAGE)
    .where(
        _MESSAGE.c.id == bindparam("id_"),
        _MESSAGE.c.lease_number == bindparam("number"),
        _MESSAGE.c.state == "waiting",
        _MESSAGE.c.due_at <= bindparam("now"),
        exists().where(
            Seat.id == _MESSAGE.c.seat_id,
            Seat.outcome.not_in(_SETTLED_SEATS),
            Case.id == Seat.case_id,
            Case.outcome.not_in(_SETTLED),
            Round.id == Case.round_id,
            Round.stage == Stage.OPEN,
            Access.seat_id == Seat.id,
            Access.generation == bindparam("generation"),
        ),
    )
    .values(lease_until=bindparam("until"))
)


def hold_on(session: Session, *, claimed: Claimed, generation: int, hold: Hold) -> bool:
    """Renew the lease of a letter whose code is still of that generation, where it may leave as it was read.

    Of one that may not, or not for sure, nothing is changed: `renew` says what becomes of it.
    """
    held = session.execute(
        _HELD,
        {
            "id_": claimed.id,
            "number": claimed.lease_number,
            "now": hold.now,
            "until": hold.now + hold.lease,
            "generation": generation,
        },
    )
    return bool(held.rowcount == 1)  # type: ignore[attr-defined]


def give_back(session: Session, *, claimed: Sequence[Held], now: datetime, fault: str = "") -> None:
    """Let others claim letters that were not handed over, at no try; `fault` is why, where it was tried."""
    values: dict[str, object] = {"lease_until": now, "leased_by": ""}
    if fault:
        values["failure"] = fault
    for one in claimed:
        session.execute(
            update(Message)
            .where(Message.id == one.id, Message.state == "waiting", Message.lease_number == one.lease_number)
            .values(**values)
        )
