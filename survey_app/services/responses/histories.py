"""What every save of a response changed, and when: one row of a response, written anew at each save.

A row for each save, or a number of them in clear, would tell whoever can name a response how long its route
was, and with it what was answered to the questions that lead to others. Filled up, a row of one save is as
long as one of fifty. What changed lies under the round's key, and when under two keys, as other moments do.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from survey_app.crypto import padded, seal, unseal
from survey_app.models.base import fresh_key, table
from survey_app.models.responses import ResponseChange
from survey_app.services.responses.moments import Step, listed, step_of
from survey_app.services.responses.seats import Sheet

# Bytes, packed. Nearly every history fills one block of each.
CHANGES_BLOCK, STEPS_BLOCK = 8192, 2048
_CHANGE = table(ResponseChange)


@dataclass(frozen=True)
class History:
    """The saves of one response, the first first: when and how, and what was stored of each changed item."""

    steps: Sequence[Step] = ()
    changes: Sequence[Mapping[str, Any]] = ()


def history_of(session: Session, sheet: Sheet) -> History:
    """All saves of a response; none where it has none. `sheet` lends its keys.

    Raises:
        DestroyedError: other keys, or the row of another response.
    """
    query = select(_CHANGE.c.moment, _CHANGE.c.changes).where(_CHANGE.c.response_id == sheet.response_id)
    row = session.execute(query).one_or_none()
    if row is None:
        return History()
    steps = _unpacked(unseal(sheet.moments_key, row.moment, f"steps {sheet.response_id}"))
    changes = _unpacked(unseal(sheet.key, row.changes, f"changes {sheet.response_id}"))
    return History([step_of(each) for each in steps], changes)


def add(session: Session, sheet: Sheet, *, step: Step, changed: Mapping[str, Any]) -> None:
    """Add one save, by whoever holds the response: its row was written before in this transaction."""
    before = history_of(session, sheet)
    steps = [listed(each) for each in (*before.steps, step)]
    values = {
        "moment": seal(sheet.moments_key, _packed(steps, STEPS_BLOCK), f"steps {sheet.response_id}"),
        "changes": seal(
            sheet.key, _packed([*before.changes, changed], CHANGES_BLOCK), f"changes {sheet.response_id}"
        ),
    }
    if before.steps:
        session.execute(update(_CHANGE).where(_CHANGE.c.response_id == sheet.response_id).values(values))
    else:
        session.execute(insert(_CHANGE), {"id": fresh_key(), "response_id": sheet.response_id, **values})


def _packed(rows: Sequence[Any], block: int) -> bytes:
    return padded(zlib.compress(json.dumps(rows).encode()), block)


def _unpacked(content: bytes) -> list[Any]:
    # What it is filled up with stands behind the end of the packed part.
    rows: list[Any] = json.loads(zlib.decompressobj().decompress(content))
    return rows
