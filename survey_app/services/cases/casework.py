"""Fieldwork as people see it: cases and their history, outcomes, the list for nonresponse follow-up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.cases.casework import PANEL, AddedCase, Case, CaseEvent, Outcome, Seat, SeatOutcome
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.models.rounds import Round
from survey_app.services import names
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases import notes
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.launch import UNANSWERED
from survey_app.services.cases.letters import withdraw_of_case
from survey_app.services.cases.outcomes import Words, outcomes_of, recorded_of
from survey_app.services.cases.seats import SeatLine, seats_of_case
from survey_app.services.cases.units import ADDED, BAND, BY_NAME, NAME, ON_FRAME, REGION
from survey_app.services.organisations.contacts import addresses_of
from survey_app.services.rounds import lifecycle

PER_PAGE = 50
# What each of them makes of the lead's seat; where no contact was made it stays as it is.
OF_LEAD = {
    Outcome.REFUSED: SeatOutcome.REFUSED,
    Outcome.NOT_ELIGIBLE: SeatOutcome.WITHDRAWN,
    Outcome.NOT_STARTED: SeatOutcome.NOT_STARTED,
}
# A contact that settled nothing.
CALLED = "called"
MAX_NOTE_LENGTH = 1000


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case as the list shows it."""

    id: int
    name: str
    sector: Sector
    region: str
    band: str
    outcome: str
    last_contact: str
    last_contact_on: date | None


@dataclass(frozen=True)
class CaseList:
    """One page of a round's cases."""

    lines: tuple[CaseLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class CaseEventLine:
    """One line of a case's history."""

    day: date
    kind: str
    actor: str
    note: str


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case with its history. Its answers are not here. `panel_id` is None where no draw chose it."""

    id: int
    round_id: int
    round_title: str
    stage: Stage
    name: str
    strand: Strand
    sector: Sector
    region: str
    band: str
    outcome: str
    outcome_code: str
    outcome_on: date | None
    email: str
    route: str
    seats: tuple[SeatLine, ...]
    organisation_id: int | None
    panel_id: int | None
    events: tuple[CaseEventLine, ...]
    answers_until: date | None = None


def _described() -> Select[Case, Sector, str, str, str]:
    """Cases with their organisation's sector, name, region and band."""
    return (
        select(Case, Organisation.sector, NAME, REGION, BAND)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Round, Round.id == Case.round_id)
        .join(Panel, Panel.id == Round.panel_id)
        .outerjoin(FrameEntry, ON_FRAME)
        .outerjoin(AddedCase, ADDED)
    )


def _joined(round_id: int) -> Select[Case, Sector, str, str, str]:
    """The cases of a round's panel; those that came by another route are shown apart (`added_cases`)."""
    return _described().where(Case.round_id == round_id, Case.route == PANEL)


def case_list(
    session: Session,
    *,
    round_id: int,
    programme_id: int,
    outcome: str | None = None,
    search: str = "",
    page: int = 1,
) -> CaseList:
    """One page of a round's cases by name, of one outcome or with part of a name.

    A page past the last is the last; an outcome that does not exist finds nothing.
    """
    words = outcomes_of(lifecycle.get_round(session, round_id=round_id, programme_id=programme_id).strand)
    query = _joined(round_id)
    for condition in _conditions(outcome, search):
        query = query.where(condition)
    total = session.scalar(select(func.count()).select_from(query.subquery("matching"))) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(query.order_by(*BY_NAME).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    described = list(rows)
    contacts = _last_contacts(session, [row[0].id for row in described])
    return CaseList(tuple(_line(*row, contacts, words) for row in described), total, page, pages)


def _conditions(outcome: str | None, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if outcome:
        known = [member for member in Outcome if member.value == outcome]
        conditions.append(Case.outcome.in_(known))
    part = search.replace("\x00", "").strip()[: names.MAX_SEARCH_LENGTH]
    if part:
        conditions.append(
            Case.organisation_id.in_(names.called(part)) | NAME.icontains(part, autoescape=True)
        )
    return conditions


def _last_contacts(session: Session, case_ids: list[int]) -> dict[int, tuple[str, date]]:
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.kind, CaseEvent.day).where(CaseEvent.case_id.in_(case_ids))
    )
    return _newest(rows)


def _newest(rows: Iterable[Row[int, str, date]]) -> dict[int, tuple[str, date]]:
    ordered = sorted(rows, key=lambda row: (row[2], _rank(row[1])))
    return {case_id: (kind, day) for case_id, kind, day in ordered}


def _rank(kind: str) -> int:
    """Where an event stands in its day, which alone is stored: letters, a start, contacts, the end."""
    if kind.endswith((" sent", " failed")):
        return 0
    return {Outcome.STARTED.value: 1, Outcome.COMPLETE.value: 3}.get(kind, 2)


def _line(
    case: Case,
    sector: Sector,
    name: str,
    region: str,
    band: str,
    contacts: dict[int, tuple[str, date]],
    words: Words,
) -> CaseLine:
    kind, day = contacts.get(case.id, ("", None))
    return CaseLine(
        id=case.id,
        name=name,
        sector=sector,
        region=region,
        band=band,
        outcome=words[case.outcome],
        last_contact=kind.replace("_", " "),
        last_contact_on=day,
    )


def case_view(session: Session, keys: Keyring, *, case_id: int, programme_id: int) -> CaseView:
    """A case with its contact and history.

    Raises:
        NotFoundError: no such case in this programme.
    """
    case, round_ = _case(session, case_id, programme_id)
    _, sector, name, region, band = session.execute(_described().where(Case.id == case_id)).one()
    return CaseView(
        id=case.id,
        round_id=round_.id,
        round_title=round_.title,
        stage=round_.stage,
        strand=round_.strand,
        name=name,
        sector=sector,
        region=region,
        band=band,
        route=case.route,
        outcome=outcomes_of(round_.strand)[case.outcome],
        outcome_code=case.outcome.value,
        outcome_on=case.outcome_on,
        email=_email(session, keys, case.organisation_id),
        seats=seats_of_case(session, case_id),
        organisation_id=case.organisation_id,
        panel_id=round_.panel_id if case.route == PANEL else None,
        events=_events(session, keys, case),
        answers_until=case.answers_until,
    )


def _case(session: Session, case_id: int, programme_id: int | None) -> tuple[Case, Round]:
    case = session.get(Case, case_id, populate_existing=True)
    round_ = session.get(Round, case.round_id) if case is not None else None
    if case is None or round_ is None or round_.programme_id != programme_id:
        raise NotFoundError("case", case_id)
    return case, round_


def _email(session: Session, keys: Keyring, organisation_id: int | None) -> str:
    if organisation_id is None:
        return ""
    address = addresses_of(session, keys, [organisation_id]).get(organisation_id)
    return address.email if address is not None else ""


def _events(session: Session, keys: Keyring, case: Case) -> tuple[CaseEventLine, ...]:
    rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id))
    read, place = notes.reader_of(session, keys, round_id=case.round_id), notes.of_contact(case.id)
    newest_first = sorted(rows, key=lambda event: (event.day, _rank(event.kind)), reverse=True)
    return tuple(
        CaseEventLine(event.day, event.kind.replace("_", " "), event.actor, read(place, event.note_sealed))
        for event in newest_first
    )


def record_outcome(
    session: Session, keys: Keyring, *, case_id: int, outcome: str, note: str, context: AuditContext
) -> None:
    """Record what a contact brought: a refusal, not eligible, no contact, or asked again.

    Raises:
        InvalidError: no such outcome, or the note is too long.
        StageError: the round is closed, or the answers were sent.
    """
    case, round_ = _case(session, case_id, context.programme_id)
    recorded = next((member for member in recorded_of(round_.strand) if member.value == outcome), None)
    note = _sound_note(note)
    if recorded is None:
        raise InvalidError("Choose one of the outcomes listed.")
    before = case.outcome.value
    if round_.stage is Stage.CLOSED:
        raise StageError("The round is closed. Outcomes stay as they were when it closed.")
    changed = session.execute(
        update(Case)
        .where(Case.id == case_id, Case.outcome != Outcome.COMPLETE)
        .values(outcome=recorded, outcome_on=london_date(context.now))
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("The answers were sent meanwhile, so the outcome stays: sent.")
    if recorded not in UNANSWERED:
        withdraw_of_case(session, case_id)
    if recorded in OF_LEAD:
        _set_lead(session, case_id, OF_LEAD[recorded])
    _note(session, keys, case, recorded.value, note, context)
    record(session, context, "outcome recorded", "case", case_id, outcome=recorded.value, before=before)


def _set_lead(session: Session, case_id: int, outcome: SeatOutcome) -> None:
    """The lead's seat stands as its case does."""
    session.execute(
        update(Seat).where(Seat.case_id == case_id, Seat.kind == SeatKind.LEAD).values(outcome=outcome)
    )


def _note(session: Session, keys: Keyring, case: Case, kind: str, note: str, context: AuditContext) -> None:
    sealed = notes.sealed_note(
        session, keys, round_id=case.round_id, place=notes.of_contact(case.id), note=note
    )
    note_contact(
        session, case_id=case.id, kind=kind, actor=context.actor, now=context.now, note_sealed=sealed
    )


def note_call(session: Session, keys: Keyring, *, case_id: int, note: str, context: AuditContext) -> None:
    """Record a contact that settled nothing: the case stays as it is.

    Raises:
        InvalidError: there is no note, or it is too long.
        StageError: the round is closed.
    """
    case, round_ = _case(session, case_id, context.programme_id)
    note = _sound_note(note)
    if not note:
        raise InvalidError("Write what the next caller should know, such as when to call again.")
    if round_.stage is Stage.CLOSED:
        raise StageError("The round is closed, and so are its cases.")
    _note(session, keys, case, CALLED, note, context)
    record(session, context, "contact recorded", "case", case_id)


def _sound_note(note: str) -> str:
    note = note.replace("\x00", "").strip()
    if len(note) > MAX_NOTE_LENGTH:
        raise InvalidError(f"The note has {len(note):,} characters; the most is {MAX_NOTE_LENGTH:,}.")
    return note


def follow_up_rows(
    session: Session, keys: Keyring, *, round_id: int, context: AuditContext
) -> list[dict[str, object]]:
    """Who has not answered, with contact and last contact, for a file. Audited."""
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    words = outcomes_of(round_view.strand)
    unanswered = list(
        session.execute(_joined(round_id).where(Case.outcome.in_(UNANSWERED)).order_by(*BY_NAME))
    )
    contacts = _all_contacts(session, keys, round_id)
    last = _last_contacts_of_round(session, round_id)
    rows: list[dict[str, object]] = [
        {
            "organisation": name,
            "sector": sector.value,
            "region": region,
            "band": band,
            "state": words[case.outcome],
            "email": contacts.get(case.organisation_id or 0, ""),
            "last contact": last.get(case.id, ("", None))[0].replace("_", " "),
            "last contact on": last.get(case.id, ("", None))[1] or "",
        }
        for case, sector, name, region, band in unanswered
    ]
    record(session, context, "list for follow-up exported", "round", round_id, rows=len(rows))
    return rows


def _all_contacts(session: Session, keys: Keyring, round_id: int) -> dict[int, str]:
    query = select(Case.organisation_id).where(Case.round_id == round_id, Case.outcome.in_(UNANSWERED))
    owners = {owner for owner in session.scalars(query) if owner is not None}
    return {owner: address.email for owner, address in addresses_of(session, keys, owners).items()}


def _last_contacts_of_round(session: Session, round_id: int) -> dict[int, tuple[str, date]]:
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.kind, CaseEvent.day)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.round_id == round_id)
    )
    return _newest(rows)


class OpenCase(NamedTuple):
    """A case that has not answered, and the lasting identity of its organisation."""

    id: int
    sector: Sector
    band: str
    organisation: str


def open_cases(session: Session, *, round_id: int) -> list[OpenCase]:
    """Each case that has not answered, in the order in which they were made."""
    rows = session.execute(
        select(Case.id, PanelStratum.sector, PanelStratum.band, Organisation.uuid)
        .join(PanelMember, PanelMember.id == Case.panel_member_id)
        .join(PanelStratum, PanelStratum.id == PanelMember.panel_stratum_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(Case.round_id == round_id, Case.outcome.in_(UNANSWERED))
        .order_by(Case.id)
    )
    return [OpenCase(*row) for row in rows]
