"""An agreement added to the register, and the rule of what is live and well-rounded."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.services.agreements.rules import LIVE, MAX_CODES, MAX_YEARS, Rule, change_rule, rule_of
from survey_app.services.agreements.vocabulary import Level
from survey_app.services.people.permissions import Permission
from survey_app.services.programmes import registry
from survey_app.web.forms.fields import CountField, LineField, ProseField, correcting
from survey_app.web.site import context, person, reading, requires, writing

bp = Blueprint("settings", __name__)
LEVELS = {
    Level.LOCAL: "Of one place or several",
    Level.REGIONAL: "Of a region",
    Level.NATIONAL: "Of the whole country",
    Level.SECTOR: "Of one sector, such as health",
}


class AgreementForm(FlaskForm):
    """Which agreement it is."""

    title = LineField("Title", description="Such as Dorset Compact. No other agreement has the same")
    called = LineField("What questions call it", description="After the word the: Compact, Covenant")
    level = RadioField(
        "What is it made for?",
        choices={one.value: words for one, words in LEVELS.items()},
        validators=[InputRequired("Say what it is made for")],
    )
    submit = SubmitField("Add this agreement")


class RuleForm(FlaskForm):
    """What an agreement in place needs to be live and well-rounded."""

    min_codes = CountField("Codes of practice, at least", minimum=0, maximum=MAX_CODES)
    review_years = CountField("Reviewed in the last years", minimum=1, maximum=MAX_YEARS)
    both_sectors = BooleanField("Somebody of each sector has signed")
    why = ProseField("Why does the rule change?")
    submit = SubmitField("Set this rule")


@bp.route("/agreements/add", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def new_agreement() -> ResponseReturnValue:
    """Add an agreement; what is known of it is entered next."""
    with reading() as session:
        word = registry.word_of(session, person().programme_id)
    form = AgreementForm(data={"called": word})
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                agreement_id = registry.add_agreement(
                    session,
                    programme_id=person().programme_id,
                    title=form.title.data or "",
                    name=form.called.data or "",
                    level=Level(str(form.level.data)),
                    context=context(),
                )
            flash("Agreement added. Enter now what is known of it.")
            return redirect(url_for("agreements.page", agreement_id=agreement_id))
    page = render_template("staff/agreements/new.html", form=form)
    return page, 422 if form.errors else 200


@bp.route("/agreements/rule", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
def rule() -> ResponseReturnValue:
    """Read the rule of a derived state, and change it with a reason."""
    with reading() as session:
        held, reason = rule_of(session, programme_id=person().programme_id)
    form = RuleForm(obj=held)
    if form.validate_on_submit():
        with correcting(form):
            changed = Rule(
                min_codes=form.min_codes.data or 0,
                review_years=form.review_years.data or 0,
                both_sectors=bool(form.both_sectors.data),
            )
            with writing() as session:
                change_rule(session, rule=changed, reason=form.why.data or "", context=context())
            flash("The rule is set. It counts from now on.")
            return redirect(url_for("agreements.listing"))
    page = render_template("staff/agreements/rule.html", form=form, held=held, reason=reason, live=LIVE)
    return page, 422 if form.errors else 200
