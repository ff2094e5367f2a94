"""Answers that a call sent which the organisation knows nothing of go back to it, for a new code to open.

Two people agreed; it is done by the night's pass, which writes all answers of a round anew, so that no row of
a case is written beside one response. What stood before the call is in the sealed history; what the call put
in stands with the answers until their respondent corrects it.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.models.cases.back_checks import BackCheck
from survey_app.models.cases.casework import Case, Outcome, Seat, SeatOutcome
from survey_app.models.responses import Response
from survey_app.models.rounds import Round
from survey_app.services import material
from survey_app.services.burden import ledger
from survey_app.services.cases.contacts import note_contact
from survey_app.services.responses.moments import open_moments, seal_moments

ACTOR = "worker"


def send_back(session: Session, keys: Keyring, *, round_id: int, now: datetime) -> int:
    """Let answers of a round be begun and not sent for which that was agreed; how many. Safe to repeat."""
    agreed = session.execute(
        select(BackCheck, Case, Seat)
        .join(Case, Case.id == BackCheck.case_id)
        .join(Seat, (Seat.case_id == Case.id) & (Seat.kind == SeatKind.LEAD))
        .where(
            Case.round_id == round_id,
            BackCheck.sends_back_on.is_not(None),
            BackCheck.sent_back_on.is_(None),
        )
    ).all()
    if not agreed:
        return 0
    uuid = session.scalars(select(Round.uuid).where(Round.id == round_id)).one()
    key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    for row, case, seat in agreed:
        _unsend(session, keys.moments_key(key), keys.seat_pseudonym(uuid, seat.uuid))
        ledger.take_back_answered(session, case_id=case.id)
        seat.outcome, seat.mode = SeatOutcome.STARTED, None
        case.outcome, case.outcome_on = Outcome.STARTED, london_date(now)
        row.sent_back_on = london_date(now)
        note_contact(session, case_id=case.id, kind="answers given back", actor=ACTOR, now=now)
    session.flush()
    return len(agreed)


def _unsend(session: Session, moments_key: bytes, pseudonym: str) -> None:
    response = session.scalars(
        select(Response).where(Response.seat_pseudonym == pseudonym, Response.sent)
    ).one_or_none()
    if response is None:
        return
    moments = replace(open_moments(moments_key, response.moments, response.id), sent=None)
    session.execute(
        update(Response)
        .where(Response.id == response.id)
        .values(sent=False, moments=seal_moments(moments_key, moments, response.id))
    )
