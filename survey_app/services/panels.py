"""The panel of a year: planned, drawn by permanent random numbers, and shown."""

from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sampling.allocation import allocate
from sampling.errors import SamplingError
from sampling.frame import Sector
from sampling.selection import select_prn
from sampling.strata import Stratum, stratum_counts, stratum_of
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.frames import Frame, FrameEntry, Organisation
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.services.audit import Act, record


@dataclass(frozen=True)
class PanelPlan:
    """What a coordinator asks for: how many VCOs, how shared out, and the fewest per stratum."""

    voluntary_total: int = 1500
    minimum: int = 5
    method: str = "proportional"
    start: float = 0.0


@dataclass(frozen=True)
class StratumLine:
    """One stratum of a plan or a panel."""

    name: str
    sector: Sector
    region: str
    band: str
    pop_size: int
    sample_size: int
    certainty: bool

    @property
    def design_weight(self) -> float | None:
        return self.pop_size / self.sample_size if self.sample_size else None


@dataclass(frozen=True)
class PanelPage:
    """A drawn panel."""

    id: int
    strand: str
    year: int
    frame_number: int
    frame_as_of: object
    plan: dict[str, object]
    drawn_at: datetime
    drawn_by: str
    strata: tuple[StratumLine, ...]

    def size(self, sector: Sector) -> int:
        return sum(line.sample_size for line in self.strata if line.sector is sector)

    def population(self, sector: Sector) -> int:
        return sum(line.pop_size for line in self.strata if line.sector is sector)


@dataclass(frozen=True)
class _Unit:
    organisation_id: int
    uuid: str
    prn: float
    stratum: Stratum


def plan_strata(session: Session, *, frame_id: int, plan: PanelPlan) -> list[StratumLine]:
    """What a plan would draw from a frame, stratum by stratum.

    Raises:
        InvalidError: the frame holds nothing in scope, or the plan cannot be met; the text says what would.
    """
    return _lines(stratum_counts(unit.stratum for unit in _units(session, frame_id)), plan)


def _units(session: Session, frame_id: int) -> list[_Unit]:
    rows = session.execute(
        select(
            FrameEntry.organisation_id,
            Organisation.uuid,
            Organisation.prn,
            FrameEntry.sector,
            FrameEntry.region,
            FrameEntry.kind,
            FrameEntry.size,
        )
        .join(Organisation, Organisation.id == FrameEntry.organisation_id)
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
    )
    return [
        _Unit(organisation_id, uuid, prn, stratum_of(sector, region, kind, size))
        for organisation_id, uuid, prn, sector, region, kind, size in rows
    ]


def _lines(counts: dict[Stratum, int], plan: PanelPlan) -> list[StratumLine]:
    if not counts:
        raise InvalidError("The frame holds no organisation in scope, so there is nothing to draw from.")
    sizes = {stratum: count for stratum, count in counts.items() if stratum.certainty}
    sampled = {stratum: count for stratum, count in counts.items() if not stratum.certainty}
    if sampled:
        sizes |= _allocated(sampled, plan)
    return [StratumLine(s.name, s.sector, s.region, s.band, counts[s], sizes[s], s.certainty) for s in counts]


def _allocated(counts: dict[Stratum, int], plan: PanelPlan) -> dict[Stratum, int]:
    try:
        found = allocate(
            np.array(list(counts.values())),
            plan.voluntary_total,
            method="equal"
            if plan.method == "equal"
            else "power"
            if plan.method == "power"
            else "proportional",
            min_n=plan.minimum,
        )
    except SamplingError as fault:
        raise InvalidError(f"This plan cannot be met: {fault}") from None
    return {stratum: int(size) for stratum, size in zip(counts, found.sample_size, strict=True)}


def draw_panel(session: Session, *, frame_id: int, strand: str, year: int, plan: PanelPlan, act: Act) -> int:
    """Draw the panel of a strand and year, once; its id.

    Public bodies are taken whole; VCOs by permanent random number within region x income band.

    Raises:
        ConflictError: this strand and year have a panel.
        InvalidError: the plan cannot be met.
        NotFoundError: no such frame in the programme.
    """
    frame = session.get(Frame, frame_id)
    if frame is None or frame.programme_id != act.programme_id:
        raise NotFoundError("frame", frame_id)
    units = _units(session, frame_id)
    lines = _lines(stratum_counts(unit.stratum for unit in units), plan)
    panel = _new_panel(session, frame, strand, year, plan, act)
    strata = _add_strata(session, panel.id, lines, plan)
    members = _select(units, lines, plan, strata)
    session.execute(insert(PanelMember), [{"panel_id": panel.id, **member} for member in members])
    record(session, act, "panel drawn", "panel", panel.id, year=year, members=len(members))
    return panel.id


def _new_panel(session: Session, frame: Frame, strand: str, year: int, plan: PanelPlan, act: Act) -> Panel:
    panel = Panel(
        programme_id=frame.programme_id,
        frame_id=frame.id,
        strand=strand,
        year=year,
        plan=asdict(plan),
        drawn_at=act.now,
        drawn_by=act.actor,
    )
    try:
        with session.begin_nested():
            session.add(panel)
    except IntegrityError:
        raise ConflictError(f"The panel of {year} is drawn already. It is never drawn again.") from None
    return panel


def _add_strata(
    session: Session, panel_id: int, lines: list[StratumLine], plan: PanelPlan
) -> dict[str, PanelStratum]:
    rows = [
        PanelStratum(
            panel_id=panel_id,
            name=line.name,
            sector=line.sector,
            region=line.region,
            band=line.band,
            pop_size=line.pop_size,
            sample_size=line.sample_size,
            drawn_size=line.sample_size,
            start=plan.start,
            certainty=line.certainty,
        )
        for line in lines
    ]
    session.add_all(rows)
    session.flush()
    return {row.name: row for row in rows}


def _select(
    units: list[_Unit], lines: list[StratumLine], plan: PanelPlan, strata: dict[str, PanelStratum]
) -> list[dict[str, object]]:
    selection = select_prn(
        np.array([unit.prn for unit in units]),
        [unit.stratum.name for unit in units],
        {line.name: line.sample_size for line in lines},
        start=plan.start,
        ids=[unit.uuid for unit in units],
    )
    return [_member(units[int(index)], strata) for index in selection.indices]


def _member(unit: _Unit, strata: dict[str, PanelStratum]) -> dict[str, object]:
    stratum = strata[unit.stratum.name]
    return {
        "panel_stratum_id": stratum.id,
        "organisation_id": unit.organisation_id,
        "prn": unit.prn,
        "inclusion_probability": stratum.sample_size / stratum.pop_size,
        "design_weight": stratum.pop_size / stratum.sample_size,
        "route": "census" if stratum.certainty else "probability",
    }


def panels_of(session: Session, programme_id: int) -> list[tuple[int, str, int]]:
    """Id, strand and year of each panel, newest first."""
    rows = session.execute(
        select(Panel.id, Panel.strand, Panel.year)
        .where(Panel.programme_id == programme_id)
        .order_by(Panel.year.desc(), Panel.id.desc())
    )
    return [(panel_id, strand, year) for panel_id, strand, year in rows]


def panel_page(session: Session, *, panel_id: int, programme_id: int) -> PanelPage:
    """Everything the panel page shows.

    Raises:
        NotFoundError: no such panel in this programme.
    """
    panel = session.get(Panel, panel_id)
    if panel is None or panel.programme_id != programme_id:
        raise NotFoundError("panel", panel_id)
    frame = session.get_one(Frame, panel.frame_id)
    return PanelPage(
        panel.id,
        panel.strand,
        panel.year,
        frame.number,
        frame.as_of,
        panel.plan,
        panel.drawn_at,
        panel.drawn_by,
        tuple(strata_of(session, panel_id)),
    )


def strata_of(session: Session, panel_id: int) -> list[StratumLine]:
    """The strata of a drawn panel, in order."""
    rows = session.scalars(
        select(PanelStratum).where(PanelStratum.panel_id == panel_id).order_by(PanelStratum.name)
    )
    return [
        StratumLine(row.name, row.sector, row.region, row.band, row.pop_size, row.sample_size, row.certainty)
        for row in rows
    ]


def panel_rows(session: Session, *, panel_id: int, act: Act) -> list[dict[str, object]]:
    """The members of a panel for a file: who, stratum, probability, weight, random number. Audited."""
    panel_page(session, panel_id=panel_id, programme_id=act.programme_id or 0)
    rows = session.execute(
        select(Organisation.uuid, FrameEntry.name, PanelStratum, PanelMember)
        .join(Organisation, Organisation.id == PanelMember.organisation_id)
        .join(PanelStratum, PanelStratum.id == PanelMember.panel_stratum_id)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .join(
            FrameEntry,
            (FrameEntry.frame_id == Panel.frame_id)
            & (FrameEntry.organisation_id == PanelMember.organisation_id),
        )
        .where(PanelMember.panel_id == panel_id)
        .order_by(PanelStratum.name, PanelMember.id)
    )
    found: list[dict[str, object]] = [
        {
            "organisation": uuid,
            "name": name,
            "sector": stratum.sector.value,
            "region": stratum.region,
            "band": stratum.band,
            "pop_size": stratum.pop_size,
            "sample_size": stratum.sample_size,
            "inclusion_probability": member.inclusion_probability,
            "design_weight": member.design_weight,
            "prn": member.prn,
            "start": stratum.start,
        }
        for uuid, name, stratum, member in rows
    ]
    record(session, act, "panel exported", "panel", panel_id, rows=len(found))
    return found
