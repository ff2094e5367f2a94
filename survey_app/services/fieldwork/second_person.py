"""Addresses that wait for a second person: listed, and agreed to or refused, many at once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError
from survey_app.models.cases.casework import Case
from survey_app.models.contacts import Contact, ContactSource
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.panels import PanelMember
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.letters import NOTICES
from survey_app.services.fieldwork.marks import WAITS
from survey_app.services.organisations import entered
from survey_app.services.organisations.contacts import contact_of
from survey_app.services.people import approvals
from survey_app.services.people.approvals import ApprovalView
from survey_app.services.people.independence import are_independent

ACTS = (entered.ACT,)
_STANDS = (Contact.approval_id.is_not(None), Contact.valid_to.is_(None))


@dataclass(frozen=True, kw_only=True)
class WaitingAddress:
    """An address that somebody entered and another person has yet to agree to.

    `letters` of live rounds wait for it. `mine` says that whoever looks entered it; `close` that they and
    whoever did are not two people, as far as is known.
    """

    id: int
    organisation_id: int
    organisation: str
    email: str
    post: str
    source: ContactSource
    asked_by: str
    asked_at: datetime
    letters: int
    mine: bool
    close: bool

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
    of_one = [Contact.organisation_id == organisation_id] if organisation_id is not None else []
    rows = session.execute(
        select(Contact, Organisation.name)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(*_STANDS, *of_one)
    ).all()
    standing = [
        (contact, name, asked[contact.approval_id])
        for contact, name in rows
        if contact.approval_id is not None and contact.approval_id in asked
    ]
    letters = _letters(session, [contact.organisation_id for contact, _, _ in standing])
    askers = {view.asked_by_id for _, _, view in standing}
    close = {one for one in askers if one != person_id and not are_independent(session, one, person_id)}
    lines = [
        _line(session, keys, contact, name, view, letters, person_id, close)
        for contact, name, view in standing
    ]
    return tuple(sorted(lines, key=lambda line: (line.asked_at, line.id)))


def _line(
    session: Session,
    keys: Keyring,
    contact: Contact,
    name: str,
    view: ApprovalView,
    letters: dict[int, int],
    person_id: int,
    close: Collection[int],
) -> WaitingAddress:
    known = contact_of(session, keys, contact_id=contact.id)
    return WaitingAddress(
        id=view.id,
        organisation_id=contact.organisation_id,
        organisation=name,
        email=known.email,
        post=known.post,
        source=known.source,
        asked_by=view.asked_by,
        asked_at=view.asked_at,
        letters=letters.get(contact.organisation_id, 0),
        mine=view.asked_by_id == person_id,
        close=view.asked_by_id in close,
    )


def agree(session: Session, *, chosen: Collection[int], person_id: int, context: AuditContext) -> int:
    """Agree to addresses that others entered, by request; letters that waited for them leave. How many.

    Raises:
        InvalidError: none is chosen.
        NotAllowedError: the person entered one, or is none of their own beside whoever did.
        ConflictError: one is decided already, or was changed since.
    """
    _check_chosen(session, chosen, context)
    for approval_id in chosen:
        approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    owners = set(session.scalars(select(Contact.organisation_id).where(Contact.approval_id.in_(chosen))))
    session.execute(update(Contact).where(Contact.approval_id.in_(chosen)).values(approval_id=None))
    _release(session, owners, context)
    return len(chosen)


def refuse(
    session: Session, *, chosen: Collection[int], person_id: int, reason: str, context: AuditContext
) -> int:
    """Refuse addresses that others entered, and say why: those contacts end. How many.

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
    session.execute(update(Message).where(*held).values(failure="", lease_until=context.now))


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
    waits = exists().where(Contact.organisation_id == Case.organisation_id, *_STANDS)
    rows = select(func.count(Message.id)).join(Case, Case.id == Message.case_id)
    return session.scalar(rows.where(Case.round_id == round_id, waits, *_unsent())) or 0


def count_of_panel(session: Session, *, panel_id: int | None) -> int:
    """How many organisations of a panel have an address that waits for a second person."""
    owners = func.count(Contact.organisation_id.distinct())
    members = select(PanelMember.organisation_id).where(PanelMember.panel_id == panel_id)
    return session.scalar(select(owners).where(Contact.organisation_id.in_(members), *_STANDS)) or 0
