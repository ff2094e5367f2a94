"""Two plans side by side: saved ones, or such as the planner's address holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from survey_app.services.panels import planner as panel_planner
from survey_app.services.panels import saved_plans
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import correcting
from survey_app.web.site import person, reading, requires
from survey_app.web.staff.panels import strata
from survey_app.web.staff.panels.plan_form import PlanForm, choices_of, chosen
from survey_app.web.staff.panels.planner import form_of, worked_out
from survey_app.web.staff.panels.strata import PlanShown

bp = Blueprint("plan_compare", __name__)
MAX_DIGITS = 9


@dataclass(frozen=True)
class Side:
    """One of the two plans: its name, "" for one of the address; what it gives, None when it cannot be."""

    name: str
    form: PlanForm
    choices: Mapping[str, str]
    address: str
    plan: PlanShown | None


@bp.get("/panels/plan/compare")
@requires(Permission.DRAW_PANEL)
def page() -> ResponseReturnValue:
    """Each plan is the number of a saved one, or the part of the planner's address that holds its choices."""
    sides = [_side(request.args.get(name, "")) for name in ("one", "other")]
    first, second = sides
    page = render_template(
        "staff/panels/comparison.html",
        sides=sides,
        pairs=strata.pairs(first.plan, second.plan),
        differences=strata.differences(first.choices, second.choices, first.form),
    )
    return page, 422 if any(side.form.errors for side in sides) else 200


def _side(text: str) -> Side:
    if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS:
        return _saved(int(text))
    form, view = form_of(MultiDict(parse_qsl(text))), None
    if form.validate():
        with correcting(form):
            view = worked_out(form)
    choices = chosen(form)
    return Side("", form, choices, url_for("plans.page", **choices), strata.shown(view) if view else None)


def _saved(saved_id: int) -> Side:
    programme_id = person().programme_id
    view = None
    with reading() as session:
        kept = saved_plans.plan_of(session, plan_id=saved_id, programme_id=programme_id)
        choices = choices_of(kept.request)
        form = form_of(MultiDict(choices))
        with correcting(form):
            view = panel_planner.look_at(session, request=kept.request, programme_id=programme_id)
    address = url_for("saved_plans.page", plan_id=saved_id)
    return Side(kept.name, form, choices, address, strata.shown(view) if view else None)
