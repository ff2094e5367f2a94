"""Addresses, and organisations added, that wait for a second person: listed, agreed to or refused."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError
from survey_app.models.cases.casework import AddedCase, Case, Outcome
from survey_app.models.contacts import Contact
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message, PrintedLetter
from survey_app.models.panels import PanelMember
from survey_app.models.people.approvals import Approval
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases import added, casework
from survey_app.services.cases.letters import NOTICES
from survey_app.services.fieldwork.marks import WAITS
from survey_app.services.frames import addresses
from survey_app.services.organisations import entered
from survey_app.services.organisations.contacts import SOURCES, addresses_of, contact_of
from survey_app.services.people import approvals
from survey_app.services.people.approvals import ApprovalView
from survey_app.services.people.independence import are_independent
from survey_app.services.responses.settling import next_night

ACTS = (entered.ACT, added.ACT, addresses.ACT)
_STANDS = (Contact.approval_id.is_not(None), Contact.valid_to.is_(None))


@dataclass(frozen=True, kw_only=True)
class WaitingAddress:
    """An address that somebody entered, or an organisation they added, to which another has yet to agree.

    `case_id` is that of an organisation that was added, `origin` in words how it came, or who told us the
    address. `letters` of live rounds wait for it. `mine`: whoever looks entered it; `close`: they and whoever
    did are not two people, as far as is known. `more` are others with their addresses, of the same list.
    """

    id: int
    organisation_id: int
    organisation: str
    email: str
    post: str
    origin: str
    asked_by: str
    asked_at: datetime
    letters: int
    mine: bool
    close: bool
    case_id: int | None = None
    more: tuple[tuple[str, str], ...] = ()

    @property
    def is_mine_to_decide(self) -> bool:
        """Whether whoever looks may agree to it."""
        return not (self.mine or self.close)


def waiting(
    session: Session,
    keys: Keyring,
    *,
    person_id: int,
    programme_id: int,
    organisation_id: int | None = None,
) -> tuple[WaitingAddress, ...]:
    """The addresses of a programme, or of one organisation, that wait, the oldest first."""
    asked = {view.id: view for view in _undecided(session, programme_id)}
    subjects = [
        subject
        for subject in (*_entered(session, keys), *_added(session, keys))
        if subject.approval_id in asked and organisation_id in (None, subject.organisation_id)
    ]
    letters = _letters(session, [subject.organisation_id for subject in subjects])
    askers = {one for subject in subjects for one in asked[subject.approval_id].askers}
    close = {one for one in askers if one != person_id and not are_independent(session, one, person_id)}
    lines: dict[int, WaitingAddress] = {}
    for subject in subjects:
        line = _line(subject, asked[subject.approval_id], letters, person_id, close)
        lines[line.id] = _together(lines[line.id], line) if line.id in lines else line
    return tuple(sorted(lines.values(), key=lambda line: (line.asked_at, line.id)))


def _together(first: WaitingAddress, another: WaitingAddress) -> WaitingAddress:
    """One line for all that a list brought: it is agreed to or refused as one."""
    more, letters = (*first.more, (another.organisation, another.email)), first.letters + another.letters
    return replace(first, more=more, letters=letters)


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """What a request is about, readable."""

    approval_id: int
    organisation_id: int
    organisation: str
    email: str
    post: str
    origin: str
    case_id: int | None = None


def _entered(session: Session, keys: Keyring) -> Iterator[_Subject]:
    rows = session.execute(
        select(Contact.id, Contact.approval_id, Organisation.name)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .join(Approval, Approval.id == Contact.approval_id)
        .where(*_STANDS, Approval.act != added.ACT)
    )
    for contact_id, approval_id, name in rows:
        known = contact_of(session, keys, contact_id=contact_id)
        yield _Subject(
            approval_id=approval_id or 0,
            organisation_id=known.organisation_id,
            organisation=name,
            email=known.email,
            post=known.post,
            origin=SOURCES[known.source],
        )


def _added(session: Session, keys: Keyring) -> Iterator[_Subject]:
    rows = session.execute(
        select(AddedCase.approval_id, Case, Organisation.name, Round.title)
        .join(Case, Case.id == AddedCase.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Round, Round.id == Case.round_id)
        .where(AddedCase.approval_id.is_not(None))
    ).all()
    reached = addresses_of(session, keys, {case.organisation_id or 0 for _, case, _, _ in rows})
    for approval_id, case, name, title in rows:
        address = reached.get(case.organisation_id or 0)
        yield _Subject(
            approval_id=approval_id or 0,
            organisation_id=case.organisation_id or 0,
            organisation=name,
            email=address.email if address else "",
            post="",
            origin=f"{added.WORDS[case.route]}, for {title}",
            case_id=case.id,
        )


def _line(
    subject: _Subject, view: ApprovalView, letters: dict[int, int], person_id: int, close: Collection[int]
) -> WaitingAddress:
    return WaitingAddress(
        id=view.id,
        organisation_id=subject.organisation_id,
        organisation=subject.organisation,
        email=subject.email,
        post=subject.post,
        origin=subject.origin,
        case_id=subject.case_id,
        asked_by=view.asked_by,
        asked_at=view.asked_at,
        letters=letters.get(subject.organisation_id, 0),
        mine=person_id in view.askers,
        close=not view.askers.isdisjoint(close),
    )


def agree(session: Session, *, chosen: Collection[int], person_id: int, context: AuditContext) -> int:
    """Agree to what others entered or added, by request; letters that waited for it leave. How many.

    Raises:
        InvalidError: none is chosen.
        NotAllowedError: the person entered one, or is none of their own beside whoever did.
        ConflictError: one is decided already, or was changed since.
    """
    _check_chosen(session, chosen, context)
    for approval_id in chosen:
        approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    _carry_out(session, chosen, context)
    return len(chosen)


def vouch(session: Session, *, chosen: Collection[int], how: str, context: AuditContext) -> int:
    """Answer for what one of the staff entered or added where nobody else could agree; how many.

    For whoever runs the machine: a small installation has one person who may.

    Raises:
        InvalidError: none is chosen, or `how` they know is not said.
        ConflictError: one is decided already, or was changed since.
    """
    _check_chosen(session, chosen, context)
    for approval_id in chosen:
        approvals.vouch(session, approval_id=approval_id, how=how, context=context)
    _carry_out(session, chosen, context)
    return len(chosen)


def _carry_out(session: Session, chosen: Collection[int], context: AuditContext) -> None:
    of_cases = select(Case.organisation_id).join(AddedCase, AddedCase.case_id == Case.id)
    owners = set(session.scalars(select(Contact.organisation_id).where(Contact.approval_id.in_(chosen))))
    owners |= {one or 0 for one in session.scalars(of_cases.where(AddedCase.approval_id.in_(chosen)))}
    for table in (Contact, AddedCase):
        session.execute(update(table).where(table.approval_id.in_(chosen)).values(approval_id=None))
    _release(session, owners, context)


def refuse(
    session: Session,
    keys: Keyring,
    *,
    chosen: Collection[int],
    person_id: int,
    reason: str,
    context: AuditContext,
) -> int:
    """Refuse what others entered or added, and say why: contacts end, and no such case is asked. How many.

    Raises:
        InvalidError: none is chosen, or no reason is given.
        NotAllowedError, ConflictError: as `agree`.
    """
    _check_chosen(session, chosen, context)
    for approval_id in chosen:
        approvals.refuse(
            session, approval_id=approval_id, person_id=person_id, reason=reason, context=context
        )
    for contact in session.scalars(select(Contact).where(Contact.approval_id.in_(chosen))):
        contact.valid_to, contact.updated_at = london_date(context.now), context.now
        owner = contact.organisation_id
        record(session, context, "contact ended", "organisation", owner, contact=contact.id)
    for case_id in session.scalars(select(AddedCase.case_id).where(AddedCase.approval_id.in_(chosen))).all():
        casework.record_outcome(
            session, keys, case_id=case_id, outcome=Outcome.NOT_ELIGIBLE, note="", context=context
        )
    return len(chosen)


def _check_chosen(session: Session, chosen: Collection[int], context: AuditContext) -> None:
    if not chosen:
        raise InvalidError("Choose at least one address.")
    # What other acts ask for is decided where it is carried out.
    if set(chosen) - {view.id for view in _undecided(session, context.programme_id or 0)}:
        raise ConflictError("Some of these wait no more: they were decided or changed. Look at the list.")


def _release(session: Session, owners: Collection[int], context: AuditContext) -> None:
    of_owners = select(Case.id).where(Case.organisation_id.in_(owners))
    held = Message.state == "waiting", Message.failure == WAITS, Message.case_id.in_(of_owners)
    # Whoever had a code may have begun, and their letter is refused then: before the pass that would tell.
    sent = select(Message.seat_id).where(Message.state == "sent", Message.seat_id.is_not(None))
    had_code = Message.seat_id.in_(sent.union(select(PrintedLetter.seat_id)))
    for which, when in ((had_code, next_night(context.now)), (~had_code, context.now)):
        session.execute(update(Message).where(*held, which).values(failure="", lease_until=when))


def _undecided(session: Session, programme_id: int) -> Iterator[ApprovalView]:
    asked = approvals.undecided(session, programme_id=programme_id)
    return (view for view in asked if view.act in ACTS)


def _letters(session: Session, owners: Collection[int]) -> dict[int, int]:
    """How many letters of live rounds have not left, by organisation."""
    rows = session.execute(
        select(Case.organisation_id, func.count())
        .join(Message, Message.case_id == Case.id)
        .where(Case.organisation_id.in_(owners), *_unsent())
        .group_by(Case.organisation_id)
    )
    return {owner: count for owner, count in rows if owner is not None}


def _unsent() -> tuple[ColumnElement[bool], ...]:
    live = select(Round.id).where(Round.stage.in_((Stage.READY, Stage.OPEN)))
    return (
        Case.round_id.in_(live),
        Message.state == "waiting",
        Message.template.not_in(NOTICES),
        Message.address_sealed.is_(None),
    )


def letters_of_round(session: Session, *, round_id: int) -> int:
    """How many letters of a round wait for a second person, who has to agree to their address."""
    waits = or_(
        exists().where(Contact.organisation_id == Case.organisation_id, *_STANDS),
        exists().where(AddedCase.case_id == Case.id, AddedCase.approval_id.is_not(None)),
    )
    rows = select(func.count(Message.id)).join(Case, Case.id == Message.case_id)
    return session.scalar(rows.where(Case.round_id == round_id, waits, *_unsent())) or 0


def count_of_panel(session: Session, *, panel_id: int | None) -> int:
    """How many organisations of a panel have an address that waits for a second person."""
    owners = func.count(Contact.organisation_id.distinct())
    members = select(PanelMember.organisation_id).where(PanelMember.panel_id == panel_id)
    return session.scalar(select(owners).where(Contact.organisation_id.in_(members), *_STANDS)) or 0
