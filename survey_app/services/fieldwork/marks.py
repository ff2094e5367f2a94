"""What became of a letter: marked by whoever holds its lease, and by nobody else.

A crash after the mail server took a letter may repeat that one letter and no other: each is marked straight
after it was sent.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.mail.channels import Undeliverable
from survey_app.models.base import table
from survey_app.models.outbox import Message
from survey_app.services.burden import ledger
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.letters import ADDRESS_CHANGED, NOTICES, To, schedule_letters
from survey_app.services.cases.seats import SeatKey
from survey_app.services.fieldwork.leases import Claimed, Held
from survey_app.services.fieldwork.letters import Addressee

REMINDERS = ("first_reminder", "second_reminder")
MAX_PAUSE = timedelta(hours=4)
# How long a letter that is put off is tried again.
PATIENCE = timedelta(hours=72)
# So often may the connection break off at one letter, while others are taken, before that counts as a try.
MAX_CONNECTIONS_LOST = 5
MAX_FAULT_LENGTH = 2000
# So often a letter is looked at again whose address waits for a second person; once that agrees, at once.
HELD_FOR = timedelta(hours=1)
WAITS = "Its address waits for a second person, who has to agree to it."

_MESSAGE = table(Message)
_SENT = (
    update(_MESSAGE)
    .where(
        _MESSAGE.c.id == bindparam("id_"),
        _MESSAGE.c.lease_number == bindparam("number"),
        # What was withdrawn while it was being handed over has left all the same.
        _MESSAGE.c.state.in_(("waiting", "withdrawn")),
    )
    .values(
        state="sent",
        sent_at=bindparam("now"),
        failure="",
        leased_by="",
        address_sealed=bindparam("sealed"),
        address_context=bindparam("seal_context"),
        address_lookup=bindparam("lookup"),
    )
)


def mark_sent(session: Session, *, claimed: Claimed, addressee: Addressee, now: datetime) -> bool:
    """The letter has left; whoever letters with this code went to before is told if it went elsewhere.

    False, and nothing noted, where another worker holds it by now.
    """
    to, before = addressee.to, addressee.before
    if not mark_left(session, claimed=claimed, to=to, now=now):
        return False
    kind = f"{claimed.template} sent"
    note_contact(session, case_id=claimed.case_id, kind=kind, actor="worker", now=now)
    if claimed.template in REMINDERS:
        ledger.note_reminder(session, case_id=claimed.case_id, day=london_date(now))
    if addressee.moved and before and claimed.template not in NOTICES:
        seat = SeatKey(claimed.seat_id, addressee.seat.uuid, claimed.case_id)
        event = f"{ADDRESS_CHANGED}_{claimed.id}"
        schedule_letters(session, event, [seat], due=now, template=ADDRESS_CHANGED, to=before)
    return True


def mark_left(session: Session, *, claimed: Held, to: To | None, now: datetime) -> bool:
    """A letter has left; an address that is given is kept with it. False where it is not ours any more."""
    address = {"sealed": to and to.sealed, "seal_context": to and to.seal_context, "lookup": to and to.lookup}
    marked = session.execute(_SENT, {"id_": claimed.id, "number": claimed.lease_number, "now": now} | address)
    return bool(marked.rowcount == 1)  # type: ignore[attr-defined]


def hold_back(session: Session, *, claimed: Held, now: datetime) -> None:
    """The letter waits until a second person has agreed to its address: no try of it, and no fault."""
    message = _held(session, claimed)
    if message is not None:
        message.failure, message.leased_by, message.lease_until = WAITS, "", now + HELD_FOR


def mark_untaken(session: Session, *, claimed: Held, fault: Undeliverable, now: datetime) -> None:
    """The letter was not taken, by its own fault: it is put off, or has failed for good."""
    message = _held(session, claimed)
    if message is not None:
        message.attempts += 1
        message.put_off_since = message.put_off_since or now
        final = fault.final or now - message.put_off_since >= PATIENCE
        _note(session, message, str(fault), final=final, now=now)


def mark_connection_lost(session: Session, *, claimed: Held, fault: str, now: datetime) -> None:
    """The connection broke off at this letter while others were taken: no try of it, until too often."""
    message = _held(session, claimed)
    if message is None:
        return
    message.connections_lost += 1
    if message.connections_lost >= MAX_CONNECTIONS_LOST:
        mark_untaken(session, claimed=claimed, fault=Undeliverable(fault, final=False), now=now)
    else:
        message.failure, message.leased_by, message.lease_until = fault[:MAX_FAULT_LENGTH], "", now


def _held(session: Session, claimed: Held) -> Message | None:
    message = session.get_one(Message, claimed.id, with_for_update=True)
    return message if (message.state, message.lease_number) == ("waiting", claimed.lease_number) else None


def _note(session: Session, message: Message, fault: str, *, final: bool, now: datetime) -> None:
    message.failure, message.leased_by = fault[:MAX_FAULT_LENGTH], ""
    message.lease_until = now + min(timedelta(minutes=2 ** min(message.attempts, 16)), MAX_PAUSE)
    if not final:
        return
    message.state = "failed"
    if message.case_id is not None:
        kind = f"{message.template} failed"
        note_contact(session, case_id=message.case_id, kind=kind, actor="worker", now=now)
