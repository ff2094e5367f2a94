"""The planner: a panel tried out, saved under a name, and drawn."""

from itertools import count
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from scheduler.strands import WORDS as STRANDS
from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.errors import InvalidError, TakenError
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing, saved_plans
from survey_app.services.panels import planner as panel_planner
from survey_app.services.panels.basis import FrameChangedError, PanelRequest
from survey_app.services.panels.cautions import far_away
from survey_app.services.panels.drawing import Drawing
from survey_app.services.panels.planner import PlanView
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.forms.fields import correcting, say_taken
from survey_app.web.site import context, in_turns, person, reading, requires, site, writing
from survey_app.web.staff.panels import strata
from survey_app.web.staff.panels.intent import intent_to_draw
from survey_app.web.staff.panels.plan_form import AIMS, NameForm, PlanForm, chosen, in_todays_words, usual

bp = Blueprint("plans", __name__)
# Half the width of the interval that is suggested, in points.
SUGGESTED = "5"


@bp.get("/panels/plan")
@requires(Permission.DRAW_PANEL)
def page() -> ResponseReturnValue:
    """The planner: choices come in the address, so that a plan can be kept, sent on and tried again."""
    form = form_of(_suggested(request.args))
    view = None
    if not request.args or form.validate():
        with correcting(form):
            view = worked_out(form)
    return _page(form, view)


def _suggested(given: "MultiDict[str, str]") -> "MultiDict[str, str]":
    """The choices as they were sent; who asked for a suggestion and aimed at nothing aims at all VCOs."""
    if "suggest" not in given or any(given.get(aim, "").strip() for aim in AIMS):
        return given
    return MultiDict(
        [*((name, value) for name, value in given.items() if name != "aim_vco"), ("aim_vco", SUGGESTED)]
    )


def form_of(given: "MultiDict[str, str]") -> PlanForm:
    """The planner's form with the choices of an address; without any it is for the next year to be drawn."""
    year = london_date(site().clock.now()).year
    if not given:
        drawn = _drawn_panels(Strand.ANNUAL_SURVEY)
        year = next(one for one in count(year) if one not in drawn)
    choices = in_todays_words(given) if given else None
    return PlanForm(formdata=choices, data=usual(year), meta={"csrf": False})


def _drawn_panels(strand: str) -> dict[int, int]:
    """The panels of a strand: year -> id."""
    with reading() as session:
        panels = drawing.panels_of(session, person().programme_id)
    return {year: panel_id for panel_id, its_strand, year in panels if its_strand == strand}


def worked_out(form: PlanForm) -> PlanView | None:
    """What the plan gives from the newest frame; None where there is no frame."""
    with reading() as session:
        asked_for = _request(session, form)
        if asked_for is None:
            return None
        return panel_planner.look_at(session, request=asked_for, programme_id=person().programme_id)


def _request(session: Session, form: PlanForm) -> PanelRequest | None:
    """The panel that the choices ask for, from the newest frame; None where there is no frame."""
    frame_id = snapshots.newest_frame(session, person().programme_id)
    if frame_id is None:
        return None
    # What is aimed at, or asked at least, holds for each group that the frame has.
    groups = panel_planner.groups_of(session, frame_id=frame_id) if form.aims or form.boosts else []
    return PanelRequest(frame_id, Strand(form.strand.data), form.year.data or 0, form.plan(groups))


def _worked_out_again(form: PlanForm) -> PlanView | None:
    """What the plan gives, for a page that says what was refused; None where the refusal says why not."""
    try:
        return worked_out(form)
    except InvalidError:
        return None


def _page(
    form: PlanForm,
    view: PlanView | None,
    *,
    changed: tuple[str, ...] = (),
    naming: NameForm | None = None,
) -> tuple[str, int]:
    drawn = _drawn_panels(form.strand.data)
    naming = naming or NameForm(formdata=None)
    choices, aside = chosen(form), request.args.get("aside", "")
    mine = urlencode(choices)
    page = render_template(
        "staff/panels/planner.html",
        form=form,
        survey=STRANDS.get(form.strand.data, ""),
        naming=naming,
        drawn_id=drawn.get(form.year.data or 0),
        plan=strata.shown(view) if view else None,
        changed=changed,
        choices=choices,
        aside=aside,
        aside_url=url_for(".page", **choices, aside=mine),
        compare_url=url_for("plan_compare.page", one=aside, other=mine) if aside not in ("", mine) else "",
    )
    return page, 422 if form.errors or naming.errors else 200


def _drawing() -> Intent | None:
    form = _sent()
    if not form.validate():
        return None
    view = _worked_out_again(form)
    return intent_to_draw(view, back=url_for(".page", **chosen(form))) if view else None


def _far_away() -> str:
    return far_away(_sent().year.data or 0, today=london_date(site().clock.now()))


@bp.post("/panels/plan")
@requires(Permission.DRAW_PANEL)
@asks_first(_drawing, again=_far_away)
def draw() -> ResponseReturnValue:
    """Draw the panel that the page showed; a year's panel is drawn once."""
    form = _sent()
    if not form.validate_on_submit():
        return _page(form, None)
    changed: tuple[str, ...] = ()
    with correcting(form):
        try:
            panel_id = _drawn(form)
            if panel_id is None:
                return redirect(url_for("frames.page"))
            flash("The panel is drawn.")
            return redirect(url_for("panels.page", panel_id=panel_id))
        except FrameChangedError as refusal:
            changed = (refusal.message, *refusal.faults)
    page, status = _page(form, _worked_out_again(form), changed=changed)
    return page, 422 if changed else status


def _drawn(form: PlanForm) -> int | None:
    """The new panel's id; None where there is no frame to draw from."""
    with reading() as session:
        asked_for = _request(session, form)
    if asked_for is None:
        return None
    confirmed = request.form.get("confirmed") == "y"
    drawing = Drawing(request=asked_for, confirmed_shrink=confirmed, context=context())
    in_turns(drawing.steps())
    return drawing.panel_id


@bp.post("/panels/plan/save")
@requires(Permission.DRAW_PANEL)
def save() -> ResponseReturnValue:
    """Save the plan that the page showed, under a name."""
    form, naming = _sent(), NameForm()
    if not form.validate_on_submit():
        return _page(form, None, naming=naming)
    with reading() as session:
        if snapshots.newest_frame(session, person().programme_id) is None:
            return redirect(url_for("frames.page"))
    if naming.validate():
        with correcting(form):
            if plan_id := _saved(form, naming):
                flash("The plan is saved. Nothing is drawn yet.")
                return redirect(url_for("saved_plans.page", plan_id=plan_id))
    return _page(form, _worked_out_again(form), naming=naming)


def _sent() -> PlanForm:
    choices = in_todays_words(request.form)
    return PlanForm(formdata=choices, data=usual(london_date(site().clock.now()).year))


def _saved(form: PlanForm, naming: NameForm) -> int | None:
    """The saved plan's id; None when the name is taken, which the form then says."""
    name = naming.called.data or ""
    try:
        with writing() as session:
            asked_for = _request(session, form)
            if asked_for is None:
                return None
            return saved_plans.save_plan(session, name=name, request=asked_for, context=context())
    except TakenError as refusal:
        say_taken(naming, refusal)
    return None
