"""Drafts: a file is uploaded as the next version of its questionnaire, or in the place of a draft's text."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import drafts
from survey_app.services.questionnaires.drafts import Looked, Upload
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.site import context, reading, requires, takes_file, writing
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.staff.questionnaires.forms import Refusal, UploadForm, seen_by
from survey_app.web.urls import NUMBER

bp = Blueprint("drafts", __name__)


@bp.route("/questionnaires/upload", methods=["GET", "POST"])
@requires(Permission.WRITE_QUESTIONNAIRES)
@takes_file
def upload() -> ResponseReturnValue:
    """A new draft; a file with faults is refused with all of them, and the note stays as it was typed."""
    form = UploadForm()
    status = 200
    if form.validate_on_submit():
        with Refusal(form) as refusal:
            text, looked = _looked_at(form)
            with writing() as session:
                version_id = drafts.upload_draft(session, upload=text, looked=looked, context=context())
            flash("Draft saved. See what the checker says of it.")
            return redirect(url_for("questionnaires.progress.page", version_id=version_id))
        status = refusal.status
    return _page(form, None, status)


@bp.route(f"/questionnaires/<{NUMBER}:version_id>/replace", methods=["GET", "POST"])
@requires(Permission.WRITE_QUESTIONNAIRES)
@loads(VERSION)
@takes_file
def replace(line: VersionLine) -> ResponseReturnValue:
    """Another text for a draft."""
    form = UploadForm(data={"revision": line.revision})
    status = 200
    if form.validate_on_submit():
        with Refusal(form) as refusal:
            text, looked = _looked_at(form)
            with writing() as session:
                seen = seen_by(form, line.id)
                drafts.replace_text(session, seen=seen, upload=text, looked=looked, context=context())
            flash("The new text is in its place. The one before is kept in the history.")
            return redirect(url_for("questionnaires.progress.page", version_id=line.id))
        status = refusal.status
        # Who was told that somebody else was first has seen the version as it is now.
        form.revision.data = str(line.revision)
    return _page(form, line, status)


def _looked_at(form: UploadForm) -> tuple[Upload, Looked]:
    """What was sent, read and checked while others may write."""
    sent = form.upload
    with reading() as session:
        return sent, drafts.look_at(session, sent)


def _page(form: UploadForm, line: VersionLine | None, status: int) -> ResponseReturnValue:
    page = render_template("staff/questionnaires/upload.html", form=form, line=line)
    return page, 422 if form.errors and status == 200 else status
