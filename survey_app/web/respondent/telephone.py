"""Answers given by telephone: an interviewer sits down in the respondent's place, and every page says so.

The interviewer begins with an empty sheet, and is shown what they take in this call and nothing else: no
answer of before, nor which questions follow from one, nor whether there is any.
"""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app.errors import ConflictError
from survey_app.services.audit import record
from survey_app.services.cases import added, notices
from survey_app.services.cases.contacts import CALL, note_contact
from survey_app.services.people.permissions import Permission
from survey_app.services.responses import openings
from survey_app.services.responses.seats import Seat, check_open, lead_seat_of
from survey_app.services.rounds import lifecycle
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import TELEPHONE, sit_down
from survey_app.web.site import context, reading, requires, site, within, writing


@bp.post("/cases/<int(max=2147483647):case_id>/telephone")
@requires(Permission.ENTER_ANSWERS, by_strand=True)
def by_telephone(case_id: int) -> ResponseReturnValue:
    """Seat the interviewer who is signed in; who did so is on the audit trail."""
    with reading() as session:
        seat = lead_seat_of(session, site().keys, case_id=case_id)
        programme_id = context().programme_id
        asked_in = lifecycle.get_round(session, round_id=seat.round_id, programme_id=programme_id)
    within(asked_in.strand)
    check_open(seat)
    with writing() as session:
        added.check_agreed(session, case_id=case_id)
        _open(session, seat)
        sit_down(session, seat, mode=TELEPHONE[0], by=TELEPHONE[1])
    return redirect(url_for("respondent.welcome"))


def _open(session: Session, seat: Seat) -> None:
    """Keep that the questionnaire was opened, for staff, for the audit trail and for its respondent.

    Whether anything was answered since the last pass makes no difference here, so that nobody learns of it.

    Raises:
        ConflictError: the case says that the answers were sent.
    """
    if seat.is_complete:
        raise ConflictError("The answers were sent, so there is nothing left to take.")
    doing = context()
    # By its round: the trail has times, and so have answers; a case beside one would name the other.
    record(session, doing, "took answers by telephone", "round", seat.round_id)
    note_contact(session, case_id=seat.case_id, kind=CALL, actor=doing.actor, now=doing.now)
    notices.note_call(session, seat_id=seat.id, now=doing.now)
    openings.note_call(session, site().keys, seat=seat)


def case_url(case_id: int) -> str:
    """Where the interviewer came from."""
    return url_for("rounds.cases.page", case_id=case_id)


@bp.context_processor
def _way_back() -> dict[str, object]:
    return {"telephone_case_url": case_url}
