"""Plans kept under a name: saved, listed, put side by side, drawn."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import ConflictError, InvalidError
from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel, SavedPlan
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.panels.basis import PanelRequest, basis_of, misnamed
from survey_app.services.panels.plan import from_document, to_document
from survey_app.services.panels.planner import GroupLine, PlanLine, PlanView, look_at

MAX_NAME_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class SavedLine:
    """A saved plan as a list shows it; `panel_id` when it was drawn."""

    id: int
    name: str
    strand: Strand
    year: int
    frame_number: int
    created_at: datetime
    created_by: str
    panel_id: int | None


@dataclass(frozen=True)
class Kept:
    """A saved plan with all that was chosen."""

    id: int
    name: str
    request: PanelRequest


@dataclass(frozen=True)
class Beside:
    """One stratum, or one group, of two plans; None where a plan has it not."""

    name: str
    first: PlanLine | None
    second: PlanLine | None


@dataclass(frozen=True)
class GroupBeside:
    """One group to report on in two plans."""

    key: str
    first: GroupLine | None
    second: GroupLine | None


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side."""

    first: PlanView
    second: PlanView
    strata: tuple[Beside, ...]
    groups: tuple[GroupBeside, ...]


def save_plan(session: Session, *, name: str, request: PanelRequest, context: AuditContext) -> int:
    """Keep a plan under a name; its id. A plan that cannot be met is not kept.

    Raises:
        InvalidError: no name, or the plan cannot be met.
        TakenError: the strand and year have a plan of this name.
        NotFoundError: no such frame, or panel to avoid, in the programme.
    """
    name = name.strip()
    faults = _faults(name, request)
    if faults:
        raise InvalidError("The plan was not kept.", faults)
    basis_of(session, request=request, programme_id=context.programme_id or 0)
    kept = SavedPlan(
        programme_id=context.programme_id,
        strand=request.strand,
        year=request.year,
        name=name,
        frame_id=request.frame_id,
        choices=to_document(request.plan) | {"avoid": request.avoid},
        created_at=context.now,
        created_by=context.actor,
    )
    with session.begin_nested():
        session.add(kept)
    record(session, context, "plan kept", "panel_plan", kept.id, name=name, year=request.year)
    return kept.id


def _faults(name: str, request: PanelRequest) -> tuple[str, ...]:
    faults = []
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        faults.append(f"Give the plan a name of 1 to {MAX_NAME_LENGTH} characters.")
    return (*faults, *misnamed(request))


def plans_of(session: Session, programme_id: int) -> list[SavedLine]:
    """Every saved plan of a programme, newest year first, then by name."""
    drawn = select(func.max(Panel.id)).where(Panel.plan_id == SavedPlan.id).correlate(SavedPlan)
    rows = session.execute(
        select(SavedPlan, Frame.number, drawn.scalar_subquery())
        .join(Frame, Frame.id == SavedPlan.frame_id)
        .where(SavedPlan.programme_id == programme_id)
        .order_by(SavedPlan.year.desc(), SavedPlan.strand, SavedPlan.name)
    )
    return [
        SavedLine(
            id=p.id,
            name=p.name,
            strand=p.strand,
            year=p.year,
            frame_number=number,
            created_at=p.created_at,
            created_by=p.created_by,
            panel_id=panel_id,
        )
        for p, number, panel_id in rows
    ]


def plan_of(session: Session, *, plan_id: int, programme_id: int | None) -> Kept:
    """One saved plan.

    Raises:
        NotFoundError: no such plan in this programme.
        InvalidError: a newer program stored it.
    """
    row = owned(session, SavedPlan, plan_id, programme_id=programme_id)
    request = PanelRequest(
        row.frame_id, row.strand, row.year, from_document(row.choices), row.choices.get("avoid")
    )
    return Kept(row.id, row.name, request)


def delete_plan(session: Session, *, plan_id: int, context: AuditContext) -> None:
    """Delete a saved plan.

    Raises:
        ConflictError: a panel was drawn from it.
        NotFoundError: no such plan in this programme.
    """
    kept = plan_of(session, plan_id=plan_id, programme_id=context.programme_id)
    drawn = session.scalar(select(Panel.year).where(Panel.plan_id == plan_id))
    if drawn is not None:
        raise ConflictError(f"The panel of {drawn} was drawn from {kept.name!r}, so the plan stays with it.")
    session.delete(session.get_one(SavedPlan, plan_id))
    record(session, context, "plan deleted", "panel_plan", plan_id, name=kept.name)


def compare(session: Session, *, first: PanelRequest, second: PanelRequest, programme_id: int) -> Comparison:
    """Two plans side by side; a stratum or group that only one has stands beside nothing.

    Raises:
        As `panel_plans.look_at`.
    """
    one, other = (look_at(session, request=each, programme_id=programme_id) for each in (first, second))
    strata = [{line.stratum.name: line for line in view.lines} for view in (one, other)]
    groups = [{line.key: line for line in view.groups} for view in (one, other)]
    return Comparison(
        one,
        other,
        tuple(
            Beside(name, strata[0].get(name), strata[1].get(name))
            for name in sorted({**strata[0], **strata[1]})
        ),
        tuple(GroupBeside(key, groups[0].get(key), groups[1].get(key)) for key in {**groups[0], **groups[1]}),
    )
