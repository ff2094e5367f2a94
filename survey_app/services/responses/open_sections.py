"""Answers of open sections: never in the confidential document, and its answers never in theirs.

Until a pass of the round makes an open form of them (`open_forms`), they lie sealed under a name of their
own, which only the round's key and LINK_KEY together make of the seat's pseudonym: a row that named the case
would tell, at that very minute, that it is answering, and one that DATA_KEY alone could lay beside the
confidential answers would name them once the form is made.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from instruments.answering import answers as stored_answers
from instruments.answering.answers import Answer
from survey_app.crypto import padded, seal, unseal
from survey_app.models.base import table
from survey_app.models.responses import Response, ResponseDraft, ResponseKind

# Bytes. As long as the confidential document, whatever was answered.
BLOCK = 4096
_DRAFT = table(ResponseDraft)


@dataclass(frozen=True)
class Place:
    """Where the open answers of one seat, or one call, lie; `seat_id` is that of its open form, if any.

    They are sealed with `key`, the round's; `naming` makes their names (`Keyring.moments_key`).
    """

    pseudonym: str
    round_id: int
    key: bytes = field(repr=False)
    naming: bytes = field(repr=False)
    seat_id: int | None = None

    @property
    def name(self) -> str:
        return self._word("name")

    @property
    def identity(self) -> str:
        return self._word("row")

    def _word(self, what: str) -> str:
        text = f"open section|{what}|{self.pseudonym}".encode()
        return hmac.new(self.naming, text, hashlib.sha256).hexdigest()[:32]


def parted(
    answers: Mapping[str, Answer], open_items: Collection[str]
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """Answers given in confidence, and those of open sections."""
    confidential = {item: answer for item, answer in answers.items() if item not in open_items}
    return confidential, {item: answers[item] for item in answers if item in open_items}


def answers_at(session: Session, place: Place) -> dict[str, Answer]:
    """What was answered in open sections so far, or in the open form that came of it."""
    sealed = session.scalar(select(_DRAFT.c.sealed).where(_DRAFT.c.id == place.identity))
    if sealed is not None:
        return _opened(place.key, sealed, _context(place))
    if place.seat_id is None:
        return {}
    form = session.execute(
        select(Response.id, Response.document).where(
            Response.seat_id == place.seat_id, Response.kind == ResponseKind.OPEN
        )
    ).one_or_none()
    return _opened(place.key, form.document, f"response {form.id}") if form else {}


def keep(session: Session, place: Place, answers: Mapping[str, Answer]) -> None:
    """Keep what is answered in open sections, in place of what was kept before."""
    row = {
        "id": place.identity,
        "seat_pseudonym": place.name,
        "round_id": place.round_id,
        "sealed": sealed_form(place.key, answers, _context(place)),
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(_DRAFT).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"sealed": row["sealed"]}))


def drop(session: Session, place: Place) -> None:
    """Forget what is kept there."""
    session.execute(delete(_DRAFT).where(_DRAFT.c.id == place.identity))


def sealed_form(key: bytes, answers: Mapping[str, Answer], context: str) -> bytes:
    """Answers as one padded document under the round's key."""
    document = json.dumps(stored_answers.to_stored(answers), separators=(",", ":"))
    return seal(key, padded(document.encode(), BLOCK), context)


def _opened(key: bytes, sealed: bytes, context: str) -> dict[str, Answer]:
    return stored_answers.from_stored(json.loads(unseal(key, sealed, context)))


def _context(place: Place) -> str:
    return f"draft {place.identity}"
