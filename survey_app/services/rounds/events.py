"""The days of a round: planned with it, done as it goes on, cancelled when they will not come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from scheduler.timetable import EventKind, EventState, RoundDates
from survey_app.models.rounds import RoundEvent
from survey_app.services.audit import AuditContext

DONE_AT = {Stage.OPEN: EventKind.OPEN, Stage.CLOSED: EventKind.CLOSE}


@dataclass(frozen=True, kw_only=True)
class EventView:
    """One event of a round; `moved_from`, `moved_by` and `moved_at` say that its day was another."""

    kind: EventKind
    day: date
    state: EventState
    moved_from: date | None
    moved_by: str | None
    moved_at: datetime | None
    why: str


def add_events(session: Session, *, round_id: int, dates: RoundDates) -> None:
    """Plan a round's events."""
    session.add_all(RoundEvent(round_id=round_id, kind=kind, day=day) for kind, day in dates.in_order())
    session.flush()


def dates_of(session: Session, round_ids: Collection[int]) -> dict[int, RoundDates]:
    """The dates of several rounds by id, in one query."""
    rows = session.execute(
        select(RoundEvent.round_id, RoundEvent.kind, RoundEvent.day).where(RoundEvent.round_id.in_(round_ids))
    )
    days: dict[int, dict[EventKind, date]] = {}
    for round_id, kind, day in rows:
        days.setdefault(round_id, {})[kind] = day
    return {round_id: RoundDates.of(of_round) for round_id, of_round in days.items()}


def events_of(session: Session, *, round_id: int) -> list[EventView]:
    """A round's events by day."""
    rows = session.scalars(select(RoundEvent).where(RoundEvent.round_id == round_id).order_by(RoundEvent.day))
    return [
        EventView(
            kind=row.kind,
            day=row.day,
            state=row.state,
            moved_from=row.moved_from,
            moved_by=row.moved_by,
            moved_at=row.moved_at,
            why=row.why,
        )
        for row in rows
    ]


def move(
    session: Session,
    *,
    round_id: int,
    kind: EventKind,
    seen: date,
    day: date,
    why: str,
    context: AuditContext,
) -> bool:
    """Give an event that is to come another day, if it stands on the day `seen`; it keeps its first one."""
    moved = session.execute(
        update(RoundEvent)
        .where(
            RoundEvent.round_id == round_id,
            RoundEvent.kind == kind,
            RoundEvent.day == seen,
            RoundEvent.state == EventState.PLANNED,
        )
        .values(
            day=day,
            moved_from=func.coalesce(RoundEvent.moved_from, RoundEvent.day),
            moved_by=context.actor,
            moved_at=context.now,
            why=why,
        )
        .execution_options(synchronize_session=False)
    )
    return moved.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def reopen(session: Session, *, round_id: int, day: date, why: str, context: AuditContext) -> None:
    """The end that has been comes again on another day."""
    session.execute(
        update(RoundEvent)
        .where(RoundEvent.round_id == round_id, RoundEvent.kind == EventKind.CLOSE)
        .values(
            state=EventState.PLANNED,
            day=day,
            moved_from=func.coalesce(RoundEvent.moved_from, RoundEvent.day),
            moved_by=context.actor,
            moved_at=context.now,
            why=why,
        )
        .execution_options(synchronize_session=False)
    )


def note_done(session: Session, *, round_id: int, kind: EventKind) -> None:
    """An event has been."""
    _set_state(session, round_id, EventState.DONE, RoundEvent.kind == kind)


def note_skipped(session: Session, *, round_id: int, kind: EventKind, why: str) -> None:
    """An event will not be, and why."""
    session.execute(
        update(RoundEvent)
        .where(RoundEvent.round_id == round_id, RoundEvent.kind == kind)
        .values(state=EventState.CANCELLED, why=why[:400])
    )


def follow_stage(session: Session, *, round_id: int, stage: Stage) -> None:
    """Note what a new stage says of the events: one of them has been, or none comes any more."""
    if stage in DONE_AT:
        note_done(session, round_id=round_id, kind=DONE_AT[stage])
    if stage.is_over:
        _set_state(session, round_id, EventState.CANCELLED, RoundEvent.state == EventState.PLANNED)


def _set_state(session: Session, round_id: int, state: EventState, which: ColumnElement[bool]) -> None:
    session.execute(update(RoundEvent).where(RoundEvent.round_id == round_id, which).values(state=state))
