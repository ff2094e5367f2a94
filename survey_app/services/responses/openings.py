"""When and how a questionnaire was opened, for its respondent to see and for nobody else.

That somebody came in with the code is kept under the pseudonym of the answers, and when is sealed as the
moments of answers are: beside the case no row says that anybody came. What staff did is kept with the case,
by day.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date, spoken_time
from survey_app.crypto import Keyring, seal, unseal
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import Notice
from survey_app.models.responses import ResponseOpening
from survey_app.services import material
from survey_app.services.cases.notices import notices_of
from survey_app.services.responses.seats import Seat

MAX_SHOWN = 20


@dataclass(frozen=True)
class Opening:
    """One line: a notice of what staff did, or, without one, that somebody came in with the code `at`."""

    day: date
    at: datetime | None = None
    notice: Notice | None = None

    @property
    def time(self) -> str:
        """The time of day in words, where it is known."""
        return spoken_time(self.at) if self.at else ""


def note_opening(session: Session, keys: Keyring, *, seat: Seat, now: datetime) -> None:
    """Keep that somebody came in with the code of this seat.

    Raises:
        DestroyedError: the round's material was destroyed.
    """
    identity, key = fresh_uuid(), _key(session, keys, seat)
    row = {
        "id": identity,
        "round_id": seat.round_id,
        "seat_pseudonym": seat.seat_pseudonym,
        # To the second, so that all are of one length.
        "sealed": seal(key, now.isoformat(timespec="seconds").encode(), _context(identity)),
    }
    session.execute(insert(table(ResponseOpening)), row)


def openings_of(session: Session, keys: Keyring, *, seat: Seat) -> list[Opening]:
    """When and how the questionnaire of a seat was opened, the newest first.

    Raises:
        DestroyedError: the round's material was destroyed.
    """
    key = _key(session, keys, seat)
    rows = session.execute(
        select(ResponseOpening.id, ResponseOpening.sealed).where(
            ResponseOpening.seat_pseudonym == seat.seat_pseudonym
        )
    )
    moments = [datetime.fromisoformat(unseal(key, row.sealed, _context(row.id)).decode()) for row in rows]
    web = [Opening(london_date(at), at) for at in sorted(moments, reverse=True)[:MAX_SHOWN]]
    staff = [Opening(line.day, None, line.kind) for line in notices_of(session, seat.id)]
    return sorted([*staff, *web], key=lambda one: one.day, reverse=True)


def _key(session: Session, keys: Keyring, seat: Seat) -> bytes:
    key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=seat.round_id)
    return keys.moments_key(key)


def _context(identity: str) -> str:
    return f"opening {identity}"
