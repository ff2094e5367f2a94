"""An organisation over the years: panels, rounds, what it was asked, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, aliased

from sampling.frame import Sector
from scheduler.strands import Strand
from scheduler.timetable import EventKind
from survey_app.errors import NotFoundError
from survey_app.models.burden import BurdenBreach, BurdenEntry, BurdenKind
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.frames.snapshots import Frame, FrameEntry
from survey_app.models.organisations import Organisation, OrganisationLink
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.models.programmes import Programme
from survey_app.models.rounds import Round, day_of
from survey_app.services import names
from survey_app.services.burden.ceilings import ASKED, INVITED
from survey_app.services.burden.ledger import rules
from survey_app.services.frames.arrivals import arrived

PER_PAGE = 50


@dataclass(frozen=True)
class OrganisationLine:
    """An organisation as a list shows it, with what it was asked in one year."""

    id: int
    uuid: str
    name: str
    sector: Sector
    minutes: int
    invitations: int
    panels: int


@dataclass(frozen=True)
class OrganisationList:
    """One page of the organisations."""

    lines: tuple[OrganisationLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class Membership:
    """An organisation in one panel. `breaches`: the rules that its selection broke."""

    panel_id: int
    programme: str
    strand: Strand
    year: int
    stratum: str
    region: str
    band: str
    route: str
    pop_size: int
    sample_size: int
    inclusion_probability: float
    design_weight: float
    start: float
    breaches: tuple["Breach", ...]


@dataclass(frozen=True)
class Breach:
    """A rule that was broken: by how much (years, minutes, invitations), by whose leave, and why."""

    panel_id: int
    year: int
    rule: str
    excess: int
    allowed_by: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """An organisation in one round, with the case that it is there."""

    case_id: int
    programme_id: int
    round_id: int
    title: str
    strand: Strand
    year: int
    route: str
    outcome: Outcome
    outcome_on: date | None


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger."""

    day: date
    year: int
    kind: BurdenKind
    strand: Strand
    minutes: int
    note: str


@dataclass(frozen=True)
class YearOfBurden:
    """What one organisation was asked in a year, and whether that is above a ceiling."""

    year: int
    invitations: int
    reminders: int
    minutes_asked: int
    minutes_answered: int
    too_much: bool


@dataclass(frozen=True)
class FrameLine:
    """An organisation on one frame."""

    frame_number: int
    as_of: date
    region: str
    band: str
    in_scope: bool
    reason: str


@dataclass(frozen=True)
class Link:
    """What became of an organisation, or what it came from; `onward` where it is the predecessor."""

    other_id: int
    other_name: str
    kind: str
    happened_on: date
    source: str
    onward: bool


@dataclass(frozen=True, kw_only=True)
class OrganisationHistory:
    """All that is kept of what an organisation was chosen for and asked; nothing that it answered."""

    id: int
    uuid: str
    name: str
    sector: Sector
    prn: float
    exempt: bool
    memberships: tuple[Membership, ...]
    rounds: tuple[Part, ...]
    years: tuple[YearOfBurden, ...]
    ledger: tuple[LedgerLine, ...]
    frames: tuple[FrameLine, ...]
    links: tuple[Link, ...]


def organisations(
    session: Session, *, year: int, text: str = "", sector: Sector | None = None, page: int = 1
) -> OrganisationList:
    """One page of all organisations by name, with what each was asked in a year.

    A page past the last is the last.
    """
    conditions = _conditions(text, sector)
    total = session.scalar(select(func.count()).select_from(Organisation).where(*conditions)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        select(Organisation.id, Organisation.uuid, Organisation.name, Organisation.sector)
        .where(*conditions)
        .order_by(func.lower(Organisation.name), Organisation.name, Organisation.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    ids = [row.id for row in rows]
    asked, chosen = _asked(session, ids, year), _chosen(session, ids)
    return OrganisationList(
        tuple(OrganisationLine(*row, *asked.get(row.id, (0, 0)), chosen.get(row.id, 0)) for row in rows),
        total,
        page,
        pages,
    )


def _conditions(text: str, sector: Sector | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [arrived()]
    if text.strip():
        part = text.replace("\x00", "").strip()[: names.MAX_SEARCH_LENGTH]
        known = Organisation.id.in_(names.called(text))
        conditions.append(known | Organisation.name.icontains(part, autoescape=True))
    if sector is not None:
        conditions.append(Organisation.sector == sector)
    return conditions


def _asked(session: Session, ids: Sequence[int], year: int) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(
            BurdenEntry.organisation_id,
            func.sum(case((BurdenEntry.kind.in_(ASKED), BurdenEntry.minutes), else_=0)),
            func.sum(case((BurdenEntry.kind.in_(INVITED), 1), else_=0)),
        )
        .where(BurdenEntry.organisation_id.in_(ids), BurdenEntry.year == year)
        .group_by(BurdenEntry.organisation_id)
    )
    return {one: (minutes, invitations) for one, minutes, invitations in rows}


def _chosen(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(PanelMember.organisation_id, func.count())
        .where(PanelMember.organisation_id.in_(ids))
        .group_by(PanelMember.organisation_id)
    )
    return {one: count for one, count in rows}


def organisation_history(session: Session, *, organisation_id: int) -> OrganisationHistory:
    """The whole history of one organisation, over all programmes and strands.

    Raises:
        NotFoundError: no such organisation.
    """
    organisation = session.scalar(select(Organisation).where(Organisation.id == organisation_id, arrived()))
    if organisation is None:
        raise NotFoundError("organisation", organisation_id)
    ledger = _ledger(session, organisation_id)
    return OrganisationHistory(
        id=organisation.id,
        uuid=organisation.uuid,
        name=organisation.name,
        sector=organisation.sector,
        prn=organisation.prn,
        exempt=organisation.sector is Sector.PUBLIC,
        memberships=_memberships(session, organisation_id),
        rounds=_parts(session, organisation_id),
        years=_years(session, organisation.sector, ledger),
        ledger=ledger,
        frames=_frames(session, organisation_id),
        links=_links(session, organisation_id),
    )


def _memberships(session: Session, organisation_id: int) -> tuple[Membership, ...]:
    breaches = session.execute(
        select(BurdenBreach, Panel.year)
        .join(Panel, Panel.id == BurdenBreach.panel_id)
        .where(BurdenBreach.organisation_id == organisation_id)
    )
    broken = [
        Breach(row.panel_id, year, row.rule, row.excess, row.allowed_by, row.why) for row, year in breaches
    ]
    rows = session.execute(
        select(Panel, Programme.name, PanelStratum, PanelMember)
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .join(PanelStratum, PanelStratum.id == PanelMember.panel_stratum_id)
        .join(Programme, Programme.id == Panel.programme_id)
        .where(PanelMember.organisation_id == organisation_id)
        .order_by(Panel.year.desc(), Panel.id.desc())
    )
    return tuple(
        Membership(
            panel_id=panel.id,
            programme=programme,
            strand=panel.strand,
            year=panel.year,
            stratum=stratum.name,
            region=stratum.region,
            band=stratum.band,
            route=member.route,
            pop_size=stratum.pop_size,
            sample_size=stratum.sample_size,
            inclusion_probability=member.inclusion_probability,
            design_weight=member.design_weight,
            start=stratum.start,
            breaches=tuple(one for one in broken if one.panel_id == panel.id),
        )
        for panel, programme, stratum, member in rows
    )


def _parts(session: Session, organisation_id: int) -> tuple[Part, ...]:
    rows = session.execute(
        select(Case, Round, Panel.year)
        .join(Round, Round.id == Case.round_id)
        .join(Panel, Panel.id == Round.panel_id)
        .where(Case.organisation_id == organisation_id)
        .order_by(day_of(EventKind.OPEN).desc(), Round.id.desc())
    )
    return tuple(
        Part(
            case_id=one.id,
            programme_id=round_.programme_id,
            round_id=round_.id,
            title=round_.title,
            strand=round_.strand,
            year=year,
            route=one.route,
            outcome=one.outcome,
            outcome_on=one.outcome_on,
        )
        for one, round_, year in rows
    )


def _ledger(session: Session, organisation_id: int) -> tuple[LedgerLine, ...]:
    rows = session.scalars(select(BurdenEntry).where(BurdenEntry.organisation_id == organisation_id))
    order = list(BurdenKind)
    entries = sorted(rows, key=lambda row: (row.day, order.index(row.kind)), reverse=True)
    return tuple(
        LedgerLine(entry.day, entry.year, entry.kind, entry.strand, entry.minutes, entry.note)
        for entry in entries
    )


def _years(session: Session, sector: Sector, ledger: Sequence[LedgerLine]) -> tuple[YearOfBurden, ...]:
    rule = rules(session)[sector]
    years = []
    for year in sorted({line.year for line in ledger}, reverse=True):
        lines = [line for line in ledger if line.year == year]
        minutes = sum(line.minutes for line in lines if line.kind in ASKED)
        invitations = sum(line.kind in INVITED for line in lines)
        ceilings = ((minutes, rule.max_minutes), (invitations, rule.max_invitations))
        years.append(
            YearOfBurden(
                year,
                invitations,
                sum(line.kind is BurdenKind.REMINDER for line in lines),
                minutes,
                sum(line.minutes for line in lines if line.kind is BurdenKind.MINUTES_ANSWERED),
                any(most is not None and value > most for value, most in ceilings),
            )
        )
    return tuple(years)


def _frames(session: Session, organisation_id: int) -> tuple[FrameLine, ...]:
    rows = session.execute(
        select(Frame, FrameEntry)
        .join(FrameEntry, FrameEntry.frame_id == Frame.id)
        .where(FrameEntry.organisation_id == organisation_id, Frame.making_until.is_(None))
        .order_by(Frame.as_of.desc(), Frame.id.desc())
    )
    return tuple(
        FrameLine(
            frame.number,
            frame.as_of,
            entry.region,
            entry.kind if entry.sector is Sector.PUBLIC else entry.size,
            entry.in_scope,
            entry.scope_reason,
        )
        for frame, entry in rows
    )


def _links(session: Session, organisation_id: int) -> tuple[Link, ...]:
    before, after = aliased(Organisation), aliased(Organisation)
    rows = session.execute(
        select(OrganisationLink, before.name, after.name)
        .join(before, before.id == OrganisationLink.predecessor_id)
        .join(after, after.id == OrganisationLink.successor_id)
        .where(
            (OrganisationLink.predecessor_id == organisation_id)
            | (OrganisationLink.successor_id == organisation_id)
        )
        .order_by(OrganisationLink.happened_on)
    )
    return tuple(
        Link(
            link.successor_id if link.predecessor_id == organisation_id else link.predecessor_id,
            later if link.predecessor_id == organisation_id else earlier,
            link.kind,
            link.happened_on,
            link.source,
            link.predecessor_id == organisation_id,
        )
        for link, earlier, later in rows
    )
