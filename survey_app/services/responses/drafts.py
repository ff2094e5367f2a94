"""What was typed and is no answer yet: kept sealed beside the answers, never data, gone when the key is.

A draft is the fields of one page as they were sent, under the id of its first question. Beside the drafts
stands the question at which the respondent goes on. Each is a row of its own, so that two windows keep what
they hold without meeting. What a telephone call has taken so far lies here too, under a name of its own.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.crypto import padded, seal, unseal
from survey_app.models.base import table
from survey_app.models.responses import ResponseDraft
from survey_app.services.responses.seats import Seat

# Bytes. Most drafts fill one block, whatever was typed.
BLOCK = 1024
Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Unfinished:
    """What a seat left unfinished: the fields of its pages as they were typed, and where to go on."""

    pages: Mapping[str, Fields] = field(default_factory=dict)
    place: str = ""


_DRAFT = table(ResponseDraft)
# Built once: it runs at every page of every respondent.
_OF_SEAT = select(_DRAFT.c.id, _DRAFT.c.sealed).where(_DRAFT.c.seat_pseudonym == bindparam("seat"))


def unfinished(session: Session, seat: Seat, *, key: bytes) -> Unfinished:
    """What this seat left unfinished; `key` is the round's."""
    rows = session.execute(_OF_SEAT, {"seat": seat.seat_pseudonym})
    kept = [json.loads(unseal(key, sealed, _context(identity))) for identity, sealed in rows]
    pages = {each["page"]: each["fields"] for each in kept if "page" in each}
    return Unfinished(pages, next((each["place"] for each in kept if "place" in each), ""))


def keep_page(session: Session, seat: Seat, page: str, fields: Fields, *, key: bytes) -> None:
    """Keep a page as it was typed, in place of how it was left before."""
    _keep(session, seat, page, {"page": page, "fields": dict(fields)}, key)


def keep_place(session: Session, seat: Seat, place: str, *, key: bytes) -> None:
    """Keep where this seat goes on."""
    _keep(session, seat, "", {"place": place}, key)


def keep_call(session: Session, seat: Seat, answers: Mapping[str, object], *, at: str, key: bytes) -> None:
    """Keep what was taken in a telephone call so far; `seat` is named for that call alone."""
    _keep(session, seat, "", {"call": dict(answers), "at": at}, key)


def call_of(session: Session, seat: Seat, *, key: bytes) -> tuple[Mapping[str, Any], str] | None:
    """What was taken in a telephone call and when it was saved; None where nothing was."""
    for identity, sealed in session.execute(_OF_SEAT, {"seat": seat.seat_pseudonym}):
        kept = json.loads(unseal(key, sealed, _context(identity)))
        return kept["call"], kept["at"]
    return None


def finish_page(session: Session, seat: Seat, page: str, *, key: bytes) -> None:
    """Forget how a page was left: it was saved."""
    session.execute(delete(_DRAFT).where(_DRAFT.c.id == _identity(seat, page, key)))


def drop(session: Session, seat: Seat) -> None:
    """Forget all that this seat left unfinished: its answers were sent."""
    session.execute(delete(_DRAFT).where(_DRAFT.c.seat_pseudonym == seat.seat_pseudonym))


def _keep(session: Session, seat: Seat, page: str, document: Mapping[str, object], key: bytes) -> None:
    identity = _identity(seat, page, key)
    row = {
        "id": identity,
        "seat_pseudonym": seat.seat_pseudonym,
        "round_id": seat.round_id,
        "sealed": seal(key, padded(json.dumps(document).encode(), BLOCK), _context(identity)),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(_DRAFT).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"sealed": row["sealed"]}))


def _identity(seat: Seat, page: str, key: bytes) -> str:
    # Keyed, so that no row says which question gave somebody trouble.
    return hmac.new(key, f"{seat.seat_pseudonym}|{page}".encode(), hashlib.sha256).hexdigest()[:32]


def _context(identity: str) -> str:
    return f"draft {identity}"
