"""Plan against actual: what strands and rounds may cost and did, and what is asked of each sector a year."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DecimalField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, Length, ValidationError

from scheduler.rules import FIRST_YEAR, LAST_YEAR
from scheduler.strands import WORDS, Strand
from survey_app.clock import london_date
from survey_app.errors import NotFoundError
from survey_app.services.cycle import costs, reckoning
from survey_app.services.cycle.costs import Cost, CostKind
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import lifecycle
from survey_app.web.forms.fields import LineField, YearField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing

bp = Blueprint("costs", __name__)
YEARS_OF_MINUTES = 5


class CostForm(FlaskForm):
    """One sum: planned or spent, for what."""

    kind = RadioField(
        "What is it?",
        choices={CostKind.BUDGET.value: "Budget: it may be spent", CostKind.COST.value: "Cost: it was spent"},
        validators=[InputRequired("Choose whether it may be spent or was")],
    )
    strand = SelectField("Strand", choices={strand.value: words for strand, words in WORDS.items()})
    year = YearField(
        "Year", minimum=FIRST_YEAR, maximum=LAST_YEAR, validators=[InputRequired("Enter the year")]
    )
    round = SelectField("Round", choices={"": "No single round"})
    what = LineField(
        "What for",
        validators=[
            InputRequired("Enter what it is for"),
            Length(max=costs.MAX_WHAT, message=f"What for: at most {costs.MAX_WHAT} characters"),
        ],
    )
    pounds = DecimalField(
        "Pounds",
        description="Like 1250.50. To correct a line, enter the difference, with a minus if it is less",
        validators=[InputRequired("Enter the sum in pounds")],
    )
    submit = SubmitField("Enter it")

    def validate_pounds(self, field: DecimalField) -> None:
        if field.data is not None and not field.data.is_finite():
            raise ValidationError("Pounds: enter a number, like 12.5")

    @property
    def cost(self) -> Cost:
        return Cost(
            kind=CostKind(self.kind.data),
            strand=Strand(self.strand.data),
            year=self.year.data or 0,
            what=self.what.data or "",
            pence=round((self.pounds.data or 0) * 100),
            round_id=int(self.round.data) if self.round.data else None,
        )


@bp.route("/calendar/costs", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
def page() -> ResponseReturnValue:
    """What was planned and spent, year by year, and a form to enter more."""
    someone, year = person(), london_date(site().clock.now()).year
    form = CostForm(data={"year": year})
    with reading() as session:
        rounds = lifecycle.rounds_of(session, someone.programme_id)
        lines = costs.entered(session, someone.programme_id)
        minutes = {
            of: reckoning.burden_of(session, programme_id=someone.programme_id, year=of)
            for of in range(year, year - YEARS_OF_MINUTES, -1)
        }
    form.round.choices = {"": "No single round", **{str(one.id): one.title for one in rounds}}
    if form.validate_on_submit():
        with correcting(form, NotFoundError):
            with writing() as session:
                costs.enter(session, cost=form.cost, context=context())
            flash("Entered.")
            return redirect(url_for(".page"))
    page = render_template(
        "staff/cycle/costs.html",
        form=form,
        standings=costs.standings(lines),
        lines=lines,
        minutes=minutes,
        pounds=_pounds,
    )
    return page, 422 if form.errors else 200


def _pounds(pence: int) -> str:
    """£1,250.50, with a minus before the sign."""
    return f"{'−' if pence < 0 else ''}£{abs(pence) / 100:,.2f}"
