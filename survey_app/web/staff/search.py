"""The search box at the head of every page, and what it leads to."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.clock import london_date
from survey_app.services import search
from survey_app.services.audit import is_noted, record
from survey_app.web.forms.fields import plain
from survey_app.web.site import context, person, reading, signed_in, site, writing

bp = Blueprint("search", __name__)
MAX_NOTED = 60


@bp.get("/search")
@signed_in
def page() -> ResponseReturnValue:
    """Organisations, agreements and rounds by name, cases by reference or name, questions by their text."""
    text = plain(request.args.get("text", ""))[: search.MAX_LENGTH]
    year = london_date(site().clock.now()).year
    with reading() as session:
        hits = search.search(session, site().keys, text=text, year=year, someone=person())
    if len(text) >= search.MIN_LENGTH:
        _note(text)
    return render_template("staff/search.html", text=text, hits=hits, shown=search.MAX_SHOWN)


def _note(text: str) -> None:
    """Put on the audit trail what was looked for, once a day."""
    doing, words = context(), text[:MAX_NOTED]
    with reading() as session:
        noted = is_noted(session, doing, "searched", "search", words)
    if not noted:
        with writing() as session:
            record(session, doing, "searched", "search", words)
