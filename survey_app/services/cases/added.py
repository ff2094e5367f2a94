"""Cases that no draw chose: by snowball, outreach or an open link. They carry no weight and stand apart."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from sampling.frame import MAX_LENGTHS, Sector
from sampling.panels.selection import assign_prn, key_fingerprint
from sampling.routes import OPEN_LINK, OUTREACH, SNOWBALL
from sampling.texts import cleaned
from sampling.vocabulary import INCOME_BANDS, REGIONS
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotAllowedError, NotFoundError, StageError
from survey_app.mail.addresses import refusal_of
from survey_app.models.base import fresh_uuid
from survey_app.models.burden import BurdenBreach
from survey_app.models.cases.casework import PANEL, AddedCase, Case, Outcome
from survey_app.models.contacts import Contact
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel
from survey_app.services import names
from survey_app.services.audit import AuditContext, record
from survey_app.services.burden.ceilings import Overasked, Survey, overasked
from survey_app.services.burden.ledger import rules
from survey_app.services.cases import launch, notes
from survey_app.services.cases.contacts import note_contact
from survey_app.services.frames.arrivals import arrived
from survey_app.services.organisations.contacts import ContactDetails, add_contact, addresses_of
from survey_app.services.people import approvals
from survey_app.services.people.approvals import Request
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

ROUTES = (SNOWBALL, OUTREACH, OPEN_LINK)
WORDS = {SNOWBALL: "Suggested by another", OUTREACH: "Approached by us", OPEN_LINK: "Came forward"}
MAX_NOTE_LENGTH = 2000
ACT, SUBJECT = "added_case", "case"


@dataclass(frozen=True)
class NewCase:
    """An organisation to be asked though no draw chose it.

    Args:
        route: snowball, outreach or open_link.
        organisation_id: one that is known; else name, sector, region, band and address say who it is.
        referrer_case_id: the case that named it; referrer_note: who else did.
        another: it is another one than those of the same name.
        why: the reason for asking one that has been asked enough this year.
    """

    route: str
    organisation_id: int | None = None
    name: str = ""
    sector: Sector = Sector.VOLUNTARY
    region: str = ""
    band: str = ""
    email: str = ""
    referrer_case_id: int | None = None
    referrer_note: str = ""
    note: str = ""
    another: bool = False
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class AddedLine:
    """An added case as a list shows it."""

    case_id: int
    name: str
    sector: Sector
    region: str
    band: str
    route: str
    outcome: Outcome
    referrer: str
    note: str
    added_by: str


def add_case(
    session: Session,
    keys: Keyring,
    *,
    round_id: int,
    added: NewCase,
    context: AuditContext,
    person_id: int | None = None,
) -> int:
    """Add an organisation to a live round; the case's id. Its answers are never weighted.

    What one of the staff (`person_id`) adds is asked nothing before a second person has agreed: else they
    could make organisations up, and answer for them. For a command whoever runs the machine vouches.

    Raises:
        InvalidError: the route or the organisation is not described, or it was asked enough this year.
        ConflictError: it is asked in this round already.
        StageError: the round takes no more cases.
        NotFoundError: no such round in this programme; no such organisation, or no such case in the round.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if not round_view.takes_cases:
        raise StageError(
            f"{round_view.title} is {round_view.stage}: organisations are added while it is ready or open."
        )
    _check(session, round_view, added)
    organisation = _organisation(session, keys, added, context)
    asked = launch.Asked(organisation.id, organisation.uuid, organisation.sector, route=added.route)
    invite = bool(addresses_of(session, keys, [organisation.id]))
    case_id = launch.add_case(
        session, keys, round_view=round_view, asked=asked, invite=invite, now=context.now
    )
    _check_burden(session, round_view, organisation, added, context)
    details = _details(session, keys, round_view, organisation, case_id, added, context)
    session.add(details)
    if person_id is not None:
        _let_wait(session, details, round_view, person_id=person_id, context=context)
        if added.organisation_id is None:
            new = update(Contact).where(Contact.organisation_id == organisation.id)
            session.execute(new.values(approval_id=details.approval_id))
    note_contact(
        session,
        case_id=case_id,
        kind=f"added: {WORDS[added.route].lower()}",
        actor=context.actor,
        now=context.now,
    )
    record(session, context, "case added", "case", case_id, route=added.route, round=round_id)
    return case_id


def _let_wait(
    session: Session,
    details: AddedCase,
    round_view: RoundView,
    *,
    person_id: int,
    context: AuditContext,
) -> None:
    """Let a case wait for a second person."""
    request = Request(
        act=ACT,
        permission=Permission.RECORD_CONTACT,
        subject_kind=SUBJECT,
        subject_id=details.case_id,
        detail={"round": round_view.id},
    )
    details.approval_id = approvals.ask(session, request=request, person_id=person_id, context=context)


def waiting_cases(session: Session, case_ids: Collection[int]) -> set[int]:
    """Which of these cases a second person has yet to agree to; nobody is written to or called about them."""
    rows = select(AddedCase.case_id).where(
        AddedCase.case_id.in_(case_ids), AddedCase.approval_id.is_not(None)
    )
    return set(session.scalars(rows))


def check_agreed(session: Session, *, case_id: int) -> None:
    """Refuse what is done about a case that waits for a second person.

    Raises:
        NotAllowedError: it waits.
    """
    if waiting_cases(session, [case_id]):
        raise NotAllowedError(
            "A second person has to agree first that this organisation is asked. It waits under Today."
        )


def _check(session: Session, round_view: RoundView, added: NewCase) -> None:
    faults = []
    if added.route not in ROUTES:
        faults.append(f"{added.route!r} is not a route: {', '.join(ROUTES)}.")
    if len(added.referrer_note) > MAX_LENGTHS["name"] or len(added.note) > MAX_NOTE_LENGTH:
        faults.append(
            f"A note has up to {MAX_NOTE_LENGTH:,} characters, and who named it {MAX_LENGTHS['name']}."
        )
    if added.organisation_id is None:
        faults.extend(_unsaid(added))
    if faults:
        raise InvalidError("The organisation was not added.", tuple(faults))
    if added.referrer_case_id is not None:
        referrer = session.get(Case, added.referrer_case_id)
        if referrer is None or referrer.round_id != round_view.id:
            raise NotFoundError("case in this round", added.referrer_case_id)


def _unsaid(added: NewCase) -> list[str]:
    faults = []
    if not 1 <= len(added.name.strip()) <= MAX_LENGTHS["name"]:
        faults.append(f"Give its name, in 1 to {MAX_LENGTHS['name']} characters.")
    if added.region and added.region not in REGIONS:
        faults.append(f"{added.region!r} is not a region: {', '.join(REGIONS)}.")
    if added.sector is Sector.VOLUNTARY and added.band and added.band not in INCOME_BANDS:
        faults.append(f"{added.band!r} is not an income band: {', '.join(INCOME_BANDS)}.")
    if len(added.band) > MAX_LENGTHS["body_type"]:
        faults.append(f"A kind of body has {MAX_LENGTHS['body_type']} characters at most.")
    if (email := added.email.strip()) and (fault := refusal_of(email)):
        faults.append(f"{fault} Or give none.")
    return faults


def _organisation(session: Session, keys: Keyring, added: NewCase, context: AuditContext) -> Organisation:
    if added.organisation_id is not None:
        known = session.get(Organisation, added.organisation_id)
        if known is None:
            raise NotFoundError("organisation", added.organisation_id)
        return known
    name = cleaned(added.name)
    known = names.namesake(session, name, among=arrived())
    if known is not None and not added.another:
        raise InvalidError(
            f"{known.name} is known already, with the number {known.id}. Add that organisation, or say that "
            "this is another one."
        )
    return _born(session, keys, name, added, context)


def _born(session: Session, keys: Keyring, name: str, added: NewCase, context: AuditContext) -> Organisation:
    """A new organisation, with a random number like every other: a later list may name it."""
    identity, key = fresh_uuid(), keys.prn_key.encode()
    organisation = Organisation(
        uuid=identity,
        sector=added.sector,
        name=name,
        prn=float(assign_prn([identity], key)[0]),
        prn_key_fingerprint=key_fingerprint(key),
        created_at=context.now,
    )
    session.add(organisation)
    session.flush()
    names.note_names(session, {organisation.id: name})
    if added.email.strip():
        details = ContactDetails(email=added.email)
        add_contact(session, keys, organisation_id=organisation.id, details=details, context=context)
    return organisation


def _check_burden(
    session: Session, round_view: RoundView, organisation: Organisation, added: NewCase, context: AuditContext
) -> None:
    """Refuse, or note as a breach, what takes an organisation over a ceiling; its invitation is entered."""
    over = _overasked(session, round_view, organisation)
    mine = over.organisation_id == organisation.id
    if not mine.any():
        return
    if not added.why.strip():
        raise InvalidError(
            f"{organisation.name} would be asked more this year than the rule allows: "
            f"{int(over.minutes[mine][0])} minutes and {int(over.invitations[mine][0])} invitations "
            "too many. Say why it is to be asked all the same."
        )
    for rule, excess in (("minutes", over.minutes), ("invitations", over.invitations)):
        if excess[mine][0] > 0:
            session.add(
                BurdenBreach(
                    panel_id=round_view.panel_id,
                    organisation_id=organisation.id,
                    rule=rule,
                    excess=int(excess[mine][0]),
                    allowed_at=context.now,
                    allowed_by=context.actor,
                    why=added.why.strip()[:400],
                )
            )


def _overasked(session: Session, round_view: RoundView, organisation: Organisation) -> Overasked:
    # The ledger has this round's invitation by now, so that nothing more is to come.
    survey = Survey(round_view.programme_id, round_view.strand, round_view.year, minutes=0, invitations=0)
    return overasked(session, survey=survey, rule=rules(session)[organisation.sector])


def _details(
    session: Session,
    keys: Keyring,
    round_view: RoundView,
    organisation: Organisation,
    case_id: int,
    added: NewCase,
    context: AuditContext,
) -> AddedCase:
    entry = session.scalar(
        select(FrameEntry)
        .join(Panel, Panel.frame_id == FrameEntry.frame_id)
        .where(Panel.id == round_view.panel_id, FrameEntry.organisation_id == organisation.id)
    )
    public = organisation.sector is Sector.PUBLIC
    seal = partial(notes.sealed_note, session, keys, round_id=round_view.id)
    return AddedCase(
        case_id=case_id,
        referrer_case_id=added.referrer_case_id,
        referrer_note_sealed=seal(place=notes.of_referrer(case_id), note=added.referrer_note.strip()),
        note_sealed=seal(place=notes.of_added(case_id), note=added.note.strip()),
        name=entry.name if entry else organisation.name,
        region=entry.region if entry else added.region,
        band=(entry.kind if public else entry.size) if entry else added.band,
        added_at=context.now,
        added_by=context.actor,
    )


def added_of(session: Session, keys: Keyring, *, round_id: int, programme_id: int | None) -> list[AddedLine]:
    """The cases of a round that no draw chose, by name.

    Raises:
        NotFoundError: no such round in this programme.
    """
    lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    referrer, named = aliased(Case), aliased(Organisation)
    rows = session.execute(
        select(AddedCase, Case, Organisation.sector, named.name)
        .join(Case, Case.id == AddedCase.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(referrer, referrer.id == AddedCase.referrer_case_id)
        .outerjoin(named, named.id == referrer.organisation_id)
        .where(Case.round_id == round_id, Case.route != PANEL)
        .order_by(AddedCase.name, Case.id)
    )
    read = notes.reader_of(session, keys, round_id=round_id)
    return [
        AddedLine(
            case_id=case.id,
            name=added.name,
            sector=sector,
            region=added.region,
            band=added.band,
            route=case.route,
            outcome=case.outcome,
            referrer=name or read(notes.of_referrer(case.id), added.referrer_note_sealed),
            note=read(notes.of_added(case.id), added.note_sealed),
            added_by=added.added_by,
        )
        for added, case, sector, name in rows
    ]
