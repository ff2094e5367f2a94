"""Letters that say that answers arrived, and not what they were: written at night for all of a day together.

When one is due follows from the day that stands with its case, so that no letter tells more of when somebody
answered than the case does. It goes to where the letters with the code went last: whoever had the code learns
that it was used.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.models.cases.casework import Case, Seat, SeatOutcome
from survey_app.models.outbox import Message
from survey_app.services.cases.letters import ACKNOWLEDGEMENT, schedule_letters
from survey_app.services.cases.seats import SeatKey
from survey_app.services.fieldwork.addresses import earlier_addresses
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT

# After that it would surprise more than help; also what a database holds from before these letters.
MAX_DAYS = 7


def schedule(session: Session, keys: Keyring, *, round_id: int, now: datetime) -> int:
    """Let whoever sent answers, and had our letters by e-mail, be written to the morning after; how many."""
    written_before = exists().where(Message.seat_id == Seat.id, Message.event == ACKNOWLEDGEMENT)
    rows = session.execute(
        select(Seat.id, Seat.uuid, Seat.case_id, Case.outcome_on)
        .join(Case, Case.id == Seat.case_id)
        .where(
            Case.round_id == round_id,
            Seat.kind == SeatKind.LEAD,
            Seat.outcome == SeatOutcome.COMPLETE,
            Case.outcome_on >= london_date(now) - timedelta(days=MAX_DAYS),
            ~written_before,
        )
    ).all()
    earlier = earlier_addresses(session, keys, [row.id for row in rows])
    written = [row for row in rows if row.id in earlier and row.outcome_on is not None]
    for row in written:
        schedule_letters(
            session,
            ACKNOWLEDGEMENT,
            [SeatKey(row.id, row.uuid, row.case_id)],
            due=at(row.outcome_on + timedelta(days=1), LETTERS_LEAVE_AT),
            to=earlier[row.id][0],
        )
    return len(written)
