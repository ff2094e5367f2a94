"""More time for some: a group of a round's organisations, or one; what would follow is shown first.

Whoever has more time answers until a day of their own. When the round's last day is over it ends for all
others, and it closes when the last of those days is. Whoever has answered by then is waited for no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import MIN_DAYS_BETWEEN, EventKind, EventState, spoken
from scheduler.working_days import england
from survey_app.clock import end_of, london_date
from survey_app.errors import InvalidError, StageError
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import AddedCase, Case, CaseEvent, Seat
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.panels import Panel
from survey_app.models.rounds import Extension, Round
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.launch import UNANSWERED, UNANSWERED_SEATS
from survey_app.services.cases.letters import move_letters_of, schedule_letters, withdraw_of_ended
from survey_app.services.cases.seats import SeatKey
from survey_app.services.cases.units import ADDED, NAME, ON_FRAME, REGION
from survey_app.services.fieldwork.moving import MAX_WHY, Consequences
from survey_app.services.rounds import events
from survey_app.services.rounds.lifecycle import RoundView, due_at

T = TypeVar("T")
MAX_MORE_DAYS = 90
SECTORS = {Sector.PUBLIC: "Public bodies", Sector.VOLUNTARY: "Voluntary organisations"}
REMINDER = EventKind.SECOND_REMINDER


@dataclass(frozen=True, kw_only=True)
class MoreTime:
    """Until when, and for whom that has not answered: one case, or all of a sector and a region.

    `remind_on` is the day of one more reminder, or of the second one where that is still to come.
    """

    until: date
    remind_on: date | None = None
    case_id: int | None = None
    sector: Sector | None = None
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class ExtensionLine:
    """More time that was given."""

    whose: str
    cases: int
    until: date
    remind_on: date | None
    why: str
    given_by: str
    given_on: date


def consequences(
    session: Session, *, round_view: RoundView, wanted: MoreTime, context: AuditContext
) -> Consequences:
    """What would follow if some got more time.

    Raises:
        StageError: the round takes no answers.
        InvalidError: nobody is meant who has not answered, or the days do not follow one another.
    """
    chosen = _check(session, round_view, wanted, context)
    return Consequences(
        tuple(_follows(session, round_view, wanted, chosen)), tuple(_warnings(wanted.remind_on))
    )


def give(
    session: Session, *, round_view: RoundView, wanted: MoreTime, why: str, context: AuditContext
) -> int:
    """Give more time to some of an open round; how many. Audited.

    Raises:
        StageError, InvalidError: as `consequences`; or no reason was given.
    """
    if not 1 <= len(why.strip()) <= MAX_WHY:
        raise InvalidError(f"Say why, in 1 to {MAX_WHY} characters.")
    # Held, so that the round neither closes nor moves meanwhile.
    session.get_one(Round, round_view.id, with_for_update=True, populate_existing=True)
    chosen = _check(session, round_view, wanted, context)
    whose = _in_words(session, wanted)
    session.add(
        Extension(
            round_id=round_view.id,
            whose=whose,
            cases=len(chosen),
            until=wanted.until,
            remind_on=wanted.remind_on,
            why=why.strip(),
            given_at=context.now,
            given_by=context.actor,
        )
    )
    if wanted.remind_on:
        _remind(session, round_view, wanted, wanted.remind_on)
    session.execute(
        update(Case).where(Case.id.in_(_whose(round_view, wanted))).values(answers_until=wanted.until)
    )
    _note(session, chosen, wanted.until, context)
    _close_later(session, round_view, context)
    record(
        session, context, "more time given", "round", round_view.id,
        cases=len(chosen), until=wanted.until.isoformat(), case=wanted.case_id or 0,
    )  # fmt: skip
    return len(chosen)


def extensions_of(session: Session, *, round_id: int) -> list[ExtensionLine]:
    """All that was given in a round, the newest first."""
    rows = session.scalars(
        select(Extension).where(Extension.round_id == round_id).order_by(Extension.id.desc())
    )
    return [
        ExtensionLine(
            whose=row.whose,
            cases=row.cases,
            until=row.until,
            remind_on=row.remind_on,
            why=row.why,
            given_by=row.given_by,
            given_on=london_date(row.given_at),
        )
        for row in rows
    ]


def end_for_most(session: Session, *, round_view: RoundView, context: AuditContext) -> date | None:
    """End an open round for all who have no more time; the next day of those who have, None if nobody has."""
    over = london_date(context.now) - timedelta(days=1)
    later = _next_end(session, round_view.id, over)
    if later is None or round_view.stage is not Stage.OPEN:
        return None
    session.execute(update(Round).where(Round.id == round_view.id).values(ended_on=over))
    withdraw_of_ended(session, round_view.id, over)
    if round_view.ended_on is None:
        events.note_done(session, round_id=round_view.id, kind=EventKind.CLOSE)
        record(
            session, context, "round ended for most", "round", round_view.id, others_until=later.isoformat()
        )
    return later


def _next_end(session: Session, round_id: int, over: date) -> date | None:
    """The first day after one until which somebody has more time and has not answered."""
    return session.scalar(
        select(func.min(Case.answers_until)).where(
            Case.round_id == round_id, Case.answers_until > over, Case.outcome.in_(UNANSWERED)
        )
    )


def _close_later(session: Session, round_view: RoundView, context: AuditContext) -> None:
    """Where the round has ended for most, the worker looks when the next of those days is over."""
    if round_view.ended_on and (later := _next_end(session, round_view.id, round_view.ended_on)):
        jobs.move(
            session,
            kind=EventKind.CLOSE,
            subject_kind=jobs.ROUND,
            subject_id=round_view.id,
            due_at=end_of(later),
            now=context.now,
        )


def _described(column: ColumnElement[T]) -> Select[T]:
    """One column of cases, with what is known of their organisations."""
    return (
        select(column)
        .select_from(Case)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Round, Round.id == Case.round_id)
        .outerjoin(Panel, Panel.id == Round.panel_id)
        .outerjoin(FrameEntry, ON_FRAME)
        .outerjoin(AddedCase, ADDED)
    )


def _whose(round_view: RoundView, wanted: MoreTime) -> Select[int]:
    """The cases that are meant and have not answered."""
    unanswered = (Case.round_id == round_view.id, Case.outcome.in_(UNANSWERED))
    return _described(table(Case).c.id).where(*unanswered, *_meant(wanted))


def _meant(wanted: MoreTime) -> Iterator[ColumnElement[bool]]:
    if wanted.case_id is not None:
        yield Case.id == wanted.case_id
    if wanted.sector is not None:
        yield Organisation.sector == wanted.sector
    if wanted.region:
        yield REGION.in_([wanted.region])


def _check(session: Session, round_view: RoundView, wanted: MoreTime, context: AuditContext) -> list[int]:
    if round_view.stage is not Stage.OPEN:
        raise StageError(f"{round_view.title} is {round_view.stage}. More time is given while it is open.")
    faults = list(_faults(session, round_view, wanted, london_date(context.now)))
    if faults:
        raise InvalidError("More time cannot be given like this.", tuple(faults))
    chosen = list(session.scalars(_whose(round_view, wanted)))
    if not chosen:
        raise InvalidError(
            "Nobody of these is still to answer: they have answered, said that they will not, or are not in "
            "this round."
        )
    return chosen


def _faults(session: Session, round_view: RoundView, wanted: MoreTime, today: date) -> Iterator[str]:
    closes_on, until, remind_on = round_view.dates.closes_on, wanted.until, wanted.remind_on
    own = f"the round’s own, {spoken(closes_on)}"
    if until < today:
        yield f"The new last day, {spoken(until)}, has passed. Choose today or later."
    elif until <= closes_on:
        yield f"The new last day, {spoken(until)}, is not after {own}."
    elif until > closes_on + timedelta(days=MAX_MORE_DAYS):
        yield f"The new last day is more than {MAX_MORE_DAYS} days after {own}."
    if remind_on is None:
        return
    if remind_on < today:
        yield f"The day of the reminder, {spoken(remind_on)}, has passed. Choose today or later."
    elif (until - remind_on).days < MIN_DAYS_BETWEEN:
        yield f"Leave at least {MIN_DAYS_BETWEEN} days between the reminder and the new last day."
    second = () if _replaces(session, round_view) else (round_view.dates.second_reminder_on,)
    others = (round_view.dates.opens_on, round_view.dates.first_reminder_on, *second)
    if any(abs((remind_on - day).days) < MIN_DAYS_BETWEEN for day in others):
        yield f"The reminder would come within {MIN_DAYS_BETWEEN} days of another letter. Choose a later day."


def _replaces(session: Session, round_view: RoundView) -> bool:
    """Whether a reminder of their own comes in place of the second one, which is still to come."""
    return any(
        event.kind is REMINDER and event.state is EventState.PLANNED
        for event in events.events_of(session, round_id=round_view.id)
    )


def _follows(session: Session, round_view: RoundView, wanted: MoreTime, chosen: list[int]) -> Iterator[str]:
    closes_on = round_view.dates.closes_on
    yield (
        f"{_in_words(session, wanted)}: {_many(len(chosen))} without an answer, by the last count, "
        f"may answer until the end of {spoken(wanted.until)} instead of {spoken(closes_on)}."
    )
    yield f"For everybody else the round ends on {spoken(closes_on)}, as before."
    others = session.scalar(
        select(func.max(Case.answers_until)).where(
            Case.round_id == round_view.id,
            Case.outcome.in_(UNANSWERED),
            Case.id.not_in(_whose(round_view, wanted)),
        )
    )
    last = spoken(max(wanted.until, others or wanted.until))
    yield (
        f"The round closes when they have answered, at the latest after {last}. "
        "Results cannot be frozen before."
    )
    if letters := _letters(session, round_view, wanted):
        yield f"Letters that have left them ({letters:,}) said {spoken(closes_on)}. Tell them of the new day."
    if wanted.remind_on and _replaces(session, round_view):
        second = round_view.dates.second_reminder_on
        yield f"Their second reminder leaves on {spoken(wanted.remind_on)} instead of {spoken(second)}."
    elif wanted.remind_on:
        yield f"They are reminded once more, on {spoken(wanted.remind_on)}; the letter says the new last day."


def _letters(session: Session, round_view: RoundView, wanted: MoreTime) -> int:
    query = (
        select(func.count())
        .select_from(Message)
        .where(Message.case_id.in_(_whose(round_view, wanted)), Message.state == "sent")
    )
    return session.scalar(query) or 0


def _warnings(remind_on: date | None) -> Iterator[str]:
    if remind_on and england().is_quiet(remind_on):
        yield f"Letters rest on {spoken(remind_on)}: a weekend, a bank holiday, or the days around Christmas."


def _in_words(session: Session, wanted: MoreTime) -> str:
    if wanted.case_id is not None:
        name = session.scalar(_described(NAME).where(Case.id == wanted.case_id))
        return str(name or f"Case {wanted.case_id}")[:400]
    of = SECTORS[wanted.sector] if wanted.sector else "All organisations"
    return f"{of}, {wanted.region}" if wanted.region else of


def _many(count: int) -> str:
    return "1 organisation" if count == 1 else f"{count:,} organisations"


def _remind(session: Session, round_view: RoundView, wanted: MoreTime, day: date) -> None:
    """Schedule their reminder, or move the one that they have of the same name."""
    event = REMINDER.value if _replaces(session, round_view) else f"reminder_{wanted.until.isoformat()}"
    due = due_at(REMINDER, day)
    leads = select(Seat.id).where(
        Seat.case_id.in_(_whose(round_view, wanted)),
        Seat.kind == SeatKind.LEAD,
        Seat.outcome.in_(UNANSWERED_SEATS),
    )
    move_letters_of(session, seats=leads, event=event, due=due)
    have = set(
        session.scalars(select(Message.seat_id).where(Message.seat_id.in_(leads), Message.event == event))
    )
    rows = session.execute(select(Seat.id, Seat.uuid, Seat.case_id).where(Seat.id.in_(leads)))
    new = [SeatKey(*row) for row in rows if row[0] not in have]
    schedule_letters(session, event, new, due=due, template=REMINDER.value)


def _note(session: Session, chosen: list[int], until: date, context: AuditContext) -> None:
    rows = [
        {
            "id": fresh_uuid(),
            "case_id": case_id,
            "day": london_date(context.now),
            "kind": f"more time, until {until.isoformat()}",
            "actor": context.actor,
            "note_sealed": None,
        }
        for case_id in chosen
    ]
    session.execute(insert(table(CaseEvent)), rows)
