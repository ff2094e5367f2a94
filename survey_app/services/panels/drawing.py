"""The panel of a year: planned, drawn by permanent random numbers, and shown."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.database import Looks, Step
from survey_app.errors import ConflictError, InvalidError
from survey_app.models.frames.snapshots import Frame, FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel, PanelMember, PanelReserve, PanelStratum
from survey_app.models.programmes import Programme
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.panels.basis import (
    Basis,
    PanelRequest,
    basis_of,
    check_frame,
    drawn_from,
    follows,
    misnamed,
)
from survey_app.services.panels.plan import from_document, to_document
from survey_app.services.panels.rows import store


class AlreadyDrawnError(ConflictError):
    """The strand has a panel of this year."""

    title = "This panel is drawn already"

    def __init__(self, year: int) -> None:
        super().__init__(
            f"The panel of {year} is drawn already. To draw another for {year}, undraw that one first, "
            "on its page: that can be done while no round asks it."
        )
        self.year = year


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class PanelPage:
    """A drawn panel."""

    id: int
    strand: Strand
    year: int
    frame_id: int
    frame_number: int
    frame_as_of: date
    plan: dict[str, object]
    drawn_at: datetime
    drawn_by: str
    strata: tuple[StratumLine, ...]

    def size(self, sector: Sector) -> int:
        return sum(line.sample_size for line in self.strata if line.sector is sector)

    def population(self, sector: Sector) -> int:
        return sum(line.pop_size for line in self.strata if line.sector is sector)


@dataclass(kw_only=True)
class Drawing:
    """The panel of a strand and year, drawn once, in `steps`: worked out from what is there, then stored.

    Public bodies are taken whole, where they are asked; VCOs by permanent random number, on from where the
    strand's newest earlier panel began. Who is due a rest or has been asked enough is passed over while
    others suffice.

    Args:
        confirmed_shrink: the coordinator has seen how much the frame has changed.
        why: the reason kept with those who are taken although a rule is broken.
        panel_id: of the panel, once it is stored.
    """

    request: PanelRequest
    context: AuditContext
    confirmed_shrink: bool = False
    why: str = ""
    plan_id: int | None = None
    panel_id: int = 0

    def steps(self) -> Iterator[Step]:
        """What is to be done, one after the other.

        Raises:
            ConflictError: this strand and year have a panel, or the one before was drawn meanwhile.
            FrameChangedError: the frame is much smaller or larger than the one before, or holds others.
            InvalidError: there is no such year, a later year is drawn, or the plan cannot be met.
            NotFoundError: no such frame, or panel to avoid, in the programme.
        """
        # What is drawn stays for good, so a slip of the fingers must not draw.
        if faults := misnamed(self.request):
            raise InvalidError("Nothing was drawn.", faults)
        yield Looks(self._work_out)
        yield self._store

    def _work_out(self, session: Session, _now: datetime) -> None:
        _check_undrawn(session, self.request, self.context)
        self._basis = basis_of(session, request=self.request, programme_id=self.context.programme_id or 0)
        if not self.confirmed_shrink:
            check_frame(session, self._basis)
        self._drawn = drawn_from(session, self._basis)

    def _store(self, session: Session, _now: datetime) -> None:
        basis, drawn, context = self._basis, self._drawn, self.context
        # Others wait here, so that each sees the panels that came before it.
        session.get(Programme, context.programme_id, with_for_update={"key_share": True})
        _check_undrawn(session, self.request, context)
        if follows(session, basis.programme_id, self.request) != (
            basis.previous.panel_id if basis.previous else None
        ):
            raise ConflictError("The panel before this one was drawn at this moment. Look again, then draw.")
        panel = _new_panel(session, basis, self.plan_id, context)
        expected = {stratum.name: stratum.response for stratum in basis.known}
        store(session, panel.id, drawn, expected_response=expected, why=self.why, context=context)
        record(
            session, context, "panel drawn", "panel", panel.id,
            year=self.request.year, members=int(drawn.members.size), breaches=int(drawn.breaches.size),
        )  # fmt: skip
        self.panel_id = panel.id


def draw_panel(
    session: Session,
    *,
    request: PanelRequest,
    context: AuditContext,
    confirmed_shrink: bool = False,
    why: str = "",
    plan_id: int | None = None,
) -> int:
    """Draw a panel in one transaction; its id. Where respondents save meanwhile, take the steps one by one.

    Raises:
        As `Drawing.steps`.
    """
    drawing = Drawing(
        request=request, context=context, confirmed_shrink=confirmed_shrink, why=why, plan_id=plan_id
    )
    for step in drawing.steps():
        step(session, context.now)
    return drawing.panel_id


def _check_undrawn(session: Session, request: PanelRequest, context: AuditContext) -> None:
    """Let no draw pass for a year that has its panel or a later one."""
    ours = select(Panel.year).where(
        Panel.programme_id == context.programme_id, Panel.strand == request.strand
    )
    drawn = set(session.scalars(ours))
    if request.year in drawn:
        raise AlreadyDrawnError(request.year)
    if any(later > request.year for later in drawn):
        # Who stayed, left and entered is told from one panel to the next as they were drawn.
        reason = f"The panel of {max(drawn)} is drawn, and each builds on the one before."
        raise InvalidError("Nothing was drawn.", (f"{reason} Choose a year after {max(drawn)}.",))


def _new_panel(session: Session, basis: Basis, plan_id: int | None, context: AuditContext) -> Panel:
    request = basis.request
    panel = Panel(
        programme_id=basis.programme_id,
        frame_id=request.frame_id,
        strand=request.strand,
        year=request.year,
        previous_panel_id=basis.previous.panel_id if basis.previous else None,
        avoided_panel_id=request.avoid,
        plan_id=plan_id,
        plan=to_document(replace(request.plan, public_bodies=request.public_bodies))
        | {
            "asked_minutes": basis.survey.minutes,
            "rules": {sector.value: asdict(rule) for sector, rule in basis.rules.items()},
        },
        drawn_at=context.now,
        drawn_by=context.actor,
    )
    with session.begin_nested():
        session.add(panel)
    return panel


def panels_of(session: Session, programme_id: int) -> list[tuple[int, Strand, int]]:
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
    panel = owned(session, Panel, panel_id, programme_id=programme_id)
    frame = session.get_one(Frame, panel.frame_id)
    return PanelPage(
        id=panel.id,
        strand=panel.strand,
        year=panel.year,
        frame_id=frame.id,
        frame_number=frame.number,
        frame_as_of=frame.as_of,
        plan=panel.plan,
        drawn_at=panel.drawn_at,
        drawn_by=panel.drawn_by,
        strata=tuple(strata_of(session, panel_id)),
    )


def request_of(panel: PanelPage) -> PanelRequest:
    """What was asked for when a panel was drawn.

    Raises:
        InvalidError: a newer program drew it.
    """
    return PanelRequest(panel.frame_id, panel.strand, panel.year, from_document(panel.plan))


def reserve_of(session: Session, *, panel_id: int) -> int:
    """How many of a panel's reserve still wait."""
    waiting = select(func.count()).where(PanelReserve.panel_id == panel_id, PanelReserve.release_id.is_(None))
    return session.scalar(waiting) or 0


def strata_of(session: Session, panel_id: int) -> list[StratumLine]:
    """The strata of a drawn panel, in order."""
    rows = session.scalars(
        select(PanelStratum).where(PanelStratum.panel_id == panel_id).order_by(PanelStratum.name)
    )
    return [
        StratumLine(
            name=row.name,
            sector=row.sector,
            region=row.region,
            band=row.band,
            pop_size=row.pop_size,
            sample_size=row.sample_size,
            certainty=row.certainty,
        )
        for row in rows
    ]


def panel_rows(session: Session, *, panel_id: int, context: AuditContext) -> list[dict[str, object]]:
    """The members of a panel for a file: who, stratum, probability, weight, random number. Audited."""
    panel_page(session, panel_id=panel_id, programme_id=context.programme_id or 0)
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
    exported: list[dict[str, object]] = [
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
    record(session, context, "panel exported", "panel", panel_id, rows=len(exported))
    return exported
