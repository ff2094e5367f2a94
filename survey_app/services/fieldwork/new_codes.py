"""New access codes: sent to the contact, shown to nobody here; while a round is open, two people decide.

A code opens what was answered so far. So none is made any more when the answers were sent, and while some can
be saved a second person has to agree, whether any are: what came since the last pass is told to nobody. What
they agree to is one address, the one that letters go to at the time of asking. The respondent is told when
they next come in, and so is whoever letters went to before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from scheduler.timetable import spoken
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.cases.casework import Notice, SeatOutcome
from survey_app.models.cases.casework import Seat as SeatRow
from survey_app.models.people.approvals import Approval, Decision
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases import notices
from survey_app.services.cases.codes import seat_of_case
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.letters import To, schedule_letters, withdraw_template
from survey_app.services.cases.seats import SeatKey, holder_of
from survey_app.services.fieldwork import back_checks
from survey_app.services.fieldwork.addresses import earlier_addresses
from survey_app.services.organisations.contacts import Address, addresses_of
from survey_app.services.people import access, approvals
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.permissions import Permission
from survey_app.services.responses import seats
from survey_app.services.responses.seats import Seat
from survey_app.services.responses.settling import next_night

# When the code leaves for answers that go back to their respondent in the night before.
MORNING = 9
ACT, SUBJECT, TEMPLATE = "new_code", "seat", "new_code"


@dataclass(frozen=True)
class Waiting:
    """A new code that somebody asked for and a second person has yet to agree to.

    `another` says that letters of this questionnaire went to another address before.
    """

    id: int
    asked_by: str
    asked_at: datetime
    another: bool
    by_me: bool


def send_code(
    session: Session,
    keys: Keyring,
    *,
    case_id: int,
    person_id: int,
    context: AuditContext,
    seat_id: int | None = None,
) -> bool:
    """Send a seat, the lead's unless another is named, a new code; the old one stops working. Audited.

    Returns:
        Whether it is on its way; if not, the round is open and a second person was asked.

    Raises:
        ConflictError: the answers were sent, or a second person was asked already.
        StageError: the round takes no answers any more, or none yet.
        InvalidError: there is no address that it could go to.
        NotFoundError: no such case in the programme, or no such seat of it.
    """
    key = seat_of_case(session, case_id=case_id, seat_id=seat_id, programme_id=context.programme_id)
    seat, address = _checked(session, keys, key)
    if seat.stage is not Stage.OPEN:
        generation = _renew(session, keys, key, context)
        _write(session, key, f"{TEMPLATE}_{generation}", due=context.now, to=None)
        return True
    earlier = earlier_addresses(session, keys, [seat.id]).get(seat.id, [])
    detail = {
        "case": case_id,
        "address": address.lookup,
        "another": not earlier or earlier[0].lookup != address.lookup,
    }
    approvals.ask(session, request=_request(key, detail), person_id=person_id, context=context)
    return False


def renew_moved(session: Session, keys: Keyring, *, moving: Sequence[SeatKey], context: AuditContext) -> None:
    """Make new codes for seats whose letters go to another address now: whoever had the old one has none."""
    for key in moving:
        _renew(session, keys, key, context)


def agree(
    session: Session, keys: Keyring, *, case_id: int, approval_id: int, person_id: int, context: AuditContext
) -> None:
    """Agree to a new code that somebody else asked for; it goes to the address that they asked it for.

    Raises:
        NotAllowedError: the person asked for it, or may not decide this.
        ConflictError: it is decided already, the case says sent, or the address was changed since.
        StageError, InvalidError, NotFoundError: as `send_code`.
    """
    view = approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    key = _seat_of(session, view, case_id, context)
    seat, address = _checked(session, keys, key)
    if view.detail["address"] not in keys.lookups(address.email):
        raise ConflictError("The address was changed since this was asked for. Refuse it, and ask anew.")
    to = To(address.sealed, address.seal_context, address.lookup)
    if back_checks.denied(session, case_id=key.case_id):
        back_checks.let_send_back(session, case_id=key.case_id, context=context)
        generation = _renew(session, keys, key, context)
        # The night's pass gives the answers back; the code comes when it opens them.
        morning = at(london_date(next_night(context.now)), MORNING)
        _write(session, key, f"{TEMPLATE}_{generation}", due=morning, to=to)
        return
    if not seats.begun_of(session, [seat]).get(seat.id):
        _made_anew(session, keys, key, context)
    # Where answers were sent since the last pass no code is made, and a letter leaves all the same, which
    # tells the contact alone: so no number and no row of the trail tells staff before the next pass.
    _note(session, key, context)
    record(session, context, "letter with a new access code", "case", key.case_id)
    _write(session, key, f"{TEMPLATE}_agreed_{approval_id}", due=context.now, to=to)


def agreed_for(session: Session, *, seat_ids: Collection[int], since: date) -> set[int]:
    """The seats that two people agreed to send a new code to, from a day on, whether or not one was made."""
    agreed = select(Approval.subject_id).where(
        Approval.act == ACT,
        Approval.subject_kind == SUBJECT,
        Approval.subject_id.in_(seat_ids),
        Approval.decision == Decision.AGREED,
        Approval.decided_at >= at(since, 0),
    )
    return set(session.scalars(agreed))


def decline(
    session: Session,
    *,
    case_id: int,
    approval_id: int,
    person_id: int,
    reason: str,
    context: AuditContext,
) -> None:
    """Refuse a new code that somebody else asked for, or take back what one asked for oneself.

    Raises:
        InvalidError: a refusal without a reason.
        NotAllowedError, ConflictError, NotFoundError: as `agree`.
    """
    view = approvals.decline(
        session, approval_id=approval_id, person_id=person_id, reason=reason, context=context
    )
    _seat_of(session, view, case_id, context)


def waiting_for_code(
    session: Session, *, case_id: int, person_id: int, context: AuditContext
) -> Waiting | None:
    """The new code for the lead of a case that waits for a second person, if one does."""
    for view in _undecided(session, case_id, context):
        another, by_me = bool(view.detail["another"]), view.asked_by_id == person_id
        return Waiting(view.id, view.asked_by, view.asked_at, another, by_me)
    return None


def _undecided(session: Session, case_id: int, context: AuditContext) -> list[ApprovalView]:
    key = seat_of_case(session, case_id=case_id, seat_id=None, programme_id=context.programme_id)
    views = approvals.history_of(
        session, subject_kind=SUBJECT, subject_id=key.id, programme_id=context.programme_id or 0
    )
    return [view for view in views if view.act == ACT and view.decision is None]


def _seat_of(session: Session, view: ApprovalView, case_id: int, context: AuditContext) -> SeatKey:
    seat_id = view.subject_id if (view.act, view.subject_kind) == (ACT, SUBJECT) else -1
    return seat_of_case(session, case_id=case_id, seat_id=seat_id, programme_id=context.programme_id)


def _checked(session: Session, keys: Keyring, key: SeatKey) -> tuple[Seat, Address]:
    """The seat as the last pass left it, with the address that its letters go to."""
    seat = seats.seat_of(session, keys, seat_id=key.id)
    sent = session.scalar(select(SeatRow.outcome).where(SeatRow.id == key.id)) is SeatOutcome.COMPLETE
    if sent and not (seat.stage is Stage.OPEN and back_checks.denied(session, case_id=key.case_id)):
        raise ConflictError("The answers were sent, so no new access code is made.")
    if not seat.stage.takes_cases:
        raise StageError(f"{seat.round_title} is {seat.stage}: codes are sent while it is ready or open.")
    if seat.ended:
        last = spoken(seat.closes_on)
        raise StageError(f"The last day of this organisation, {last}, is over. Give it more time first.")
    address = addresses_of(session, keys, [seat.organisation_id]).get(seat.organisation_id)
    if address is None:
        raise InvalidError("There is no email address for this organisation. Add one to its contacts first.")
    return seat, address


def _write(session: Session, key: SeatKey, event: str, *, due: datetime, to: To | None) -> None:
    withdraw_template(session, [key.id], TEMPLATE)
    schedule_letters(session, event, [key], due=due, template=TEMPLATE, to=to)


def _made_anew(session: Session, keys: Keyring, key: SeatKey, context: AuditContext) -> int:
    """A new code for a seat, its generation; the respondent is told."""
    _, generation = access.renew(session, keys, holder=holder_of(key))
    notices.note(session, seat_id=key.id, kind=Notice.NEW_CODE, now=context.now)
    return generation


def _renew(session: Session, keys: Keyring, key: SeatKey, context: AuditContext) -> int:
    """The same, kept for the history and the audit trail too."""
    generation = _made_anew(session, keys, key, context)
    _note(session, key, context)
    record(session, context, "access code made anew", "case", key.case_id, generation=generation)
    return generation


def _note(session: Session, key: SeatKey, context: AuditContext) -> None:
    note_contact(session, case_id=key.case_id, kind="new access code", actor=context.actor, now=context.now)


def _request(key: SeatKey, detail: dict[str, Any]) -> Request:
    return Request(
        act=ACT,
        permission=Permission.RECORD_CONTACT,
        subject_kind=SUBJECT,
        subject_id=key.id,
        detail=detail,
    )
