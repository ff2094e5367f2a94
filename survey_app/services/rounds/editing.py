"""A planned round edited in place, until its launch: its title, its panel and its days."""

from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView

WHY = "Changed before the launch"


def edit_round(session: Session, *, round_view: RoundView, plan: RoundPlan, context: AuditContext) -> None:
    """Give a planned round, as `round_view` shows it, another title, panel or days. Audited.

    Args:
        plan: all that the round is to be; strand and slot stay those of the round. What it asks is chosen on
            a page of its own.

    Raises:
        StageError: it is past planning.
        InvalidError: it cannot be planned so, or nothing would change.
        ConflictError: somebody else moved a day meanwhile.
        NotFoundError: no such panel in the programme.
    """
    plan = replace(plan, strand=round_view.strand, slot=round_view.slot)
    panel = lifecycle.panel_of(session, plan, context)
    lifecycle.check_plan(plan, panel, context)
    changed = _changed(round_view, plan)
    if not changed:
        raise InvalidError("This is what the plan says already. Change something, or leave it.")
    kept = update(Round).where(Round.id == round_view.id, Round.stage == Stage.PLANNED)
    values = {
        "title": plan.title.strip(),
        "panel_id": plan.panel_id,
        "year": lifecycle.year_of(plan, panel),
        "follows_round_id": lifecycle.round_before(session, plan, context, but=round_view.id),
    }
    if session.execute(kept.values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise StageError(f"{round_view.title} is past planning, and its plan is fixed.")
    _move_days(session, round_view, plan, context)
    record(session, context, "plan of a round changed", "round", round_view.id, **changed)


def _changed(round_view: RoundView, plan: RoundPlan) -> dict[str, list[str | int | None]]:
    """What is otherwise, each as it was and as it is to be."""
    pairs: dict[str, tuple[str | int | None, str | int | None]] = {
        "title": (round_view.title, plan.title.strip()),
        "panel": (round_view.panel_id, plan.panel_id),
    }
    was, wanted = dict(round_view.dates.in_order()), dict(plan.dates.in_order())
    pairs |= {kind.value: (day.isoformat(), wanted[kind].isoformat()) for kind, day in was.items()}
    return {name: [before, after] for name, (before, after) in pairs.items() if before != after}


def _move_days(session: Session, round_view: RoundView, plan: RoundPlan, context: AuditContext) -> None:
    for (kind, day), (_, new) in zip(round_view.dates.in_order(), plan.dates.in_order(), strict=True):
        if day == new:
            continue
        if not events.move(
            session, round_id=round_view.id, kind=kind, seen=day, day=new, why=WHY, context=context
        ):
            raise ConflictError("Somebody else moved a day of this round. Look at the plan again.")
