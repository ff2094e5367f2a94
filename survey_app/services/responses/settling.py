"""Cases come to what their answers say: in passes over a round, and never when an answer is given.

Whatever a case, its seats, its history, its letters and the ledger say of answers is written here alone, for
all answers since the last pass together and in random order. So no row that names a case was ever written
beside an answer. A pass reads what is there and writes what is missing: one that was cut off, or is made
again, loses nothing and doubles nothing.
"""

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError
from survey_app.models.base import table
from survey_app.models.cases.casework import Case, Outcome, Seat, SeatOutcome
from survey_app.models.people.accounts import Person
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.responses import Response
from survey_app.models.rounds import Round
from survey_app.services import material
from survey_app.services.audit import AuditContext
from survey_app.services.burden import ledger
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.launch import NIGHT, UNANSWERED
from survey_app.services.cases.letters import withdraw_of_seat
from survey_app.services.cases.seats import OUTCOMES, WORDS
from survey_app.services.responses import open_forms, shuffling
from survey_app.services.responses.moments import BY_TELEPHONE, Moments, Step, open_moments

log = logging.getLogger(__name__)
ACTOR = "worker"
_ORDER = secrets.SystemRandom()


@dataclass(frozen=True)
class _Change:
    """What one seat has come to; `step` is the start or the sending that took it there.

    `caller_id` is whoever of the staff sent it in a call, where that is known.
    """

    seat_id: int
    kind: SeatKind
    case_id: int
    outcome: SeatOutcome
    step: Step
    minutes: int
    caller_id: int | None = None


def waiting(session: Session, keys: Keyring, *, round_id: int) -> int:
    """How many seats of a round have answered more than their case says."""
    return len({change.seat_id for change in _changes(session, keys, round_id)})


def settle(session: Session, keys: Keyring, *, round_id: int, now: datetime) -> int:
    """Let the cases of a round say what their answers do; how many seats that changed.

    Once answers are sent, that stands whatever was recorded; that they were begun changes nothing that staff
    recorded on that day or since.
    """
    # Two passes at once would enter the same minutes twice.
    shuffling.hold(session)
    changes = list(_changes(session, keys, round_id))
    _ORDER.shuffle(changes)
    # A start comes before its sending, and among the others anywhere.
    for change in sorted(changes, key=lambda one: one.outcome is SeatOutcome.COMPLETE):
        _write(session, change)
    _take_open_forms(session, keys, round_id, now)
    return len({change.seat_id for change in changes})


def _take_open_forms(session: Session, keys: Keyring, round_id: int, now: datetime) -> None:
    asks = session.get_one(Round, round_id)
    try:
        key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    except DestroyedError:
        return
    context = AuditContext(ACTOR, now, asks.programme_id)
    open_forms.arrive(session, keys, round_id=round_id, round_uuid=asks.uuid, key=key, context=context)


def next_night(now: datetime) -> datetime:
    """The next time at which a round's answers are settled and written anew."""
    tonight = at(london_date(now), NIGHT)
    return tonight if tonight > now else at(london_date(now) + timedelta(days=1), NIGHT)


_UNSETTLED = (
    select(
        Seat.id,
        Seat.uuid,
        Seat.kind,
        Seat.outcome,
        Seat.case_id,
        Case.outcome.label("case_outcome"),
        Case.outcome_on,
    )
    .join(Case, Case.id == Seat.case_id)
    .where(Case.round_id == bindparam("round_id"), Seat.outcome != SeatOutcome.COMPLETE)
)
_ANSWERED = (
    select(Response.id, Response.seat_pseudonym, Response.sent, Response.moments, InstrumentVersion.minutes)
    .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
    .where(Response.round_id == bindparam("round_id"), Response.seat_pseudonym.is_not(None))
)


def _changes(session: Session, keys: Keyring, round_id: int) -> Iterator[_Change]:
    """What the seats of a round have come to since the last pass; nothing where answers were destroyed."""
    round_uuid = session.scalars(select(Round.uuid).where(Round.id == round_id)).one()
    try:
        key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    except DestroyedError:
        return
    moments_key = keys.moments_key(key)
    seated = {
        keys.seat_pseudonym(round_uuid, row.uuid): row
        for row in session.execute(_UNSETTLED, {"round_id": round_id})
    }
    for answers in session.execute(_ANSWERED, {"round_id": round_id}):
        seat = seated.get(answers.seat_pseudonym)
        if seat is not None and (answers.sent or seat.outcome is not SeatOutcome.STARTED):
            moments = _readable(moments_key, answers)
            if moments is not None:
                yield from _steps(seat, moments, answers.minutes)


def _readable(moments_key: bytes, answers: Any) -> Moments | None:
    """When answers came; none, and noted, where a row is damaged: the cases of all others still follow."""
    try:
        return open_moments(moments_key, answers.moments, answers.id)
    except (DestroyedError, ValueError, KeyError):
        log.error("the moments of answers %s cannot be read: their case stays as it is", answers.id)
        return None


def _steps(seat: Any, moments: Moments, minutes: int) -> Iterator[_Change]:
    """The start of a seat where its case does not know of it yet, and its sending."""
    reached = seat.id, seat.kind, seat.case_id
    if seat.outcome is not SeatOutcome.STARTED and (moments.sent or _counts(seat, moments.started)):
        yield _Change(*reached, SeatOutcome.STARTED, moments.started, minutes)
    if moments.sent:
        by_call = moments.sent.mode == BY_TELEPHONE and moments.taken is not None
        caller_id = moments.taken.caller_id if by_call and moments.taken else None
        yield _Change(*reached, SeatOutcome.COMPLETE, moments.sent, minutes, caller_id)


def _counts(seat: Any, started: Step) -> bool:
    """Whether a start says more than what staff recorded about the case."""
    recorded: date | None = seat.outcome_on
    if seat.kind is not SeatKind.LEAD:
        return seat.outcome is SeatOutcome.NOT_STARTED
    return seat.case_outcome in UNANSWERED or recorded is None or london_date(started.at) > recorded


def _write(session: Session, change: _Change) -> None:
    """The case stands as its lead does; another seat leaves it as it is."""
    outcome, day = change.outcome, london_date(change.step.at)
    session.execute(_SEAT_OUTCOME, {"seat": change.seat_id, "outcome": outcome, "mode": change.step.mode})
    if change.kind is SeatKind.LEAD:
        session.execute(
            _CASE_OUTCOME, {"case": change.case_id, "outcome": Outcome(outcome.value), "day": day}
        )
        kind = outcome.value
    else:
        kind = f"{WORDS[change.kind].lower()}: {OUTCOMES[outcome].lower()}"
    caller = session.get(Person, change.caller_id) if change.caller_id else None
    actor = caller.email if caller else change.step.by
    note_contact(session, case_id=change.case_id, kind=kind, actor=actor, now=change.step.at)
    if outcome is SeatOutcome.COMPLETE:
        ledger.note_answered(session, case_id=change.case_id, minutes=change.minutes, day=day)
        withdraw_of_seat(session, change.seat_id)


_SEAT, _CASE = table(Seat), table(Case)
_SEAT_OUTCOME = (
    update(_SEAT)
    .where(_SEAT.c.id == bindparam("seat"))
    .values(outcome=bindparam("outcome"), mode=bindparam("mode"))
)
_CASE_OUTCOME = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("case"))
    .values(outcome=bindparam("outcome"), outcome_on=bindparam("day"))
)
