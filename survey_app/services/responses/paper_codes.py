"""A code on paper passes through the hands of whoever prints: alone it opens once, to begin.

Whoever uses it first chooses a word of their own, and from then on code and word open together. So whoever
kept a code opens nothing that another answered, and whoever used one first is seen by the respondent, whose
code is refused with the day. Answers that were given in another way, as by telephone, it never opens.

The word stands under a name of its own among the openings, hashed, and sealed under two keys as moments are.
"""

import hashlib
import hmac
import json
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.crypto import seal, unseal
from survey_app.errors import InvalidError
from survey_app.models.base import table
from survey_app.models.outbox import PrintedLetter
from survey_app.models.responses import ResponseOpening
from survey_app.services.responses.seats import Seat, Sheet

MIN_LENGTH, MAX_LENGTH = 6, 40


@dataclass(frozen=True)
class FirstUse:
    """On which day a code on paper was first used, and the keyed hash of the word that was chosen then."""

    day: date
    word: str


def is_on_paper(session: Session, seat: Seat) -> bool:
    """Whether the code of a seat as it is now went out on paper."""
    printed = exists().where(PrintedLetter.seat_id == seat.id, PrintedLetter.generation == seat.generation)
    return bool(session.scalar(select(printed)))


def first_use(session: Session, seat: Seat, sheet: Sheet) -> FirstUse | None:
    """When this code was first used, and with which word; `sheet` lends its keys."""
    identity = _identity(seat, sheet)
    sealed = session.scalar(select(ResponseOpening.sealed).where(ResponseOpening.id == identity))
    if sealed is None:
        return None
    kept = json.loads(unseal(sheet.moments_key, sealed, _context(identity)))
    return FirstUse(date.fromisoformat(kept["day"]), kept["word"])


def choose(session: Session, seat: Seat, sheet: Sheet, *, word: str, now: datetime) -> bool:
    """Keep the word of whoever uses a code first; whether it was they: of two at one moment it is one.

    Raises:
        InvalidError: the word is too short or too long, or stands on the letter.
    """
    _check(seat, word)
    identity = _identity(seat, sheet)
    kept = {"day": london_date(now).isoformat(), "word": _hashed(sheet, word)}
    row = {
        "id": identity,
        "round_id": seat.round_id,
        "seat_pseudonym": _keyed(sheet, f"first use|{identity}")[:32],
        "sealed": seal(sheet.moments_key, json.dumps(kept).encode(), _context(identity)),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table(ResponseOpening)).values(row).on_conflict_do_nothing(index_elements=["id"])
    rows: int = session.execute(statement).rowcount  # type: ignore[attr-defined]
    return rows == 1


def is_word(sheet: Sheet, used: FirstUse, word: str) -> bool:
    """Whether this is the word that was chosen; capitals and blanks make no difference."""
    return hmac.compare_digest(used.word, _hashed(sheet, word))


def _check(seat: Seat, word: str) -> None:
    said = plain(word)
    if not MIN_LENGTH <= len(said) <= MAX_LENGTH:
        raise InvalidError(f"Your word must have {MIN_LENGTH} to {MAX_LENGTH} letters or numbers")
    if said in plain(seat.organisation):
        raise InvalidError("Choose another word: this one stands on the letter")


def plain(word: str) -> str:
    """A word as it is compared: capitals and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def _hashed(sheet: Sheet, word: str) -> str:
    return _keyed(sheet, f"word|{plain(word)}")


def _identity(seat: Seat, sheet: Sheet) -> str:
    # Of this code: a newer one begins anew.
    return _keyed(sheet, f"first use|{seat.seat_pseudonym}|{seat.generation}")[:36]


def _keyed(sheet: Sheet, text: str) -> str:
    return hmac.new(sheet.moments_key, text.encode(), hashlib.sha256).hexdigest()


def _context(identity: str) -> str:
    return f"first use {identity}"
