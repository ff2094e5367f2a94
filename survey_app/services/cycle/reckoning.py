"""What became of the rounds of some years: events with their days, letters, replies; nothing lost?"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from scheduler.strands import SURVEYS, Strand
from scheduler.timetable import EventKind, EventState
from survey_app.clock import london_date
from survey_app.models.audit import AuditEntry
from survey_app.models.burden import BurdenBreach, BurdenEntry, BurdenKind
from survey_app.models.cases.casework import Case
from survey_app.models.jobs import Job
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.panels import Panel
from survey_app.services import jobs
from survey_app.services.burden.ceilings import ASKED
from survey_app.services.cycle import mailing
from survey_app.services.cycle.derived import cycle_of
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView

# Acts that a round goes through once.
ONCE = ("round planned", "round launched", "round prepared", "round opened", "round closed")


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One event of a round: the day first planned, the day it was on in the end, and what became of it."""

    kind: EventKind
    planned: date
    day: date
    state: EventState
    why: str


@dataclass(frozen=True, kw_only=True)
class RoundLine:
    """One round as a reckoning shows it."""

    id: int
    strand: Strand
    slot: int
    number: int
    title: str
    stage: Stage
    timeline: tuple[EventLine, ...]
    messages: int
    failed: int
    outcomes: dict[str, int]

    @property
    def events(self) -> int:
        return sum(line.state is EventState.DONE for line in self.timeline)


@dataclass(frozen=True)
class Totals:
    """What is missing, and what is there twice; sentences say of each what it is."""

    events_lost: tuple[str, ...]
    events_doubled: tuple[str, ...]
    messages_lost: tuple[str, ...]
    messages_doubled: tuple[str, ...]


def rounds_between(session: Session, *, programme_id: int, years: range) -> list[RoundLine]:
    """The rounds with slots in some years, by year and opening."""
    chosen = [one for one in lifecycle.rounds_of(session, programme_id) if slot_of(one) in years]
    chosen.sort(key=lambda one: (slot_of(one), one.dates.opens_on, one.id))
    return [_line(session, one) for one in chosen]


def slot_of(one: RoundView) -> int:
    return one.slot.year if one.slot else one.year


def _line(session: Session, one: RoundView) -> RoundLine:
    of_cases = select(Case.id).where(Case.round_id == one.id)
    letters = session.execute(
        select(Message.state, func.count()).where(Message.case_id.in_(of_cases)).group_by(Message.state)
    )
    by_state = {str(state): count for state, count in letters}
    outcomes = session.execute(
        select(Case.outcome, func.count()).where(Case.round_id == one.id).group_by(Case.outcome)
    )
    return RoundLine(
        id=one.id,
        strand=one.strand,
        slot=slot_of(one),
        number=one.number,
        title=one.title,
        stage=one.stage,
        timeline=tuple(
            EventLine(
                kind=event.kind,
                planned=event.moved_from or event.day,
                day=event.day,
                state=event.state,
                why=event.why,
            )
            for event in events.events_of(session, round_id=one.id)
        ),
        messages=by_state.get("sent", 0),
        failed=by_state.get("failed", 0),
        outcomes={str(outcome): count for outcome, count in outcomes},
    )


def totals(
    session: Session, *, programme_id: int, years: range, left: Collection[str], now: datetime
) -> Totals:
    """What was lost or doubled up to now; `left` are the Message-IDs of letters that have left."""
    rounds = lifecycle.rounds_of(session, programme_id)
    return Totals(
        tuple(_events_lost(session, rounds, programme_id, years, now)),
        tuple(_events_doubled(session, rounds)),
        tuple(_messages_lost(session, rounds, left, now)),
        tuple(_messages_doubled(session)),
    )


def _events_lost(
    session: Session, rounds: list[RoundView], programme_id: int, years: range, now: datetime
) -> list[str]:
    today = london_date(now)
    lost = []
    for one in rounds:
        if one.stage in (Stage.PLANNED, Stage.WITHDRAWN):
            continue
        for event in events.events_of(session, round_id=one.id):
            if event.state is EventState.PLANNED and event.day < today and _is_work(one, event.kind):
                lost.append(f"{one.title}: {event.kind} of {event.day}")
    cycle = cycle_of(
        session, programme_id=programme_id, today=today, first_year=years.start, years=len(years)
    )
    lost += [
        f"{one.name}: no round"
        for one in cycle.occurrences
        if one.round_id is None and one.dates.opens_on < today and not one.waits_for
    ]
    failed = session.scalars(select(Job).where(Job.programme_id == programme_id, Job.state == jobs.FAILED))
    return lost + [f"{job.kind} of {job.subject_kind} {job.subject_id}: {job.failure}" for job in failed]


def _is_work(one: RoundView, kind: EventKind) -> bool:
    """Whether the worker does something on the day: rounds that ask no panel remind nobody."""
    return one.strand in SURVEYS or kind in (EventKind.OPEN, EventKind.CLOSE)


def _events_doubled(session: Session, rounds: list[RoundView]) -> list[str]:
    acts = session.execute(
        select(AuditEntry.act, AuditEntry.subject_id, func.count())
        .where(AuditEntry.act.in_(ONCE), AuditEntry.subject == "round")
        .group_by(AuditEntry.act, AuditEntry.subject_id)
        .having(func.count() > 1)
    )
    slots = Counter(
        (one.strand, one.slot.series, one.slot.year)
        for one in rounds
        if one.slot is not None and one.stage is not Stage.WITHDRAWN
    )
    return [
        *(f"round {round_id}: {act} {count} times" for act, round_id, count in acts),
        *(
            f"{strand} {series} {year}: {count} rounds"
            for (strand, series, year), count in slots.items()
            if count > 1
        ),
    ]


def _messages_lost(
    session: Session, rounds: list[RoundView], left: Collection[str], now: datetime
) -> list[str]:
    """Cases without an invitation, letters that should have left, and those marked sent that never did."""
    lost = []
    for one in rounds:
        if not one.stage.is_launched or one.stage is Stage.LAUNCHING:
            continue
        without = session.scalar(
            select(func.count()).where(
                Case.round_id == one.id,
                Case.panel_member_id.is_not(None),
                ~exists().where(Message.case_id == Case.id, Message.event == "invitation"),
            )
        )
        if without:
            lost.append(f"{one.title}: {without} without an invitation")
    late = session.scalars(
        select(Message.message_id).where(
            Message.state == "waiting", Message.due_at < now, Message.lease_until < now
        )
    )
    never = [letter for letter in sent_letters(session) if letter not in left]
    return [
        *lost,
        *(f"{letter} waits although it is due" for letter in late),
        *(f"{letter} is marked sent and never left" for letter in never),
    ]


def sent_letters(session: Session) -> list[str]:
    """The Message-IDs of all letters that are marked sent."""
    return list(session.scalars(select(Message.message_id).where(Message.state == "sent")))


def letters_by_event(
    session: Session, *, round_id: int, since: datetime
) -> list[tuple[str, datetime, datetime, int]]:
    """Letters of a round that left since then: what they report, when first and last, how many."""
    rows = session.execute(
        select(Message.event, func.min(Message.sent_at), func.max(Message.sent_at), func.count())
        .join(Case, Case.id == Message.case_id)
        .where(Case.round_id == round_id, Message.state == "sent", Message.sent_at >= since)
        .group_by(Message.event)
        .order_by(func.min(Message.sent_at), Message.event)
    )
    return [(event, first, last, count) for event, first, last, count in rows if first and last]


def staff_letters(session: Session, *, since: datetime) -> int:
    """Letters to coordinators about what waits that left since then."""
    left = select(func.count()).where(
        Job.kind.in_(mailing.KINDS), Job.state == jobs.DONE, Job.finished_at >= since
    )
    return session.scalar(left) or 0


def _messages_doubled(session: Session) -> list[str]:
    rows = session.execute(
        select(Message.seat_id, Message.event, func.count())
        .where(Message.seat_id.is_not(None))
        .group_by(Message.seat_id, Message.event)
        .having(func.count() > 1)
    )
    return [f"seat {seat}: {event} {count} times" for seat, event, count in rows]


def burden_of(session: Session, *, programme_id: int, year: int) -> dict[str, int]:
    """Minutes that each sector was asked for in a survey year."""
    rows = session.execute(
        select(Organisation.sector, func.sum(BurdenEntry.minutes))
        .join(Organisation, Organisation.id == BurdenEntry.organisation_id)
        .where(
            BurdenEntry.programme_id == programme_id,
            BurdenEntry.year == year,
            BurdenEntry.kind == BurdenKind.MINUTES_ASKED,
        )
        .group_by(Organisation.sector)
    )
    return {sector.value: int(minutes) for sector, minutes in rows}


def burden_by_month(session: Session, *, programme_id: int, year: int) -> dict[int, dict[str, int]]:
    """Minutes that each sector is asked for in each month of a year, by the days on which it is asked."""
    rows = session.execute(
        select(BurdenEntry.day, Organisation.sector, func.sum(BurdenEntry.minutes))
        .join(Organisation, Organisation.id == BurdenEntry.organisation_id)
        .where(
            BurdenEntry.programme_id == programme_id,
            BurdenEntry.day >= date(year, 1, 1),
            BurdenEntry.day <= date(year, 12, 31),
            BurdenEntry.kind.in_(ASKED),
        )
        .group_by(BurdenEntry.day, Organisation.sector)
    )
    months: dict[int, dict[str, int]] = {}
    for day, sector, minutes in rows:
        of_month = months.setdefault(day.month, {})
        of_month[sector.value] = of_month.get(sector.value, 0) + int(minutes)
    return months


def breaches_of(session: Session, *, programme_id: int, year: int) -> int:
    """How often the panels of a year took somebody although a rule of the burden was broken."""
    query = (
        select(func.count())
        .select_from(BurdenBreach)
        .join(Panel, Panel.id == BurdenBreach.panel_id)
        .where(Panel.programme_id == programme_id, Panel.year == year)
    )
    return session.scalar(query) or 0


def next_letter(session: Session, *, now: datetime) -> datetime | None:
    """When a letter next falls due after now, or may be claimed again; None when none waits."""
    rows = session.execute(
        select(Message.due_at, Message.lease_until).where(Message.state == "waiting").distinct()
    )
    moments = (max(due_at, lease_until) for due_at, lease_until in rows)
    return min((moment for moment in moments if moment > now), default=None)
