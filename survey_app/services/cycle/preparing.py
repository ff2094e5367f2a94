"""A round of the cycle taken towards its opening, one step at a time, each safe to do again.

Planned with its dates; the lists looked at; the frame made; the panel drawn by the saved plan; everything
checked; then it waits for approval, or for an objection until a day, and is launched or prepared. What is
missing becomes a task, and is looked at again the next day. An opening that comes too soon is moved on, with
the reason kept: a round is late, never lost.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.cycle import Occurrence
from scheduler.rules import Policy
from scheduler.stages import Stage
from scheduler.strands import SURVEYS, WORDS
from scheduler.timetable import preparation_before, spoken, usual_timetable
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import CompactError, InvalidError
from survey_app.models.audit import AuditEntry
from survey_app.models.cycle import TaskKind
from survey_app.models.panels import Panel
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import panels, tasks
from survey_app.services.cycle.derived import occurrence_of
from survey_app.services.cycle.rules import KeptRule
from survey_app.services.fieldwork import moving
from survey_app.services.rounds import beside, lifecycle, printable, slots
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView
from survey_app.services.rounds.slots import Slot

# Working days before the opening: by when it has to be approved, and until when anybody may object.
APPROVED_BEFORE, OBJECTED_BEFORE = 10, 5
# Working days from now to an opening that was missed: time to look, and to object.
OPENS_AGAIN_IN = 10


SWITCHED_OFF = "Its strand was switched off in the cycle. Withdraw the plan, or launch it yourself."


class Step(StrEnum):
    """What a step leaves: more to do at once, something to wait for, or a round that goes on by itself."""

    MORE = "more"
    WAITS = "waits"
    DONE = "done"


@dataclass(frozen=True)
class Place:
    """The slot of a rule that is to be filled, and who fills it when.

    `fewest_replies` is how many a published number may rest on.
    """

    rule: KeptRule
    slot: int
    context: AuditContext
    fewest_replies: int = printable.MIN_REPLIES

    @property
    def today(self) -> date:
        return london_date(self.context.now)


def step(session: Session, keys: Keyring, *, place: Place) -> Step:
    """Take a slot's round one step on; an occurrence that the cycle has not any more is left."""
    round_view = round_of(session, place)
    if round_view is None:
        return _plan(session, place)
    if round_view.stage is not Stage.PLANNED:
        tasks.settle(
            session, rule_id=place.rule.id, slot=place.slot, context=_by_whom(session, place, round_view)
        )
        return Step.DONE
    if blocked := _blocked(session, place):
        return _wait(session, place, round_view, TaskKind.DECIDE, blocked, place.today)
    if round_view.strand in SURVEYS and round_view.panel_id is None:
        return _panel(session, place, round_view)
    if round_view.slot and round_view.slot.policy is Policy.PROPOSE:
        return _propose(session, place, round_view)
    return _ready(session, keys, place, round_view)


def _by_whom(session: Session, place: Place, round_view: RoundView) -> AuditContext:
    """The context of whoever took the round out of its planning."""
    actor = session.scalar(
        select(AuditEntry.actor)
        .where(
            AuditEntry.subject == "round",
            AuditEntry.subject_id == str(round_view.id),
            AuditEntry.act.in_(("round launched", "round prepared", "round withdrawn")),
        )
        .limit(1)
    )
    return replace(place.context, actor=actor or place.context.actor)


def round_of(session: Session, place: Place) -> RoundView | None:
    """The round that fills the slot."""
    rule = place.rule.rule
    round_id = session.scalar(
        select(Round.id).where(
            Round.programme_id == place.context.programme_id,
            Round.strand == rule.strand,
            Round.series == rule.title,
            Round.cycle_slot == place.slot,
        )
    )
    if round_id is None:
        return None
    return lifecycle.get_round(session, round_id=round_id, programme_id=place.context.programme_id)


def _occurrence(session: Session, place: Place) -> Occurrence | None:
    rule = place.rule.rule
    return occurrence_of(
        session,
        programme_id=place.context.programme_id or 0,
        strand=rule.strand,
        title=rule.title,
        slot=place.slot,
        today=place.today,
    )


def _blocked(session: Session, place: Place) -> str:
    if not place.rule.rule.active:
        return SWITCHED_OFF
    occurrence = _occurrence(session, place)
    return occurrence.blocked if occurrence else ""


def _plan(session: Session, place: Place) -> Step:
    occurrence = _occurrence(session, place)
    if occurrence is None or occurrence.round_id is not None:
        tasks.settle(session, rule_id=place.rule.id, slot=place.slot, context=place.context)
        return Step.DONE
    if occurrence.blocked:
        return _wait(session, place, None, TaskKind.DECIDE, occurrence.blocked, place.today)
    dates = occurrence.dates
    if dates.opens_on < place.today:
        dates = usual_timetable(occurrence.strand, _next_opening(place), england())
    lifecycle.plan_round(
        session,
        plan=RoundPlan(
            occurrence.name,
            None,
            dates,
            strand=occurrence.strand,
            slot=Slot(occurrence.title, place.slot, place.rule.rule.policy),
        ),
        context=place.context,
    )
    return Step.MORE


def _next_opening(place: Place) -> date:
    return england().after(place.today, OPENS_AGAIN_IN)


def _panel(session: Session, place: Place, round_view: RoundView) -> Step:
    """Give the round its panel: the one that was drawn, else one drawn now, if the policy says so."""
    drawn = session.scalar(
        select(Panel.id).where(
            Panel.programme_id == round_view.programme_id,
            Panel.strand == round_view.strand,
            Panel.year == place.slot,
        )
    )
    if drawn is not None:
        slots.set_panel(session, round_id=round_view.id, panel_id=drawn, context=place.context)
        return Step.MORE
    old = panels.old_lists(
        session,
        programme_id=round_view.programme_id,
        months=place.rule.lists_valid_months,
        today=place.today,
    )
    if old:
        return _wait(session, place, round_view, TaskKind.LISTS, old, _lead_begins(round_view))
    kept = panels.saved_plan(session, strand=round_view.strand, slot=place.slot, context=place.context)
    words = f"Plan and draw the panel of {place.slot}. No plan is saved for the {_spoken(round_view)}."
    if kept is None or (round_view.slot and round_view.slot.policy is Policy.PROPOSE):
        return _wait(session, place, round_view, TaskKind.PLAN, words, _lead_begins(round_view))
    try:
        with session.begin_nested():
            panels.draw(session, plan_id=kept, slot=place.slot, context=place.context)
    except CompactError as refusal:
        why = " ".join((str(refusal), *(refusal.faults if isinstance(refusal, InvalidError) else ())))
        return _wait(session, place, round_view, TaskKind.FRAME, why, _lead_begins(round_view))
    return Step.MORE


def _spoken(round_view: RoundView) -> str:
    return WORDS[round_view.strand].lower()


def _lead_begins(round_view: RoundView) -> date:
    return preparation_before(round_view.strand, round_view.dates.opens_on, england())


def _propose(session: Session, place: Place, round_view: RoundView) -> Step:
    what = "Look at the plan, prepare the round and launch it."
    return _wait(session, place, round_view, TaskKind.PREPARE, what, _lead_begins(round_view))


def _ready(session: Session, keys: Keyring, place: Place, round_view: RoundView) -> Step:
    """Check everything; then wait for approval or objection, and launch where nobody objected."""
    runs = round_view.slot is not None and round_view.slot.policy is Policy.RUN
    if faults := _faults(session, place, round_view):
        due = england().after(round_view.dates.opens_on, -APPROVED_BEFORE)
        _move_on(session, place, round_view, TaskKind.CHECK)
        return _wait(session, place, round_view, TaskKind.CHECK, " ".join(faults), due)
    kind, before = (TaskKind.OBJECT, OBJECTED_BEFORE) if runs else (TaskKind.APPROVE, APPROVED_BEFORE)
    due = england().after(round_view.dates.opens_on, -before)
    if runs and place.today >= due:
        if _move_on(session, place, round_view, kind):
            return Step.MORE
        _begin(session, keys, place, round_view)
        return Step.MORE
    if not runs and _move_on(session, place, round_view, kind):
        return Step.MORE
    what = (
        f"It is launched on {spoken(due)} unless you object. Look at the plan."
        if runs
        else "Everything is ready, and waits for your approval."
    )
    return _wait(session, place, round_view, kind, what, due)


def _faults(session: Session, place: Place, round_view: RoundView) -> tuple[str, ...]:
    if round_view.strand not in SURVEYS:
        return tuple(beside.against(session, round_view))
    check = lifecycle.check_round(
        session, round_id=round_view.id, fewest_replies=place.fewest_replies, context=place.context
    )
    return tuple(fault for fault in check.faults if not fault.startswith("The opening, "))


LATE_BECAUSE = {
    TaskKind.CHECK: "Something was missing on the day of its opening; the tasks of the round say what.",
    TaskKind.APPROVE: "It was not approved by the day of its opening.",
    TaskKind.OBJECT: "Its preparation ended after the day of its opening.",
}


def _move_on(session: Session, place: Place, round_view: RoundView, kind: TaskKind) -> bool:
    """Move an opening that has come before the round was launched; whether it was moved."""
    if round_view.dates.opens_on > place.today:
        return False
    wanted = usual_timetable(round_view.strand, _next_opening(place), england())
    moving.move_dates(
        session, round_view=round_view, wanted=wanted, why=LATE_BECAUSE[kind], context=place.context
    )
    return True


def _begin(session: Session, keys: Keyring, place: Place, round_view: RoundView) -> None:
    if round_view.strand in SURVEYS:
        lifecycle.launch_round(
            session,
            keys,
            round_id=round_view.id,
            fewest_replies=place.fewest_replies,
            context=place.context,
        )
    else:
        lifecycle.prepare_round(session, round_id=round_view.id, context=place.context)


def _wait(
    session: Session, place: Place, round_view: RoundView | None, kind: TaskKind, what: str, due_on: date
) -> Step:
    """The round waits for this and for nothing else."""
    tasks.settle(session, rule_id=place.rule.id, slot=place.slot, but=[kind], context=place.context)
    tasks.open_task(
        session,
        rule_id=place.rule.id,
        slot=place.slot,
        round_id=round_view.id if round_view else None,
        kind=kind,
        what=what,
        due_on=max(due_on, place.today),
        context=place.context,
    )
    return Step.WAITS


def object_to(session: Session, *, round_view: RoundView, why: str, context: AuditContext) -> None:
    """Let a round that would be launched by itself wait for approval instead. Audited with the reason.

    Raises:
        InvalidError: no reason, or the round is not one that is launched by itself.
    """
    if not 1 <= len(why.strip()) <= moving.MAX_WHY:
        raise InvalidError(f"Say why, in 1 to {moving.MAX_WHY} characters.")
    runs = round_view.slot is not None and round_view.slot.policy is Policy.RUN
    if not runs or round_view.stage is not Stage.PLANNED:
        raise InvalidError(f"{round_view.title} is not waiting to be launched by itself.")
    slots.object_to(session, round_id=round_view.id, why=why.strip(), context=context)
