"""Letters of reviews as they leave: whether they still may, whom they reach, what they say.

Nothing of it is kept with the letter: a session that was moved, somebody who declined and an action that was
done are looked at when it leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from scheduler.timetable import spoken
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.mail.letters import write_letter
from survey_app.models.burden import BurdenKind
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.programmes import Programme
from survey_app.models.reviews.sessions import Reply, ReviewInvitation, ReviewSession, SessionState
from survey_app.models.rounds import Round
from survey_app.services.burden import ledger
from survey_app.services.fieldwork import leases, marks
from survey_app.services.fieldwork.leases import Hold
from survey_app.services.fieldwork.letters import DEMONSTRATION_DOMAIN
from survey_app.services.installation import is_synthetic
from survey_app.services.organisations.contacts import address_of_role
from survey_app.services.people import access
from survey_app.services.reviews.letters import (
    CANCELLED,
    INVITATION,
    LINE,
    REMINDER,
    asked_of,
    holder_of,
)
from survey_app.services.reviews.mailing.owners import OWNER, Waiting, programme_of, waiting_for

_COLUMNS = (
    Message.id,
    Message.subject_kind,
    Message.subject_id,
    Message.event,
    Message.template,
    Message.message_id,
    Message.lease_number,
)


@dataclass(frozen=True)
class Errand:
    """A letter about a row of a table, which a worker may send while its lease, of this number, lasts."""

    id: int
    subject_kind: str
    subject_id: int
    event: str
    template: str
    message_id: str
    lease_number: int


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where a letter goes and what it says; `waits`: a second person has yet to agree to the address."""

    address: str
    waits: bool
    synthetic: bool
    values: dict[str, object] = field(default_factory=dict)


def claim_due(session: Session, *, hold: Hold) -> list[Errand]:
    """Take the next letters of reviews that are due."""
    which = Message.subject_kind.in_((LINE, OWNER))
    return [Errand(*row) for row in leases.claim(session, hold=hold, which=which, columns=_COLUMNS)]


def renew(session: Session, *, group: Sequence[Errand], hold: Hold) -> list[Errand]:
    """Renew the leases of letters that are about to leave; what nobody has to know any more is taken back."""
    claimed = {one.id: one for one in group}
    rows = session.scalars(
        select(Message)
        .where(Message.id.in_(claimed), Message.state == "waiting", Message.due_at <= hold.now)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    may_leave: dict[int, str] = {}
    for message in rows:
        one = claimed[message.id]
        if message.lease_number != one.lease_number:
            continue
        if _is_wanted(session, one, hold.now):
            may_leave[one.id] = leases.held_on(message, hold)
        else:
            message.state = "withdrawn"
    return [replace(one, message_id=may_leave[one.id]) for one in group if one.id in may_leave]


def _is_wanted(session: Session, one: Errand, now: datetime) -> bool:
    if one.subject_kind == OWNER:
        return bool(_waiting(session, one, now))
    line, row = _line(session, one)
    if line is None or row is None:
        return False
    if one.template == CANCELLED:
        return row.state is SessionState.CANCELLED
    if row.state is not SessionState.PLANNED or row.day < london_date(now):
        return False
    if one.template == INVITATION:
        return line.reply is Reply.NONE
    return line.reply is not Reply.DECLINED


def _waiting(session: Session, one: Errand, now: datetime) -> list[Waiting]:
    programme_id = programme_of(one.event)
    return waiting_for(session, owner_id=one.subject_id, programme_id=programme_id, today=london_date(now))


def _line(session: Session, one: Errand) -> tuple[ReviewInvitation | None, ReviewSession | None]:
    line = session.get(ReviewInvitation, one.subject_id, populate_existing=True)
    row = session.get(ReviewSession, line.session_id, populate_existing=True) if line else None
    return line, row


def reached(
    session: Session, keys: Keyring, settings: Settings, *, batch: Sequence[Errand], now: datetime
) -> dict[int, Reached]:
    """Where letters go and what they say, by letter."""
    synthetic = is_synthetic(session)
    return {
        one.id: _owner(session, keys, settings, one, synthetic=synthetic, now=now)
        if one.subject_kind == OWNER
        else _invited(session, keys, settings, one, synthetic=synthetic)
        for one in batch
    }


def _owner(
    session: Session, keys: Keyring, settings: Settings, one: Errand, *, synthetic: bool, now: datetime
) -> Reached:
    to = address_of_role(session, keys, organisation_id=one.subject_id, role="")
    return Reached(
        address=to.email if to else "",
        waits=bool(to and to.waits),
        synthetic=synthetic,
        values={
            "product": settings.product,
            "agreement": session.get_one(Programme, programme_of(one.event)).agreement_word,
            "organisation": session.get_one(Organisation, one.subject_id).name,
            "actions": [
                {"what": each.what, "due": spoken(each.due_on), "late": each.late}
                for each in _waiting(session, one, now)
            ],
            "synthetic": synthetic,
        },
    )


def _invited(session: Session, keys: Keyring, settings: Settings, one: Errand, *, synthetic: bool) -> Reached:
    line, row = _line(session, one)
    assert line is not None and row is not None  # noqa: PT018 - both or neither
    to = address_of_role(session, keys, organisation_id=line.organisation_id, role=line.role)
    code = "" if one.template == CANCELLED else access.code_of(session, keys, holder=holder_of(line))
    base = settings.base_url.rstrip("/")
    return Reached(
        address=to.email if to else "",
        waits=bool(to and to.waits),
        synthetic=synthetic,
        values={
            "product": settings.product,
            "agreement": _agreement(session, row),
            "organisation": session.get_one(Organisation, line.organisation_id).name,
            "role": line.role,
            "title": row.title,
            "day": spoken(row.day),
            "starts": row.starts,
            "place": row.place,
            "access": row.access,
            "languages": row.languages,
            "comes": line.reply is Reply.ACCEPTED,
            "why": row.cancelled_why,
            "link": f"{base}/invited/{code}" if code else "",
            "synthetic": synthetic,
        },
    )


def _agreement(session: Session, row: ReviewSession) -> str:
    word = (
        select(Programme.agreement_word)
        .join(Round, Round.programme_id == Programme.id)
        .where(Round.id == row.round_id)
    )
    return session.scalar(word) or "agreement"


def letter_for(settings: Settings, *, errand: Errand, reached: Reached, now: datetime) -> EmailMessage:
    """Write a letter.

    Raises:
        InvalidError: there is no address, or a real one in a demonstration.
    """
    if not reached.address:
        raise InvalidError("There is no e-mail address for this organisation. Write or telephone instead.")
    if reached.synthetic and not reached.address.casefold().endswith(DEMONSTRATION_DOMAIN):
        raise InvalidError("A demonstration sends letters to .invalid addresses and to no other.")
    return write_letter(
        errand.template,
        to=reached.address,
        sender=settings.mail_from,
        message_id=errand.message_id,
        now=now,
        values=reached.values,
    )


def mark_sent(session: Session, *, errand: Errand, now: datetime) -> bool:
    """The letter has left; a reminder is a burden of its own. False where another worker holds it by now."""
    if not marks.mark_left(session, claimed=errand, to=None, now=now):
        return False
    if errand.template != REMINDER:
        return True
    line, row = _line(session, errand)
    if line is not None and row is not None:
        asked = replace(asked_of(line, row), kind=BurdenKind.REMINDER, day=london_date(now))
        programme_id = session.get_one(Round, row.round_id).programme_id
        ledger.note_asked(session, asked=asked, programme_id=programme_id)
    return True
