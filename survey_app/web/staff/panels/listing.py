"""Panels over the years: the list, one panel with its file, who stays, leaves and enters, one undrawn."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sampling.frame import Sector
from survey_app.services.panels import balance, drawing, saved_plans, undrawing, verification
from survey_app.services.panels import moves as panel_moves
from survey_app.services.panels import years as panel_years
from survey_app.services.panels.drawing import PanelPage, request_of
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import lifecycle
from survey_app.web.confirming import Intent, asks_first, reason
from survey_app.web.downloads import csv_response
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import PANEL, loads
from survey_app.web.staff.panels import rotation, strata
from survey_app.web.staff.panels.plan_form import METHODS, choices_of, no_choice
from survey_app.web.urls import NUMBER

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
    """Every panel, and how long its members have belonged to the panel, as a picture and in numbers."""
    programme_id = person().programme_id
    with reading() as session:
        panels = drawing.panels_of(session, programme_id)
        strands = dict.fromkeys(strand for _, strand, _ in panels)
        years = {
            strand: panel_years.panel_years(session, programme_id=programme_id, strand=strand)
            for strand in strands
        }
        plans = saved_plans.plans_of(session, programme_id)
    return render_template("staff/panels/listing.html", years=years, plans=plans, someone=person())


@bp.get(f"/panels/<{NUMBER}:panel_id>")
@requires(Permission.SEE_PANEL)
@loads(PANEL)
def page(panel: PanelPage) -> ResponseReturnValue:
    someone = person()
    with reading() as session:
        resting = undrawing.rests_on(session, panel_id=panel.id)
        reserve = drawing.reserve_of(session, panel_id=panel.id)
        breaches = panel_years.breaches_of(session, panel_id=panel.id, programme_id=someone.programme_id)
        rounds = (
            lifecycle.rounds_of(session, someone.programme_id) if someone.may(Permission.SEE_ROUND) else []
        )
        beside = balance.balance(
            session,
            panel_id=panel.id,
            frame_id=panel.frame_id,
            programme_id=someone.programme_id,
            day=panel.frame_as_of,
            known_by=site().clock.now(),
        )
    regions = strata.by_region(panel.strata)
    sizes = [group.sample_size for _, *pair in regions for group in pair]
    return render_template(
        "staff/panels/page.html",
        panel=panel,
        strata=strata.in_order(panel.strata),
        sectors=[(sector.value, panel.size(sector), panel.population(sector)) for sector in Sector],
        methods=METHODS,
        regions=regions,
        longest=max(sizes, default=1) or 1,
        breaches=breaches,
        choices=strata.all_chosen(choices_of(request_of(panel)), no_choice()),
        reserve=reserve,
        resting=resting,
        beside=beside,
        beside_of=(balance.TIER, balance.CONTROL, balance.AGREEMENT),
        rounds=[one for one in rounds if one.panel_id == panel.id and someone.may(Permission.SEE_ROUND)],
        someone=someone,
    )


def _undrawing(panel: PanelPage) -> Intent:
    asked = sum(line.sample_size for line in panel.strata)
    return Intent(
        title=f"Undraw the panel of {panel.year}",
        will=(
            f"The panel of {panel.year}, with {asked:,} organisations, is taken away, and its reserve.",
            f"The year {panel.year} can be drawn again, from any frame and with any plan.",
            "Rests and turns of its members are as if it had never been drawn.",
        ),
        undo="The same plan draws the same organisations from the same frame.",
        button=f"Undraw the panel of {panel.year}",
        back=url_for(".page", panel_id=panel.id),
    )


@bp.post(f"/panels/<{NUMBER}:panel_id>/undraw")
@requires(Permission.DRAW_PANEL)
@loads(PANEL)
@asks_first(_undrawing, asks_why="Why is this panel undrawn?")
def undraw(panel: PanelPage) -> ResponseReturnValue:
    """Take a panel back that no round asks and nothing else goes by."""
    with writing() as session:
        undrawing.undraw(session, panel_id=panel.id, why=reason(), context=context())
    flash(f"The panel of {panel.year} is undrawn. Nobody in it was written to.")
    return redirect(url_for(".listing"))


@bp.get(f"/panels/<{NUMBER}:panel_id>/moves")
@requires(Permission.SEE_PANEL)
@loads(PANEL)
def moves(panel: PanelPage) -> ResponseReturnValue:
    """Who stays, leaves and enters against the panel before, and why, one organisation a line."""
    programme_id = person().programme_id
    asked = rotation.Asked.of(request.args)
    with reading() as session:
        moved = panel_moves.panel_moves(session, panel_id=panel.id, programme_id=programme_id)
    return render_template(
        "staff/panels/moves.html",
        panel=panel,
        moved=moved,
        asked=asked,
        reasons=rotation.reasons(moved) if moved else [],
        strata=rotation.strata(moved) if moved else [],
        part=rotation.part_of(moved, asked) if moved else None,
        ways=rotation.WAYS,
    )


@bp.get(f"/panels/<{NUMBER}:panel_id>/check")
@requires(Permission.SEE_PANEL)
def check(panel_id: int) -> ResponseReturnValue:
    """The panel drawn once more from what is kept, and compared with the one that was asked."""
    with reading() as session:
        verified = verification.verify_panel(session, panel_id=panel_id, programme_id=person().programme_id)
    return render_template("staff/panels/verification.html", panel_id=panel_id, verified=verified)


@bp.get(f"/panels/<{NUMBER}:panel_id>/panel.csv")
@requires(Permission.EXPORT_CASES)
def download(panel_id: int) -> ResponseReturnValue:
    """The members with stratum, probability, weight and random number; who took it is on the audit trail."""
    with writing() as session:
        rows = drawing.panel_rows(session, panel_id=panel_id, context=context())
    return csv_response(f"panel-{panel_id}", rows, COLUMNS)
