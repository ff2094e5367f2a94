"""Passes over a round's answers, each a transaction of its own: the worker's part of `responses.settling`."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.fieldwork import acknowledgements, back_checks, leases, printed, sending_back
from survey_app.services.jobs import JobView
from survey_app.services.responses import settling, shuffling
from survey_app.services.rounds import lifecycle

log = logging.getLogger(__name__)


def settle_round(database: Database, keys: Keyring, *, round_id: int, now: datetime) -> int:
    """Let the cases of a round say what their answers do; how many seats that changed."""
    with database.reading() as session:
        if not settling.waiting(session, keys, round_id=round_id):
            return 0
    with database.writing() as session:
        return settling.settle(session, keys, round_id=round_id, now=now)


def settle_for_the_night(database: Database, keys: Keyring, *, round_id: int, now: datetime) -> int:
    """The same, and the round's answers are written anew in random order with it, by one transaction.

    Whoever sent answers is told that they arrived the morning after: written here alone, for all of a day.
    And whoever is to be written to on paper and has not begun is moved there.
    """
    with database.writing() as session:
        sending_back.send_back(session, keys, round_id=round_id, now=now)
        changed = settling.settle(session, keys, round_id=round_id, now=now)
        printed.move_to_paper(session, keys, round_id=round_id, context=AuditContext("worker", now))
        acknowledgements.schedule(session, keys, round_id=round_id, now=now)
        shuffling.shuffle(session, round_id=round_id)
    database.tidy(*(one.name for one in shuffling.TABLES))
    return changed


def plan_next(session: Session, *, job: JobView, worker: str, percent: int, now: datetime) -> None:
    """Put a round's pass off until the next night; the one after its close was the last.

    By what cases say now, calls are drawn to be asked about.
    """
    back_checks.draw(session, round_id=job.subject_id, percent=percent, now=now)
    view = lifecycle.get_round(session, round_id=job.subject_id, programme_id=job.programme_id)
    if view.stage.is_over:
        jobs.finish(session, job_id=job.id, worker=worker, now=now)
    else:
        jobs.postpone(session, job_id=job.id, worker=worker, due_at=settling.next_night(now), now=now)


def settle_before_letters(database: Database, keys: Keyring, *, now: datetime) -> int:
    """Settle every round that has reminders due, so that nobody who has answered is written to.

    One that cannot be settled keeps no letter from leaving: whoever has answered is left out then too.
    """
    with database.reading() as session:
        rounds = leases.rounds_to_remind(session, now=now)
    return sum(_settled(database, keys, round_id, now) for round_id in rounds)


def _settled(database: Database, keys: Keyring, round_id: int, now: datetime) -> int:
    try:
        return settle_round(database, keys, round_id=round_id, now=now)
    except Exception:
        log.exception("round %s could not be settled before its letters", round_id)
        return 0
