"""Panels: the list, the page of a panel and its file."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from sampling.frame import Sector
from survey_app.services import panels
from survey_app.services.permissions import Permission
from survey_app.web.coordinator import planner
from survey_app.web.coordinator.addresses import NUMBER
from survey_app.web.coordinator.csv_file import csv_response
from survey_app.web.coordinator.plan_form import METHODS
from survey_app.web.site import act, person, reading, requires, writing

bp = Blueprint("panels", __name__)
COLUMNS = (
    "organisation",
    "name",
    "sector",
    "region",
    "band",
    "pop_size",
    "sample_size",
    "inclusion_probability",
    "design_weight",
    "prn",
    "start",
)


@bp.get("/panels")
@requires(Permission.SEE_PANEL)
def listing() -> ResponseReturnValue:
    with reading() as session:
        found = panels.panels_of(session, person().programme_id)
    return render_template("coordinator/panels.html", panels=found, someone=person())


@bp.get(f"/panels/<{NUMBER}:panel_id>")
@requires(Permission.SEE_PANEL)
def page(panel_id: int) -> ResponseReturnValue:
    someone = person()
    with reading() as session:
        found = panels.panel_page(session, panel_id=panel_id, programme_id=someone.programme_id)
    regions = planner.by_region(found.strata)
    sizes = [group.sample_size for _, *pair in regions for group in pair]
    return render_template(
        "coordinator/panel.html",
        panel=found,
        strata=planner.in_order(found.strata),
        sectors=[(sector.value, found.size(sector), found.population(sector)) for sector in Sector],
        methods=METHODS,
        regions=regions,
        longest=max(sizes, default=1) or 1,
        someone=someone,
    )


@bp.get(f"/panels/<{NUMBER}:panel_id>/panel.csv")
@requires(Permission.EXPORT_CASES)
def download(panel_id: int) -> ResponseReturnValue:
    """The members with stratum, probability, weight and random number; who took it is on the audit trail."""
    with writing() as session:
        rows = panels.panel_rows(session, panel_id=panel_id, act=act())
    return csv_response(f"panel-{panel_id}", rows, COLUMNS)
