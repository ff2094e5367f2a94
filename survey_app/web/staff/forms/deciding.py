"""The second person: reads a submitted form, lets it count as reviewed, or sends it back with a reason."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SubmitField

from survey_app.errors import NotAllowedError, StageError
from survey_app.services.forms import deciding, sources
from survey_app.services.forms.listed import FormLine, FormState
from survey_app.services.people.permissions import Permission
from survey_app.web.answering.listing import listed
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.forms.because import SEND_BACK, because
from survey_app.web.staff.forms.seated import author, revision_of, seat_of
from survey_app.web.staff.loading import FORM, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("deciding", __name__)


class ReviewForm(FlaskForm):
    """That a form was read and stands; `revision` is that of the answers on the page."""

    revision = HiddenField()
    submit = SubmitField("I have read it and it stands")


@bp.route(f"/forms/<{NUMBER}:form_id>/review", methods=["GET", "POST"])
@requires(Permission.REVIEW_FORMS)
@loads(FORM)
def review(paper: FormLine) -> ResponseReturnValue:
    """Read all of a submitted form, and let it count."""
    form = ReviewForm()
    check_waits(paper)
    if form.validate_on_submit():
        with writing() as session:
            deciding.review(
                session,
                site().keys,
                form=paper,
                revision=revision_of(form.revision),
                author=author(),
                context=context(),
            )
        flash("Form reviewed. What it says counts from now on.")
        return redirect(url_for("forms.page", form_id=paper.id))
    return _page(paper, form)


def check_waits(paper: FormLine) -> None:
    """Let pass a form that waits for review.

    Raises:
        StageError: it does not.
    """
    if paper.state is not FormState.SUBMITTED:
        raise StageError("This form does not wait for review: it was not submitted, or somebody decided.")


def _page(paper: FormLine, form: ReviewForm) -> str:
    with reading() as session:
        here = seat_of(session, paper)
        rests_on = sources.sources_of(session, site().keys, form=paper)
        try:
            deciding.check_second(session, form=paper, person_id=person().id)
            not_theirs = ""
        except NotAllowedError as refusal:
            not_theirs = str(refusal)
    form.revision.data = str(here.sheet.revision)
    return render_template(
        "staff/forms/review.html",
        here=here,
        paper=paper,
        form=form,
        sections=listed(here.journey),
        sources=[one for one in rests_on if one.stood(None)],
        not_theirs=not_theirs,
        someone=person(),
    )


@bp.route(f"/forms/<{NUMBER}:form_id>/send-back", methods=["GET", "POST"])
@requires(Permission.REVIEW_FORMS)
@loads(FORM)
def send_back(paper: FormLine) -> ResponseReturnValue:
    """Give a submitted form back with the reason."""
    check_waits(paper)
    return because(paper, SEND_BACK)
