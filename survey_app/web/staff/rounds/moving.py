"""The four days of a round as a form, and the page that moves them: what would follow is shown first."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SubmitField
from wtforms.validators import InputRequired, Length

from scheduler.timetable import RoundDates
from survey_app.clock import london_date
from survey_app.errors import StageError
from survey_app.services.cycle import derived
from survey_app.services.fieldwork import moving
from survey_app.services.fieldwork.moving import Consequences
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("moving", __name__)


class DatesForm(FlaskForm):
    """The days of a round."""

    opens_on = DatePartsField(
        "Opens on",
        called="The opening",
        description="Invitations leave at 9am on this day",
        validators=[InputRequired("Enter the day on which the round opens")],
    )
    first_reminder_on = DatePartsField(
        "First reminder on",
        called="The first reminder",
        validators=[InputRequired("Enter the day of the first reminder")],
    )
    second_reminder_on = DatePartsField(
        "Second reminder on",
        called="The second reminder",
        validators=[InputRequired("Enter the day of the second reminder")],
    )
    closes_on = DatePartsField(
        "Last day for replies",
        called="The last day for replies",
        validators=[InputRequired("Enter the last day for replies")],
    )

    @property
    def dates(self) -> RoundDates:
        return RoundDates(
            self.opens_on.data,
            self.first_reminder_on.data,
            self.second_reminder_on.data,
            self.closes_on.data,
        )


class MoveForm(DatesForm):
    """Other days, why, and the days that the page showed: what was looked at is what moves."""

    why = LineField(
        "Why",
        description="Kept with the dates, and read by everybody who sees this round",
        validators=[
            InputRequired("Say why the dates move"),
            Length(max=moving.MAX_WHY, message=f"Why: at most {moving.MAX_WHY} characters"),
        ],
    )
    seen = HiddenField()
    submit = SubmitField("Show what follows")
    confirm = SubmitField("Move the dates")


@bp.route(f"/rounds/<{NUMBER}:round_id>/dates/move", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """Other days for a round: first what would follow, then the move."""
    form = MoveForm(data=vars(round_view.dates))
    shown = ",".join(day.isoformat() for _, day in round_view.dates.in_order())
    follows: Consequences | None = None
    if form.validate_on_submit():
        with correcting(form, StageError):
            if form.confirm.data and form.seen.data == _looked_at(form, shown):
                return _move(round_view, form)
            with reading() as session:
                follows = moving.consequences(
                    session, round_view=round_view, wanted=form.dates, context=context()
                )
                after = derived.following_from(
                    session, round_view=round_view, dates=form.dates, today=london_date(context().now)
                )
                follows = replace(follows, follows=(*follows.follows, *after))
            form.seen.data = _looked_at(form, shown)
    answer = render_template(
        "staff/rounds/move.html",
        round=round_view,
        form=form,
        follows=follows,
        movable=round_view.stage in moving.MOVABLE,
        not_now=moving.NOT_NOW.get(round_view.stage, ""),
    )
    return answer, 422 if form.errors else 200


def _looked_at(form: MoveForm, shown: str) -> str:
    """The days before and after a move: whoever confirms has seen both, and nobody moved them meanwhile."""
    return f"{shown}>{','.join(day.isoformat() for _, day in form.dates.in_order())}"


def _move(round_view: RoundView, form: MoveForm) -> ResponseReturnValue:
    with writing() as session:
        moving.move_dates(
            session, round_view=round_view, wanted=form.dates, why=form.why.data or "", context=context()
        )
    flash("The dates are moved.")
    return redirect(url_for("rounds.parts.dates", round_id=round_view.id))
