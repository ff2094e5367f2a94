"""The plan of a round edited in place, until its launch."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, SubmitField
from wtforms.validators import InputRequired, Length

from scheduler.stages import Stage
from scheduler.strands import SURVEYS, WORDS
from survey_app.services.panels import drawing
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import editing
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.staff.rounds.moving import DatesForm
from survey_app.web.urls import NUMBER

bp = Blueprint("editing", __name__)
NONE_YET = "none"


class EditForm(DatesForm):
    """What a coordinator decided about a round, to be decided anew."""

    title = LineField(
        "Title",
        description="Respondents see it",
        validators=[InputRequired("Enter a title"), Length(max=120, message="Title: at most 120 characters")],
    )
    panel = SelectField("Panel", description="Who is asked", validators=[InputRequired("Choose a panel")])
    submit = SubmitField("Save the plan")

    @property
    def panel_id(self) -> int | None:
        return None if self.panel.data == NONE_YET else int(self.panel.data)


@bp.route(f"/rounds/<{NUMBER}:round_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_ROUND)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """Title, panel and days of a planned round."""
    if round_view.stage is not Stage.PLANNED:
        flash("What was launched or withdrawn is not edited. Its days can still be moved.")
        return redirect(url_for("rounds.page", round_id=round_view.id))
    now = {"title": round_view.title, "panel": str(round_view.panel_id or NONE_YET)}
    form = EditForm(data={**vars(round_view.dates), **now})
    with reading() as session:
        form.panel.choices = _panels(session, round_view)
    if form.validate_on_submit():
        with correcting(form):
            wanted = RoundPlan(form.title.data or "", form.panel_id, form.dates)
            with writing() as session:
                editing.edit_round(session, round_view=round_view, plan=wanted, context=context())
            flash("The plan is changed. Nobody has been written to yet.")
            return redirect(url_for("rounds.page", round_id=round_view.id))
    shown = render_template("staff/rounds/edit.html", round=round_view, form=form)
    return shown, 422 if form.errors else 200


def _panels(session: Session, round_view: RoundView) -> dict[str, str]:
    """The panels that the round may ask; one of the cycle, or one that is no survey, may have none yet."""
    choices = {
        str(panel_id): f"{WORDS[strand]} {year}"
        for panel_id, strand, year in drawing.panels_of(session, person().programme_id)
        if strand is round_view.strand
    }
    if round_view.slot is not None or round_view.strand not in SURVEYS:
        choices[NONE_YET] = "None yet"
    return choices
