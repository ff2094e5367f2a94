"""Who sees to what waits: taken, handed on and given back; and who is away, so that others can take over."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.models.people.accounts import Person
from survey_app.models.people.owners import Absence, TaskOwner
from survey_app.services.audit import AuditContext, record

Key = tuple[str, int]
"""Why something waits, and the id of what it is about."""
MAX_DAYS = 366


@dataclass(frozen=True)
class Owner:
    """Somebody who sees to something; `until` is the last day of their absence where they are away today."""

    id: int
    name: str
    until: date | None


def owners(session: Session, *, programme_id: int, today: date) -> dict[Key, Owner]:
    """Who sees to what; whoever left sees to nothing any more."""
    rows = session.execute(
        select(TaskOwner.wait, TaskOwner.key, Person.id, Person.name)
        .join(Person, Person.id == TaskOwner.person_id)
        .where(TaskOwner.programme_id == programme_id, Person.active)
    )
    until = away(session, today=today)
    return {(wait, key): Owner(person, name, until.get(person)) for wait, key, person, name in rows}


def away(session: Session, *, today: date) -> dict[int, date]:
    """The last day of absence of everybody who is away."""
    query = select(Absence).where(Absence.first_day <= today, Absence.last_day >= today)
    return {row.person_id: row.last_day for row in session.scalars(query)}


def set_owner(
    session: Session, *, wait: str, key: int, person_id: int | None, act: str, context: AuditContext
) -> None:
    """Note who sees to something from now on, or that nobody does. Audited, as the `act`."""
    session.execute(
        delete(TaskOwner).where(
            TaskOwner.programme_id == context.programme_id, TaskOwner.wait == wait, TaskOwner.key == key
        )
    )
    if person_id is not None:
        session.add(
            TaskOwner(
                programme_id=context.programme_id,
                wait=wait,
                key=key,
                person_id=person_id,
                since=london_date(context.now),
            )
        )
        session.flush()
    record(session, context, act, "task", key, wait=wait, person=person_id)


def absence_of(session: Session, *, person_id: int) -> tuple[date, date] | None:
    """The days that somebody entered last."""
    row = session.get(Absence, person_id)
    return None if row is None else (row.first_day, row.last_day)


def be_away(session: Session, *, person_id: int, first: date, last: date, context: AuditContext) -> None:
    """Note on which days somebody is away, in place of what they entered before. Audited.

    Raises:
        InvalidError: the days are in the wrong order, have passed, or are more than a year.
    """
    if last < first:
        raise InvalidError("Away: the last day is before the first.")
    if last < london_date(context.now):
        raise InvalidError("Away: these days have passed.")
    if (last - first).days > MAX_DAYS:
        raise InvalidError("Away: at most a year at a time.")
    row = session.get(Absence, person_id)
    if row is None:
        row = Absence(person_id=person_id)
        session.add(row)
    row.first_day, row.last_day, row.entered_at = first, last, context.now
    session.flush()
    record(session, context, "absence entered", "person", person_id)


def be_back(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Forget the days on which somebody would be away. Audited."""
    session.execute(delete(Absence).where(Absence.person_id == person_id))
    record(session, context, "absence ended", "person", person_id)
