"""For whoever watches the machines: is the process alive, and does the installation do what it should?"""

import logging
from datetime import datetime, timedelta

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from survey_app.services import readiness
from survey_app.services.installation import is_current
from survey_app.web.site import public, reading, site

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
# Anybody may ask, so that asking often must not cost anything.
GOOD_FOR = timedelta(seconds=5)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """200 while this process answers."""
    return "well\n", 200, TEXT


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """200 while the database takes writes, its tables are the newest, a worker is at work and letters leave.

    Else 503; what is amiss is in the log, and not for everybody.
    """
    now = site().clock.now()
    asked_at, amiss = current_app.extensions.get("readiness", (None, ()))
    if asked_at is None or not asked_at <= now < asked_at + GOOD_FOR:
        amiss = _amiss(now)
        current_app.extensions["readiness"] = (now, amiss)
        if amiss:
            log.warning("not ready", extra={"facts": {"amiss": amiss}})
    return ("not ready\n", 503, TEXT) if amiss else ("ready\n", 200, TEXT)


def _amiss(now: datetime) -> tuple[str, ...]:
    """What is not as it should be, in words of one."""
    database = site().database
    try:
        if not is_current(database):
            return ("tables",)
        if not database.takes_writes():
            return ("database",)
        with reading() as session:
            return readiness.late(session, now=now, wake_seconds=site().settings.worker_wake_seconds)
    except SQLAlchemyError:
        return ("database",)
