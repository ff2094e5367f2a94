"""Answers that no pass has seen yet, taken out of a copy of the database.

Between two passes nobody is told what came since the last one. What is lived through on a copy would tell it,
in how many letters are left to leave.
"""

from dataclasses import replace

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError
from survey_app.models.base import table
from survey_app.models.cases.casework import Case, Seat, SeatOutcome
from survey_app.models.responses import Response, ResponseChange, ResponseDraft, ResponseOpening
from survey_app.models.rounds import Round
from survey_app.services import material
from survey_app.services.responses.moments import open_moments, seal_moments

_RESPONSE = table(Response)


def take_out(session: Session, keys: Keyring) -> None:
    """Let a copy hold of every round what its cases say of answers, and nothing that came since."""
    for round_id, round_uuid in session.execute(select(Round.id, Round.uuid)).all():
        try:
            key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
        except DestroyedError:
            continue
        _take_out_of_round(session, keys, round_id, round_uuid, keys.moments_key(key))


def _take_out_of_round(
    session: Session, keys: Keyring, round_id: int, round_uuid: str, moments_key: bytes
) -> None:
    known = {
        keys.seat_pseudonym(round_uuid, uuid): outcome
        for uuid, outcome in session.execute(
            select(Seat.uuid, Seat.outcome)
            .join(Case, Case.id == Seat.case_id)
            .where(Case.round_id == round_id)
        )
    }
    rows = session.execute(
        select(Response.id, Response.seat_pseudonym, Response.sent, Response.moments).where(
            Response.round_id == round_id, Response.seat_pseudonym.is_not(None)
        )
    ).all()
    settled = {SeatOutcome.STARTED, SeatOutcome.COMPLETE}
    for row in rows:
        if known.get(row.seat_pseudonym) not in settled:
            _delete_response(session, row.id)
        elif row.sent and known[row.seat_pseudonym] is SeatOutcome.STARTED:
            _take_back(session, row.id, row.moments, moments_key)
    kept = [name for name, outcome in known.items() if outcome in settled]
    for each in (table(ResponseDraft), table(ResponseOpening)):
        session.execute(delete(each).where(each.c.round_id == round_id, each.c.seat_pseudonym.not_in(kept)))


def _delete_response(session: Session, response_id: str) -> None:
    session.execute(delete(ResponseChange).where(ResponseChange.response_id == response_id))
    session.execute(delete(_RESPONSE).where(_RESPONSE.c.id == response_id))


def _take_back(session: Session, response_id: str, sealed: bytes, moments_key: bytes) -> None:
    """Let answers be begun that were sent since."""
    moments = replace(open_moments(moments_key, sealed, response_id), sent=None)
    session.execute(
        update(_RESPONSE)
        .where(_RESPONSE.c.id == response_id)
        .values(sent=False, moments=seal_moments(moments_key, moments, response_id))
    )
