"""Saved plans: one with what it gives, drawn or deleted."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing, saved_plans
from survey_app.services.panels import planner as panel_planner
from survey_app.services.panels.basis import FrameChangedError
from survey_app.services.panels.cautions import far_away
from survey_app.services.panels.drawing import Drawing
from survey_app.services.panels.saved_plans import Kept
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import correcting
from survey_app.web.site import context, in_turns, person, reading, requires, site, writing
from survey_app.web.staff.loading import PLAN, loads
from survey_app.web.staff.panels import strata
from survey_app.web.staff.panels.intent import intent_to_draw
from survey_app.web.staff.panels.plan_form import can_be_opened, choices_of, no_choice
from survey_app.web.urls import NUMBER

bp = Blueprint("saved_plans", __name__)


@bp.get(f"/panels/plans/<{NUMBER}:plan_id>")
@requires(Permission.DRAW_PANEL)
@loads(PLAN)
def page(kept: Kept) -> ResponseReturnValue:
    """What a saved plan gives, from the frame that it was made on."""
    return _page(kept, ConfirmForm())


def _page(kept: Kept, form: ConfirmForm, *, changed: tuple[str, ...] = ()) -> tuple[str, int]:
    programme_id = person().programme_id
    view = None
    with reading() as session:
        line = next(one for one in saved_plans.plans_of(session, programme_id) if one.id == kept.id)
        drawn = {
            year: panel_id
            for panel_id, strand, year in drawing.panels_of(session, programme_id)
            if strand == kept.request.strand
        }
        newest = snapshots.newest_frame(session, programme_id)
        with correcting(form):
            view = panel_planner.look_at(session, request=kept.request, programme_id=programme_id)
    groups = [one.key for one in view.groups] if view else []
    opens = can_be_opened(kept.request, groups)
    page = render_template(
        "staff/panels/saved_plan.html",
        line=line,
        plan=strata.shown(view) if view else None,
        drawn_id=drawn.get(line.year),
        stale=newest != kept.request.frame_id,
        choices=strata.all_chosen(choices_of(kept.request), no_choice()),
        open_url=url_for("plans.page", **choices_of(kept.request)) if opens else "",
        changed=changed,
        form=form,
    )
    return page, 422 if form.errors or changed else 200


def _drawing(kept: Kept) -> Intent | None:
    try:
        with reading() as session:
            view = panel_planner.look_at(session, request=kept.request, programme_id=person().programme_id)
    except InvalidError:
        return None
    return intent_to_draw(view, back=url_for(".page", plan_id=kept.id))


def _far_away(kept: Kept) -> str:
    return far_away(kept.request.year, today=london_date(site().clock.now()))


@bp.post(f"/panels/plans/<{NUMBER}:plan_id>/draw")
@requires(Permission.DRAW_PANEL)
@loads(PLAN)
@asks_first(_drawing, again=_far_away)
def draw(kept: Kept) -> ResponseReturnValue:
    """Draw the panel that the plan describes; a year's panel is drawn once."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with correcting(form):
            try:
                panel_id = _drawn(kept)
                flash("The panel is drawn.")
                return redirect(url_for("panels.page", panel_id=panel_id))
            except FrameChangedError as refusal:
                return _page(kept, form, changed=(refusal.message, *refusal.faults))
    return _page(kept, form)


def _drawn(kept: Kept) -> int:
    confirmed = request.form.get("confirmed") == "y"
    drawing = Drawing(request=kept.request, plan_id=kept.id, confirmed_shrink=confirmed, context=context())
    in_turns(drawing.steps())
    return drawing.panel_id


@bp.post(f"/panels/plans/<{NUMBER}:plan_id>/delete")
@requires(Permission.DRAW_PANEL)
def delete(plan_id: int) -> ResponseReturnValue:
    """Delete a plan that nothing was drawn from."""
    with writing() as session:
        saved_plans.delete_plan(session, plan_id=plan_id, context=context())
    flash("The plan is deleted.")
    return redirect(url_for("panels.listing"))
