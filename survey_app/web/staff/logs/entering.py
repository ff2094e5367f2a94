"""What staff enter in the logs: one entry by its form, many from a file, and what is taken back."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound

from survey_app.services.logs import entries
from survey_app.services.logs.entry import Entry
from survey_app.services.logs.files import NEEDED, OPTIONAL, import_logs
from survey_app.services.logs.shapes import SHAPES
from survey_app.services.logs.vocabulary import LogKind
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import correcting
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import LOG_ENTRY, loads
from survey_app.web.staff.logs.forms import FileForm, TakeBackForm, entered, form_for, typed
from survey_app.web.urls import NUMBER

bp = Blueprint("entering", __name__)
KINDS = {kind.value: kind for kind in LogKind}


@bp.route("/logs/add/<kind_word>", methods=["GET", "POST"])
@requires(Permission.KEEP_LOGS)
def add(kind_word: str) -> ResponseReturnValue:
    """Enter what happened, or is to be done."""
    if kind_word not in KINDS:
        raise NotFound
    kind = KINDS[kind_word]
    return _form(form_for(kind), kind, None)


@bp.route(f"/logs/<{NUMBER}:log_entry_id>/replace", methods=["GET", "POST"])
@requires(Permission.KEEP_LOGS)
@loads(LOG_ENTRY)
def replace(entry: Entry) -> ResponseReturnValue:
    """Carry an entry on, or put a right one in the place of a wrong one; the old one stays in the history."""
    with reading() as session:
        data = typed(session, entry)
    return _form(form_for(entry.kind, data=data), entry.kind, entry)


def _form(form: FlaskForm, kind: LogKind, before: Entry | None) -> ResponseReturnValue:
    if form.validate_on_submit():
        with reading() as session:
            new = entered(session, form, kind, programme_id=person().programme_id, before=before)
        if new is not None:
            with correcting(form):
                with writing() as session:
                    if before is None:
                        entry_id = entries.add_entry(session, new=new, context=context())
                    else:
                        entry_id = entries.replace_entry(
                            session, entry_id=before.id, new=new, context=context()
                        )
                flash("Entry saved.")
                return redirect(url_for("logs.page", log_entry_id=entry_id))
    page = render_template("staff/logs/entry.html", form=form, kind=kind, shape=SHAPES[kind], entry=before)
    return page, 422 if form.errors else 200


@bp.route(f"/logs/<{NUMBER}:log_entry_id>/take-back", methods=["GET", "POST"])
@requires(Permission.KEEP_LOGS)
@loads(LOG_ENTRY)
def take_back(entry: Entry) -> ResponseReturnValue:
    """Take an entry back that was a mistake; it stays in the history."""
    form = TakeBackForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                entries.take_back(session, entry_id=entry.id, reason=form.why.data or "", context=context())
            flash("Entry taken back.")
            return redirect(url_for("logs.listing", kind=entry.kind.value))
    page = render_template("staff/logs/take_back.html", form=form, entry=entry, shape=SHAPES[entry.kind])
    return page, 422 if form.errors else 200


@bp.route("/logs/file", methods=["GET", "POST"])
@requires(Permission.KEEP_LOGS)
def file() -> ResponseReturnValue:
    """Take entries from a CSV file: all of it, or nothing with every fault by row and column."""
    form = FileForm()
    if form.validate_on_submit():
        with correcting(form):
            content = form.file.data.read()
            with writing() as session:
                taken = import_logs(session, content, context=context())
            flash("1 entry was taken." if taken == 1 else f"{taken:,} entries were taken.")
            return redirect(url_for("logs.listing"))
    page = render_template("staff/logs/file.html", form=form, needed=NEEDED, optional=OPTIONAL, shapes=SHAPES)
    return page, 422 if form.errors else 200
