"""What a call took opens only with a code that was made after the call.

In an open round a new code needs a second person. So nobody who got hold of a code in time, on paper or by an
address of their own, waits for a call and then reads what was said in it.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import in_words
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, DestroyedError
from survey_app.models.responses import Response
from survey_app.services import material
from survey_app.services.responses.moments import Taken, open_moments
from survey_app.services.responses.seats import Seat, Sheet


class AnsweredByCallError(ConflictError):
    """A call took answers since the code was made, so that it shows them to nobody."""

    title = "Answers were given by telephone"

    def __init__(self, taken: Taken, *, sent: bool) -> None:
        first = f"Answers were given by telephone on {in_words(taken.day)}. Your code is older than that."
        ask = (
            "The answers were sent, so they cannot be changed any more. If something in them has to be "
            "corrected, reply to one of our letters and quote the reference."
            if sent
            else "To see or change them, ask us for a new code: reply to one of our letters."
        )
        super().__init__(
            f"{first} So that nobody who has seen the code can read them, it shows none.\n{ask}\n"
            "If nobody at your organisation spoke to us on that day, tell us."
        )


def taken_of(sheet: Sheet) -> Taken | None:
    """The latest call that took answers of a seat."""
    return sheet.moments.taken if sheet.moments else None


def check_newer(seat: Seat, sheet: Sheet) -> None:
    """Let pass whoever has the code of a seat as it is now, where no call took answers since it was made.

    Raises:
        AnsweredByCallError: one did.
    """
    taken = taken_of(sheet)
    if taken is not None and taken.generation >= seat.generation:
        raise AnsweredByCallError(taken, sent=sheet.submitted_on is not None)


def shut_of(session: Session, keys: Keyring, seats: Collection[Seat]) -> set[int]:
    """The seats, by id, whose code opens nothing any more, because a call took answers since."""
    named = {seat.seat_pseudonym: seat for seat in seats}
    rows = session.execute(
        select(Response.id, Response.round_id, Response.seat_pseudonym, Response.moments).where(
            Response.seat_pseudonym.in_(named)
        )
    ).all()
    opening = {round_id: _moments_key(session, keys, round_id) for round_id in {row.round_id for row in rows}}
    shut = set()
    for row in rows:
        key, seat = opening[row.round_id], named[row.seat_pseudonym or ""]
        taken = open_moments(key, row.moments, row.id).taken if key else None
        if taken is not None and taken.generation >= seat.generation:
            shut.add(seat.id)
    return shut


def _moments_key(session: Session, keys: Keyring, round_id: int) -> bytes | None:
    """None once the answers of a round were destroyed."""
    try:
        key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    except DestroyedError:
        return None
    return keys.moments_key(key)
