"""Results as reviewers read them: the list of releases, one release as a page, its files."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON
from survey_app.reports.printed import long_date, percent
from survey_app.services.people.permissions import Permission
from survey_app.services.results import files, release
from survey_app.services.results.earlier import baselines
from survey_app.services.results.release import ReleasePage
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import RELEASE, loads
from survey_app.web.staff.results import bundles, freezing
from survey_app.web.staff.results.contents import summary_page
from survey_app.web.staff.results.downloads import downloaded
from survey_app.web.urls import NUMBER

bp = Blueprint("results", __name__)
bp.register_blueprint(freezing.bp)
bp.register_blueprint(bundles.bp)
KINDS = {
    "summary_pdf": "Summary (PDF)",
    "tables_csv": "Tables (CSV)",
    "long_csv": "Every number, one to a line (CSV)",
    "codebook_csv": "What the columns mean (CSV)",
}


@bp.get("/results")
@requires(Permission.SEE_RESULTS)
def listing() -> ResponseReturnValue:
    """Every published release with its files, newest first."""
    with reading() as session:
        releases = release.releases_of(session, person().programme_id)
    return render_template("staff/results/listing.html", releases=releases)


@bp.get(f"/results/<{NUMBER}:release_id>")
@requires(Permission.SEE_RESULTS)
@loads(RELEASE)
def page(released: ReleasePage) -> ResponseReturnValue:
    """What a release says: findings, figures, tables and notes; how far it is, while it is worked out."""
    if released.contents is None:
        return render_template("staff/results/progress.html", line=released.line)
    with reading() as session:
        chosen = baselines.baseline_of_release(session, release_id=released.line.id)
    return render_template(
        "staff/results/release.html",
        baseline=chosen,
        may_choose_baseline=person().may(Permission.FREEZE_RELEASE),
        line=released.line,
        contents=released.contents,
        page=summary_page(released.contents, released.charts),
        may_put_forward=person().may(Permission.KEEP_REVIEWS),
        may_see_bundle=person().may(Permission.SEE_BUNDLE),
    )


@bp.get(f"/results/<{NUMBER}:release_id>/<kind>")
@requires(Permission.SEE_RESULTS)
def file(release_id: int, kind: str) -> ResponseReturnValue:
    """Download one file of a release; who did so is on the audit trail."""
    with writing() as session:
        taken = files.file_of(session, site().keys, release_id=release_id, kind=kind, context=context())
    return downloaded(taken)


@bp.context_processor
def _printing() -> dict[str, object]:
    return {"long_date": long_date, "percent": percent, "london": LONDON, "kinds": KINDS}
