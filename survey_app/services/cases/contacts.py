"""The history of a case: contacts and changes, each on its day."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import Case, CaseEvent

# One of the staff sat down in the respondent's place.
CALL = "opened by telephone"
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


def callers_of(session: Session, *, round_id: int) -> dict[int, frozenset[str]]:
    """Case -> who of the staff opened its questionnaire by telephone, for the cases of a round."""
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.actor)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.round_id == round_id, CaseEvent.kind == CALL)
    )
    callers: dict[int, frozenset[str]] = {}
    for case_id, actor in rows:
        callers[case_id] = callers.get(case_id, frozenset()) | {actor}
    return callers
