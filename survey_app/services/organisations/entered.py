"""Addresses that staff entered: no letter goes there before a second person, who did not enter it, agreed.

Else whoever may change contacts could put an own address in an organisation's place and answer for it. For
what a command enters whoever runs the machine vouches.
"""

from sqlalchemy.orm import Session

from survey_app.models.contacts import Contact
from survey_app.models.people.approvals import Approval
from survey_app.services.audit import AuditContext
from survey_app.services.people import approvals
from survey_app.services.people.approvals import Request
from survey_app.services.people.permissions import Permission

ACT, SUBJECT = "address", "contact"


def let_wait(
    session: Session,
    contact: Contact,
    *,
    person_id: int | None,
    keeps: bool = False,
    context: AuditContext,
) -> None:
    """Let a contact with a new address wait for somebody else; what was asked before is void. Audited.

    `keeps` says that an address of it stands as it was. If that waited, whoever entered it does not agree to
    it either, now that somebody else asks.
    """
    if person_id is None:
        contact.approval_id = None
        return
    beside = _entered_by(session, contact) - {person_id} if keeps else set()
    request = _request(contact, **({approvals.BESIDE: sorted(beside)} if beside else {}))
    approvals.void(session, request=request, person_id=person_id, context=context)
    contact.approval_id = approvals.ask(session, request=request, person_id=person_id, context=context)


def wait_no_more(session: Session, contact: Contact, *, person_id: int, context: AuditContext) -> None:
    """Nobody has to agree any more to the address of a contact that ended. Audited, if somebody had to."""
    approvals.void(session, request=_request(contact), person_id=person_id, context=context)


def _entered_by(session: Session, contact: Contact) -> set[int]:
    row = session.get(Approval, contact.approval_id) if contact.approval_id else None
    if row is None or row.decision is not None:
        return set()
    return {row.asked_by_person_id, *row.detail.get(approvals.BESIDE, ())}


def _request(contact: Contact, **detail: list[int]) -> Request:
    return Request(
        act=ACT,
        permission=Permission.RECORD_CONTACT,
        subject_kind=SUBJECT,
        subject_id=contact.id,
        detail={"organisation": contact.organisation_id, **detail},
    )
