"""Rehearsing the cycle on a copy: asked for, watched, stopped, taken up, and read."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import InputRequired

from scheduler.stages import Stage
from survey_app.clock import LONDON
from survey_app.errors import ConflictError
from survey_app.services.cycle import rehearsals
from survey_app.services.cycle.rehearsals import MAX_YEARS, RehearsalView
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import CountField, correcting
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import REHEARSAL, loads
from survey_app.web.staff.rounds.overview import STAGES
from survey_app.web.urls import NUMBER

bp = Blueprint("rehearsals", __name__)
STATES = {
    "waiting": "In progress",
    "done": "Done",
    "failed": "Failed",
    "stopped": "Stopped",
}


class AskingForm(FlaskForm):
    """How far a rehearsal goes."""

    years = CountField(
        "Years after this one",
        description=f"1 to {MAX_YEARS}. Each takes a minute or so for a panel of some hundred organisations,"
        " and longer for a larger one",
        minimum=1,
        maximum=MAX_YEARS,
        validators=[InputRequired("Enter how many years")],
    )
    submit = SubmitField("Rehearse")


@bp.route("/calendar/rehearsals", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
def listing() -> ResponseReturnValue:
    """Ask for a rehearsal, and what earlier ones came to."""
    form = AskingForm(data={"years": 1})
    if form.validate_on_submit():
        with correcting(form, ConflictError):
            with writing() as session:
                new = rehearsals.ask(session, years=form.years.data or 0, context=context())
            return redirect(url_for(".page", rehearsal_id=new))
    with reading() as session:
        lines = rehearsals.rehearsals(session, person().programme_id)
    page = render_template("staff/cycle/rehearsals.html", form=form, lines=lines, states=STATES, zone=LONDON)
    return page, 422 if form.errors else 200


@bp.get(f"/calendar/rehearsals/<{NUMBER}:rehearsal_id>")
@requires(Permission.LAUNCH_ROUND)
@loads(REHEARSAL)
def page(rehearsed: RehearsalView) -> ResponseReturnValue:
    """How far it is, or what it came to."""
    stages = {stage.value: words for stage, words in STAGES.items()}
    return render_template(
        "staff/cycle/rehearsal.html",
        one=rehearsed,
        job=rehearsed.job,
        said=rehearsed.said,
        stages=stages,
        closed=Stage.CLOSED.value,
        form=ConfirmForm(),
        zone=LONDON,
    )


@bp.post(f"/calendar/rehearsals/<{NUMBER}:rehearsal_id>/stop")
@requires(Permission.LAUNCH_ROUND)
@loads(REHEARSAL)
def stop(rehearsed: RehearsalView) -> ResponseReturnValue:
    """Stop it after the step in hand; its copy is destroyed then."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            rehearsals.stop(session, rehearsal_id=rehearsed.id, context=context())
        flash("Stopped. Its copy is destroyed.")
    return redirect(url_for(".page", rehearsal_id=rehearsed.id))


@bp.post(f"/calendar/rehearsals/<{NUMBER}:rehearsal_id>/resume")
@requires(Permission.LAUNCH_ROUND)
@loads(REHEARSAL)
def resume(rehearsed: RehearsalView) -> ResponseReturnValue:
    """Let one that was stopped or failed be lived after all."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            rehearsals.resume(session, rehearsal_id=rehearsed.id, context=context())
    return redirect(url_for(".page", rehearsal_id=rehearsed.id))
