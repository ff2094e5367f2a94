"""The panel of a round of the cycle: sound lists, a frame of them, a draw by the saved plan."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from scheduler.timetable import spoken
from survey_app.clock import london_date
from survey_app.models.frames.lists import SourceList
from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel, SavedPlan
from survey_app.services.audit import AuditContext
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing, saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan, from_document


def old_lists(session: Session, *, programme_id: int, months: int, today: date) -> str:
    """Which lists are older than a panel may be drawn from, in words; none at all is too old, too."""
    newest = session.execute(
        select(SourceList.name, func.max(SourceList.dated))
        .where(SourceList.programme_id == programme_id)
        .group_by(SourceList.name)
        .order_by(SourceList.name)
    ).all()
    if not newest:
        return "Bring in the lists of organisations: there is none to draw a panel from."
    old = [f"“{name}” is of {spoken(dated)}" for name, dated in newest if _months(dated, today) > months]
    if not old:
        return ""
    return f"Bring in newer lists: {', '.join(old)}, and lists are valid for {months} months."


def _months(first: date, second: date) -> float:
    return (second.year - first.year) * 12 + second.month - first.month + (second.day - first.day) / 31


def saved_plan(session: Session, *, strand: Strand, slot: int, context: AuditContext) -> int | None:
    """The newest saved plan of a strand, that of the slot's own year before all others."""
    return session.scalar(
        select(SavedPlan.id)
        .where(
            SavedPlan.programme_id == context.programme_id,
            SavedPlan.strand == strand,
            SavedPlan.year <= slot,
        )
        .order_by(SavedPlan.year.desc(), SavedPlan.id.desc())
        .limit(1)
    )


def save_like_the_last(session: Session, *, strand: Strand, slot: int, context: AuditContext) -> None:
    """Keep the plan of the strand's last panel, or the usual one, for the rounds to come.

    Raises:
        InvalidError, TakenError: as `saved_plans.save_plan`.
    """
    frame_id = _frame(session, context)
    last = session.scalar(
        select(Panel)
        .where(Panel.programme_id == context.programme_id, Panel.strand == strand)
        .order_by(Panel.year.desc())
        .limit(1)
    )
    plan = from_document(last.plan) if last else PanelPlan()
    request = PanelRequest(frame_id, strand, slot, plan)
    saved_plans.save_plan(session, name="As before", request=request, context=context)


def draw(session: Session, *, plan_id: int, slot: int, context: AuditContext) -> int:
    """Draw the panel of a slot by a saved plan, from the newest frame or one made now; its id.

    Raises:
        As `drawing.draw_panel`, and InvalidError: there is no list.
    """
    kept = saved_plans.plan_of(session, plan_id=plan_id, programme_id=context.programme_id).request
    return drawing.draw_panel(
        session,
        request=PanelRequest(_frame(session, context), kept.strand, slot, kept.plan, kept.avoid),
        context=context,
        why="drawn for the cycle by the saved plan",
        plan_id=plan_id,
    )


def _frame(session: Session, context: AuditContext) -> int:
    """The newest frame if no list came after it, else one made now."""
    programme_id = context.programme_id or 0
    newest = snapshots.newest_frame(session, programme_id)
    brought = session.scalar(
        select(func.max(SourceList.imported_at)).where(SourceList.programme_id == programme_id)
    )
    if newest is not None and brought is not None:
        made_at = session.get_one(Frame, newest).created_at
        if made_at >= brought:
            return newest
    return snapshots.make_frame(session, as_of=london_date(context.now), context=context)
