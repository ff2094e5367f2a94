"""Destroying a round's answers: asked for by one person, agreed to by another, done by the worker."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.services.destruction import requests
from survey_app.services.destruction.requests import MAX_REASON_LENGTH
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.fields import correcting
from survey_app.web.second_person import DecisionForm, decided, why_field
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("destroying", __name__)


class AskForm(FlaskForm):
    """Why the answers are to be destroyed."""

    reason = why_field(
        "Why are the answers to be destroyed?",
        hint="The second person reads it. For example: the time for which we keep them is over.",
        missing="Enter why the answers are to be destroyed",
        most=MAX_REASON_LENGTH,
    )
    submit = SubmitField("Ask a second person to agree")


class DestructionDecisionForm(DecisionForm):
    """Whether answers are destroyed that another person asked to have destroyed."""

    agree = SubmitField("Agree, and destroy the answers")


@bp.route(f"/rounds/<{NUMBER}:round_id>/destroy", methods=["GET", "POST"])
@requires(Permission.DESTROY_ANSWERS)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """How far it is; and asking for it."""
    form = AskForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                requests.ask(
                    session,
                    round_id=round_view.id,
                    person_id=person().id,
                    reason=form.reason.data or "",
                    context=context(),
                )
            flash("Nothing is destroyed yet. A second person has to agree.")
            return redirect(url_for(".page", round_id=round_view.id))
    return _page(round_view, form)


def _page(round_view: RoundView, form: AskForm) -> ResponseReturnValue:
    with reading() as session:
        standing = requests.standing(session, round_id=round_view.id, context=context())
    shown = render_template(
        "staff/rounds/destroy.html",
        round=round_view,
        standing=standing,
        form=form,
        decision=DestructionDecisionForm(formdata=None),
        someone=person(),
    )
    return shown, 422 if form.errors else 200


@bp.post(f"/rounds/<{NUMBER}:round_id>/destroy/<{NUMBER}:approval_id>")
@requires(Permission.DESTROY_ANSWERS)
@loads(ROUND)
def decide(round_view: RoundView, approval_id: int) -> ResponseReturnValue:
    """Agree to what another person asked for, refuse it, or take back what one asked for."""
    agreed = decided(
        DestructionDecisionForm(),
        requests.agree,
        requests.decline,
        round_id=round_view.id,
        approval_id=approval_id,
    )
    flash("The answers are being destroyed." if agreed else "Nothing is destroyed.")
    return redirect(url_for(".page", round_id=round_view.id))
