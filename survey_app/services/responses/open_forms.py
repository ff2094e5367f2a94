"""Open sections become open forms of their cases, with what they propose for the register.

Only a pass does so (`settling`), for all that were sent since the last one together and in random order: an
open form says by its existence that its case answered, and so does the case with the same pass.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from instruments.answering.answers import Answer, shown
from instruments.answering.routing import MODE
from instruments.schema import Question, Questionnaire, State
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import Case
from survey_app.models.cases.casework import Seat as SeatRow
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.responses import Response, ResponseDraft, ResponseKind
from survey_app.models.rounds import RoundInstrument
from survey_app.services.agreements import proposals
from survey_app.services.agreements.proposals import Said
from survey_app.services.audit import AuditContext
from survey_app.services.questionnaires.texts import parsed
from survey_app.services.responses import open_sections, pinned, seats
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.moments import Moments, Step, open_moments, seal_moments
from survey_app.services.responses.open_sections import Place

log = logging.getLogger(__name__)
_ORDER = secrets.SystemRandom()


@dataclass(frozen=True)
class _Sent:
    """Open answers that were sent: whose they are, and which day that was."""

    place: Place
    seat: Any
    day: date
    mode: str


def arrive(
    session: Session, keys: Keyring, *, round_id: int, round_uuid: str, key: bytes, context: AuditContext
) -> int:
    """Make open forms of all open sections that were sent; how many. Safe to repeat."""
    if not _asks_openly(session, round_id):
        return 0
    sent = list(_sent(session, keys, round_id, round_uuid, key))
    _ORDER.shuffle(sent)
    return sum(_arrives(session, keys, one, context) for one in sent)


def _arrives(session: Session, keys: Keyring, one: _Sent, context: AuditContext) -> bool:
    """Make one form; whatever it raises is noted without a word of it, undone, and tried by the next pass."""
    try:
        with session.begin_nested():
            _arrive(session, keys, one, context)
            session.flush()
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        kind = type(fault).__name__
        log.error(
            "an open form of round %s did not arrive, for a %s: the next pass tries again",
            one.place.round_id,
            kind,
        )
        return False
    return True


def _asks_openly(session: Session, round_id: int) -> bool:
    documents = session.scalars(
        select(InstrumentVersion.document)
        .join(RoundInstrument, RoundInstrument.instrument_version_id == InstrumentVersion.id)
        .where(RoundInstrument.round_id == round_id)
    )
    return any(parsed(document).open_items for document in documents)


def _sent(session: Session, keys: Keyring, round_id: int, round_uuid: str, key: bytes) -> Iterator[_Sent]:
    kept = set(session.scalars(select(ResponseDraft.id).where(ResponseDraft.round_id == round_id)))
    answered = {
        row.seat_pseudonym: row
        for row in session.execute(
            select(Response.id, Response.seat_pseudonym, Response.moments).where(
                Response.round_id == round_id, Response.sent, Response.seat_pseudonym.is_not(None)
            )
        )
    }
    seated = (
        select(SeatRow.id, SeatRow.uuid, SeatRow.case_id)
        .join(Case, Case.id == SeatRow.case_id)
        .where(Case.round_id == round_id)
    )
    for seat in session.execute(seated):
        pseudonym = keys.seat_pseudonym(round_uuid, seat.uuid)
        place = Place(pseudonym, round_id, key, keys.moments_key(key), seat.id)
        if pseudonym in answered and place.identity in kept:
            step = _sending(keys.moments_key(key), answered[pseudonym])
            if step is not None:
                yield _Sent(place, seat, london_date(step.at), step.mode)


def _sending(moments_key: bytes, row: Any) -> Step | None:
    """When answers were sent; none, and noted, where a row is damaged: all others still arrive."""
    try:
        return open_moments(moments_key, row.moments, row.id).sent
    except (DestroyedError, ValueError, KeyError):
        log.error("the moments of answers %s cannot be read: their open section stays as it is", row.id)
        return None


def _arrive(session: Session, keys: Keyring, one: _Sent, context: AuditContext) -> None:
    seat = seats.seat_of(session, keys, seat_id=one.seat.id)
    questionnaire = seats.questionnaire_for(session, seat)
    try:
        kept = open_sections.answers_at(session, one.place)
    except (DestroyedError, ValueError):
        log.error("an open section of round %s cannot be read: it stays as it is", seat.round_id)
        return
    journey = Journey(questionnaire, kept, {**seat.facts, MODE: one.mode})
    # What is off the route by now was never said.
    answers = journey.counted
    open_sections.drop(session, one.place)
    _take_back(session, one, context)
    if not answers:
        return
    _store(session, keys, one, seat, answers)
    for said in _said(session, one, seat, journey, answers):
        proposals.propose(session, said)


def _take_back(session: Session, one: _Sent, context: AuditContext) -> None:
    """Where answers were given back and sent anew, what is said now stands in place of the form of before."""
    before = delete(Response).where(Response.seat_id == one.seat.id, Response.kind == ResponseKind.OPEN)
    if session.execute(before.returning(Response.id)).first() is not None:
        proposals.set_aside(session, case_id=one.seat.case_id, seat_id=one.seat.id, context=context)


def _store(
    session: Session, keys: Keyring, one: _Sent, seat: seats.Seat, answers: Mapping[str, Answer]
) -> None:
    # A day and no time: the time stands under the seal of the confidential answers alone.
    identity, step = fresh_uuid(), Step(at(one.day, 0), one.mode, "respondent")
    session.execute(
        insert(table(Response)).values(
            id=identity,
            round_id=seat.round_id,
            kind=ResponseKind.OPEN,
            seat_pseudonym=None,
            case_id=seat.case_id,
            seat_id=seat.id,
            seat_label=seat.kind,
            instrument_version_id=seat.version_id,
            revision=1 + secrets.randbelow(2**31 - 1),
            sent=True,
            moments=seal_moments(keys.moments_key(one.place.key), Moments(step, step, step), identity),
            document=open_sections.sealed_form(one.place.key, answers, f"response {identity}"),
        )
    )


def _said(
    session: Session, one: _Sent, seat: seats.Seat, journey: Journey, answers: Mapping[str, Answer]
) -> Iterator[Said]:
    """What the form proposes, each with all that it says of the same agreement."""
    agreements = pinned.agreements_of_case(session, seat.case_id)
    values = dict(zip(pinned.values_of(len(agreements)), agreements, strict=True))
    asked = [question for question in journey.asked if question.item in answers]
    about = {question.item: _about(question, journey.questionnaire, values) for question in asked}
    for question in asked:
        answer = answers[question.item]
        if question.proposes is None or answer.state is not State.ANSWERED or about[question.item] is None:
            continue
        named = about[question.item]
        beside = [other for other in asked if about[other.item] == named]
        for value in answer.value if isinstance(answer.value, tuple) else (answer.value,):
            yield Said(
                agreement_id=named or 0,
                case_id=seat.case_id,
                seat_id=seat.id,
                proposes=question.proposes,
                value=str(value),
                words=question.label(str(value)) if question.options else shown(question, answer),
                answers=[
                    (journey.worded(other).text, shown(journey.worded(other), answers[other.item]))
                    for other in beside
                ],
                said_by=seat.organisation,
                source=f"{seat.organisation}, in the open section of “{seat.round_title}”",
                received_on=one.day,
            )


def _about(
    question: Question, questionnaire: Questionnaire, values: Mapping[str, tuple[int, str, str]]
) -> int | None:
    """The agreement that a question is about: that of its instance, else the first of its case."""
    repeated = question.repeat_of or questionnaire.section_of(question).repeat_of
    name = question.item.rpartition(".")[2] if repeated else ""
    chosen = values.get(name) or next(iter(values.values()), None)
    return chosen[0] if chosen else None
