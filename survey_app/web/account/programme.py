"""Which programme somebody works in, where they may work in several."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.services.people.accounts import ProgrammeChoice
from survey_app.web.account.views import local_path
from survey_app.web.site import PROGRAMME, person, signed_in

bp = Blueprint("programme", __name__)


class ProgrammeForm(FlaskForm):
    """Where will you work?"""

    programme = RadioField(
        "Which programme will you work in?", coerce=int, validators=[InputRequired("Choose a programme")]
    )
    submit = SubmitField("Continue")


@bp.route("/programme", methods=["GET", "POST"])
@signed_in
def choose() -> ResponseReturnValue:
    """Choose a programme, after signing in or to change to another; the session goes on as it is."""
    someone = person()
    names = {one.id: _label(one) for one in someone.programmes}
    form = ProgrammeForm(data={"programme": someone.programme_id})
    form.programme.choices = list(names.items())
    if form.validate_on_submit():
        session[PROGRAMME] = form.programme.data
        g.pop("person", None)
        flash(f"You are working in {person().programme} now.")
        return redirect(local_path(request.args.get("next")) or url_for("account.home"))
    page = render_template("account/programme.html", form=form)
    return page, 422 if form.errors else 200


def _label(programme: ProgrammeChoice) -> str:
    return programme.name if programme.active else f"{programme.name} (closed: you can look, not change)"
