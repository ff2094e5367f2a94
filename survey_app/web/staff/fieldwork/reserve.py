"""The reserve of a round: who waits, where answers fall short, and releases by hand or by rule."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import SelectField, SubmitField
from wtforms.validators import InputRequired, Length

from sampling.panels.reasons import band_in_words
from survey_app.errors import ConflictError, StageError
from survey_app.services.fieldwork import reserve, reserve_rule
from survey_app.services.fieldwork.reserve_rule import ReserveLine
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import CountField, LineField, correcting
from survey_app.web.site import context, reading, requires, site, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.staff.panels.strata import stratum_place
from survey_app.web.urls import NUMBER

bp = Blueprint("reserves", __name__)
PER_CENT = 100


class ReleaseForm(FlaskForm):
    """How many of which stratum are asked as well, and why."""

    stratum = SelectField("Stratum", validators=[InputRequired("Choose a stratum")])
    count = CountField("How many", minimum=1, maximum=100_000)
    why = LineField(
        "Why",
        description="It is kept with the release",
        validators=[
            InputRequired("Say why they are released"),
            Length(max=reserve.MAX_WHY_LENGTH, message=f"Why: at most {reserve.MAX_WHY_LENGTH} characters"),
        ],
    )
    release = SubmitField("Release them")


class RuleForm(FlaskForm):
    """When the reserve is released by a rule."""

    from_day = DatePartsField(
        "From", called="The day", validators=[InputRequired("Enter the day from which the rule holds")]
    )
    share = CountField("Where answers are below this share of those expected", minimum=1, maximum=PER_CENT)
    keep = SubmitField("Set this rule")


@bp.get(f"/rounds/<{NUMBER}:round_id>/reserve")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def page(round_view: RoundView) -> ResponseReturnValue:
    """Strata with their answers and their reserve; `?stratum=` puts what that one needs into the form."""
    return _page(round_view)


def _page(
    round_view: RoundView, releasing: ReleaseForm | None = None, ruling: RuleForm | None = None
) -> tuple[str, int]:
    mine = {"round_id": round_view.id, "programme_id": round_view.programme_id}
    with reading() as session:
        lines = _lines(session, round_view)
        released = reserve.releases_of(session, **mine)
        rule = reserve_rule.rule_of(session, **mine)
    releasing = releasing or _proposed(lines)
    releasing.stratum.choices = _strata(lines)
    ruling = ruling or RuleForm(
        formdata=None,
        data={"from_day": rule.from_day, "share": round(PER_CENT * rule.share)} if rule else {"share": 80},
    )
    page = render_template(
        "staff/fieldwork/reserve.html",
        round=round_view,
        lines=lines,
        released=released,
        rule=rule,
        releasing=releasing,
        ruling=ruling,
        live=round_view.takes_cases,
        ruled=not round_view.stage.is_over,
    )
    return page, 422 if releasing.errors or ruling.errors else 200


def _lines(session: Session, round_view: RoundView) -> list[ReserveLine]:
    """The strata that have, or had, a reserve: those behind first, then from north to south."""
    every = reserve_rule.reserves_of(
        session, round_id=round_view.id, programme_id=round_view.programme_id, now=site().clock.now()
    )
    having = [line for line in every if line.waiting or line.sample_size > line.drawn_size]
    return sorted(having, key=lambda line: (not line.behind, stratum_place(line)))


def _strata(lines: list[ReserveLine]) -> dict[str, str]:
    return {
        str(line.panel_stratum_id): f"{line.region}, {band_in_words(line.band)}: {line.waiting:,} wait"
        for line in lines
        if line.waiting
    }


def _proposed(lines: list[ReserveLine]) -> ReleaseForm:
    """The form with what the stratum in the address needs, or empty."""
    wanted = request.args.get("stratum", "")
    line = next((one for one in lines if str(one.panel_stratum_id) == wanted and one.waiting), None)
    if line is None:
        return ReleaseForm(formdata=None)
    why = f"{line.complete:,} answers where we expected {line.expected:,.0f}"
    proposed = {"stratum": wanted, "count": min(line.needed, line.waiting) or 1, "why": why}
    return ReleaseForm(formdata=None, data=proposed)


def _releasing(round_view: RoundView) -> Intent | None:
    form = ReleaseForm()
    with reading() as session:
        form.stratum.choices = strata = _strata(_lines(session, round_view))
    if not form.validate():
        return None
    count = form.count.data or 0
    return Intent(
        title="Release organisations from the reserve",
        will=(
            f"The next {count:,} of {strata[form.stratum.data]} are asked as well, and get a letter each.",
            "The weights of this stratum are those of the larger sample from then on.",
        ),
        undo="A release cannot be taken back: whoever was asked stays in the sample.",
        button="Release them",
        back=url_for(".page", round_id=round_view.id),
    )


@bp.post(f"/rounds/<{NUMBER}:round_id>/reserve/release")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
@asks_first(_releasing)
def release(round_view: RoundView) -> ResponseReturnValue:
    """Ask the next of a stratum's reserve as well."""
    form = ReleaseForm()
    with reading() as session:
        form.stratum.choices = _strata(_lines(session, round_view))
    if form.validate_on_submit():
        with correcting(form, ConflictError, StageError):
            with writing() as session:
                reserve.release(
                    session,
                    round_id=round_view.id,
                    panel_stratum_id=int(form.stratum.data),
                    count=form.count.data or 0,
                    why=form.why.data or "",
                    context=context(),
                )
            flash("They are released. Their cases are being made.")
            return redirect(url_for(".page", round_id=round_view.id))
    return _page(round_view, releasing=form)


@bp.post(f"/rounds/<{NUMBER}:round_id>/reserve/rule")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def rule(round_view: RoundView) -> ResponseReturnValue:
    """Let the worker release by a rule."""
    form = RuleForm()
    if form.validate_on_submit():
        with correcting(form, StageError):
            with writing() as session:
                reserve_rule.set_rule(
                    session,
                    round_id=round_view.id,
                    from_day=form.from_day.data,
                    share=(form.share.data or 0) / PER_CENT,
                    context=context(),
                )
            flash("The rule is set.")
            return redirect(url_for(".page", round_id=round_view.id))
    return _page(round_view, ruling=form)


@bp.post(f"/rounds/<{NUMBER}:round_id>/reserve/rule/remove")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def remove_rule(round_view: RoundView) -> ResponseReturnValue:
    with writing() as session:
        reserve_rule.remove_rule(session, round_id=round_view.id, context=context())
    flash("The rule is removed. The reserve is released by hand only.")
    return redirect(url_for(".page", round_id=round_view.id))
