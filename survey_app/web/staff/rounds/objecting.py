"""A round that the cycle would launch by itself: somebody objects, and it waits for approval."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import InputRequired

from scheduler.rules import Policy
from scheduler.stages import Stage
from survey_app.services.cycle import preparing
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("objecting", __name__)


class ObjectForm(FlaskForm):
    """Why a round should not be launched by itself."""

    why = LineField(
        "Why should it not be launched by itself?", validators=[InputRequired("Say why you object")]
    )
    submit = SubmitField("Object")


@bp.app_template_test("running_by_itself")
def runs_by_itself(round_view: RoundView) -> bool:
    """Whether the cycle would launch this round unless somebody objects."""
    slot = round_view.slot
    return round_view.stage is Stage.PLANNED and slot is not None and slot.policy is Policy.RUN


@bp.route(f"/rounds/<{NUMBER}:round_id>/object", methods=["GET", "POST"])
@requires(Permission.PLAN_ROUND)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """Say why a round should wait for approval."""
    form = ObjectForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                preparing.object_to(
                    session, round_view=round_view, why=form.why.data or "", context=context()
                )
            flash("Objection recorded. The round waits for approval.")
            return redirect(url_for("rounds.page", round_id=round_view.id))
    answer = render_template("staff/rounds/object.html", round=round_view, form=form)
    return answer, 422 if form.errors else 200
