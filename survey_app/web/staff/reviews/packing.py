"""The pack of a review on the screen: made from a release, and downloaded."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, SubmitField
from wtforms.validators import InputRequired

from survey_app.services.people.permissions import Permission
from survey_app.services.results import release
from survey_app.services.reviews import packs
from survey_app.services.reviews.gathered import source
from survey_app.services.reviews.packs import PackView
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import PACK, REVIEW, loads
from survey_app.web.staff.results.downloads import downloaded
from survey_app.web.staff.reviews.asking import act
from survey_app.web.urls import NUMBER

bp = Blueprint("packs", __name__)


class PackForm(FlaskForm):
    """The release that a pack is made from."""

    release = SelectField("From which release?", validators=[InputRequired("Choose a release")])
    submit = SubmitField("Make the pack")


@bp.route(f"/reviews/<{NUMBER}:review_id>/pack", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(REVIEW)
def make(review: RoundView) -> ResponseReturnValue:
    """Make the pack of a review from a release."""
    with reading() as session:
        published = release.releases_of(session, person().programme_id)
    form = PackForm()
    form.release.choices = {str(line.id): source(line) for line in published}
    intro = ["It says what is put forward by now. Make another one when more is."]
    if not published:
        intro = ["No release is published yet. Freeze the results of a survey first."]
        del form.submit
    return act(
        form,
        lambda session: packs.make_pack(
            session,
            round_id=review.id,
            release_id=int(str(form.release.data)),
            product=site().settings.product,
            context=context(),
        ),
        said="The pack is being made. It can be downloaded here in a minute.",
        to=url_for("reviews.page", review_id=review.id),
        heading="Make the session pack",
        caption=review.title,
        intro=intro,
    )


@bp.get(f"/reviews/packs/<{NUMBER}:pack_id>/pdf")
@requires(Permission.SEE_REVIEWS)
@loads(PACK)
def pdf(pack: PackView) -> ResponseReturnValue:
    """The PDF of a pack."""
    with writing() as session:
        file = packs.file_of(session, site().keys, pack_id=pack.id, context=context())
    return downloaded(file)
