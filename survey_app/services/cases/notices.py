"""What a respondent is told of when they come in: new codes, and that staff opened their questionnaire."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import Notice, SeatNotice


class NoticeLine(NamedTuple):
    """What was done, and on which day."""

    day: date
    kind: Notice


def note(session: Session, *, seat_id: int, kind: Notice, now: datetime) -> None:
    """Keep for the respondent of a seat what was done just now."""
    row = {"id": fresh_uuid(), "seat_id": seat_id, "day": london_date(now), "kind": kind}
    session.execute(insert(table(SeatNotice)), row)


def note_call(session: Session, *, seat_id: int, now: datetime) -> None:
    """Keep that staff opened the questionnaire by telephone."""
    note(session, seat_id=seat_id, kind=Notice.TELEPHONE, now=now)


def notices_of(session: Session, seat_id: int) -> list[NoticeLine]:
    """What was done with the questionnaire of a seat, the newest first."""
    rows = session.execute(select(SeatNotice.day, SeatNotice.kind).where(SeatNotice.seat_id == seat_id))
    return sorted((NoticeLine(*row) for row in rows), key=lambda line: (line.day, line.kind), reverse=True)
