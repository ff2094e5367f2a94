"""The burden ledger: what organisations were asked, written with the fact, and what one may be asked."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.clock import in_words, london_date
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.base import fresh_key, table
from survey_app.models.burden import BurdenEntry, BurdenKind, BurdenRule
from survey_app.models.cases.casework import Case
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record

# What people do with an organisation outside a round, and note in the ledger by hand.
BY_HAND = (BurdenKind.FOCUS_GROUP, BurdenKind.INTERVIEW, BurdenKind.OTHER)
MAX_NOTE_LENGTH = 200
MAX_MINUTES = 10_000


@dataclass(frozen=True)
class Rule:
    """What one organisation of a sector may be asked in a year, and how long it stays and rests.

    Ceilings bind where organisations are sampled; a body that is asked as part of a census is exempt.
    """

    sector: Sector
    max_minutes: int | None
    max_invitations: int | None
    term_years: int
    holiday_years: int


# Until somebody decides otherwise. Three years in and three out is the guarantee that official business
# surveys give small firms (docs/statistics.md).
USUAL = {
    Sector.PUBLIC: Rule(Sector.PUBLIC, None, None, 1, 0),
    Sector.VOLUNTARY: Rule(Sector.VOLUNTARY, 90, 3, 3, 3),
}


def rules(session: Session) -> dict[Sector, Rule]:
    """The rules of the installation, by sector."""
    changed = {row.sector: row for row in session.scalars(select(BurdenRule))}
    return USUAL | {
        sector: Rule(sector, row.max_minutes, row.max_invitations, row.term_years, row.holiday_years)
        for sector, row in changed.items()
    }


def change_rule(session: Session, *, rule: Rule, context: AuditContext, why: str = "") -> None:
    """Set what a sector may be asked, for every programme, from the next plan on. Audited with what held.

    Raises:
        InvalidError: a ceiling that is not above 0, a term under a year, or a holiday below none.
    """
    faults = _faults(rule)
    if faults:
        raise InvalidError("This rule cannot be kept.", faults)
    before = rules(session)[rule.sector]
    if before == rule:
        return
    row = session.get(BurdenRule, rule.sector) or BurdenRule(sector=rule.sector)
    row.max_minutes, row.max_invitations = rule.max_minutes, rule.max_invitations
    row.term_years, row.holiday_years = rule.term_years, rule.holiday_years
    row.changed_at, row.changed_by = context.now, context.actor
    session.add(row)
    session.flush()
    changed = {
        name: f"{old} to {new}"
        for (name, old), new in zip(asdict(before).items(), asdict(rule).values(), strict=True)
        if old != new
    }
    said = {"why": why} if why else {}
    record(session, context, "burden rule changed", "burden_rule", rule.sector.value, **said, **changed)


def _faults(rule: Rule) -> tuple[str, ...]:
    faults = []
    for what, ceiling in (("minutes", rule.max_minutes), ("invitations", rule.max_invitations)):
        if ceiling is not None and not 1 <= ceiling <= MAX_MINUTES:
            faults.append(f"The most {what} a year is {ceiling}; it is 1 to {MAX_MINUTES:,}, or none.")
    if not 1 <= rule.term_years <= 20:
        faults.append(f"The term is {rule.term_years} years; it is 1 to 20.")
    if not 0 <= rule.holiday_years <= 20:
        faults.append(f"The holiday is {rule.holiday_years} years; it is 0 to 20.")
    return tuple(faults)


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What being invited to a round costs whoever is invited; `day` is when the letters leave."""

    programme_id: int
    strand: Strand
    round_id: int
    year: int
    day: date
    minutes: Mapping[Sector, int]


def schedule_invitations(
    session: Session, *, invitation: Invitation, asked: Iterable[tuple[int, Sector]]
) -> None:
    """Enter the invitations of a round, and the minutes that answering it takes.

    Args:
        asked: id and sector of each organisation.
    """
    common = {
        "programme_id": invitation.programme_id,
        "strand": invitation.strand,
        "round_id": invitation.round_id,
        "year": invitation.year,
        "day": invitation.day,
        "note": "",
    }
    rows = [
        common | {"id": fresh_key(), "organisation_id": organisation_id, "kind": kind, "minutes": spent}
        for organisation_id, sector in asked
        for kind, spent in (
            (BurdenKind.INVITATION, 0),
            (BurdenKind.MINUTES_ASKED, invitation.minutes[sector]),
        )
    ]
    if rows:
        session.execute(insert(table(BurdenEntry)), rows)


def move_invitations(session: Session, *, round_id: int, day: date) -> None:
    """Enter another day for what a round asks, where its letters have not left."""
    session.execute(update(table(BurdenEntry)).where(BurdenEntry.round_id == round_id).values(day=day))


_LEDGER = table(BurdenEntry).c
_OF_CASE = insert(table(BurdenEntry)).from_select(
    [
        _LEDGER.id,
        _LEDGER.organisation_id,
        _LEDGER.programme_id,
        _LEDGER.strand,
        _LEDGER.round_id,
        _LEDGER.year,
        _LEDGER.day,
        _LEDGER.kind,
        _LEDGER.minutes,
        _LEDGER.note,
    ],
    select(
        bindparam("key", type_=_LEDGER.id.type),
        Case.organisation_id,
        Round.programme_id,
        Round.strand,
        Round.id,
        Panel.year,
        bindparam("day", type_=_LEDGER.day.type),
        bindparam("kind", type_=_LEDGER.kind.type),
        bindparam("minutes", type_=_LEDGER.minutes.type),
        literal(""),
    )
    .join(Round, Round.id == Case.round_id)
    .join(Panel, Panel.id == Round.panel_id)
    # Only organisations have a burden.
    .where(Case.id == bindparam("case_id"), Case.organisation_id.is_not(None)),
    include_defaults=False,
)


def note_reminder(session: Session, *, case_id: int, day: date) -> None:
    """Enter that a case was reminded."""
    values = {"key": fresh_key(), "case_id": case_id, "day": day, "kind": BurdenKind.REMINDER, "minutes": 0}
    session.execute(_OF_CASE, values)


def note_answered(session: Session, *, case_id: int, minutes: int, day: date) -> None:
    """Enter the minutes that answering takes by the questionnaire's own estimate: nothing of the answers."""
    kind = BurdenKind.MINUTES_ANSWERED
    session.execute(
        _OF_CASE, {"key": fresh_key(), "case_id": case_id, "day": day, "kind": kind, "minutes": minutes}
    )


def take_back_answered(session: Session, *, case_id: int) -> None:
    """Take the minutes of one answering out again, since nobody there answered."""
    entry = session.scalars(
        select(BurdenEntry)
        .join(Case, (Case.round_id == BurdenEntry.round_id))
        .where(
            Case.id == case_id,
            BurdenEntry.organisation_id == Case.organisation_id,
            BurdenEntry.kind == BurdenKind.MINUTES_ANSWERED,
        )
        .limit(1)
    ).first()
    if entry is not None:
        session.delete(entry)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One letter to an organisation that belongs to no round's cases: what it asks for, and on which day."""

    organisation_id: int
    strand: Strand
    day: date
    note: str
    kind: BurdenKind = BurdenKind.INVITATION


def note_asked(session: Session, *, asked: Asked, programme_id: int) -> None:
    """Enter such a letter, in the transaction that schedules or marks it; it takes no minutes by itself."""
    values = {
        "programme_id": programme_id,
        "round_id": None,
        "year": asked.day.year,
        "minutes": 0,
        **vars(asked),
        "note": asked.note[:MAX_NOTE_LENGTH],
    }
    session.add(BurdenEntry(**values))


def take_back_asked(session: Session, *, asked: Asked, programme_id: int) -> None:
    """Take out what one letter was to ask for that never left."""
    entry = session.scalars(
        select(BurdenEntry)
        .where(
            BurdenEntry.organisation_id == asked.organisation_id,
            BurdenEntry.programme_id == programme_id,
            BurdenEntry.strand == asked.strand,
            BurdenEntry.round_id.is_(None),
            BurdenEntry.kind == asked.kind,
            BurdenEntry.note == asked.note[:MAX_NOTE_LENGTH],
        )
        .limit(1)
    ).first()
    if entry is not None:
        session.delete(entry)


@dataclass(frozen=True)
class Contribution:
    """Time that an organisation gave, or was asked for, outside a round."""

    organisation_id: int
    kind: str
    strand: Strand
    day: date
    minutes: int
    note: str = ""


def note_contribution(session: Session, *, given: Contribution, context: AuditContext) -> None:
    """Enter a focus group, an interview or something else by hand; it counts in the year of its day. Audited.

    Raises:
        InvalidError: another kind, a day to come, no minutes, or too long a note.
        NotFoundError: no such organisation.
    """
    kind = next((kind for kind in BY_HAND if kind.value == given.kind), None)
    faults = []
    if kind is None:
        faults.append(f"{given.kind!r} is not one of {', '.join(kind.value for kind in BY_HAND)}.")
    if given.day > london_date(context.now):
        faults.append(f"The day, {in_words(given.day)}, is still to come.")
    if not 0 <= given.minutes <= MAX_MINUTES:
        faults.append(f"{given.minutes} minutes were given; they are 0 to {MAX_MINUTES:,}.")
    if len(given.note) > MAX_NOTE_LENGTH:
        faults.append(f"The note has {len(given.note)} characters; the most is {MAX_NOTE_LENGTH}.")
    if faults or kind is None:
        raise InvalidError("This cannot be entered in the ledger.", tuple(faults))
    if session.get(Organisation, given.organisation_id) is None:
        raise NotFoundError("organisation", given.organisation_id)
    session.add(
        BurdenEntry(
            organisation_id=given.organisation_id,
            programme_id=context.programme_id,
            strand=given.strand,
            round_id=None,
            year=given.day.year,
            day=given.day,
            kind=kind,
            minutes=given.minutes,
            note=given.note,
        )
    )
    session.flush()
    about = {"kind": kind.value, "minutes": given.minutes}
    record(session, context, "burden entered", "organisation", given.organisation_id, **about)
