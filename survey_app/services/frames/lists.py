"""Source lists in: read, described, checked, and every organisation given its identity and random number."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from sampling.errors import SamplingError
from sampling.frame import Sector
from sampling.source_lists import ListReading, read_list
from sampling.source_rows import Fault
from survey_app.clock import in_words, london_date
from survey_app.crypto import Keyring
from survey_app.database import Looks, Step
from survey_app.errors import ConflictError, InvalidError
from survey_app.mail.addresses import fault_of
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import Organisation
from survey_app.services import names
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames import editions
from survey_app.services.frames.arrivals import BATCH, HOLD, check_day, clear_list, put_waiting
from survey_app.services.frames.births import Row, add_organisations
from survey_app.services.frames.editions import Renumbered, RenumberedError
from survey_app.services.frames.rows import FaultyRow, faulty_rows, set_aside

MAX_FAULTS_SHOWN = 200
# How long an edition waits for somebody who takes it.
WAITS = timedelta(days=7)


@dataclass(frozen=True)
class ListDescription:
    """What must be known of a list before it may be used (R01)."""

    name: str
    owner: str
    dated: date
    purpose: str
    coverage: str
    licence: str = ""
    known_defects: str = ""


@dataclass(frozen=True)
class ImportChoices:
    """What a person chose for an import.

    Args:
        quarantine: faulty rows are set aside, unless all are; else one fault refuses the whole list.
        sector: whom the list names; None where its columns alone say so.
        renumbered: what new identifiers mean that look like some that are gone; None: ask.
    """

    quarantine: bool = False
    sector: Sector | None = None
    renumbered: Renumbered | None = None


ALL_OR_NOTHING = ImportChoices()


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `unread` counts by column the words that none of us understands."""

    list_name: str
    sector: Sector
    imported: int
    in_scope: int
    quarantined: int
    gaps: dict[str, int]
    unread: dict[str, int]
    faults: tuple[Fault, ...]


class FaultyListError(InvalidError):
    """Rows are at fault and nothing was imported."""

    title = "Nothing was imported"

    def __init__(self, faults: tuple[Fault, ...], *, some_sound: bool = True) -> None:
        shown = tuple(str(fault) for fault in faults[:MAX_FAULTS_SHOWN])
        more = len(faults) - len(shown)
        rest = (f"and {more:,} more",) if more > 0 else ()
        noun = "fault" if len(faults) == 1 else "faults"
        advice = (
            "Correct them, or import with the faulty rows set aside"
            if some_sound
            else "Every row is at fault, so there is nothing to bring in: correct them"
        )
        super().__init__(f"The list has {len(faults):,} {noun}. {advice}.", shown + rest)
        self.count = len(faults)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A list on its way in: checked, and written in `steps`, each for a short transaction of its own.

    Nobody sees any of it before the last but those that put addresses in their places (`arrivals`).
    """

    keys: Keyring
    source: SourceList
    reading: ListReading
    choices: ImportChoices
    report: ImportReport
    context: AuditContext
    rows: list[Row] = field(default_factory=list)
    renamed: dict[int, str] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        """What is to be done, one after the other.

        Raises:
            InvalidError: in the first step; the list is no later edition of the list of its name, or
                identifiers changed as a spreadsheet changes them (RenumberedError).
            ConflictError: when it begins to write; somebody else is bringing it in.
        """
        yield from self._written()
        yield self._put_in_force
        yield from put_addresses(self.keys, self.context)

    def steps_to_wait(self) -> Iterator[Step]:
        """The same, but at last the list waits for somebody who has seen what it changes (`taking`).

        Raises:
            As `steps`.
        """
        yield from self._written()
        yield self._leave_waiting

    def _written(self) -> Iterator[Step]:
        yield Looks(self._compare)
        left = [1]
        while left[-1]:
            yield lambda session, now: left.append(self._clear(session, now))
        yield self._begin
        for start in range(0, len(self.rows), BATCH):
            yield partial(self._add, self.rows[start : start + BATCH])
        faulty = faulty_rows(self.reading)
        for start in range(0, len(faulty), BATCH):
            yield partial(self._set_aside, faulty[start : start + BATCH])

    def _compare(self, session: Session, _now: datetime) -> None:
        """Look which organisation each row is, by the editions before."""
        programme_id, entries = self.source.programme_id, self.reading.entries
        newest = editions.list_called(session, name=self.source.name, programme_id=programme_id)
        if newest is not None:
            self.source.name = newest.name
            _check_edition(session, newest, self.source, self.reading)
        before = editions.standing(session, newest)
        pairs = editions.renumbered(entries, before)
        if pairs and self.choices.renumbered is None:
            raise RenumberedError(pairs)
        same = pairs if self.choices.renumbered is Renumbered.SAME else ()
        known = editions.identities(entries, before, same)
        self.rows.extend((entry, *one) for entry, one in zip(entries, known, strict=True))
        shown = ((owner, entry.name) for entry, _, owner in self.rows if owner is not None)
        self.renamed.update((owner, name) for owner, name in shown if before.names[owner] != name)

    def _clear(self, session: Session, now: datetime) -> int:
        """Take away some of what a killed attempt at the same list left."""
        before = session.scalar(self._same_name().where(SourceList.arriving_until <= now).limit(1))
        return clear_list(session, self.keys, list_id=before.id, now=now) if before else 0

    def _same_name(self) -> Select[SourceList]:
        return select(SourceList).where(
            SourceList.programme_id == self.source.programme_id, SourceList.name == self.source.name
        )

    def _begin(self, session: Session, now: datetime) -> None:
        arriving = session.scalar(self._same_name().where(SourceList.arriving_until.is_not(None)).limit(1))
        if arriving is not None:
            raise ConflictError(_already_here(arriving))
        if newest := editions.list_called(
            session, name=self.source.name, programme_id=self.source.programme_id
        ):
            _check_edition(session, newest, self.source, self.reading)
        self.source.arriving_until = now + HOLD
        session.add(self.source)
        session.flush()

    def _hold(self, session: Session, now: datetime, **values: datetime | None) -> None:
        """Say that somebody is still at it, or what it comes to."""
        held = update(SourceList).where(SourceList.id == self.source.id, SourceList.arriving_until > now)
        values = values or {"arriving_until": now + HOLD}
        if session.execute(held.values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError(f"The list {self.source.name!r} took too long and was taken away. Try again.")

    def _add(self, rows: list[Row], session: Session, now: datetime) -> None:
        self._hold(session, now)
        add_organisations(session, self.keys, self.source, rows, self.context)

    def _set_aside(self, rows: list[FaultyRow], session: Session, now: datetime) -> None:
        self._hold(session, now)
        set_aside(session, self.keys, list_id=self.source.id, rows=rows)

    def _put_in_force(self, session: Session, now: datetime) -> None:
        self._hold(session, now, arriving_until=None)
        names.note_names(session, self.renamed)
        counts = {"imported": self.report.imported, "quarantined": self.report.quarantined}
        sha256 = self.source.file_sha256
        record(session, self.context, "list imported", "source_list", self.source.id, sha256=sha256, **counts)

    def _leave_waiting(self, session: Session, now: datetime) -> None:
        self._hold(session, now, arriving_until=now + WAITS, waiting_since=now)
        rows = {"imported": self.report.imported, "quarantined": self.report.quarantined}
        record(
            session, self.context, "list brought in to be looked at", "source_list", self.source.id, **rows
        )


def put_addresses(keys: Keyring, context: AuditContext) -> Iterator[Step]:
    """Put the addresses of lists in force into their places."""
    left = [1]
    while left[-1]:
        yield lambda session, now: left.append(put_waiting(session, keys, context=context))


def _already_here(edition: SourceList) -> str:
    if edition.waiting_since is None:
        return f"The list {edition.name!r} is being brought in at this moment. Wait until it is there."
    return (
        f"An edition of the list {edition.name!r}, as of {in_words(edition.dated)}, waits to be taken. "
        "Take it, or give it up, first: it stands under Lists."
    )


def arrival_of(
    keys: Keyring,
    *,
    content: bytes,
    file_name: str,
    description: ListDescription,
    choices: ImportChoices = ALL_OR_NOTHING,
    context: AuditContext,
) -> Arrival:
    """Read a list and check it; what brings it in. Needs no transaction.

    A list of a name that is there already is its next edition: organisations that stand on both keep identity
    and random number, and who is left out of it is left out of frames made from now on.

    Raises:
        InvalidError: the file cannot be read, or rows are at fault (FaultyListError).
    """
    check_day(description.dated, "list", today=london_date(context.now))
    reading = _read(content, description, choices)
    _check_description(description, context)
    if reading.faults and not (choices.quarantine and reading.entries):
        raise FaultyListError(reading.faults, some_sound=bool(reading.entries))
    source = _source_list(description, content, file_name, reading, context)
    report = _report(description.name, reading)
    return Arrival(keys=keys, source=source, reading=reading, choices=choices, report=report, context=context)


def import_list(
    session: Session,
    keys: Keyring,
    *,
    content: bytes,
    file_name: str,
    description: ListDescription,
    choices: ImportChoices = ALL_OR_NOTHING,
    context: AuditContext,
) -> ImportReport:
    """Bring a list in, in one transaction; where respondents save meanwhile, take the steps one by one.

    Raises:
        InvalidError: as `arrival_of` and `Arrival.steps`.
        ConflictError: somebody else is bringing it in.
    """
    arrival = arrival_of(
        keys,
        content=content,
        file_name=file_name,
        description=description,
        choices=choices,
        context=context,
    )
    for step in arrival.steps():
        step(session, context.now)
    return arrival.report


def _read(content: bytes, description: ListDescription, choices: ImportChoices) -> ListReading:
    try:
        return read_list(content, sector=choices.sector, dated=description.dated, address_fault=fault_of)
    except SamplingError as fault:
        raise InvalidError(str(fault)) from None


def _check_description(description: ListDescription, context: AuditContext) -> None:
    lacking = [
        f"Say the list's {what}."
        for what in ("name", "owner", "purpose", "coverage")
        if not getattr(description, what).strip()
    ]
    if description.dated > london_date(context.now):
        lacking.append(f"The list's date, {in_words(description.dated)}, is in the future.")
    if lacking:
        raise InvalidError("The list is not described well enough to be used.", tuple(lacking))


def _check_edition(session: Session, there: SourceList, source: SourceList, reading: ListReading) -> None:
    """An edition follows those of its name in time, and is about the same sector."""
    if source.dated <= there.dated:
        raise InvalidError(
            f"The list {there.name!r} is there as of {in_words(there.dated)}. "
            "If this is a newer edition of it, give its later date; "
            "if it is another list, give it another name."
        )
    sector = session.scalar(
        select(Organisation.sector)
        .join(SourceRecord, SourceRecord.organisation_id == Organisation.id)
        .where(SourceRecord.source_list_id == there.id)
        .limit(1)
    )
    if sector is not None and reading.sector is not sector:
        raise InvalidError(
            f"The list {there.name!r} holds {sector.words}, and this file does not. "
            "Choose the right file, or give this list another name."
        )


def _source_list(
    description: ListDescription, content: bytes, file_name: str, reading: ListReading, context: AuditContext
) -> SourceList:
    return SourceList(
        programme_id=context.programme_id,
        name=description.name,
        owner=description.owner,
        dated=description.dated,
        purpose=description.purpose,
        coverage=description.coverage,
        licence=description.licence,
        known_defects=description.known_defects,
        file_name=file_name[-255:],
        file_sha256=hashlib.sha256(content).hexdigest(),
        row_count=len(reading.entries) + len(reading.faulty_rows),
        imported_at=context.now,
        imported_by=context.actor,
    )


def _report(name: str, reading: ListReading) -> ImportReport:
    return ImportReport(
        name,
        reading.sector,
        len(reading.entries),
        sum(entry.in_scope for entry in reading.entries),
        len(reading.faulty_rows),
        dict(reading.gaps),
        dict(reading.unread),
        reading.faults,
    )
