"""What rounds of the cycle wait for: opened when it is missing, settled when it is there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.strands import WORDS, Strand
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.errors import NotFoundError
from survey_app.models.cycle import CycleRule, CycleTask
from survey_app.models.cycle import TaskKind as TaskKind
from survey_app.models.people.accounts import Person
from survey_app.services.audit import AuditContext, record
from survey_app.services.cycle import mailing

# So many working days past its due day a task is shown to administrators, too.
ESCALATED_AFTER = 5


TASK_WORDS = {
    TaskKind.DECIDE: "Decide what becomes of it",
    TaskKind.LISTS: "Bring in newer lists",
    TaskKind.PLAN: "Plan and draw its panel",
    TaskKind.FRAME: "See why its panel was not drawn",
    TaskKind.CHECK: "Correct what stands in its way",
    TaskKind.PREPARE: "Prepare it and launch it",
    TaskKind.APPROVE: "Approve and launch it",
    TaskKind.OBJECT: "Object, or let it be launched",
}
"""What there is to do, as people say it."""


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """One task; `round_id` None while its round is not planned yet, `owner` empty until somebody takes it."""

    id: int
    kind: TaskKind
    strand: Strand
    slot: int
    about: str
    round_id: int | None
    what: str
    due_on: date
    owner: str
    owner_id: int | None

    def is_late(self, today: date) -> bool:
        return self.due_on < today

    def is_escalated(self, today: date) -> bool:
        """Whether it has waited so long that somebody above should know."""
        return england().between(self.due_on, today) > ESCALATED_AFTER


def open_task(
    session: Session,
    *,
    rule_id: int,
    slot: int,
    round_id: int | None,
    kind: TaskKind,
    what: str,
    due_on: date,
    context: AuditContext,
) -> None:
    """Say that a round waits for this; one that was settled and is needed again is opened anew."""
    row = session.scalar(
        select(CycleTask).where(CycleTask.rule_id == rule_id, CycleTask.slot == slot, CycleTask.kind == kind)
    )
    if row is None:
        row = CycleTask(
            programme_id=context.programme_id,
            rule_id=rule_id,
            slot=slot,
            kind=kind,
            due_on=due_on,
            created_at=context.now,
        )
        session.add(row)
    elif row.done_at is not None:
        row.due_on, row.created_at, row.done_at, row.done_by = due_on, context.now, None, None
    # The day on which it was due stays, however long it waits.
    row.what, row.round_id = what[:2000], round_id
    session.flush()
    mailing.tell(session, task_id=row.id, strand=_strand(session, rule_id), context=context)


def _strand(session: Session, rule_id: int) -> Strand:
    return session.get_one(CycleRule, rule_id).strand


def take(session: Session, *, task_id: int, person_id: int | None, act: str, context: AuditContext) -> None:
    """Note who sees to a task, or that nobody does. Audited, as the `act`.

    Raises:
        NotFoundError: no such task waits in the programme.
    """
    taken = session.execute(
        update(CycleTask)
        .where(
            CycleTask.id == task_id,
            CycleTask.programme_id == context.programme_id,
            CycleTask.done_at.is_(None),
        )
        .values(owner_person_id=person_id)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFoundError("task that waits", task_id)
    record(session, context, act, "cycle_task", task_id, person=person_id)


@dataclass(frozen=True)
class DoneTask:
    """A task that was seen to: when, and by whom or by what."""

    kind: TaskKind
    strand: Strand
    about: str
    done_on: date
    done_by: str


def done_lately(session: Session, programme_id: int, *, most: int = 5) -> list[DoneTask]:
    """The tasks that were seen to last."""
    rows = session.execute(
        select(CycleTask, CycleRule.strand, CycleRule.title)
        .join(CycleRule, CycleRule.id == CycleTask.rule_id)
        .where(CycleTask.programme_id == programme_id, CycleTask.done_at.is_not(None))
        .order_by(CycleTask.done_at.desc(), CycleTask.id.desc())
        .limit(most)
    )
    return [
        DoneTask(
            kind=task.kind,
            strand=strand,
            about=f"{title or WORDS[strand]} {task.slot}",
            done_on=london_date(task.done_at),
            done_by=task.done_by or "",
        )
        for task, strand, title in rows
        if task.done_at is not None
    ]


def settle(
    session: Session,
    *,
    rule_id: int,
    slot: int,
    but: Collection[TaskKind] = (),
    context: AuditContext,
) -> None:
    """Note as done what a round waited for, all `but` these."""
    session.execute(
        update(CycleTask)
        .where(
            CycleTask.rule_id == rule_id,
            CycleTask.slot == slot,
            CycleTask.kind.not_in(but),
            CycleTask.done_at.is_(None),
        )
        .values(done_at=context.now, done_by=context.actor)
    )


def waiting(session: Session, programme_id: int) -> list[TaskView]:
    """Every task that waits, the first due first."""
    rows = session.execute(
        select(CycleTask, CycleRule.strand, CycleRule.title, Person.name)
        .join(CycleRule, CycleRule.id == CycleTask.rule_id)
        .join(Person, Person.id == CycleTask.owner_person_id, isouter=True)
        .where(CycleTask.programme_id == programme_id, CycleTask.done_at.is_(None))
        .order_by(CycleTask.due_on, CycleTask.id)
    )
    return [
        TaskView(
            id=task.id,
            kind=task.kind,
            strand=strand,
            slot=task.slot,
            about=f"{title or WORDS[strand]} {task.slot}",
            round_id=task.round_id,
            what=task.what,
            due_on=task.due_on,
            owner=owner or "",
            owner_id=task.owner_person_id,
        )
        for task, strand, title, owner in rows
    ]
