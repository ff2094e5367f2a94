"""What the worker does at each waking besides jobs and letters: the trail is closed, what is over deleted."""

from datetime import datetime

from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services.people import attempts, sessions
from survey_app.services.trail import chain


def close_trail(database: Database, keys: Keyring, *, now: datetime) -> int:
    """Close the rows of the audit trail that wait; how many batches they made.

    Rows that know a day alone are written anew when they are closed; then what PostgreSQL keeps of how they
    were written first is taken away.
    """
    batches, of_days = 0, False
    while True:
        with database.reading() as session:
            due = chain.is_due(session, now=now)
            of_days = of_days or chain.holds_days(session, now=now)
        if not due:
            break
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
