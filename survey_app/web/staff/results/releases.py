"""Results as reviewers read them: the list of releases, one release as a page, its files."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON
from survey_app.reports.printed import long_date, percent
from survey_app.services.people.permissions import Permission
from survey_app.services.results import files, release
from survey_app.services.results.files import ReleasePage
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import RELEASE, loads
from survey_app.web.staff.results.contents import summary_page

bp = Blueprint("results", __name__)
# An id column holds no larger number; an address with one is a page that does not exist.
NUMBER = "int(max=2147483647)"
KINDS = {"summary_pdf": "Summary (PDF)", "tables_csv": "Every number (CSV)"}


@bp.get("/results")
@requires(Permission.SEE_RESULTS)
def listing() -> ResponseReturnValue:
    """Every release with its files, newest first."""
    with reading() as session:
        releases = files.releases_of(session, person().programme_id)
    return render_template("staff/results/listing.html", releases=releases)


@bp.get(f"/results/<{NUMBER}:release_id>")
@requires(Permission.SEE_RESULTS)
@loads(RELEASE)
def page(released: ReleasePage) -> ResponseReturnValue:
    """What a release says: findings, figures, tables and notes."""
    return render_template(
        "staff/results/release.html",
        line=released.line,
        contents=released.contents,
        page=summary_page(released.contents, released.charts),
        may_see_bundle=person().may(Permission.SEE_BUNDLE),
    )


@bp.post(f"/rounds/<{NUMBER}:round_id>/results")
@requires(Permission.FREEZE_RELEASE)
def freeze(round_id: int) -> ResponseReturnValue:
    """Compute, protect and freeze a closed round's results; the worker makes their files."""
    settings = site().settings
    publisher = release.Publisher(settings.product, settings.disclosure_threshold)
    with writing() as session:
        release_id = release.freeze_release(
            session, site().keys, round_id=round_id, publisher=publisher, context=context()
        )
    return redirect(url_for("results.page", release_id=release_id))


@bp.get(f"/results/<{NUMBER}:release_id>/bundle")
@requires(Permission.SEE_BUNDLE)
def bundle(release_id: int) -> ResponseReturnValue:
    """Download the bundle: single answers, for those who may work the numbers out again."""
    return _download(release_id, files.BUNDLE, bundle=True)


@bp.get(f"/results/<{NUMBER}:release_id>/<kind>")
@requires(Permission.SEE_RESULTS)
def file(release_id: int, kind: str) -> ResponseReturnValue:
    """Download one file of a release; who did so is on the audit trail."""
    return _download(release_id, kind, bundle=False)


def _download(release_id: int, kind: str, *, bundle: bool) -> ResponseReturnValue:
    with writing() as session:
        name, media_type, content = files.file_of(
            session, release_id=release_id, kind=kind, context=context(), bundle=bundle
        )
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@bp.context_processor
def _printing() -> dict[str, object]:
    return {"long_date": long_date, "percent": percent, "london": LONDON, "kinds": KINDS}
