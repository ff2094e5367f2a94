"""Rounds: the list, a plan, the page of a round, its check, its launch and its work."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField, SubmitField
from wtforms.validators import InputRequired, Length

from scheduler.stages import Stage, transitions_of
from scheduler.strands import SURVEYS, Strand
from scheduler.timetable import usual_dates
from survey_app.clock import london_date
from survey_app.services.fieldwork import progress, second_person
from survey_app.services.panels import drawing
from survey_app.services.panels.drawing import PanelPage
from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import steps
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, person, reading, requires, site, within, writing
from survey_app.web.staff.cases import casework
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.staff.questionnaires import composition as questionnaire_composition
from survey_app.web.staff.rounds import (
    destroying,
    editing,
    extending,
    moving,
    objecting,
    overview,
    parts,
    reopening,
    working,
)
from survey_app.web.staff.rounds.calendar import strip
from survey_app.web.staff.rounds.moving import DatesForm
from survey_app.web.staff.rounds.parts import versions_of
from survey_app.web.urls import NUMBER

bp = Blueprint("rounds", __name__)
bp.register_blueprint(casework.bp)
bp.register_blueprint(parts.bp)
bp.register_blueprint(moving.bp)
bp.register_blueprint(extending.bp)
bp.register_blueprint(reopening.bp)
bp.register_blueprint(editing.bp)
bp.register_blueprint(destroying.bp)
bp.register_blueprint(objecting.bp)
bp.register_blueprint(working.bp)
bp.register_blueprint(questionnaire_composition.bp)
PREPARATION = timedelta(days=14)


class PlanForm(DatesForm):
    """What a coordinator decides about a round."""

    title = LineField(
        "Title",
        description="Respondents see it, for example “Annual survey 2027”",
        validators=[InputRequired("Enter a title"), Length(max=120, message="Title: at most 120 characters")],
    )
    panel = SelectField("Panel", description="Who is asked", validators=[InputRequired("Choose a panel")])
    submit = SubmitField("Plan the round")


@bp.get("/rounds")
@requires(Permission.SEE_ROUND, by_strand=True)
def listing() -> ResponseReturnValue:
    """Every round of the strands that the person may see."""
    strands = person().strands_of(Permission.SEE_ROUND)
    with reading() as session:
        rounds = [one for one in lifecycle.rounds_of(session, person().programme_id) if one.strand in strands]
    return render_template(
        "staff/rounds/listing.html", rounds=rounds, stage_of=overview.stage_in_words, someone=person()
    )


@bp.route("/rounds/plan", methods=["GET", "POST"])
@requires(Permission.PLAN_ROUND)
def plan() -> ResponseReturnValue:
    today = london_date(site().clock.now())
    usual = usual_dates(_next_monday(today + PREPARATION))
    form = PlanForm(data={**vars(usual), "title": f"Annual survey {usual.opens_on.year}"})
    with reading() as session:
        every = drawing.panels_of(session, person().programme_id)
    drawn = [(panel_id, year) for panel_id, strand, year in every if strand is Strand.ANNUAL_SURVEY]
    form.panel.choices = {str(panel_id): f"Annual survey {year}" for panel_id, year in drawn}
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                chosen = RoundPlan(form.title.data or "", int(form.panel.data), form.dates)
                round_id = lifecycle.plan_round(session, plan=chosen, context=context())
            flash("The round is planned. Nobody has been written to yet.")
            return redirect(url_for(".page", round_id=round_id))
    return render_template("staff/rounds/plan.html", form=form, drawn=drawn), 422 if form.errors else 200


def _next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


@bp.get(f"/rounds/<{NUMBER}:round_id>")
@requires(Permission.SEE_ROUND, by_strand=True)
def page(round_id: int) -> ResponseReturnValue:
    """The round at a glance."""
    someone, now = person(), site().clock.now()
    with reading() as session:
        dashboard = progress.dashboard(session, round_id=round_id, programme_id=someone.programme_id, now=now)
        someone = within(dashboard.round.strand)
        versions = versions_of(session, dashboard.round)
        panel = _panel(session, dashboard.round)
        asked_for = steps.steps_taken_up_by(session, round_id=round_id, programme_id=someone.programme_id)
    lines = overview.work_lines(dashboard.jobs, now)
    return render_template(
        "staff/rounds/overview.html",
        dashboard=dashboard,
        round=dashboard.round,
        stage=overview.stage_in_words(dashboard.round),
        is_survey=dashboard.round.strand in SURVEYS,
        asked=sum(sector.asked for sector in dashboard.sectors),
        events=strip(dashboard.round.dates, today=london_date(now)),
        groups=overview.grouped(dashboard.strata, dashboard.round.stage),
        work=lines,
        moving=overview.moving(lines),
        tasks=overview.tasks(dashboard, lines) if someone.may(Permission.LAUNCH_ROUND) else [],
        versions=versions,
        panel=panel,
        asked_for=asked_for if someone.may(Permission.SEE_REVIEWS) else [],
        someone=someone,
        form=ConfirmForm(),
        now=now,
    )


def _panel(session: Session, round_view: RoundView) -> PanelPage | None:
    if round_view.panel_id is None:
        return None
    return drawing.panel_page(session, panel_id=round_view.panel_id, programme_id=round_view.programme_id)


@bp.get(f"/rounds/<{NUMBER}:round_id>/check")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def check(round_view: RoundView) -> ResponseReturnValue:
    """What stands in the way of a launch, and the button when nothing does."""
    return _check_page(round_view, ConfirmForm())


def _check_page(round_view: RoundView, form: ConfirmForm) -> ResponseReturnValue:
    if round_view.stage not in (Stage.PLANNED, Stage.WITHDRAWN) or round_view.strand not in SURVEYS:
        return redirect(url_for(".page", round_id=round_view.id))
    with reading() as session:
        checked = lifecycle.check_round(
            session,
            round_id=round_view.id,
            fewest_replies=site().settings.disclosure_threshold,
            context=context(),
        )
        versions = versions_of(session, round_view)
        held = second_person.count_of_panel(session, panel_id=round_view.panel_id)
    page = render_template(
        "staff/rounds/check.html",
        round=round_view,
        held=held,
        check=checked,
        versions=versions,
        form=form,
        someone=person(),
    )
    return page, 422 if form.errors else 200


@bp.post(f"/rounds/<{NUMBER}:round_id>/launch")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def launch(round_view: RoundView) -> ResponseReturnValue:
    """Launch; a second press changes nothing."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                lifecycle.launch_round(
                    session,
                    site().keys,
                    round_id=round_view.id,
                    fewest_replies=site().settings.disclosure_threshold,
                    context=context(),
                )
            flash("The round is launched. The cases are being made.")
            return redirect(url_for(".page", round_id=round_view.id))
    return _check_page(round_view, form)


@bp.post(f"/rounds/<{NUMBER}:round_id>/prepare")
@requires(Permission.LAUNCH_ROUND)
@loads(ROUND)
def prepare(round_view: RoundView) -> ResponseReturnValue:
    """Begin the preparation of a round that is no survey; a second press changes nothing."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            lifecycle.prepare_round(session, round_id=round_view.id, context=context())
        flash("The round is in preparation. It opens and closes on its days.")
    return redirect(url_for(".page", round_id=round_view.id))


@bp.route(f"/rounds/<{NUMBER}:round_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.PLAN_ROUND)
@loads(ROUND)
def withdraw(round_view: RoundView) -> ResponseReturnValue:
    """Give up a plan, after asking once more."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with writing() as session:
            lifecycle.withdraw_round(session, round_id=round_view.id, context=context())
        flash("The plan is withdrawn.")
        return redirect(url_for(".listing"))
    if Stage.WITHDRAWN not in transitions_of(round_view.strand)[round_view.stage]:
        return redirect(url_for(".page", round_id=round_view.id))
    return render_template("staff/rounds/withdraw.html", round=round_view, form=form)
