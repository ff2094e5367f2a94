"""The bundle of a release: asked for by an analyst, agreed to by a coordinator, taken once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.clock import LONDON
from survey_app.services.people.permissions import Permission
from survey_app.services.results import bundle_requests
from survey_app.services.results.bundle_requests import MAX_REASON_LENGTH
from survey_app.services.results.release import ReleasePage
from survey_app.web.forms.fields import correcting
from survey_app.web.second_person import DecisionForm, decided, why_field
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import RELEASE, loads
from survey_app.web.staff.results.downloads import downloaded
from survey_app.web.urls import NUMBER

bp = Blueprint("bundles", __name__)


class AskForm(FlaskForm):
    """What the single answers are needed for."""

    reason = why_field(
        "What do you need the single answers for?",
        hint="The coordinator who decides reads it. For example: to work the figures out again.",
        missing="Enter what you need the single answers for",
        most=MAX_REASON_LENGTH,
    )
    submit = SubmitField("Ask a coordinator to agree")


class BundleDecisionForm(DecisionForm):
    """Whether an analyst takes single answers, once."""

    agree = SubmitField("Agree, for one time")


@bp.route(f"/results/<{NUMBER}:release_id>/bundle", methods=["GET", "POST"])
@requires(Permission.SEE_BUNDLE)
@loads(RELEASE)
def page(released: ReleasePage) -> ResponseReturnValue:
    """How far one's request is; and asking, or not asking any more."""
    release_id, form = released.line.id, AskForm()
    if "withdraw" in request.form:
        with writing() as session:
            bundle_requests.withdraw(session, release_id=release_id, person_id=person().id, context=context())
        return redirect(url_for(".page", release_id=release_id))
    if form.validate_on_submit():
        with correcting(form):
            _ask(release_id, form.reason.data or "")
            flash("A coordinator has to agree, and sees it on Today.")
            return redirect(url_for(".page", release_id=release_id))
    return _page(released, form)


def _ask(release_id: int, reason: str) -> None:
    with writing() as session:
        bundle_requests.ask(
            session, release_id=release_id, person_id=person().id, reason=reason, context=context()
        )


def _page(released: ReleasePage, form: AskForm) -> ResponseReturnValue:
    with reading() as session:
        standing = bundle_requests.standing(
            session, release_id=released.line.id, person_id=person().id, context=context()
        )
    shown = render_template(
        "staff/results/bundle.html",
        line=released.line,
        standing=standing,
        until=standing.until.astimezone(LONDON) if standing.until else None,
        form=form,
    )
    return shown, 422 if form.errors else 200


@bp.post(f"/results/<{NUMBER}:release_id>/bundle/file")
@requires(Permission.SEE_BUNDLE)
@loads(RELEASE)
def take(released: ReleasePage) -> ResponseReturnValue:
    """Download the bundle, for which somebody agreed; that is used up by it."""
    with writing() as session:
        file = bundle_requests.take(
            session,
            site().keys,
            release_id=released.line.id,
            person_id=person().id,
            context=context(),
        )
    return downloaded(file)


@bp.route(f"/results/bundle-requests/<{NUMBER}:approval_id>", methods=["GET", "POST"])
@requires(Permission.FREEZE_RELEASE)
def decide(approval_id: int) -> ResponseReturnValue:
    """Agree to what an analyst asked for, or refuse it."""
    form = BundleDecisionForm()
    with reading() as session:
        asked = bundle_requests.to_decide(
            session, approval_id=approval_id, programme_id=person().programme_id
        )
    if form.validate_on_submit():
        with correcting(form):
            agreed = decided(form, bundle_requests.agree, bundle_requests.decline, approval_id=approval_id)
            flash("They can take it once, within seven days." if agreed else "They do not get it.")
            return redirect(url_for("today.page"))
    shown = render_template(
        "staff/results/bundle_request.html",
        asked=asked,
        asked_at=asked.asked_at.astimezone(LONDON),
        form=form,
    )
    return shown, 422 if form.errors else 200
