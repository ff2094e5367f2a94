"""The days of the cycle as an iCalendar feed, at an address that only its owner knows and may replace.

Only a hash of the address is kept, so that it is shown once. A day has the same UID wherever it is moved to;
what is withdrawn stays, cancelled, so that it leaves calendars, too. Events are whole days and name nobody.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.cycle import Occurrence
from scheduler.stages import Stage
from scheduler.strands import SURVEYS
from scheduler.timetable import EventKind
from survey_app.clock import london_date
from survey_app.errors import NotFoundError
from survey_app.models.cycle import CalendarFeed
from survey_app.models.programmes import Programme
from survey_app.services.audit import AuditContext, record
from survey_app.services.cycle.derived import cycle_of
from survey_app.services.people import accounts
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

YEARS = 10
# A change raises the sequence: clients keep what they hold of a lower or the same one.
FIRST_DAY = date(2020, 1, 1)
HAPPENS = {
    EventKind.OPEN: "opens",
    EventKind.FIRST_REMINDER: "first reminder",
    EventKind.SECOND_REMINDER: "second reminder",
    EventKind.CLOSE: "last day",
}


@dataclass(frozen=True)
class Whose:
    """Whose feed it is: the person, and the programme whose days it has."""

    person_id: int
    programme_id: int


def make_address(session: Session, *, whose: Whose, context: AuditContext) -> str:
    """A fresh secret part of an address; the one before stops working. Audited."""
    remove_address(session, whose=whose)
    token = secrets.token_urlsafe(32)
    session.add(
        CalendarFeed(
            person_id=whose.person_id,
            programme_id=whose.programme_id,
            token_hash=_hash(token),
            made_at=context.now,
        )
    )
    record(session, context, "calendar address made", "person", whose.person_id)
    return token


def remove_address(session: Session, *, whose: Whose) -> None:
    """Let the address of a person's feed stop working."""
    session.execute(
        delete(CalendarFeed).where(
            CalendarFeed.person_id == whose.person_id, CalendarFeed.programme_id == whose.programme_id
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_at(session: Session, *, token: str, product: str, now: datetime) -> bytes:
    """The feed at an address, as bytes of text/calendar.

    Raises:
        NotFoundError: there is none, or its owner may not see rounds any more.
    """
    row = session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == _hash(token)))
    if row is None:
        raise NotFoundError("calendar", "at this address")
    someone = accounts.signed_in(session, person_id=row.person_id, programme_id=row.programme_id)
    if someone is None:
        raise NotFoundError("calendar", "at this address")
    strands = someone.strands_of(Permission.SEE_ROUND)
    programme = session.get_one(Programme, row.programme_id)
    calendar = Calendar()
    calendar.add("prodid", f"-//{product}//cycle//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{product}: {programme.name}")
    for event in _events(session, programme, now):
        if event.strand in strands:
            calendar.add_component(_component(event, programme.uuid, now))
    return bytes(calendar.to_ical())


@dataclass(frozen=True)
class _Day:
    strand: str
    key: str
    title: str
    day: date
    cancelled: bool


def _events(session: Session, programme: Programme, now: datetime) -> Iterator[_Day]:
    today = london_date(now)
    cycle = cycle_of(
        session, programme_id=programme.id, today=today, first_year=today.year - 1, years=YEARS + 1
    )
    for one in cycle.occurrences:
        yield from _of_occurrence(one)
    for round_view in lifecycle.rounds_of(session, programme.id):
        if round_view.stage is Stage.WITHDRAWN:
            yield from _of_withdrawn(round_view)


def _of_occurrence(one: Occurrence) -> Iterator[_Day]:
    for kind, day in one.dates.in_order():
        if one.strand in SURVEYS or kind in (EventKind.OPEN, EventKind.CLOSE):
            key = f"{one.strand}.{_plain(one.title)}{one.slot}.{kind}"
            yield _Day(one.strand, key, f"{one.name}: {HAPPENS[kind]}", day, False)


def _of_withdrawn(one: RoundView) -> Iterator[_Day]:
    slot, series = (one.slot.year, one.slot.series) if one.slot else (one.year, "")
    for kind, day in one.dates.in_order():
        key = (
            f"{one.strand}.{_plain(series)}{slot}.{kind}.withdrawn.{one.id}"
            if one.slot is None
            else (f"{one.strand}.{_plain(series)}{slot}.{kind}")
        )
        yield _Day(one.strand, key, f"{one.title}: {HAPPENS[kind]}", day, True)


def _plain(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()[:12] + "." if title else ""


def _component(event: _Day, programme: str, now: datetime) -> Event:
    component = Event()
    component.add("uid", f"{event.key}.{programme}@compact.invalid")
    component.add("summary", event.title)
    component.add("dtstart", event.day)
    # The day after, always: some clients drop whole days without an end.
    component.add("dtend", event.day + timedelta(days=1))
    component.add("dtstamp", now)
    component.add("last-modified", now)
    component.add("sequence", (london_date(now) - FIRST_DAY).days)
    component.add("transp", "TRANSPARENT")
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    return component
