"""Days of a round moved by hand: what would follow, shown first; then the move, with who did it and why.

What moves with a day: the work of that day, the letters that wait for it, and the day in the burden ledger.
What was sent stays as it was sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from scheduler.strands import SURVEYS
from scheduler.timetable import NAMES, EventKind, EventState, RoundDates, date_warnings, move_faults, spoken
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.cases.casework import Case
from survey_app.models.outbox import Message
from survey_app.models.rounds import Round
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.burden import ledger
from survey_app.services.cases.letters import move_letters
from survey_app.services.rounds import events
from survey_app.services.rounds.lifecycle import RoundView, due_at

MAX_WHY = 400
# Events whose days may be moved while a round is in a stage; in every other stage none may.
MOVABLE = {
    Stage.PLANNED: frozenset(EventKind),
    Stage.READY: frozenset(EventKind),
    Stage.PREPARING: frozenset(EventKind),
    Stage.OPEN: frozenset(EventKind) - {EventKind.OPEN},
}
NOT_NOW = {
    Stage.LAUNCHING: "Its cases are being made. Wait until that is done, and move its days then.",
    Stage.CLOSED: "It is closed. Its days are history.",
    Stage.WITHDRAWN: "It was withdrawn. Its days will not come.",
}


@dataclass(frozen=True)
class Consequences:
    """What a move would do, in sentences, and what a coordinator may want to reconsider."""

    follows: tuple[str, ...]
    warnings: tuple[str, ...]


def consequences(
    session: Session, *, round_view: RoundView, wanted: RoundDates, context: AuditContext
) -> Consequences:
    """What would follow if a round's days were these.

    Raises:
        StageError: no day of it can be moved now.
        InvalidError: nothing would move, or the days do not follow one another.
    """
    _check(session, round_view, wanted, context)
    follows = [
        sentence
        for kind, day, new in _changed(round_view.dates, wanted)
        for sentence in _of_event(session, round_view, kind, spoken(day), spoken(new))
    ]
    return Consequences(tuple(follows), tuple(date_warnings(wanted, england().holidays)))


def move_dates(
    session: Session, *, round_view: RoundView, wanted: RoundDates, why: str, context: AuditContext
) -> None:
    """Move days of a round, as `round_view` shows them, and all that hangs on them. Audited.

    Raises:
        StageError, InvalidError: as `consequences`; or no reason was given.
        ConflictError: somebody else moved a day, or it came, since `round_view` was read.
    """
    if not 1 <= len(why.strip()) <= MAX_WHY:
        raise InvalidError(f"Say why, in 1 to {MAX_WHY} characters.")
    # Held, so that of two who move its days at once the second sees what the first did.
    session.get_one(Round, round_view.id, with_for_update=True, populate_existing=True)
    if events.dates_of(session, [round_view.id])[round_view.id] != round_view.dates:
        raise ConflictError("Somebody else moved days of this round meanwhile. Look at the dates again.")
    _check(session, round_view, wanted, context)
    for kind, day, new in _changed(round_view.dates, wanted):
        if not events.move(
            session,
            round_id=round_view.id,
            kind=kind,
            seen=day,
            day=new,
            why=why.strip(),
            context=context,
        ):
            raise ConflictError(
                f"{NAMES[kind]} was moved by somebody else, or it has been. Look at the dates again."
            )
        due = due_at(kind, new)
        jobs.move(
            session,
            kind=kind,
            subject_kind=jobs.ROUND,
            subject_id=round_view.id,
            due_at=due,
            now=context.now,
        )
        if kind is EventKind.OPEN:
            move_letters(session, round_id=round_view.id, event="invitation", due=due)
            ledger.move_invitations(session, round_id=round_view.id, day=new)
        moved = {"event": kind.value, "day": new.isoformat(), "was": day.isoformat()}
        record(session, context, "date moved", "round", round_view.id, **moved)


def _changed(before: RoundDates, wanted: RoundDates) -> Iterator[tuple[EventKind, date, date]]:
    for (kind, day), (_, new) in zip(before.in_order(), wanted.in_order(), strict=True):
        if day != new:
            yield kind, day, new


def _check(session: Session, round_view: RoundView, wanted: RoundDates, context: AuditContext) -> None:
    if round_view.stage not in MOVABLE:
        raise StageError(f"No day of {round_view.title} can be moved. {NOT_NOW[round_view.stage]}")
    if round_view.dates == wanted:
        raise InvalidError("These are the dates that the round has. Change at least one.")
    been = {
        event.kind
        for event in events.events_of(session, round_id=round_view.id)
        if event.state is not EventState.PLANNED
    }
    fixed = been | (set(EventKind) - MOVABLE[round_view.stage])
    faults = move_faults(round_view.dates, wanted, fixed=fixed, today=london_date(context.now))
    if faults:
        raise InvalidError("The dates cannot be moved like this.", tuple(faults))


def _of_event(
    session: Session, round_view: RoundView, kind: EventKind, before: str, after: str
) -> Iterator[str]:
    yield f"{NAMES[kind]} moves from {before} to {after}."
    if kind is EventKind.OPEN and (waiting := _letters(session, round_view, "waiting")):
        yield f"{_counted(waiting, 'invitation')} that wait for {before} leave on {after}."
    if kind is EventKind.CLOSE:
        if sent := _letters(session, round_view, "sent"):
            yield f"{_counted(sent, 'letter')} that have left said {before}; those to come say {after}."
        yield f"Answers count until the end of {after}, for everybody in this round."
    elif kind is not EventKind.OPEN and round_view.strand in SURVEYS:
        yield f"Whoever has not answered by {after} is reminded then."


def _letters(session: Session, round_view: RoundView, state: str) -> int:
    query = (
        select(func.count())
        .select_from(Message)
        .join(Case, Case.id == Message.case_id)
        .where(Case.round_id == round_view.id, Message.state == state)
    )
    return session.scalar(query) or 0


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
