"""The history of a case: contacts and changes, each on its day."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import CaseEvent

_CONTACT = insert(table(CaseEvent))


def note_contact(
    session: Session,
    *,
    case_id: int,
    kind: str,
    actor: str,
    now: datetime,
    note_sealed: bytes | None = None,
) -> None:
    """Write one contact into a case's history, by day; `notes` seals what is to be said of it."""
    session.execute(
        _CONTACT,
        {
            "id": fresh_uuid(),
            "case_id": case_id,
            "day": london_date(now),
            "kind": kind,
            "actor": actor,
            "note_sealed": note_sealed,
        },
    )
