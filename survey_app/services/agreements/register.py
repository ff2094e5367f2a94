"""The register kept: agreements added, entries added and corrected, all of it read as at a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.texts import folded
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.agreements import Agreement, EntryKind, Level, RegisterEntry
from survey_app.models.organisations import Organisation, OrganisationLink, OrganisationName
from survey_app.models.places import Area
from survey_app.services.agreements.compiled import AgreementState, Entry, NewEntry, compiled, known
from survey_app.services.agreements.vocabulary import (
    NATIONAL_CODES,
    STATES,
    WHAT,
    Field,
    Standing,
)
from survey_app.services.audit import AuditContext, record

FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True, kw_only=True)
class AgreementLine:
    """An agreement of the register, whatever its state."""

    id: int
    programme_id: int
    title: str
    name: str
    level: Level


def agreement_line(session: Session, *, agreement_id: int, programme_id: int) -> AgreementLine:
    """One agreement of a programme.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(Agreement, agreement_id)
    if row is None or row.programme_id != programme_id:
        raise NotFoundError("agreement", agreement_id)
    return _line(row)


def _line(row: Agreement) -> AgreementLine:
    return AgreementLine(
        id=row.id, programme_id=row.programme_id, title=row.title, name=row.name, level=row.level
    )


def agreements_titled(session: Session, text: str, *, programme_id: int) -> list[AgreementLine]:
    """The agreements of a programme with a text somewhere in their titles, in any spelling; by title."""
    rows = select(Agreement).where(Agreement.programme_id == programme_id).order_by(Agreement.title)
    return [_line(row) for row in session.scalars(rows) if folded(text) in folded(row.title)]


def add_entry(session: Session, *, agreement_id: int, new: NewEntry, context: AuditContext) -> int:
    """Enter what is known of an agreement; the entry's id. Nothing that was entered before is changed.

    Raises:
        NotFoundError: the programme has no such agreement.
        InvalidError: with all that is wrong with the entry.
    """
    return _enter(session, agreement_id, new, None, context)


def correct_entry(session: Session, *, entry_id: int, new: NewEntry, context: AuditContext) -> int:
    """Put another entry in the place of one that was wrong; the old one stays as what was thought till now.

    Raises:
        NotFoundError: no such entry in the programme.
        TakenError: somebody else corrected it in the meantime.
        InvalidError: with all that is wrong with the entry.
    """
    row = _entry(session, entry_id, context)
    return _enter(session, row.agreement_id, new, row, context)


def take_back(session: Session, *, entry_id: int, reason: str, context: AuditContext) -> None:
    """Take an entry back that should never have been made.

    Raises:
        NotFoundError: no such entry in the programme.
        TakenError: somebody else corrected it in the meantime.
        InvalidError: no reason.
    """
    row = _entry(session, entry_id, context)
    if not reason.strip():
        raise InvalidError("Say why this entry is taken back.")
    void = RegisterEntry(
        agreement_id=row.agreement_id, kind=row.kind, what=row.what, area_id=row.area_id, detail={},
        began_on=row.began_on, precision=row.precision, reason=reason.strip(), source=row.source,
        recorded_at=context.now, recorded_by=context.actor, replaces_id=row.id, void=True,
    )  # fmt: skip
    session.add(void)
    session.flush()
    record(session, context, "register entry taken back", "agreement", row.agreement_id, entry=row.id)


def _entry(session: Session, entry_id: int, context: AuditContext) -> RegisterEntry:
    row = session.get(RegisterEntry, entry_id)
    if row is None or context.programme_id is None:
        raise NotFoundError("register entry", entry_id)
    agreement_line(session, agreement_id=row.agreement_id, programme_id=context.programme_id)
    return row


def _enter(
    session: Session, agreement_id: int, new: NewEntry, old: RegisterEntry | None, context: AuditContext
) -> int:
    agreement_line(session, agreement_id=agreement_id, programme_id=context.programme_id or 0)
    if new.kind is EntryKind.SIGNATORY and new.organisation_id is None:
        new = replace(new, organisation_id=_body(session, new))
    entries = [one for one in entries_of(session, [agreement_id]) if old is None or one.id != old.id]
    if faults := tuple(_faults(session, new, known(entries, by=context.now))):
        raise InvalidError("This cannot be entered yet.", faults)
    row = RegisterEntry(
        agreement_id=agreement_id, kind=new.kind, what=new.what.strip(), state=new.state, area_id=new.area_id,
        organisation_id=new.organisation_id, detail=_detail(new), began_on=new.began_on,
        precision=new.precision, ended_on=new.ended_on, reason=new.reason.strip(), source=new.source.strip(),
        recorded_at=context.now, recorded_by=context.actor, replaces_id=old.id if old else None, void=False,
    )  # fmt: skip
    session.add(row)
    session.flush()
    act = "register entry corrected" if old else "register entry made"
    record(session, context, act, "agreement", agreement_id, entry=row.id, kind=new.kind.value)
    return row.id


def _body(session: Session, new: NewEntry) -> int | None:
    """The one body of this name, in any spelling, on the lists of its sector; None where that is not sure."""
    sector = Sector.VOLUNTARY if new.field is Field.VOLUNTARY else Sector.PUBLIC
    same = (
        select(Organisation.id)
        .join(OrganisationName, OrganisationName.organisation_id == Organisation.id)
        .where(OrganisationName.folded == folded(new.what), Organisation.sector == sector)
        .distinct()
        .limit(2)
    )
    ids = session.scalars(same).all()
    return ids[0] if len(ids) == 1 else None


def _detail(new: NewEntry) -> dict[str, object]:
    words: dict[str, object] = {
        "field": new.field.value if new.field else "",
        "department": new.department.strip(),
        "languages": list(new.languages),
        "pence": new.pence,
        "local": new.local,
    }
    return {key: value for key, value in words.items() if value}


def _faults(session: Session, new: NewEntry, entries: Sequence[Entry]) -> Iterator[str]:
    words = WHAT[new.kind]
    if words is not None and new.what not in list(words):
        yield f"Say which {new.kind.value}: one of {', '.join(words)}."
    if not new.what.strip() or len(new.what.strip()) > 200:
        yield "Say what it is, in at most 200 characters."
    states = STATES.get(new.kind)
    if states is not None and new.state not in list(states):
        yield f"Say how it stands: one of {', '.join(states)}."
    if not new.source.strip() or len(new.source.strip()) > 400:
        yield "Say how we know, in at most 400 characters: a document, a letter, a visit."
    yield from _faults_of_days(new, entries)
    yield from _faults_of_kind(session, new)


def _faults_of_days(new: NewEntry, entries: Sequence[Entry]) -> Iterator[str]:
    if not FIRST_YEAR <= new.began_on.year <= LAST_YEAR:
        yield f"Enter a day from {FIRST_YEAR} to {LAST_YEAR}."
    if new.ended_on is not None and new.ended_on <= new.began_on:
        yield "It ended before it began. The end is the first day on which it was no more so."
    earlier = [one for one in entries if one.kind is EntryKind.STAGE and one.began_on < new.began_on]
    if new.kind is EntryKind.STAGE and new.what == Standing.ENDED and not earlier:
        yield "It cannot have ended before it began: enter first since when it was in place or developed."


def _faults_of_kind(session: Session, new: NewEntry) -> Iterator[str]:
    if new.kind is EntryKind.AREA and (new.area_id is None or session.get(Area, new.area_id) is None):
        yield "Choose the area."
    if new.kind is EntryKind.CODE and new.what not in NATIONAL_CODES and not new.local:
        five = ", ".join(NATIONAL_CODES)
        yield f"{new.what!r} is none of the five codes ({five}). Say so if it is a local one."
    if new.kind is EntryKind.SIGNATORY:
        if new.field is None:
            yield f"Say what kind of party it is: one of {', '.join(Field)}."
        yield from _faults_of_body(session, new)


def _faults_of_body(session: Session, new: NewEntry) -> Iterator[str]:
    if new.organisation_id is None:
        return
    if session.get(Organisation, new.organisation_id) is None:
        yield "There is no such organisation."
    ended = _gone(session).get(new.organisation_id)
    if ended is not None and ended <= new.began_on:
        yield f"That body was no more from {ended.isoformat()} on. Enter what took its place."


def entries_of(session: Session, agreement_ids: Sequence[int]) -> list[Entry]:
    """Every entry of some agreements, also those that were replaced, in the order of their days."""
    rows = select(RegisterEntry).where(RegisterEntry.agreement_id.in_(agreement_ids))
    ordered = rows.order_by(RegisterEntry.began_on, RegisterEntry.id)
    return [_view(row) for row in session.scalars(ordered)]


def entry_of(session: Session, *, entry_id: int, programme_id: int) -> Entry:
    """One entry of a programme's register.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = session.get(RegisterEntry, entry_id)
    if row is None:
        raise NotFoundError("register entry", entry_id)
    agreement_line(session, agreement_id=row.agreement_id, programme_id=programme_id)
    return _view(row)


def agreements_on(
    session: Session, *, programme_id: int, day: date, known_by: datetime
) -> list[AgreementState]:
    """Every agreement of a programme as it was on a day, from what was recorded by a moment; by title."""
    chosen = select(Agreement).where(Agreement.programme_id == programme_id)
    rows = session.scalars(chosen.order_by(func.lower(Agreement.title), Agreement.id)).all()
    entries: dict[int, list[Entry]] = {row.id: [] for row in rows}
    for entry in known(entries_of(session, list(entries)), by=known_by):
        entries[entry.agreement_id].append(entry)
    gone = _gone(session)
    return [
        compiled(entries[row.id], agreement_id=row.id, title=row.title, level=row.level, day=day, gone=gone)
        for row in rows
    ]


def _gone(session: Session) -> dict[int, date]:
    """The first day on which each body that was merged, replaced or split was no more."""
    rows = session.execute(
        select(OrganisationLink.predecessor_id, func.min(OrganisationLink.happened_on)).group_by(
            OrganisationLink.predecessor_id
        )
    )
    return {organisation_id: happened_on for organisation_id, happened_on in rows}


def _view(row: RegisterEntry) -> Entry:
    detail = row.detail
    return Entry(
        id=row.id, agreement_id=row.agreement_id, kind=row.kind, what=row.what, state=row.state,
        area_id=row.area_id, organisation_id=row.organisation_id,
        field=Field(detail["field"]) if "field" in detail else None,
        department=detail.get("department", ""), languages=tuple(detail.get("languages", ())),
        pence=detail.get("pence"), local=bool(detail.get("local")),
        began_on=row.began_on, precision=row.precision, ended_on=row.ended_on,
        reason=row.reason, source=row.source, recorded_at=row.recorded_at, recorded_by=row.recorded_by,
        replaces_id=row.replaces_id, void=row.void,
    )  # fmt: skip
