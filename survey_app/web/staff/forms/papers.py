"""The sources of a form: added with a copy of the document where there is one, removed, downloaded."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SubmitField

from survey_app.services.forms import sources
from survey_app.services.forms.listed import FILLABLE, FormLine
from survey_app.services.forms.sources import KINDS, MAX_FILE_BYTES, NewSource
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import LineField, correcting, plain
from survey_app.web.site import context, requires, site, takes_file, writing
from survey_app.web.staff.forms.seated import author
from survey_app.web.staff.loading import FORM, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("papers", __name__)


class NothingTyped(FlaskForm):
    """A button alone, with its token."""


class SourceForm(FlaskForm):
    """A document that the form rests on."""

    title = LineField("Title of the document")
    dated = LineField("Its date", description="As the document gives it, like March 2025, or “no date”")
    where = LineField(
        "Where to look it up", description="Such as an address on the web, or an archive and shelf mark"
    )
    file = FileField(
        "A copy of it, if there is one",
        description=f"Up to {MAX_FILE_BYTES // 1_000_000} MB: {', '.join(KINDS)}",
    )
    submit = SubmitField("Add the source")


@bp.route(f"/forms/<{NUMBER}:form_id>/sources/add", methods=["GET", "POST"])
@requires(Permission.FILL_FORMS)
@loads(FORM)
@takes_file
def add(paper: FormLine) -> ResponseReturnValue:
    """Add a source to a form that is being filled in."""
    form = SourceForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                sources.add_source(
                    session, site().keys, form=paper, new=_typed(form), author=author(), context=context()
                )
            flash("Source added.")
            return redirect(url_for("forms.page", form_id=paper.id))
    page = render_template(
        "staff/forms/source.html", form=form, paper=paper, fillable=paper.state in FILLABLE
    )
    return page, 422 if form.errors else 200


def _typed(form: SourceForm) -> NewSource:
    upload = request.files.get("file")
    given = upload is not None and bool(upload.filename)
    return NewSource(
        title=form.title.data or "",
        dated=form.dated.data or "",
        where=form.where.data or "",
        file_name=plain(upload.filename)[-120:] if upload and given else "",
        content=upload.read(MAX_FILE_BYTES + 1) if upload and given else b"",
    )


@bp.post(f"/forms/<{NUMBER}:form_id>/sources/<{NUMBER}:source_id>/remove")
@requires(Permission.FILL_FORMS)
@loads(FORM)
def remove(paper: FormLine, source_id: int) -> ResponseReturnValue:
    """Take a source away; editions that were reviewed with it keep it."""
    with writing() as session:
        sources.remove_source(session, form=paper, source_id=source_id, author=author(), context=context())
    flash("Source removed.")
    return redirect(url_for("forms.page", form_id=paper.id))


@bp.get(f"/forms/<{NUMBER}:form_id>/sources/<{NUMBER}:source_id>/file")
@requires(Permission.SEE_FORMS)
@loads(FORM)
def file(paper: FormLine, source_id: int) -> ResponseReturnValue:
    """Download the copy of a document; never shown in the browser."""
    with writing() as session:
        copy = sources.file_of(session, site().keys, form=paper, source_id=source_id, context=context())
    response = Response(copy.content, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{copy.name}"'
    return response
