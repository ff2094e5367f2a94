"""The access codes of a case's seats, read out or made anew; each of both is audited."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError
from survey_app.models.cases import Case, Seat
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.seats import SeatKey, holder_of, lead_of
from survey_app.services.people import access


def code_of(
    session: Session, keys: Keyring, *, case_id: int, context: AuditContext, seat_id: int | None = None
) -> str:
    """The access code of a seat as it stands, the lead's unless another is named, to be read out. Audited.

    Raises:
        NotFoundError: no such case in the programme, or no such seat of it.
    """
    seat = _seat(session, case_id, seat_id, context)
    code = access.code_of(session, keys, holder=holder_of(seat))
    record(session, context, "access code shown", "case", case_id)
    return code


def reissue_code(
    session: Session, keys: Keyring, *, case_id: int, context: AuditContext, seat_id: int | None = None
) -> str:
    """Give a seat, the lead's unless another is named, a new code to pass on; the old one stops working.

    Raises:
        NotFoundError: no such case in the programme, or no such seat of it.
    """
    seat = _seat(session, case_id, seat_id, context)
    code, generation = access.renew(session, keys, holder=holder_of(seat))
    note_contact(session, case_id=case_id, kind="new access code", actor=context.actor, now=context.now)
    record(session, context, "access code reissued", "case", case_id, generation=generation)
    return code


def _seat(session: Session, case_id: int, seat_id: int | None, context: AuditContext) -> SeatKey:
    programme = session.scalar(
        select(Round.programme_id).join(Case, Case.round_id == Round.id).where(Case.id == case_id)
    )
    if programme is None or programme != context.programme_id:
        raise NotFoundError("case", case_id)
    if seat_id is None:
        return lead_of(session, case_id)
    seat = session.get(Seat, seat_id)
    if seat is None or seat.case_id != case_id:
        raise NotFoundError("seat of this case", seat_id)
    return SeatKey(seat.id, seat.uuid, seat.case_id)
