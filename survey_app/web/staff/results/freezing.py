"""Freezing a release: asked for on a round's page, worked out by a worker, watched, stopped, taken up."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.services.fieldwork import progress
from survey_app.services.people.permissions import Permission
from survey_app.services.results import freezing, release
from survey_app.services.results.earlier import baselines
from survey_app.services.results.freezing import MAX_REASON_LENGTH
from survey_app.services.results.release import ReleasePage
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.second_person import why_field
from survey_app.web.site import context, reading, requires, site, writing
from survey_app.web.staff.loading import RELEASE, ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("freezing", __name__)


class FirstForm(FlaskForm):
    """The first release of a round needs no reason."""

    submit = SubmitField("Freeze the results")

    @property
    def why(self) -> str:
        return ""


class CorrectionForm(FlaskForm):
    """Why a release that is out has to be followed by another."""

    reason = why_field(
        "What has to be corrected",
        hint="Reviewers read it with the release. Name no organisation.",
        missing="Enter what has to be corrected",
        most=MAX_REASON_LENGTH,
    )
    submit = SubmitField("Freeze a corrected release")

    @property
    def why(self) -> str:
        return self.reason.data or ""


@bp.route(f"/rounds/<{NUMBER}:round_id>/results", methods=["GET", "POST"])
@requires(Permission.FREEZE_RELEASE)
@loads(ROUND)
def freeze(round_view: RoundView) -> ResponseReturnValue:
    """Ask for a release of a closed round; the worker works it out."""
    with reading() as session:
        before = release.releases_of_round(
            session, round_id=round_view.id, programme_id=round_view.programme_id
        )
    form = CorrectionForm() if any(not line.is_draft for line in before) else FirstForm()
    if form.validate_on_submit():
        with writing() as session:
            release_id = freezing.schedule_freeze(
                session, round_id=round_view.id, reason=form.why, context=context()
            )
        return redirect(url_for("results.page", release_id=release_id))
    with reading() as session:
        sectors = progress.dashboard(
            session, round_id=round_view.id, programme_id=round_view.programme_id, now=site().clock.now()
        ).sectors
    page = render_template("staff/results/freeze.html", round=round_view, form=form, sectors=sectors)
    return page, 422 if form.errors else 200


class BaselineForm(FlaskForm):
    """Why a release is what later rounds are compared with."""

    reason = why_field(
        "Why this release is the baseline",
        hint="It is kept with the choice, and shown with the release. Name no organisation.",
        missing="Enter why this release is the baseline",
        most=MAX_REASON_LENGTH,
    )
    submit = SubmitField("Make this the baseline")


@bp.route(f"/results/<{NUMBER}:release_id>/baseline", methods=["GET", "POST"])
@requires(Permission.FREEZE_RELEASE)
@loads(RELEASE)
def baseline(released: ReleasePage) -> ResponseReturnValue:
    """Let rounds to come be compared with a release; another may be chosen at any time."""
    form, line = BaselineForm(), released.line
    if form.validate_on_submit():
        with writing() as session:
            baselines.choose_baseline(
                session, release_id=line.id, reason=form.reason.data or "", context=context()
            )
        flash("This release is the baseline. Rounds that are frozen from now on are compared with it.")
        return redirect(url_for("results.page", release_id=line.id))
    with reading() as session:
        before = baselines.baseline_of_release(session, release_id=line.id)
    page = render_template("staff/results/baseline.html", line=line, form=form, before=before)
    return page, 422 if form.errors else 200


@bp.post(f"/results/<{NUMBER}:release_id>/stop")
@requires(Permission.FREEZE_RELEASE)
@loads(RELEASE)
def stop(released: ReleasePage) -> ResponseReturnValue:
    """Stop the work after the step in hand."""
    with writing() as session:
        freezing.stop_freezing(session, release_id=released.line.id, context=context())
    flash("Stopped. Nothing was frozen.")
    return redirect(url_for("results.page", release_id=released.line.id))


@bp.post(f"/results/<{NUMBER}:release_id>/resume")
@requires(Permission.FREEZE_RELEASE)
@loads(RELEASE)
def resume(released: ReleasePage) -> ResponseReturnValue:
    """Let work begin afresh that was stopped or failed."""
    with writing() as session:
        freezing.resume_freezing(session, release_id=released.line.id, context=context())
    return redirect(url_for("results.page", release_id=released.line.id))
