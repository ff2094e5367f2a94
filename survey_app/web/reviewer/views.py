"""Results as reviewers read them: the list of releases, one release as a page, its files."""

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON
from survey_app.reports.printed import long_date, percent
from survey_app.services import results
from survey_app.services.permissions import Permission
from survey_app.web.reviewer.summary import summary_page
from survey_app.web.site import act, person, reading, requires, writing

bp = Blueprint("results", __name__)
# An id column holds no larger number; an address with one is a page that does not exist.
NUMBER = "int(max=2147483647)"
KINDS = {"summary_pdf": "Summary (PDF)", "tables_csv": "Every number (CSV)"}


@bp.get("/results")
@requires(Permission.SEE_RESULTS)
def listing() -> ResponseReturnValue:
    """Every release with its files, newest first."""
    with reading() as session:
        releases = results.releases_of(session, person().programme_id)
    return render_template("reviewer/listing.html", releases=releases)


@bp.get(f"/results/<{NUMBER}:release_id>")
@requires(Permission.SEE_RESULTS)
def page(release_id: int) -> ResponseReturnValue:
    """What a release says: findings, figures, tables and notes."""
    with reading() as session:
        found = results.release_page(session, release_id=release_id, programme_id=person().programme_id)
    return render_template(
        "reviewer/release.html",
        line=found.line,
        contents=found.contents,
        page=summary_page(found.contents, found.charts),
    )


@bp.get(f"/results/<{NUMBER}:release_id>/<kind>")
@requires(Permission.SEE_RESULTS)
def file(release_id: int, kind: str) -> ResponseReturnValue:
    """Download one file of a release; who did so is on the audit trail."""
    with writing() as session:
        name, media_type, content = results.file_of(session, release_id=release_id, kind=kind, act=act())
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@bp.context_processor
def _printing() -> dict[str, object]:
    return {"long_date": long_date, "percent": percent, "london": LONDON, "kinds": KINDS}
