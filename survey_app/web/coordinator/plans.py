"""The planner: a panel tried out, compared with another plan, and drawn."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from survey_app.clock import london_date
from survey_app.services import frames, panel_plans, panels
from survey_app.services.panel_plans import PlanView
from survey_app.services.permissions import Permission
from survey_app.services.plan_basis import FrameChangedError, Wanted
from survey_app.services.plan_choices import PanelPlan
from survey_app.web.coordinator import planner
from survey_app.web.coordinator.plan_form import AIMS, PlanForm, usual
from survey_app.web.coordinator.typed import mending
from survey_app.web.site import act, person, reading, requires, site, writing

bp = Blueprint("plans", __name__)
STRAND = "annual"
# Half the width of the interval that is suggested, in points.
SUGGESTED = "5"


@bp.get("/panels/plan")
@requires(Permission.DRAW_PANEL)
def page() -> ResponseReturnValue:
    """The planner: choices come in the address, so that a plan can be kept, sent on and tried again."""
    form = _form(_suggested(request.args))
    view = None
    if not request.args or form.validate():
        with mending(form):
            view = _view(form)
    return _page(form, view)


def _suggested(given: "MultiDict[str, str]") -> "MultiDict[str, str]":
    """The choices as they were sent; who asked for a suggestion and aimed at nothing aims at all VCOs."""
    if "suggest" not in given or any(given.get(aim, "").strip() for aim in AIMS):
        return given
    return MultiDict(
        [*((name, value) for name, value in given.items() if name != "aim_vco"), ("aim_vco", SUGGESTED)]
    )


def _form(given: "MultiDict[str, str]") -> PlanForm:
    year = london_date(site().clock.now()).year
    return PlanForm(formdata=given or None, data=usual(year), meta={"csrf": False})


def _view(form: PlanForm) -> PlanView | None:
    """What the plan gives from the newest frame; None where there is no frame."""
    with reading() as session:
        programme_id = person().programme_id
        frame_id = frames.newest_frame(session, programme_id)
        if frame_id is None:
            return None
        wanted = Wanted(frame_id, STRAND, form.year.data or 0, form.plan)
        found = panel_plans.look_at(session, wanted=wanted, programme_id=programme_id)
        if not form.aims:
            return found
        aimed = _aimed(form, found)
        return panel_plans.look_at(session, wanted=replace(wanted, plan=aimed), programme_id=programme_id)


def _aimed(form: PlanForm, found: PlanView) -> PanelPlan:
    """The plan with its targets, for the groups that the frame has."""
    return replace(form.plan, targets=form.targets([line.key for line in found.groups]))


def _page(form: PlanForm, view: PlanView | None, *, changed: tuple[str, ...] = ()) -> tuple[str, int]:
    with reading() as session:
        drawn = {year: panel_id for panel_id, _, year in panels.panels_of(session, person().programme_id)}
    shown = planner.shown(view) if view else None
    choices, kept = _choices(form), request.args.get("kept", "")
    mine = urlencode(choices)
    page = render_template(
        "coordinator/plan.html",
        form=form,
        drawn_id=drawn.get(form.year.data or 0),
        plan=shown,
        changed=changed,
        choices=choices,
        kept=kept,
        keep_url=url_for(".page", **choices, kept=mine),
        compare_url=url_for(".compare", one=kept, other=mine) if kept and kept != mine else "",
    )
    return page, 422 if form.errors else 200


def _choices(form: PlanForm) -> dict[str, Any]:
    """What was chosen, as the address holds it; what was left empty is left out."""
    return {
        field.name: "y" if field.data is True else str(field.data)
        for field in form
        if field.data not in (None, False, "") and field.name != "csrf_token"
    }


@bp.post("/panels/plan")
@requires(Permission.DRAW_PANEL)
def draw() -> ResponseReturnValue:
    """Draw the panel that the page showed; a year's panel is drawn once."""
    form = PlanForm(data=usual(london_date(site().clock.now()).year))
    changed: tuple[str, ...] = ()
    view = None
    if form.validate_on_submit():
        with mending(form):
            try:
                view = _view(form)
                if view is None:
                    return redirect(url_for("frames.page"))
                panel_id = _drawn(view)
                flash("The panel is drawn.")
                return redirect(url_for("panels.page", panel_id=panel_id))
            except FrameChangedError as refusal:
                changed = (refusal.message, *refusal.faults)
    page, status = _page(form, view, changed=changed)
    return page, 422 if changed else status


def _drawn(view: PlanView) -> int:
    wanted = view.wanted
    with writing() as session:
        return panels.draw_panel(
            session,
            frame_id=wanted.frame_id,
            strand=wanted.strand,
            year=wanted.year,
            plan=wanted.plan,
            confirmed_shrink=request.form.get("confirmed") == "y",
            act=act(),
        )


@bp.get("/panels/plan/compare")
@requires(Permission.DRAW_PANEL)
def compare() -> ResponseReturnValue:
    """Two plans side by side, each as the part of the planner's address that holds its choices."""
    forms = [_form(_kept(request.args.get(name, ""))) for name in ("one", "other")]
    plans = [planner.shown(view) if view else None for view in map(_compared, forms)]
    choices = [_choices(form) for form in forms]
    page = render_template(
        "coordinator/plan_compare.html",
        forms=forms,
        plans=plans,
        pairs=planner.pairs(*plans),
        addresses=[url_for(".page", **given) for given in choices],
        differences=planner.differences(choices[0], choices[1], forms[0]),
    )
    return page, 422 if any(form.errors for form in forms) else 200


def _kept(address: str) -> "MultiDict[str, str]":
    return MultiDict(parse_qsl(address))


def _compared(form: PlanForm) -> PlanView | None:
    view = None
    if form.validate():
        with mending(form):
            view = _view(form)
    return view
