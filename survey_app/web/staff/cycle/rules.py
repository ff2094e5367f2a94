"""What the cycle follows, set on the screen: one rule, or the usual cycle; what follows is shown first."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from scheduler.rules import FIRST_YEAR, LAST_YEAR, TITLED, After, Anchor, OnDay, Policy, Rule
from scheduler.strands import WORDS, Strand
from survey_app.clock import london_date
from survey_app.services.cycle import changing, rules
from survey_app.services.cycle.rules import MAX_VALID_MONTHS, USUAL_VALID_MONTHS, KeptRule
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import CountField, LineField, YearField, correcting
from survey_app.web.site import context, reading, requires, site, within, writing
from survey_app.web.staff.loading import RULE, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("rules", __name__)
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ON_DAY, AFTER = "day", "after"
POLICIES = {
    Policy.PROPOSE.value: "Propose: plan it with its dates, and leave the rest to you",
    Policy.PREPARE.value: "Prepare: plan it, draw its panel, check everything, then wait for your approval",
    Policy.RUN.value: "Run: prepare it and launch it, unless somebody objects until five working days before",
}
# What the form says where nothing was set.
USUAL_DAY = OnDay(3, 1)


class OpeningForm(FlaskForm):
    """A first year, and a day of the year."""

    first_year = YearField(
        "First year",
        minimum=FIRST_YEAR,
        maximum=LAST_YEAR,
        validators=[InputRequired("Enter the first year")],
    )
    day = CountField("Day", minimum=1, maximum=31, validators=[Optional()])
    month = SelectField("Month", choices={str(n): name for n, name in enumerate(MONTHS, 1)})
    seen = HiddenField()
    submit = SubmitField("Show what follows")

    @property
    def on_day(self) -> OnDay:
        return OnDay(int(self.month.data), self.day.data or 0)


class RuleForm(OpeningForm):
    """The rule of one series of rounds."""

    comes = RadioField(
        "Do rounds of this strand come by themselves?",
        choices={"yes": "Yes", "no": "No, it is switched off"},
        validators=[InputRequired("Choose whether rounds come")],
    )
    every = CountField(
        "Years from one round to the next",
        minimum=1,
        maximum=50,
        validators=[InputRequired("Enter the years from one round to the next")],
    )
    last_year = YearField(
        "Last year",
        description="Leave it empty if it goes on",
        minimum=FIRST_YEAR,
        maximum=LAST_YEAR,
        validators=[Optional()],
    )
    opens = RadioField(
        "When does it open?",
        choices={
            ON_DAY: "On a day of the year, or the first working day after it",
            AFTER: "Some weeks after another round",
        },
        validators=[InputRequired("Choose when it opens")],
    )
    after = SelectField(
        "After which strand", choices={strand.value: words for strand, words in WORDS.items()}
    )
    anchor = SelectField(
        "After what of it",
        choices={Anchor.CLOSE.value: "Its end", Anchor.RELEASE.value: "The publication of its results"},
    )
    weeks = CountField("Weeks later", minimum=0, maximum=104, validators=[Optional()])
    years_before = CountField(
        "Years before",
        description="0: the round of the same year; 1: that of the year before",
        minimum=0,
        maximum=5,
        validators=[Optional()],
    )
    policy = RadioField(
        "How far does the worker take a round by itself?",
        choices=POLICIES,
        validators=[InputRequired("Choose how far the worker takes a round")],
    )
    months = CountField(
        "Months for which a list is valid",
        description="A panel is drawn from no older list",
        minimum=1,
        maximum=MAX_VALID_MONTHS,
        validators=[InputRequired("Enter for how many months a list is valid")],
    )

    def rule(self, kept: Rule) -> Rule:
        opening: OnDay | After = self.on_day
        if self.opens.data == AFTER:
            opening = After(
                Strand(self.after.data),
                Anchor(self.anchor.data),
                self.weeks.data or 0,
                self.years_before.data or 0,
            )
        return replace(
            kept,
            every=self.every.data or 0,
            first_year=self.first_year.data or 0,
            last_year=self.last_year.data,
            opens=opening,
            policy=Policy(self.policy.data),
            active=self.comes.data == "yes",
        )


class NewRuleForm(RuleForm):
    """The rule of a series that is not there yet."""

    strand = SelectField("Strand", choices={strand.value: words for strand, words in WORDS.items()})
    title = LineField(
        "Title",
        description="Only of a local survey or a commissioned study: it tells several apart",
        validators=[Length(max=100, message="Title: at most 100 characters")],
    )


@bp.route("/calendar/cycle/start", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
def start() -> ResponseReturnValue:
    """Set the usual cycle: four strands at once."""
    form = OpeningForm(data={"first_year": _year(), "day": USUAL_DAY.day, "month": str(USUAL_DAY.month)})

    def follows() -> tuple[str, ...]:
        with reading() as session:
            return changing.consequences_of_usual(
                session, start=form.first_year.data or 0, opens=form.on_day, context=context()
            )

    def set_it() -> None:
        with writing() as session:
            rules.set_usual(session, start=form.first_year.data or 0, opens=form.on_day, context=context())

    return _shown_first(form, follows, set_it, title="Set the usual cycle")


@bp.route(f"/calendar/cycle/rules/<{NUMBER}:rule_id>", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
@loads(RULE)
def change(kept: KeptRule) -> ResponseReturnValue:
    """Change the rule of a series."""
    return _rule(RuleForm(data=_said(kept)), kept.rule, kept.rule.title or WORDS[kept.rule.strand])


@bp.route("/calendar/cycle/rules/add", methods=["GET", "POST"])
@requires(Permission.LAUNCH_ROUND)
def add() -> ResponseReturnValue:
    """A rule for a series that has none."""
    usual = Rule(strand=Strand.LOCAL_SURVEY, every=1, first_year=_year(), opens=USUAL_DAY)
    form = NewRuleForm(data=_said(KeptRule(0, usual)) | {"strand": usual.strand.value})
    if form.is_submitted() and form.strand.data in WORDS:
        strand = Strand(form.strand.data)
        within(strand)
        usual = replace(
            usual, strand=strand, title=(form.title.data or "").strip() if strand in TITLED else ""
        )
    return _rule(form, usual, "Add a strand to the cycle")


def _rule(form: RuleForm, kept: Rule, title: str) -> ResponseReturnValue:
    def follows() -> tuple[str, ...]:
        with reading() as session:
            return changing.consequences(session, changed=[form.rule(kept)], context=context())

    def set_it() -> None:
        months = form.months.data or USUAL_VALID_MONTHS
        with writing() as session:
            rules.set_rule(session, rule=form.rule(kept), lists_valid_months=months, context=context())

    return _shown_first(form, follows, set_it, title=title)


def _shown_first(
    form: OpeningForm, follows: Callable[[], tuple[str, ...]], set_it: Callable[[], None], *, title: str
) -> ResponseReturnValue:
    """First what would follow, as it is now; then, from the page that showed just that, it is set."""
    said: tuple[str, ...] = ()
    if form.validate_on_submit():
        with correcting(form):
            said = follows()
            typed = [(name, text) for name, text in sorted(request.form.items()) if name not in _NOT_TYPED]
            shown = repr((typed, said))
            if "confirm" in request.form and form.seen.data == shown:
                set_it()
                flash("The cycle follows this from now on.")
                return redirect(url_for("cycle.page"))
            form.seen.data = shown
    page = render_template("staff/cycle/rule.html", form=form, follows=said, title=title)
    return page, 422 if form.errors else 200


_NOT_TYPED = ("csrf_token", "seen", "confirm", "submit")


def _year() -> int:
    return london_date(site().clock.now()).year


def _said(kept: KeptRule) -> dict[str, object]:
    """A rule as the form says it."""
    rule = kept.rule
    said: dict[str, object] = {
        "comes": "yes" if rule.active else "no",
        "every": rule.every,
        "first_year": rule.first_year,
        "last_year": rule.last_year,
        "policy": rule.policy.value,
        "months": kept.lists_valid_months,
    }
    if isinstance(rule.opens, OnDay):
        return said | {"opens": ON_DAY, "day": rule.opens.day, "month": str(rule.opens.month)}
    after = rule.opens
    return said | {
        "opens": AFTER,
        "after": after.strand.value,
        "anchor": after.anchor.value,
        "weeks": after.weeks,
        "years_before": after.years_before,
    }
