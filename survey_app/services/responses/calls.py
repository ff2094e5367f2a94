"""What was taken in one telephone call: all that whoever took it is shown."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import unseal
from survey_app.models.responses import ResponseChange
from survey_app.services.responses.saving import change_context
from survey_app.services.responses.seats import Sheet


def taken_in_call(session: Session, *, sheet: Sheet, revisions: Collection[int]) -> frozenset[str]:
    """The items of a sheet that were answered by the saves of a call, by revision, and by no other since."""
    response_id = sheet.response_id
    if response_id is None or not revisions:
        return frozenset()
    rows = session.execute(
        select(ResponseChange.revision, ResponseChange.changes)
        .where(ResponseChange.response_id == response_id)
        .order_by(ResponseChange.revision)
    )
    saves = (
        (revision, json.loads(unseal(sheet.key, sealed, change_context(response_id, revision))))
        for revision, sealed in rows
    )
    return taken(saves, revisions=revisions)


def taken(saves: Iterable[tuple[int, Mapping[str, Any]]], *, revisions: Collection[int]) -> frozenset[str]:
    """The items that were first answered by these revisions; each save has its changes, None where one left.

    An answer that was there before is not the call's because the call touched it: a save may take back the
    confirmation of another answer.
    """
    answered: set[str] = set()
    ours: set[str] = set()
    for revision, changes in saves:
        touched = set(changes)
        ours = ours | (touched - answered) if revision in revisions else ours - touched
        answered = answered - touched | {item for item, value in changes.items() if value is not None}
    return frozenset(ours & answered)
