"""The access codes of a case's seats: nobody who works here is shown one, but in a demonstration."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import NotAllowedError, NotFoundError
from survey_app.models.cases.casework import Case, Seat
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.seats import SeatKey, holder_of, lead_of
from survey_app.services.installation import is_synthetic
from survey_app.services.people import access


def code_of(
    session: Session, keys: Keyring, *, case_id: int, context: AuditContext, seat_id: int | None = None
) -> str:
    """The access code of a seat in a demonstration, the lead's unless another is named. Audited.

    Raises:
        NotAllowedError: this is no demonstration: a code goes to the contact and to nobody else.
        NotFoundError: no such case in the programme, or no such seat of it.
    """
    if not is_synthetic(session):
        raise NotAllowedError("Only a demonstration shows access codes. Send a new one to the contact.")
    seat = seat_of_case(session, case_id=case_id, seat_id=seat_id, programme_id=context.programme_id)
    code = access.code_of(session, keys, holder=holder_of(seat))
    record(session, context, "access code shown", "case", case_id)
    return code


def seat_of_case(session: Session, *, case_id: int, seat_id: int | None, programme_id: int | None) -> SeatKey:
    """A seat of a case, the lead's unless another is named.

    Raises:
        NotFoundError: no such case in the programme, or no such seat of it.
    """
    programme = session.scalar(
        select(Round.programme_id).join(Case, Case.round_id == Round.id).where(Case.id == case_id)
    )
    if programme is None or programme != programme_id:
        raise NotFoundError("case", case_id)
    if seat_id is None:
        return lead_of(session, case_id)
    seat = session.get(Seat, seat_id)
    if seat is None or seat.case_id != case_id:
        raise NotFoundError("seat of this case", seat_id)
    return SeatKey(seat.id, seat.uuid, seat.case_id)
