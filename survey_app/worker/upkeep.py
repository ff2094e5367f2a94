"""What the worker does at each waking besides jobs and letters: what others left is ended, what is over goes.

All of it is looked for by one statement first, so that a waking with nothing to do takes no writer in vain.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services.frames import arrivals
from survey_app.services.people import attempts, sessions
from survey_app.services.trail import chain


class ToDo(NamedTuple):
    """What there is to do: imports that were killed, rows of the trail to close, counters that are over."""

    unended: bool
    trail: bool
    old: bool


def to_do(database: Database, *, now: datetime) -> ToDo:
    """What is to be done now."""
    old = or_(attempts.are_old(now), sessions.have_ended(now))
    with database.reading() as session:
        return ToDo(*session.execute(select(arrivals.are_unended(now), chain.is_due(now), old)).one())


def tidy(database: Database, keys: Keyring, *, now: Callable[[], datetime]) -> int:
    """End some of what a killed import began; how many rows it was."""
    with database.writing() as session:
        return arrivals.tidy(session, keys, now=now())


def close_trail(database: Database, keys: Keyring, *, now: datetime) -> int:
    """Close the rows of the audit trail that wait; how many batches they made.

    Rows that know a day alone are written anew when they are closed; then what PostgreSQL keeps of how they
    were written first is taken away.
    """
    batches, of_days = 0, False
    while True:
        with database.reading() as session:
            if not session.scalar(select(chain.is_due(now))):
                break
            of_days = of_days or chain.holds_days(session, now=now)
        with database.writing() as session:
            chain.close_batch(session, keys, now=now)
        batches += 1
    if batches and of_days:
        database.tidy("audit_entry")
    return batches


def delete_old(database: Database, *, now: datetime) -> int:
    """Delete counters and sessions that are over."""
    with database.writing() as session:
        attempts.delete_old(session, now=now)
        sessions.delete_ended(session, now=now)
    return 0
