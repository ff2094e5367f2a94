"""Whether an installation does all that it should: a worker is at work, and no letter waits too long."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from survey_app.models.outbox import Message
from survey_app.models.watching.heartbeat import Heartbeat
from survey_app.services.fieldwork.marks import WAITS

# A worker beats at least every few seconds, also within long work; one step of it may take minutes.
MAX_SILENCE = timedelta(minutes=5)
MAX_LAG = timedelta(hours=1)


def beat(session: Session, *, now: datetime) -> None:
    """Note that a worker is at work."""
    session.execute(update(Heartbeat).values(beat_at=now))


def late(session: Session, *, now: datetime, wake_seconds: int) -> tuple[str, ...]:
    """What is not as it should be: "worker" when none was heard of, "letters" when some should have left."""
    beat_at = session.scalar(select(Heartbeat.beat_at))
    silent = beat_at is None or now - beat_at > MAX_SILENCE + timedelta(seconds=wake_seconds)
    # One that its own mailbox puts off, or that waits for a second person, says nothing of the others.
    waiting = exists().where(
        Message.state == "waiting",
        Message.due_at < now - MAX_LAG,
        Message.put_off_since.is_(None),
        Message.failure != WAITS,
    )
    return ("worker",) * silent + ("letters",) * bool(session.scalar(select(waiting)))
