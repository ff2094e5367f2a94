"""Letters written when they are sent: whom they go to, whether they may, and what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import spoken
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, WrongKeyError
from survey_app.mail.letters import write_letter
from survey_app.models.cases.casework import PANEL, Case
from survey_app.models.outbox import Message, PrintedLetter
from survey_app.services.cases.added import waiting_cases
from survey_app.services.cases.letters import NOTICES, To
from survey_app.services.cases.seats import SeatKey
from survey_app.services.fieldwork.addresses import earlier_addresses
from survey_app.services.fieldwork.leases import Claimed
from survey_app.services.installation import is_synthetic
from survey_app.services.organisations.contacts import Address, addresses_of
from survey_app.services.responses import seats
from survey_app.services.responses.after_calls import shut_of
from survey_app.services.responses.seats import Seat

DEMONSTRATION_DOMAIN = ".invalid"

WHY = {
    Sector.PUBLIC: "Every public body in England that works with voluntary organisations is asked.",
    Sector.VOLUNTARY: (
        "Your organisation was chosen at random from a list of voluntary organisations, and "
        "stands for others like it that were not."
    ),
}
WHY_ADDED = (
    "Your organisation was suggested for this survey, or came forward for it. It was not chosen at "
    "random, so your answers are told apart from the figures for all organisations."
)


@dataclass(frozen=True)
class Addressee:
    """Whom a letter goes to, with what it says of them.

    `to` is none where no address is known. `before` is where the letters with this code went last.
    `refusal` says why it may not go to this address; `answered` that the answers were sent; `printed` that
    the code as it is now went out on paper; `shut` that it opens nothing since a call took answers; `waits`
    that a second person has yet to agree to the address, or to asking the organisation at all.
    """

    seat: Seat
    minutes: int
    address: str
    synthetic: bool
    to: To | None = None
    before: To | None = None
    refusal: str = ""
    begun: bool = False
    answered: bool = False
    printed: bool = False
    shut: bool = False
    waits: bool = False

    @property
    def moved(self) -> bool:
        """Whether letters with the code of this seat went to another address last."""
        return bool(self.to and self.before and self.to.lookup != self.before.lookup)


ENTERED_SINCE = (
    "The questionnaire was begun, and this address was entered since. Send a new access code from the case's "
    "page: a second person has to agree to the address."
)


def addressees(session: Session, keys: Keyring, *, batch: Sequence[Claimed]) -> dict[int, Addressee]:
    """Whom the letters of a batch go to, by letter, in a few queries for all of them."""
    seated = seats.seats_of(session, keys, seat_ids=[claimed.seat_id for claimed in batch])
    known = _Known(
        addresses_of(session, keys, {seat.organisation_id for seat in seated.values()}),
        earlier_addresses(session, keys, list(seated)),
        seats.begun_of(session, list(seated.values())),
    )
    synthetic, printed = is_synthetic(session), _printed(session, seated)
    unagreed = waiting_cases(session, {claimed.case_id for claimed in batch})
    begun = [seat for seat in seated.values() if seat.id in known.begun]
    shut = shut_of(session, keys, begun) if begun else set()
    return {
        claimed.id: replace(
            known.addressee(keys, claimed, seated[claimed.seat_id], agreed=claimed.case_id not in unagreed),
            begun=claimed.seat_id in known.begun,
            printed=claimed.seat_id in printed,
            shut=claimed.seat_id in shut,
            answered=known.begun.get(claimed.seat_id, False),
            minutes=seats.questionnaire_for(session, seated[claimed.seat_id]).estimated_minutes,
            synthetic=synthetic,
        )
        for claimed in batch
    }


def _printed(session: Session, seated: Mapping[int, Seat]) -> set[int]:
    """The seats whose code as it is now went out on paper."""
    rows = session.execute(
        select(PrintedLetter.seat_id, PrintedLetter.generation).where(PrintedLetter.seat_id.in_(seated))
    )
    return {seat_id for seat_id, generation in rows if seated[seat_id].generation == generation}


def to_renew(batch: Sequence[Claimed], known: Mapping[int, Addressee]) -> list[SeatKey]:
    """The seats whose letters move to another address before a start: no two addresses have one code."""
    moving = (
        SeatKey(claimed.seat_id, known[claimed.id].seat.uuid, claimed.case_id)
        for claimed in batch
        if (known[claimed.id].moved or known[claimed.id].printed)
        and not (known[claimed.id].begun or known[claimed.id].waits)
        and claimed.template not in NOTICES
    )
    return list(dict.fromkeys(moving))


@dataclass(frozen=True)
class _Known:
    """Where the organisations of a batch are reached, where letters to its seats went, which are begun."""

    addresses: Mapping[int, Address]
    earlier: Mapping[int, Sequence[To]]
    begun: Mapping[int, bool]

    def addressee(self, keys: Keyring, claimed: Claimed, seat: Seat, *, agreed: bool) -> Addressee:
        """A letter goes where it was said to go, else where its organisation is reached, if it may."""
        earlier = self.earlier.get(seat.id, [])
        before = earlier[0] if earlier else None
        if claimed.to is not None:
            email = keys.decrypt(claimed.to.sealed, claimed.to.seal_context)
            to = claimed.to._replace(lookup=keys.lookup(email)) if keys.rotates else claimed.to
            return Addressee(seat, 0, email, False, to, before)
        address = self.addresses.get(seat.organisation_id)
        if address is None:
            return Addressee(seat, 0, "", False, None, before)
        to = To(address.sealed, address.seal_context, address.lookup)
        since = seat.id in self.begun and (before is None or before.lookup != to.lookup)
        refusal = ENTERED_SINCE if since else ""
        return Addressee(
            seat, 0, address.email, False, to, before, refusal, waits=address.waits or not agreed
        )


def letter_for(
    keys: Keyring, settings: Settings, *, claimed: Claimed, addressee: Addressee, now: datetime
) -> EmailMessage:
    """Write a claimed letter, with the code and the address as they are now.

    Raises:
        InvalidError: it cannot be sent: no address, one entered after the questionnaire was begun, or a
            real one in a demonstration.
        WrongKeyError: the code that the settings make does not open this seat.
    """
    values = values_of(
        keys,
        settings,
        seat=addressee.seat,
        minutes=addressee.minutes,
        synthetic=addressee.synthetic,
        with_code=claimed.template not in NOTICES and not (addressee.shut or addressee.answered),
        shut=addressee.shut,
        answered=addressee.answered,
    )
    return write_letter(
        claimed.template,
        to=_checked(addressee),
        sender=settings.mail_from,
        message_id=claimed.message_id,
        now=now,
        values=values | {"values": values},
    )


def values_of(
    keys: Keyring,
    settings: Settings,
    *,
    seat: Seat,
    minutes: int,
    synthetic: bool,
    with_code: bool = True,
    shut: bool = False,
    answered: bool = False,
) -> dict[str, object]:
    """What a letter to a seat says, by the names that templates know.

    Raises:
        WrongKeyError: the code that the settings make does not open this seat.
    """
    return {
        "product": settings.product,
        "agreement": seat.facts["agreement"],
        "organisation": seat.organisation,
        "round_title": seat.round_title,
        "closes_on": spoken(seat.closes_on),
        "start_url": f"{settings.base_url.rstrip('/')}/start",
        "code": _code(keys, seat) if with_code else "",
        "reference": seats.receipt(keys, seat),
        "takes_answers": seat.stage is Stage.OPEN and not seat.ended,
        "shut": shut,
        "answered": answered,
        "minutes": minutes,
        "why": WHY[seat.sector] if seat.route == PANEL else WHY_ADDED,
        "synthetic": synthetic,
    }


def _code(keys: Keyring, seat: Seat) -> str:
    """The code of a seat, once it is known to open it: a letter with another would be of no use."""
    code = keys.code_behind(seat.uuid, seat.generation, seat.code_hash)
    if code is None:
        raise WrongKeyError(
            "CODE_KEY makes another access code than the one in the database, which would open nothing. "
            "Set CODE_KEY as it was, and start the worker again."
        )
    return code


def _checked(addressee: Addressee) -> str:
    if not addressee.address:
        raise InvalidError("There is no e-mail address for this organisation. Write or telephone instead.")
    if addressee.refusal:
        raise InvalidError(addressee.refusal)
    if addressee.synthetic and not addressee.address.casefold().endswith(DEMONSTRATION_DOMAIN):
        raise InvalidError("A demonstration sends letters to .invalid addresses and to no other.")
    return addressee.address


def count_by_state(session: Session, *, round_id: int) -> dict[str, int]:
    """How many letters of a round are waiting, sent, failed and withdrawn."""
    rows = session.execute(
        select(Message.state, func.count())
        .where(Message.case_id.in_(select(Case.id).where(Case.round_id == round_id)))
        .group_by(Message.state)
    )
    return dict(rows.all())
