"""Letters to seats, written into the outbox with the fact that they report, and withdrawn from it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from survey_app.models.base import table
from survey_app.models.cases.casework import Case
from survey_app.models.outbox import Message
from survey_app.services.cases.seats import SeatKey

# It goes to the address before.
ADDRESS_CHANGED = "address_changed"
# It says that answers arrived, and leaves after the round has closed too.
ACKNOWLEDGEMENT = "acknowledgement"
# They hold no code and ask for nothing, so they leave whatever has come of the case.
NOTICES = (ADDRESS_CHANGED, ACKNOWLEDGEMENT)
_MESSAGE = table(Message)
_LETTER = insert(_MESSAGE)
_LEFT_OVER = (_MESSAGE.c.state == "waiting", _MESSAGE.c.template.not_in(NOTICES))
# Built once: it runs whenever a questionnaire is sent.
_WITHDRAW_OF_SEAT = (
    update(_MESSAGE).where(_MESSAGE.c.seat_id == bindparam("seat"), *_LEFT_OVER).values(state="withdrawn")
)


class To(NamedTuple):
    """An address that a letter is to go to and to no other: as it is stored, and the hash that names it."""

    sealed: bytes
    seal_context: str
    lookup: str


def schedule_letters(
    session: Session,
    event: str,
    seats: Iterable[SeatKey],
    *,
    due: datetime,
    template: str = "",
    to: To | None = None,
) -> None:
    """Schedule a letter that reports `event` to each of these seats.

    Args:
        template: where it has not the event's name.
        to: where it goes; none is where letters to the seat go when it is sent.
    """
    rows = [
        {
            "case_id": seat.case_id,
            "seat_id": seat.id,
            "event": event,
            "template": template or event,
            "message_id": _message_name(event, seat),
            "state": "waiting",
            "due_at": due,
            "lease_until": due,
            "leased_by": "",
            "lease_number": 0,
            "attempts": 0,
            "connections_lost": 0,
            "failure": "",
            "address_sealed": to and to.sealed,
            "address_context": to and to.seal_context,
            "address_lookup": to and to.lookup,
        }
        for seat in seats
    ]
    if rows:
        session.execute(_LETTER, rows)


def move_letters(session: Session, *, round_id: int, event: str, due: datetime) -> None:
    """Let the letters of a round that report `event` and have not left leave at another time."""
    of_round = select(Case.id).where(Case.round_id == round_id)
    session.execute(
        update(_MESSAGE)
        .where(_MESSAGE.c.case_id.in_(of_round), _MESSAGE.c.event == event, _MESSAGE.c.state == "waiting")
        .values(due_at=due, lease_until=due)
    )


def move_letters_of(session: Session, *, seats: Select[int], event: str, due: datetime) -> None:
    """Let the letters to these seats that report `event` and have not left leave at another time."""
    session.execute(
        update(_MESSAGE)
        .where(_MESSAGE.c.seat_id.in_(seats), _MESSAGE.c.event == event, _MESSAGE.c.state == "waiting")
        .values(due_at=due, lease_until=due)
    )


def _message_name(event: str, seat: SeatKey) -> str:
    """What its Message-ID begins with; the sender's domain is added at the first try, and then it stays."""
    return f"{event}.{hashlib.sha256(f'{event} {seat.uuid}'.encode()).hexdigest()[:24]}"


def withdraw_of_seat(session: Session, seat_id: int) -> None:
    """Take back the letters to a seat that have not left."""
    session.execute(_WITHDRAW_OF_SEAT, {"seat": seat_id})


def withdraw_template(session: Session, seat_ids: Sequence[int], template: str) -> None:
    """Take back the letters to several seats of one template that have not left."""
    _withdraw(session, Message.seat_id.in_(seat_ids), Message.template == template)


def withdraw_of_case(session: Session, case_id: int) -> None:
    """Take back the letters to every seat of a case that have not left."""
    _withdraw(session, Message.case_id == case_id)


def withdraw_of_round(session: Session, round_id: int) -> None:
    """Take back every letter of a round that has not left."""
    _withdraw(session, Message.case_id.in_(select(Case.id).where(Case.round_id == round_id)))


def withdraw_of_ended(session: Session, round_id: int, over: date) -> None:
    """Take back what has not left of the letters of a round to those who have no more time after a day."""
    more = Case.answers_until.is_not(None) & (Case.answers_until > over)
    _withdraw(session, Message.case_id.in_(select(Case.id).where(Case.round_id == round_id, ~more)))


def _withdraw(session: Session, *of: ColumnElement[bool]) -> None:
    session.execute(update(_MESSAGE).where(*of, *_LEFT_OVER).values(state="withdrawn"))
