"""Answers: a code lets in, and leads to what is answered so far.

A `Seat` is who answers, seen from the side of fieldwork; a `Sheet` is what is answered,
held under a pseudonym. Only here do the two meet, and neither row points at the other.
Saving and sending are in `saving`.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from instruments.answering import answers as stored_answers
from instruments.answering.answers import Answer
from instruments.conduct import SeatKind
from instruments.schema import Questionnaire
from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import EventKind
from survey_app.clock import in_words, london_date
from survey_app.crypto import Keyring, is_slip, unseal
from survey_app.errors import CompactError, NotFoundError, StageError
from survey_app.models.agreements import Agreement
from survey_app.models.cases.access import Access
from survey_app.models.cases.casework import PANEL, AddedCase, Case, CaseAgreement, Outcome
from survey_app.models.cases.casework import Seat as SeatRow
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.keys import MaterialKey
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel
from survey_app.models.responses import Response, ResponseDraft
from survey_app.models.rounds import Round, RoundInstrument, day_of
from survey_app.services import material
from survey_app.services.cases.seats import lead_of
from survey_app.services.cases.units import ADDED, BAND, NAME, ON_FRAME, REGION, facts_of
from survey_app.services.people import access
from survey_app.services.responses import pinned
from survey_app.services.responses.moments import Moments, open_moments
from survey_app.services.responses.open_sections import Place, answers_at


class UnknownCodeError(CompactError):
    """No seat has this code."""

    title = "We do not know this code"


class SlipError(UnknownCodeError):
    """What was typed cannot be a code: it was misread or mistyped, not guessed."""

    title = "There is a slip in this code"


class NotInTimeError(StageError):
    """The round does not take answers: not yet, or no longer."""

    title = "This questionnaire is not open"

    def __init__(self, message: str, *, closed: bool) -> None:
        super().__init__(message)
        self.closed = closed


@dataclass(frozen=True)
class Seat:
    """Who answers: a seat of a case in its round, with the facts that routing and wording need.

    `outcome` is the case's. The seat keeps its answers under `seat_pseudonym`. `closes_on` is its own last
    day; `ended` says that this is over although others of the round have more time.
    """

    id: int
    uuid: str
    kind: SeatKind
    case_id: int
    round_id: int
    round_title: str
    stage: Stage
    opens_on: date
    closes_on: date
    generation: int
    code_hash: str = field(repr=False)
    outcome: Outcome
    organisation_id: int
    organisation: str
    sector: Sector
    seat_pseudonym: str
    version_id: int
    sha256: str
    facts: Mapping[str, str]
    route: str = PANEL
    ended: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the case says that the answers were sent, as the last pass left it."""
        return self.outcome is Outcome.COMPLETE


@dataclass(frozen=True)
class Sheet:
    """What is answered so far; revision 0, no moments and no `saved_at` before the first save.

    `call` is the word of the telephone call that the sheet belongs to, and empty where it is the seat's own.
    """

    response_id: str | None
    revision: int
    answers: Mapping[str, Answer]
    submitted_on: date | None
    key: bytes = field(repr=False)
    moments_key: bytes = field(repr=False)
    moments: Moments | None = None
    saved_at: datetime | None = None
    call: str = field(default="", repr=False)


def seat_for_code(session: Session, keys: Keyring, *, code: str) -> Seat:
    """Whose code this is.

    Raises:
        SlipError: nobody's, and no code at all.
        UnknownCodeError: nobody's, or one that a newer code has replaced.
    """
    opened_seat = access.opened_by(session, keys, code=code)
    if opened_seat is None and is_slip(code):
        raise SlipError(
            "A letter or number is wrong or missing, or two have changed places. Compare it with your letter "
            "or email. It has 12 letters and numbers, like KX4M-20VB-9QZT."
        )
    if opened_seat is None or opened_seat.seat_id is None:
        raise UnknownCodeError(
            "Check it against your letter or email. It has 12 letters and numbers, like KX4M-20VB-9QZT."
        )
    return seat_of(session, keys, seat_id=opened_seat.seat_id)


def seat_of(session: Session, keys: Keyring, *, seat_id: int) -> Seat:
    """One seat.

    Raises:
        NotFoundError: no such seat.
    """
    row = session.execute(_SEAT, {"seat_id": seat_id}).one_or_none()
    if row is None:
        raise NotFoundError("seat", seat_id)
    return _seat(keys, row)


def lead_seat_of(session: Session, keys: Keyring, *, case_id: int) -> Seat:
    """The seat of a case's lead.

    Raises:
        NotFoundError: no such case.
    """
    return seat_of(session, keys, seat_id=lead_of(session, case_id).id)


def seats_of(session: Session, keys: Keyring, *, seat_ids: Sequence[int]) -> dict[int, Seat]:
    """Several seats by id, in one query."""
    rows = session.execute(_SEATS, {"seat_ids": list(seat_ids)})
    return {row.seat_id: _seat(keys, row) for row in rows}


def _seat(keys: Keyring, row: Any) -> Seat:
    return Seat(
        id=row.seat_id,
        uuid=row.seat_uuid,
        kind=row.kind,
        case_id=row.case_id,
        round_id=row.round_id,
        round_title=row.title,
        stage=row.stage,
        opens_on=row.opens_on,
        closes_on=_last_day(row),
        generation=row.generation,
        code_hash=row.code_hash,
        outcome=row.outcome,
        organisation_id=row.organisation_id,
        organisation=row.name,
        sector=row.sector,
        seat_pseudonym=keys.seat_pseudonym(row.round_uuid, row.seat_uuid),
        version_id=row.instrument_version_id,
        sha256=row.sha256,
        facts=facts_of(row.agreement or "agreement", row.name, row.sector, row.region, row.band),
        route=row.route,
        ended=row.ended_on is not None and _last_day(row) <= row.ended_on,
    )


def _last_day(row: Any) -> date:
    closes_on: date = row.closes_on
    return max(closes_on, row.answers_until or closes_on)


# The first agreement that the case is asked about.
_AGREEMENT = (
    select(Agreement.name)
    .join(CaseAgreement, CaseAgreement.agreement_id == Agreement.id)
    .where(CaseAgreement.case_id == Case.id)
    .order_by(CaseAgreement.position, CaseAgreement.agreement_id)
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)
# Built once, and of columns alone: it runs at every page of every respondent, and for every letter.
_DESCRIBED = (
    select(
        SeatRow.id.label("seat_id"),
        SeatRow.uuid.label("seat_uuid"),
        SeatRow.kind,
        Access.generation,
        Access.code_hash,
        Case.id.label("case_id"),
        Case.outcome,
        Case.route,
        Case.answers_until,
        Round.id.label("round_id"),
        Round.uuid.label("round_uuid"),
        Round.title,
        Round.stage,
        Round.ended_on,
        day_of(EventKind.OPEN).label("opens_on"),
        day_of(EventKind.CLOSE).label("closes_on"),
        Organisation.id.label("organisation_id"),
        Organisation.sector,
        NAME.label("name"),
        REGION.label("region"),
        BAND.label("band"),
        RoundInstrument.instrument_version_id,
        RoundInstrument.sha256,
        _AGREEMENT.label("agreement"),
    )
    .join(Access, Access.seat_id == SeatRow.id)
    .join(Case, Case.id == SeatRow.case_id)
    .join(Round, Round.id == Case.round_id)
    .join(Organisation, Organisation.id == Case.organisation_id)
    .outerjoin(Panel, Panel.id == Round.panel_id)
    .outerjoin(FrameEntry, ON_FRAME)
    .outerjoin(AddedCase, ADDED)
    .join(
        RoundInstrument,
        (RoundInstrument.round_id == Round.id)
        & (RoundInstrument.audience == Organisation.sector)
        & (RoundInstrument.seat_kind == SeatRow.kind),
    )
)
# A list of ids is written into the statement anew each time; one id is not.
_SEAT = _DESCRIBED.where(SeatRow.id == bindparam("seat_id"))
_SEATS = _DESCRIBED.where(SeatRow.id.in_(bindparam("seat_ids", expanding=True)))


def questionnaire_for(session: Session, seat: Seat) -> Questionnaire:
    """The questionnaire that the seat's round pinned, worded with the agreements of its case."""
    document = pinned.document_of(session, version_id=seat.version_id, sha256=seat.sha256)
    labels: tuple[str, ...] = ()
    if pinned.is_over_agreements(document):
        labels = pinned.labels_of(pinned.agreements_of_case(session, seat.case_id))
    return pinned.about(document, labels)


def check_open(seat: Seat) -> None:
    """Let pass while the round takes answers.

    Raises:
        NotInTimeError: not yet, or no longer.
    """
    if seat.stage is Stage.OPEN and not seat.ended:
        return
    if seat.stage.is_before_opening:
        day = in_words(seat.opens_on)
        raise NotInTimeError(
            f"“{seat.round_title}” opens for replies on {day}.\n"
            "Come back on or after that day. Your code will be the same.",
            closed=False,
        )
    if seat.stage is Stage.WITHDRAWN:
        raise NotInTimeError(
            f"“{seat.round_title}” was called off.\nYou need do nothing. Nobody will remind you.", closed=True
        )
    raise NotInTimeError(
        f"“{seat.round_title}” closed for replies on {in_words(seat.closes_on)}.\n"
        "You need do nothing more. What was saved is kept, and stays confidential.",
        closed=True,
    )


def sheet_of(session: Session, keys: Keyring, *, seat: Seat) -> Sheet:
    """What a seat has answered so far.

    Raises:
        DestroyedError: the round's material was destroyed.
    """
    row = _sheet_row(session, seat)
    key = material.opened_key(keys, row.wrapped if row else None, row.context if row else None)
    return _with_open(session, seat, _sheet(row, key, keys.moments_key(key)))


def own_sheet(session: Session, seat: Seat, sheet: Sheet) -> Sheet:
    """The seat's own sheet as it is now, read with the keys of that of a call."""
    return _with_open(session, seat, _sheet(_sheet_row(session, seat), sheet.key, sheet.moments_key))


def place_of(seat: Seat, sheet: Sheet) -> Place:
    """Where the answers of this seat to open sections lie."""
    return Place(seat.seat_pseudonym, seat.round_id, sheet.key, sheet.moments_key, seat.id)


def _with_open(session: Session, seat: Seat, sheet: Sheet) -> Sheet:
    """The sheet with what was answered in open sections, which lies elsewhere."""
    if not questionnaire_for(session, seat).open_items:
        return sheet
    return replace(sheet, answers={**sheet.answers, **answers_at(session, place_of(seat, sheet))})


def _sheet_row(session: Session, seat: Seat) -> Any:
    return session.execute(_SHEET, {"round_id": seat.round_id, "seat": seat.seat_pseudonym}).one_or_none()


def _sheet(row: Any, key: bytes, moments_key: bytes) -> Sheet:
    if row is None or row.id is None:
        return Sheet(None, 0, {}, None, key, moments_key)
    answers = _opened(key, row.id, row.document)
    moments = open_moments(moments_key, row.moments, row.id)
    sent_on = london_date(moments.sent.at) if moments.sent else None
    return Sheet(row.id, row.revision, answers, sent_on, key, moments_key, moments, moments.saved.at)


def begun_of(session: Session, seats: Collection[Seat]) -> dict[int, bool]:
    """The seats, by id, whose questionnaire was begun; True where the answers were sent."""
    named = {seat.seat_pseudonym: seat.id for seat in seats}
    rows = session.execute(
        select(Response.seat_pseudonym, Response.sent).where(Response.seat_pseudonym.in_(named))
    )
    begun = {named[pseudonym]: sent for pseudonym, sent in rows if pseudonym is not None}
    kept = session.scalars(
        select(ResponseDraft.seat_pseudonym).where(ResponseDraft.seat_pseudonym.in_(named))
    )
    return dict.fromkeys((named[pseudonym] for pseudonym in kept), False) | begun


# Built once, and of columns alone: it runs at every page of every respondent.
_SHEET = (
    select(
        MaterialKey.wrapped,
        MaterialKey.context,
        Response.id,
        Response.revision,
        Response.document,
        Response.moments,
    )
    .outerjoin(
        Response,
        (Response.round_id == MaterialKey.subject_id) & (Response.seat_pseudonym == bindparam("seat")),
    )
    .where(MaterialKey.subject_kind == material.ROUND, MaterialKey.subject_id == bindparam("round_id"))
)


def opened(response: Response, key: bytes) -> dict[str, Answer]:
    """The answers in a stored response, by item."""
    return _opened(key, response.id, response.document)


def _opened(key: bytes, response_id: str, document: bytes) -> dict[str, Answer]:
    return stored_answers.from_stored(json.loads(unseal(key, document, f"response {response_id}")))


def digest(answer: Answer | None) -> str:
    """What a page says it was showing, so that a stale page is noticed."""
    shown = stored_answers.to_stored({"answer": answer} if answer else {})
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def receipt(keys: Keyring, seat: Seat) -> str:
    """A reference that a respondent may quote; it leads to the case and not to the answers."""
    return keys.code_hash(f"receipt {seat.uuid}")[:8].upper()
