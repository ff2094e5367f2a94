"""More time for some of an open round: what would follow is shown first, then it is given."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from sampling.frame import Sector
from sampling.vocabulary import REGIONS
from survey_app.errors import ConflictError, StageError
from survey_app.services.fieldwork import extending, moving
from survey_app.services.fieldwork.extending import MoreTime
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("extending", __name__)
BOTH, ANYWHERE, ONE = "both", "", "one"


def _needed_for_one(form: "MoreTimeForm", field: IntegerField) -> None:
    if form.whose.data == ONE and not (field.raw_data and str(field.raw_data[0]).strip()):
        # That nothing is no number goes without saying.
        field.errors = []
        raise StopValidation("Enter the number of the case")


class MoreTimeForm(FlaskForm):
    """Who gets more time, until when, and why; `seen` is what the page showed."""

    whose = RadioField(
        "Who gets more time?",
        description="Whoever has answered, or said that they will not, stays as they are",
        choices={
            BOTH: "All organisations",
            **{sector.value: words for sector, words in extending.SECTORS.items()},
            ONE: "One organisation",
        },
        validators=[InputRequired("Choose who gets more time")],
    )
    region = SelectField(
        "Only in this region",
        choices={ANYWHERE: "All regions"} | {name: name for name in REGIONS},
        default=ANYWHERE,
    )
    case = IntegerField(
        "Case number",
        description="Only for one organisation: the number on the page of its case",
        validators=[_needed_for_one, Optional()],
    )
    until = DatePartsField(
        "Their last day for replies",
        called="Their last day for replies",
        validators=[InputRequired("Enter their last day for replies")],
    )
    remind_on = DatePartsField(
        "Remind them on",
        called="The day of their reminder",
        description="Leave it empty for no letter of their own",
    )
    why = LineField(
        "Why",
        description="Kept with the dates, and read by everybody who sees this round",
        validators=[
            InputRequired("Say why they get more time"),
            Length(max=moving.MAX_WHY, message=f"Why: at most {moving.MAX_WHY} characters"),
        ],
    )
    seen = HiddenField()
    submit = SubmitField("Show what follows")

    @property
    def wanted(self) -> MoreTime:
        one = self.whose.data == ONE
        return MoreTime(
            until=self.until.data,
            remind_on=self.remind_on.data,
            case_id=self.case.data if one else None,
            sector=None if one or self.whose.data == BOTH else Sector(self.whose.data),
            region="" if one else self.region.data or "",
        )


@bp.route(f"/rounds/<{NUMBER}:round_id>/dates/more-time", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """More time for some: first what would follow, then it is given."""
    case_id = request.args.get("case", type=int)
    form = MoreTimeForm(data={"whose": ONE if case_id else None, "case": case_id})
    follows = None
    if form.validate_on_submit():
        with correcting(form, StageError, ConflictError):
            with reading() as session:
                follows = extending.consequences(
                    session, round_view=round_view, wanted=form.wanted, context=context()
                )
            shown = repr((form.wanted, follows.follows))
            if "confirm" in request.form and form.seen.data == shown:
                return _give(round_view, form)
            form.seen.data = shown
    answer = render_template(
        "staff/rounds/more_time.html", round=round_view, form=form, follows=follows, case_id=case_id
    )
    return answer, 422 if form.errors else 200


def _give(round_view: RoundView, form: MoreTimeForm) -> ResponseReturnValue:
    with writing() as session:
        count = extending.give(
            session, round_view=round_view, wanted=form.wanted, why=form.why.data or "", context=context()
        )
    flash(f"{count:,} {'organisation has' if count == 1 else 'organisations have'} more time.")
    return redirect(url_for("rounds.parts.dates", round_id=round_view.id))
