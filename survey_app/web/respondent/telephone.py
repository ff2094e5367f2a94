"""Answers given by telephone: an interviewer sits down in the respondent's place, and every page says so.

The interviewer is shown what they take in this call and nothing else. Where something was saved before, the
person who answers has to agree that the call goes on from there; that they did is kept.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.errors import ConflictError
from survey_app.services.audit import record
from survey_app.services.cases import notices
from survey_app.services.cases.contacts import note_contact
from survey_app.services.people.permissions import Permission
from survey_app.services.responses.seats import Seat, begun_of, check_open, lead_seat_of
from survey_app.services.rounds import lifecycle
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import TELEPHONE, sit_down
from survey_app.web.site import context, reading, requires, site, within, writing


class GoOnForm(FlaskForm):
    """What the person who answers says to going on from what was saved before."""

    agreed = RadioField(
        "Does the person who answers agree?",
        choices={"yes": "Yes, they agree to go on from there", "no": "No"},
        validators=[InputRequired("Say whether they agree")],
    )
    submit = SubmitField("Continue")


@bp.post("/cases/<int(max=2147483647):case_id>/telephone")
@requires(Permission.ENTER_ANSWERS, by_strand=True)
def by_telephone(case_id: int) -> ResponseReturnValue:
    """Seat the interviewer who is signed in; who did so is on the audit trail."""
    with reading() as session:
        seat = lead_seat_of(session, site().keys, case_id=case_id)
        programme_id = context().programme_id
        asked_in = lifecycle.get_round(session, round_id=seat.round_id, programme_id=programme_id)
        begun = seat.id in begun_of(session, [seat])
    within(asked_in.strand)
    check_open(seat)
    asked = "submit" in request.form
    form = GoOnForm() if asked else GoOnForm(formdata=None)
    if begun and not (asked and form.validate()):
        page = render_template("respondent/telephone.html", form=form, seat=seat)
        return page, 422 if form.errors else 200
    if begun and form.agreed.data != "yes":
        flash("Nothing was opened. What was saved is kept: they can go on with their code.", "info")
        return redirect(case_url(case_id))
    with writing() as session:
        _open(session, seat, begun)
        sit_down(session, seat, mode=TELEPHONE[0], by=TELEPHONE[1])
    return redirect(url_for("respondent.welcome"))


def _open(session: Session, seat: Seat, agreed: bool) -> None:
    """Keep that the questionnaire was opened, for staff, for the audit trail and for its respondent.

    Raises:
        ConflictError: the answers were sent, or the first were saved a moment ago.
    """
    begun = begun_of(session, [seat])
    if begun.get(seat.id):
        raise ConflictError("The answers were sent, so there is nothing left to take.")
    if seat.id in begun and not agreed:
        raise ConflictError("Answers were saved a moment ago. Ask the person who answers, and try again.")
    doing = context()
    kind = "agreed to go on by telephone" if agreed else "opened by telephone"
    # By its round: the trail has times, and so have answers; a case beside one would name the other.
    record(session, doing, "took answers by telephone", "round", seat.round_id, went_on=agreed)
    note_contact(session, case_id=seat.case_id, kind=kind, actor=doing.actor, now=doing.now)
    notices.note_call(session, seat_id=seat.id, agreed=agreed, now=doing.now)


def case_url(case_id: int) -> str:
    """Where the interviewer came from."""
    return url_for("rounds.cases.page", case_id=case_id)


@bp.context_processor
def _way_back() -> dict[str, object]:
    return {"telephone_case_url": case_url}
