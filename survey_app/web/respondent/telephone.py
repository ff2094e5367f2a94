"""Answers given by telephone: an interviewer sits down in the respondent's place, and every page says so."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from survey_app.services.audit import record
from survey_app.services.people.permissions import Permission
from survey_app.services.responses.seats import check_open, lead_seat_of
from survey_app.services.rounds import lifecycle
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import TELEPHONE, sit_down
from survey_app.web.site import context, requires, site, within, writing


@bp.post("/cases/<int(max=2147483647):case_id>/telephone")
@requires(Permission.ENTER_ANSWERS, by_strand=True)
def by_telephone(case_id: int) -> ResponseReturnValue:
    """Seat the interviewer who is signed in; who did so is on the audit trail."""
    doing = context()
    with writing() as session:
        seat = lead_seat_of(session, site().keys, case_id=case_id)
        asked_in = lifecycle.get_round(session, round_id=seat.round_id, programme_id=doing.programme_id)
        within(asked_in.strand)
        check_open(seat)
        record(session, doing, "took answers by telephone", "case", case_id)
    sit_down(seat, mode=TELEPHONE[0], by=TELEPHONE[1])
    return redirect(url_for("respondent.welcome"))


def case_url(case_id: int) -> str:
    """Where the interviewer came from."""
    return url_for("rounds.cases.page", case_id=case_id)


@bp.context_processor
def _way_back() -> dict[str, object]:
    return {"telephone_case_url": case_url}
