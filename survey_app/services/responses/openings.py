"""When and how a questionnaire was opened, for its respondent to see and for nobody else.

That somebody came in with the code is kept under the pseudonym of the answers, and when is sealed as the
moments of answers are: beside the case no row says that anybody came. What staff did is kept with the case,
by day. A seat has one row, as long for one opening as for forty, and a call leaves it too: neither that it is
there nor its length tells who answered on the web and who by telephone, which stands beside the case.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.clock import london_date, spoken_time
from survey_app.crypto import Keyring, padded, seal, unseal
from survey_app.models.base import table
from survey_app.models.cases.casework import Notice
from survey_app.models.responses import ResponseOpening
from survey_app.services import material
from survey_app.services.cases.notices import notices_of
from survey_app.services.responses.seats import Seat

MAX_SHOWN = 20
# The newest that are kept, and bytes: all of them fill one block, as none do.
KEPT, BLOCK = 40, 2048
_OPENING = table(ResponseOpening)


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
    # To the second, so that all are of one length.
    _rewrite(session, keys, seat, [now.isoformat(timespec="seconds")])


def note_call(session: Session, keys: Keyring, *, seat: Seat) -> None:
    """Leave, where a call begins, the row that somebody with the code would leave; it says nothing more.

    Raises:
        DestroyedError: the round's material was destroyed.
    """
    _rewrite(session, keys, seat, [])


def _rewrite(session: Session, keys: Keyring, seat: Seat, more: list[str]) -> None:
    key = _key(session, keys, seat)
    identity = _identity(key, seat)
    row = {
        "id": identity,
        "round_id": seat.round_id,
        "seat_pseudonym": seat.seat_pseudonym,
        "sealed": _sealed(key, identity, []),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # First, so that of two who come in at once the second waits here.
    session.execute(insert(_OPENING).values(row).on_conflict_do_nothing(index_elements=["id"]))
    kept = session.execute(select(_OPENING.c.sealed).where(_OPENING.c.id == identity).with_for_update())
    moments = sorted([*_opened(key, identity, kept.scalar_one()), *more])[-KEPT:]
    after = update(_OPENING).where(_OPENING.c.id == identity)
    session.execute(after.values(sealed=_sealed(key, identity, moments)))


def openings_of(session: Session, keys: Keyring, *, seat: Seat) -> list[Opening]:
    """When and how the questionnaire of a seat was opened, the newest first.

    Raises:
        DestroyedError: the round's material was destroyed.
    """
    key = _key(session, keys, seat)
    identity = _identity(key, seat)
    sealed = session.scalar(select(ResponseOpening.sealed).where(ResponseOpening.id == identity))
    moments = [datetime.fromisoformat(at) for at in _opened(key, identity, sealed)] if sealed else []
    web = [Opening(london_date(at), at) for at in sorted(moments, reverse=True)[:MAX_SHOWN]]
    staff = [Opening(line.day, None, line.kind) for line in notices_of(session, seat.id)]
    return sorted([*staff, *web], key=lambda one: one.day, reverse=True)


def _key(session: Session, keys: Keyring, seat: Seat) -> bytes:
    key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=seat.round_id)
    return keys.moments_key(key)


def _identity(key: bytes, seat: Seat) -> str:
    return hmac.new(key, f"openings|{seat.seat_pseudonym}".encode(), hashlib.sha256).hexdigest()[:36]


def _sealed(key: bytes, identity: str, moments: list[str]) -> bytes:
    return seal(key, padded(json.dumps(moments).encode(), BLOCK), _context(identity))


def _opened(key: bytes, identity: str, sealed: bytes) -> list[str]:
    moments: list[str] = json.loads(unseal(key, sealed, _context(identity)))
    return moments


def _context(identity: str) -> str:
    return f"openings {identity}"
