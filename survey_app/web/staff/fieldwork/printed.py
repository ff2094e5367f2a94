"""Letters on paper: batches of them, each taken as one file that is counted; no code is on a screen."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import Length

from survey_app.reports.paper_letters import paper_letters_pdf
from survey_app.services.fieldwork import printed
from survey_app.services.fieldwork.printed import MAX_REASON_LENGTH
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import LineField
from survey_app.web.site import context, reading, requires, site, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("printed", __name__)
BY_NIGHT = "They had letters by email, so they get another code in the night. Make a batch of them tomorrow."


class TakeForm(FlaskForm):
    """Why a batch is needed again."""

    reason = LineField(
        "Why are they needed again?",
        validators=[Length(max=MAX_REASON_LENGTH, message=f"Enter at most {MAX_REASON_LENGTH} characters")],
    )
    submit = SubmitField("Download the letters (PDF)")


@bp.get(f"/rounds/<{NUMBER}:round_id>/printed")
@requires(Permission.EXPORT_CASES)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """How many wait for a letter on paper, and the batches that were made."""
    with reading() as session:
        addressed = printed.on_paper(session, site().keys, round_id=round_view.id)
        batches = printed.batches_of(session, round_id=round_view.id)
    return render_template(
        "staff/rounds/printed.html",
        round=round_view,
        ready=len(addressed.ready),
        by_night=len(addressed.by_night),
        batches=batches,
        form=ConfirmForm(),
        take_form=TakeForm(formdata=None),
    )


@bp.post(f"/rounds/<{NUMBER}:round_id>/printed")
@requires(Permission.EXPORT_CASES)
@loads(ROUND)
def make(round_view: RoundView) -> ResponseReturnValue:
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            made = printed.make_batch(session, site().keys, round_id=round_view.id, context=context())
        flash("The batch is made. Download it to print it." if made else BY_NIGHT)
    return redirect(url_for(".page", round_id=round_view.id))


@bp.post(f"/rounds/<{NUMBER}:round_id>/printed/<{NUMBER}:batch_id>")
@requires(Permission.EXPORT_CASES)
@loads(ROUND)
def take(round_view: RoundView, batch_id: int) -> ResponseReturnValue:
    """Count and note that the batch is taken, then set it: the file is kept nowhere."""
    form = TakeForm()
    if not form.validate_on_submit():
        return redirect(url_for(".page", round_id=round_view.id))
    with writing() as session:
        letters = printed.take(
            session,
            site().keys,
            site().settings,
            round_id=round_view.id,
            batch_id=batch_id,
            reason=form.reason.data or "",
            context=context(),
        )
    pdf = paper_letters_pdf([(letter.post, letter.values) for letter in letters])
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="letters-{batch_id}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
