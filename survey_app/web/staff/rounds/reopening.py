"""Reopening a closed round: asked for by one person after seeing what follows, agreed to by another."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SubmitField
from wtforms.validators import InputRequired, Length

from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.services.cycle import reopening
from survey_app.services.fieldwork import moving
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.second_person import DecisionForm, decided
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("reopening", __name__)


class ReopenForm(FlaskForm):
    """Until when the round takes answers again, and why; `seen` is what the page showed."""

    until = DatePartsField(
        "New last day for replies",
        called="The new last day for replies",
        validators=[InputRequired("Enter the new last day for replies")],
    )
    why = LineField(
        "Why",
        description="The second person reads it, and it is kept with the dates",
        validators=[
            InputRequired("Say why the round is reopened"),
            Length(max=moving.MAX_WHY, message=f"Why: at most {moving.MAX_WHY} characters"),
        ],
    )
    seen = HiddenField()
    submit = SubmitField("Show what follows")


class ReopeningDecisionForm(DecisionForm):
    """Whether a round is reopened that another person asked to have reopened."""

    agree = SubmitField("Agree, and reopen the round")


@bp.route(f"/rounds/<{NUMBER}:round_id>/reopen", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """What would follow, asking for it, and what waits for a second person."""
    form, follows = ReopenForm(), None
    if form.validate_on_submit():
        with correcting(form, StageError, ConflictError):
            follows = _follows(round_view, form.until.data)
            if "confirm" in request.form and form.seen.data == " ".join(follows):
                return _ask(round_view, form)
            form.seen.data = " ".join(follows)
    return _page(round_view, form, follows)


def _follows(round_view: RoundView, until: date) -> tuple[str, ...]:
    with reading() as session:
        return reopening.consequences(session, round_view=round_view, until=until, context=context())


def _ask(round_view: RoundView, form: ReopenForm) -> ResponseReturnValue:
    with writing() as session:
        reopening.ask(
            session,
            round_view=round_view,
            until=form.until.data,
            why=form.why.data or "",
            person_id=person().id,
            context=context(),
        )
    flash("The round stays closed until a second person agrees.")
    return redirect(url_for(".page", round_id=round_view.id))


def _page(round_view: RoundView, form: ReopenForm, follows: tuple[str, ...] | None) -> ResponseReturnValue:
    with reading() as session:
        standing = reopening.standing(session, round_view=round_view)
    if standing.asked and follows is None and not standing.against:
        try:
            follows = _follows(round_view, date.fromisoformat(standing.asked.detail["until"]))
        except InvalidError as refusal:
            follows = (str(refusal),)
    shown = render_template(
        "staff/rounds/reopen.html",
        round=round_view,
        standing=standing,
        form=form,
        follows=follows,
        decision=ReopeningDecisionForm(formdata=None),
        someone=person(),
    )
    return shown, 422 if form.errors else 200


@bp.post(f"/rounds/<{NUMBER}:round_id>/reopen/<{NUMBER}:approval_id>")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def decide(round_view: RoundView, approval_id: int) -> ResponseReturnValue:
    """Agree to what another person asked for, refuse it, or take back what one asked for."""
    agreed = decided(
        ReopeningDecisionForm(),
        reopening.agree,
        reopening.decline,
        round_view=round_view,
        approval_id=approval_id,
    )
    flash("The round takes answers again." if agreed else "The round stays closed.")
    return redirect(url_for(".page", round_id=round_view.id))
