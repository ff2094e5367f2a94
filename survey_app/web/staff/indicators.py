"""The indicators: a list, and one of them with its numbers and its evidence side by side."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey_app.reports import printed
from survey_app.services.indicators import pages
from survey_app.services.logs.about import names_of
from survey_app.services.logs.shapes import SHAPES
from survey_app.services.people.permissions import Permission
from survey_app.web.site import person, reading, requires, site
from survey_app.web.staff.logs.listing import about_of

bp = Blueprint("indicators", __name__)
COMPONENTS = ("baseline", "inputs", "process", "outputs", "outcomes")


@bp.get("/indicators")
@requires(Permission.SEE_RESULTS)
def listing() -> ResponseReturnValue:
    """Every indicator by its component, with what says anything of it."""
    with reading() as session:
        lines = pages.indicator_lines(session, programme_id=person().programme_id)
    groups = [(name, [line for line in lines if line.indicator.component == name]) for name in COMPONENTS]
    return render_template("staff/indicators/listing.html", groups=groups)


@bp.get("/indicators/<indicator_id>")
@requires(Permission.SEE_RESULTS)
def page(indicator_id: str) -> ResponseReturnValue:
    """One indicator, each year from the baseline on."""
    indicator, someone = pages.indicator_of(indicator_id), person()
    with reading() as session:
        shown = pages.indicator_page(
            session, site().keys, indicator=indicator, someone=someone, now=site().clock.now()
        )
        entries = [entry for year in shown.years for entry in year.entries]
        words = names_of(session, list(entries))
    return render_template(
        "staff/indicators/page.html",
        page=shown,
        indicator=indicator,
        about={entry.id: about_of(entry, words) for entry in entries},
        shapes=SHAPES,
        printed=printed,
        someone=someone,
    )
