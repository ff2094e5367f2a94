"""A version in other languages: what was uploaded, what keeps each from going live, files to translate in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from instruments.language.questionnaire import LANGUAGE
from survey_app.clock import LONDON
from survey_app.errors import InvalidError
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import translations
from survey_app.services.questionnaires.signoff import version_and_instrument
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.downloads import yaml_file
from survey_app.web.site import context, person, reading, requires, takes_file, writing
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.staff.questionnaires.forms import Refusal, TranslationForm, seen_by, text_in
from survey_app.web.staff.questionnaires.wording import STATES, TONES
from survey_app.web.urls import NUMBER

bp = Blueprint("languages", __name__)
ADDRESS = f"/questionnaires/<{NUMBER}:version_id>/languages"


@bp.get(ADDRESS)
@requires(Permission.SEE_QUESTIONNAIRES)
@loads(VERSION)
def page(line: VersionLine) -> ResponseReturnValue:
    """Every language that is promised or there, with all that it lacks."""
    return _page(line, TranslationForm(formdata=None))


def _page(line: VersionLine, form: TranslationForm, status: int = 200) -> ResponseReturnValue:
    with reading() as session:
        version, _ = version_and_instrument(session, line.id)
        lines = translations.translations_of(session, version)
    form.revision.data = str(line.revision)
    page = render_template(
        "staff/questionnaires/translations.html",
        line=line,
        languages=[(one, one.uploaded_at.astimezone(LONDON) if one.uploaded_at else None) for one in lines],
        may_upload=line.state in translations.OPEN,
        form=form,
        states=STATES,
        tones=TONES,
        someone=person(),
    )
    return page, status


@bp.post(ADDRESS)
@requires(Permission.WRITE_QUESTIONNAIRES)
@loads(VERSION)
@takes_file
def upload(line: VersionLine) -> ResponseReturnValue:
    """A translation, in place of an earlier one of its language."""
    form = TranslationForm()
    if not form.validate_on_submit():
        return _page(line, form, 422)
    with Refusal(form) as refusal:
        document, seen = text_in(form.file.data), seen_by(form, line.id)
        with writing() as session:
            language = translations.upload_translation(
                session, seen=seen, document=document, context=context()
            )
        flash(f"Translation into {translations.NAMES.get(language, language)} saved.")
        return redirect(url_for(".page", version_id=line.id))
    return _page(line, form, refusal.status)


@bp.get(f"{ADDRESS}/file")
@requires(Permission.SEE_QUESTIONNAIRES)
@loads(VERSION)
def file(line: VersionLine) -> ResponseReturnValue:
    """A translation as it was uploaded."""
    language = request.args.get("language", "")
    with reading() as session:
        text = translations.translation_text(session, line.id, language)
    return yaml_file(f"{line.name}-{line.version}.{language}", text)


@bp.get(f"{ADDRESS}/to-translate")
@requires(Permission.SEE_QUESTIONNAIRES)
@loads(VERSION)
def to_translate(line: VersionLine) -> ResponseReturnValue:
    """A file to translate in: every text, with what earlier translations still give."""
    language = request.args.get("language", "").strip().lower()
    if not LANGUAGE.fullmatch(language) or len(language) > 20:
        raise InvalidError("Write the language's short name, like cy for Welsh or ur for Urdu.")
    with reading() as session:
        text = translations.to_translate(session, line.id, language)
    return yaml_file(f"{line.name}-{line.version}.{language}", text)
