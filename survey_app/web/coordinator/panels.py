"""Panels: the list, a plan with its preview, the draw, the page of a panel and its file."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, SubmitField

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.services import frames, panels
from survey_app.services.panels import PanelPlan, StratumLine
from survey_app.services.permissions import Permission
from survey_app.web.coordinator import planner
from survey_app.web.coordinator.addresses import NUMBER
from survey_app.web.coordinator.csv_file import csv_response
from survey_app.web.coordinator.typed import CountField, mending
from survey_app.web.site import act, person, reading, requires, site, writing

bp = Blueprint("panels", __name__)
METHODS = {
    "proportional": "In proportion to their number: each has about the same chance",
    "power": "Between the two: more of the small strata than their number alone would give",
    "equal": "The same number from every stratum: best for comparing them",
}
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


class PlanForm(FlaskForm):
    """How many voluntary organisations are asked, and how they are shared out."""

    year = CountField("Year", least=2000, most=2100, description="The year of the survey")
    total = CountField(
        "Voluntary organisations to ask",
        least=1,
        most=1_000_000,
        description="Public bodies are all asked, and come on top",
    )
    minimum = CountField(
        "Fewest in a stratum",
        least=1,
        most=10_000,
        description="A stratum is a band of income in a region. Smaller strata are asked whole.",
    )
    method = SelectField("How they are shared out among strata", choices=METHODS)
    submit = SubmitField("Draw this panel")

    @property
    def plan(self) -> PanelPlan:
        return PanelPlan(self.total.data or 0, self.minimum.data or 0, self.method.data)


@bp.get("/panels")
@requires(Permission.SEE_PANEL)
def listing() -> ResponseReturnValue:
    with reading() as session:
        found = panels.panels_of(session, person().programme_id)
    return render_template("coordinator/panels.html", panels=found, someone=person())


@bp.get("/panels/plan")
@requires(Permission.DRAW_PANEL)
def plan() -> ResponseReturnValue:
    """The planner: sizes come in the address, so that a plan can be kept, sent on and tried again."""
    usual = PanelPlan()
    year = london_date(site().clock.now()).year
    form = PlanForm(
        formdata=request.args if request.args else None,
        data={"year": year, "total": usual.voluntary_total, "minimum": usual.minimum, "method": usual.method},
        meta={"csrf": False},
    )
    if not request.args or form.validate():
        with mending(form):
            return _plan_page(form, _preview(form.plan))
    return _plan_page(form, None)


def _preview(wanted: PanelPlan) -> list[StratumLine] | None:
    """What the plan would draw from the newest frame; None where there is no frame."""
    with reading() as session:
        frame_id = frames.newest_frame(session, person().programme_id)
        if frame_id is None:
            return None
        return panels.plan_strata(session, frame_id=frame_id, plan=wanted)


def _plan_page(form: PlanForm, strata: list[StratumLine] | None) -> ResponseReturnValue:
    with reading() as session:
        drawn = {year: panel_id for panel_id, _, year in panels.panels_of(session, person().programme_id)}
    page = render_template(
        "coordinator/panel_plan.html",
        form=form,
        drawn_id=drawn.get(form.year.data or 0),
        strata=planner.in_order(strata or []),
        voluntary=_sampled(strata),
        bands=planner.by_band(strata, Sector.VOLUNTARY) if strata else [],
        public=planner.group_of("", Sector.PUBLIC, (x for x in strata or [] if x.sector is Sector.PUBLIC)),
    )
    return page, 422 if form.errors else 200


def _sampled(strata: list[StratumLine] | None) -> planner.Group:
    mine = (line for line in strata or [] if line.sector is Sector.VOLUNTARY)
    return planner.group_of("All voluntary organisations", Sector.VOLUNTARY, mine)


@bp.post("/panels/plan")
@requires(Permission.DRAW_PANEL)
def draw() -> ResponseReturnValue:
    """Draw the panel that the preview showed; a year's panel is drawn once."""
    form = PlanForm()
    if form.validate_on_submit():
        with mending(form):
            with writing() as session:
                frame_id = frames.newest_frame(session, person().programme_id)
                if frame_id is None:
                    return redirect(url_for("frames.page"))
                panel_id = panels.draw_panel(
                    session,
                    frame_id=frame_id,
                    strand="annual",
                    year=form.year.data or 0,
                    plan=form.plan,
                    act=act(),
                )
            flash("The panel is drawn.")
            return redirect(url_for(".page", panel_id=panel_id))
    return _plan_page(form, None)


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
