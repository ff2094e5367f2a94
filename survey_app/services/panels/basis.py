"""What a plan rests on: the frame's cells, last year's panel and replies, the rules; enough to draw it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.panels.grid import Domain, PlanStratum
from sampling.panels.planning import Sizes
from sampling.panels.response import expected_response
from sampling.panels.rotation import StratumState
from sampling.strata import SEPARATOR, Stratum, collapse_map
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.clock import LAST_DAY
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.models.rounds import Round
from survey_app.services.burden.ceilings import Survey
from survey_app.services.burden.ledger import Rule, rules
from survey_app.services.frames.cells import Cell, cells_of
from survey_app.services.owned import owned
from survey_app.services.panels import plan as panel_plan
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.panels.selection import Drawn, Order, Past, deprioritised, draw, order_of, past_of
from survey_app.services.panels.strata import USUAL_RESPONSE, Strata, divide, domains, sizes
from survey_app.services.questionnaires import versions

# A frame that is smaller, or larger, than this share of the one before has to be confirmed.
SHRUNK, GROWN = 0.5, 1.5
FIRST, LAST = 2000, LAST_DAY.year


@dataclass(frozen=True)
class PanelRequest:
    """Which panel is asked for: of what strand and year, from which frame, by what plan.

    `avoid`: a panel of another strand whose members are left alone as far as possible.
    """

    frame_id: int
    strand: Strand
    year: int
    plan: PanelPlan
    avoid: int | None = None

    @property
    def public_bodies(self) -> bool:
        """Whether every public body is asked: no sector is taken whole unasked, save in the annual survey."""
        if self.plan.public_bodies is None:
            return self.strand is Strand.ANNUAL_SURVEY
        return self.plan.public_bodies


def misnamed(request: PanelRequest) -> tuple[str, ...]:
    """What is wrong with the strand and the year of a panel that is to be kept or drawn."""
    faults = []
    if not FIRST <= request.year <= LAST:
        faults.append(f"The year is {request.year}; it is {FIRST} to {LAST}.")
    return tuple(faults)


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a plan rests on, read once: enough to see it, and to draw it.

    Args:
        minutes: that one case takes, by sector. known: the strata with their expected response.
        groups: see `plan_strata.domains`. unmet: targets that the sizes miss.
    """

    request: PanelRequest
    programme_id: int
    cells: list[Cell]
    strata: Strata
    groups: Mapping[str, Domain]
    known: tuple[PlanStratum, ...]
    sizes: Sizes
    order: Order
    previous: Past | None
    avoided: Past | None
    last: "LastReplies | None"
    minutes: Mapping[Sector, int]
    rules: Mapping[Sector, Rule]

    @property
    def survey(self) -> Survey:
        """The survey as the ledger sees it."""
        request = self.request
        return Survey(self.programme_id, request.strand, request.year, self.minutes[Sector.VOLUNTARY])

    @property
    def holiday(self) -> int:
        """Years of rest that the plan promises."""
        own = self.request.plan.holiday
        return self.rules[Sector.VOLUNTARY].holiday_years if own is None else own

    @property
    def states(self) -> dict[str, StratumState]:
        """The strata of the plan as a later draw would find them."""
        return {
            stratum.name: StratumState(count, self.order.sizes[stratum.name], self.order.starts[stratum.name])
            for stratum, count in self.strata.counts.items()
        }


@dataclass(frozen=True)
class LastReplies:
    """How the strand's newest round went, by the strata of its panel."""

    round_id: int
    year: int
    strata: tuple[Stratum, ...]
    asked: Mapping[str, int]
    replied: Mapping[str, int]


def basis_of(session: Session, *, request: PanelRequest, programme_id: int) -> Basis:
    """Work a plan out as far as its draw needs.

    Raises:
        NotFoundError: no such frame, or panel to avoid, in the programme.
        InvalidError: the plan makes no sense, does not fit the frame, or cannot be met.
    """
    owned(session, Frame, request.frame_id, programme_id=programme_id)
    plan = request.plan
    panel_plan.check(plan)
    cells = cells_of(session, request.frame_id)
    strata = divide(cells, plan, public_bodies=request.public_bodies)
    last = last_replies(session, programme_id=programme_id, strand=request.strand, before=request.year)
    minutes = _minutes(session, plan)
    known = _known(strata, last, minutes, plan.pence)
    groups = domains(cells, strata)
    allocated = sizes(strata, known, groups, plan)
    previous = _past(session, follows(session, programme_id, request), request, strata)
    avoided = _past(session, _avoided(session, programme_id, request.avoid), request, strata)
    return Basis(
        request=request,
        programme_id=programme_id,
        cells=cells,
        strata=strata,
        groups=groups,
        known=known,
        sizes=allocated,
        order=order_of(strata, allocated.ask, plan, previous=previous, avoided=avoided),
        previous=previous,
        avoided=avoided,
        last=last,
        minutes=minutes,
        rules=rules(session),
    )


def follows(session: Session, programme_id: int, request: PanelRequest) -> int | None:
    """The id of the strand's newest panel of an earlier year, or None."""
    return session.scalar(
        select(Panel.id)
        .where(Panel.programme_id == programme_id, Panel.strand == request.strand, Panel.year < request.year)
        .order_by(Panel.year.desc())
        .limit(1)
    )


def _avoided(session: Session, programme_id: int, panel_id: int | None) -> int | None:
    if panel_id is None:
        return None
    owned(session, Panel, panel_id, programme_id=programme_id)
    return panel_id


def _past(session: Session, panel_id: int | None, request: PanelRequest, strata: Strata) -> Past | None:
    if panel_id is None:
        return None
    return past_of(session, panel_id=panel_id, frame_id=request.frame_id, strata=strata)


def _minutes(session: Session, plan: PanelPlan) -> dict[Sector, int]:
    return {sector: plan.minutes or _estimated(session, sector) for sector in Sector}


def _estimated(session: Session, sector: Sector) -> int:
    """What the newest questionnaire says that it takes; 0 while none is published."""
    try:
        version = versions.newest_version(session, sector)
    except NotFoundError:
        return 0
    return versions.questionnaire_of(session, version).estimated_minutes


def last_replies(session: Session, *, programme_id: int, strand: Strand, before: int) -> LastReplies | None:
    """Who answered in a strand's newest closed round before a year; those not eligible are not counted."""
    newest = session.execute(
        select(Round.id, Panel.year)
        .join(Panel, Panel.id == Round.panel_id)
        .where(
            Round.programme_id == programme_id,
            Round.strand == strand,
            Round.stage == Stage.CLOSED,
            Panel.year < before,
        )
        .order_by(Panel.year.desc(), Round.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return None
    rows = session.execute(
        select(PanelStratum.sector, PanelStratum.region, PanelStratum.band, Case.outcome, func.count())
        .join(PanelMember, PanelMember.panel_stratum_id == PanelStratum.id)
        .join(Case, Case.panel_member_id == PanelMember.id)
        .where(Case.round_id == newest.id, Case.outcome != Outcome.NOT_ELIGIBLE)
        .group_by(PanelStratum.sector, PanelStratum.region, PanelStratum.band, Case.outcome)
    )
    asked: dict[Stratum, int] = {}
    replied: dict[Stratum, int] = {}
    for sector, region, band, state, count in rows:
        stratum = Stratum(sector, region, band)
        asked[stratum] = asked.get(stratum, 0) + count
        replied[stratum] = replied.get(stratum, 0) + (count if state is Outcome.COMPLETE else 0)
    return LastReplies(
        newest.id,
        newest.year,
        tuple(sorted(asked)),
        {stratum.name: count for stratum, count in asked.items()},
        {stratum.name: count for stratum, count in replied.items()},
    )


def _known(
    strata: Strata, last: LastReplies | None, minutes: Mapping[Sector, int], pence: int
) -> tuple[PlanStratum, ...]:
    expected = expected_response(
        [stratum.name for stratum in strata.counts],
        last.asked if last else {},
        last.replied if last else {},
        wider=collapse_map([*strata.counts, *(last.strata if last else ())]),
        default=USUAL_RESPONSE,
    )
    return tuple(
        PlanStratum(
            stratum.name,
            count,
            expected[stratum.name],
            stratum.certainty,
            minutes[stratum.sector],
            pence,
        )
        for stratum, count in strata.counts.items()
    )


class FrameChangedError(InvalidError):
    """The frame differs so much from the one before that somebody must have seen it before a draw."""

    title = "The frame has changed a great deal"


def check_frame(session: Session, basis: Basis) -> None:
    """Let pass a frame that is like the one before.

    Raises:
        FrameChangedError: a sector is half as large, or half as large again, or most of it is others.
    """
    if basis.previous is None:
        return
    then = cells_of(session, session.get_one(Panel, basis.previous.panel_id).frame_id)
    drawn = select(PanelStratum.sector).where(PanelStratum.panel_id == basis.previous.panel_id).distinct()
    # Of a sector that the panel before did not ask, nobody knows who stayed.
    changes = [_change(sector, then, basis) for sector in session.scalars(drawn).all()]
    faults = tuple(change for change in changes if change)
    if faults:
        raise FrameChangedError(
            f"Compared with the frame of the panel of {basis.previous.year}, much is different. "
            "Look at the lists first; if this is right, draw again and confirm it.",
            faults,
        )


def _change(sector: Sector, then: Sequence[Cell], basis: Basis) -> str:
    before = sum(cell.pop_size for cell in then if cell.features.sector is sector)
    now = sum(count for stratum, count in basis.strata.counts.items() if stratum.sector is sector)
    if before == 0 or (now == 0 and not basis.request.public_bodies):
        return ""
    previous = basis.previous
    stayed = sum(
        count
        for (_, stratum), count in (previous.moved.items() if previous else ())
        if stratum.startswith(f"{sector.value}{SEPARATOR}")
    )
    what = f"{sector.words[:1].upper()}{sector.words[1:]}: {before:,} then, {now:,} now"
    if not SHRUNK * before < now < GROWN * before:
        return f"{what}."
    if stayed < SHRUNK * before:
        return f"{what}, of whom {stayed:,} were on the frame then."
    return ""


def drawn_from(session: Session, basis: Basis) -> Drawn:
    """Make the draw, in memory."""
    request = basis.request
    back = deprioritised(
        session,
        survey=basis.survey,
        plan=request.plan,
        rule=basis.rules[Sector.VOLUNTARY],
        avoid=request.avoid,
    )
    return draw(session, cells=basis.cells, frame_id=request.frame_id, order=basis.order, back=back)
