"""Beginning a form: which one, about what, as at which day; and correcting or setting aside one."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.services.forms import starting
from survey_app.services.forms.listed import FormLine
from survey_app.services.forms.subjects import SubjectKind, subject_typed
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, correcting, plain
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.forms.because import CORRECT, SET_ASIDE, because
from survey_app.web.staff.forms.seated import author
from survey_app.web.staff.forms.wording import SUBJECTS
from survey_app.web.staff.loading import FORM, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("beginning", __name__)


class BeginForm(FlaskForm):
    """Which form, and what it describes."""

    version = RadioField("Which form?", validators=[InputRequired("Choose a form")])
    kind = RadioField(
        "What is it about?",
        choices={kind.value: words for kind, words in SUBJECTS.items()},
        validators=[InputRequired("Choose what it is about")],
    )
    which = LineField(
        "Which one?",
        description="The title of the agreement or round, the name or code of the area, "
        "or the name of the organisation",
    )
    day = DatePartsField(
        "Which day does it describe?",
        called="The day",
        description="For desk research the day on which you look; for a log the day of the event",
    )
    label = LineField(
        "What tells it from others about the same?",
        description="Such as what the consultation was called, and no names of people. "
        "Leave empty if there is only one.",
    )
    submit = SubmitField("Begin the form")


@bp.route("/forms/add", methods=["GET", "POST"])
@requires(Permission.FILL_FORMS)
def add() -> ResponseReturnValue:
    """Begin a form as a draft."""
    with reading() as session:
        lines = starting.instruments_for_forms(session)
    form = _form(lines)
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                new = _typed(session, form)
                form_id = starting.begin_form(
                    session, site().keys, new=new, author=author(), context=context()
                )
            flash("Form begun. Each page is saved when you continue.")
            return redirect(url_for("forms.page", form_id=form_id))
    page = render_template("staff/forms/new.html", form=form, lines=lines)
    return page, 422 if form.errors else 200


def _form(lines: list[VersionLine]) -> BeginForm:
    """The form, with what the address already says of its subject."""
    form = BeginForm(
        kind=plain(request.args.get("about", "")), which=plain(request.args.get("which", ""))[:200],
        day=london_date(site().clock.now()),
    )  # fmt: skip
    form.version.choices = {str(line.id): line.title for line in lines}
    return form


def _typed(session: Any, form: BeginForm) -> starting.NewForm:
    day: date | None = form.day.data
    if day is None:
        raise InvalidError("Enter the day that the form describes.")
    kind = SubjectKind(form.kind.data)
    subject = subject_typed(
        session, kind=kind, text=form.which.data or "", day=day, programme_id=person().programme_id
    )
    return starting.NewForm(
        version_id=int(form.version.data), subject=subject, day=day, label=form.label.data or ""
    )


@bp.route(f"/forms/<{NUMBER}:form_id>/correct", methods=["GET", "POST"])
@requires(Permission.FILL_FORMS)
@loads(FORM)
def correct(paper: FormLine) -> ResponseReturnValue:
    """Begin the next edition of a reviewed form."""
    return because(paper, CORRECT)


@bp.route(f"/forms/<{NUMBER}:form_id>/set-aside", methods=["GET", "POST"])
@requires(Permission.FILL_FORMS)
@loads(FORM)
def set_aside(paper: FormLine) -> ResponseReturnValue:
    """Give up a form that was begun by mistake."""
    return because(paper, SET_ASIDE)
