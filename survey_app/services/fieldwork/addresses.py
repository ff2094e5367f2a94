"""Where the letters of a seat went, and whether the next may go where its organisation is reached now."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.models.outbox import Message
from survey_app.services.cases.letters import NOTICES, To


def earlier_addresses(session: Session, keys: Keyring, seat_ids: Collection[int]) -> dict[int, list[To]]:
    """The addresses that letters with the code of these seats went to, by seat, the last one first."""
    rows = session.execute(
        select(
            Message.seat_id,
            Message.address_sealed,
            Message.address_context,
            Message.address_lookup,
            Message.state,
        )
        .where(
            Message.seat_id.in_(seat_ids),
            Message.template.not_in(NOTICES),
            Message.address_lookup.is_not(None),
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
    )
    earlier: dict[int, list[To]] = {}
    for seat_id, sealed, seal_context, lookup, state in rows:
        # Asked for the state too, SQLite would go through every letter that was ever sent.
        if state != "sent":
            continue
        if seat_id is not None and sealed is not None and seal_context is not None and lookup is not None:
            # While a key replaces another a row may be named under either: all are named under the newer.
            named = keys.lookup(keys.decrypt(sealed, seal_context)) if keys.rotates else lookup
            earlier.setdefault(seat_id, []).append(To(sealed, seal_context, named))
    return earlier
