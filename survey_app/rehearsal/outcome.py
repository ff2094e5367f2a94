"""What a rehearsal comes to, for the page of whoever asked: what leaves when, and what waits for whom.

Plain values, days as `YYYY-MM-DD`; no name of an organisation, of people only who sees to tasks.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from scheduler.strands import SURVEYS, Strand
from scheduler.timetable import EventKind
from survey_app.clock import london_date
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import mailing, reckoning, tasks
from survey_app.services.cycle.reckoning import EventLine, RoundLine
from survey_app.services.cycle.tasks import TASK_WORDS

FREEZE_WORDS = "Freeze its results"
DAYS = {
    EventKind.OPEN: "Opens",
    EventKind.FIRST_REMINDER: "First reminder",
    EventKind.SECOND_REMINDER: "Second reminder",
    EventKind.CLOSE: "Last day for replies",
}
LETTERS = {
    "invitation": "Invitations",
    "first_reminder": "First reminders",
    "second_reminder": "Second reminders",
    "acknowledgement": "Acknowledgements of answers",
}


@dataclass(frozen=True, kw_only=True)
class Waited:
    """What waited for a person on a day; `owner` is whoever had taken it, else empty."""

    day: date
    what: str
    about: str
    strand: Strand
    owner: str
    why: str = ""


def said(
    session: Session, *, begun: datetime, years: range, did: Iterable[Waited], context: AuditContext
) -> dict[str, Any]:
    """All of it, from the day on which the rehearsal began."""
    first = london_date(begun)
    lines = reckoning.rounds_between(
        session, programme_id=context.programme_id or 0, years=range(first.year, years.stop)
    )
    by_year: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        if days := [_day(event, line) for event in line.timeline if _happens(event, line, first)]:
            by_year[line.slot].append(_round(session, line, days, begun))
    return {
        "first": first.isoformat(),
        "last": date(years.stop - 1, 12, 31).isoformat(),
        "years": [{"year": year, "rounds": rounds} for year, rounds in sorted(by_year.items())],
        "waited": [_waited(session, one, context) for one in did],
        "waits": [_waited(session, one, context) for one in _still(session, context)],
        "staff_letters": reckoning.staff_letters(session, since=begun),
    }


def _happens(event: EventLine, line: RoundLine, first: date) -> bool:
    """Whether something is done on the day: rounds that ask no panel remind nobody."""
    done = line.strand in SURVEYS or event.kind in (EventKind.OPEN, EventKind.CLOSE)
    return done and event.day >= first


def _day(event: EventLine, line: RoundLine) -> dict[str, Any]:
    days = {"day": event.day.isoformat(), "planned": event.planned.isoformat()}
    ends = event.kind is EventKind.CLOSE and line.strand not in SURVEYS
    return {"what": "Ends" if ends else DAYS[event.kind], "why": event.why} | days


def _round(session: Session, line: RoundLine, days: list[dict[str, Any]], begun: datetime) -> dict[str, Any]:
    return {
        "title": line.title,
        "strand": line.strand.value,
        "stage": line.stage.value,
        "days": days,
        "letters": _letters(session, line.id, begun),
    }


def _letters(session: Session, round_id: int, begun: datetime) -> list[dict[str, Any]]:
    """Letters of a round by what they are, with their first and last day, in the order of those."""
    return [
        {
            "what": LETTERS.get(event, event.replace("_", " ").capitalize()),
            "first": london_date(first).isoformat(),
            "last": london_date(last).isoformat(),
            "count": count,
        }
        for event, first, last, count in reckoning.letters_by_event(session, round_id=round_id, since=begun)
    ]


def _waited(session: Session, one: Waited, context: AuditContext) -> dict[str, Any]:
    whom = one.owner or ", ".join(mailing.names(session, strand=one.strand, context=context))
    return {
        "day": one.day.isoformat(),
        "what": f"{one.what}: {one.about}",
        "whom": whom or "Nobody: no active coordinator of this strand",
        "why": one.why,
    }


def _still(session: Session, context: AuditContext) -> list[Waited]:
    """What waits when it is over: nobody in a rehearsal could see to it."""
    return [
        Waited(
            day=task.due_on,
            what=TASK_WORDS[task.kind],
            about=task.about,
            strand=task.strand,
            owner=task.owner,
            why=task.what,
        )
        for task in tasks.waiting(session, context.programme_id or 0)
    ]
