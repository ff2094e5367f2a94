"""Trying a version: with the facts of any organisation, or typed ones, and answers that decide the route."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import versions
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.site import person, reading, requires
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.staff.questionnaires.trial_answers import BAND_CHOICES, REGION_CHOICES, trial_of
from survey_app.web.staff.questionnaires.wording import STATES, TONES
from survey_app.web.urls import NUMBER

bp = Blueprint("trying", __name__)


@bp.get(f"/questionnaires/<{NUMBER}:version_id>/try")
@requires(Permission.SEE_QUESTIONNAIRES)
@loads(VERSION)
def page(line: VersionLine) -> ResponseReturnValue:
    """Which questions these facts and answers lead to, and which rule hid each of the others."""
    someone = person()
    with reading() as session:
        questionnaire = versions.questionnaire_of(session, line.id)
        trial = trial_of(session, questionnaire, request.args, someone, line.audiences)
    return render_template(
        "staff/questionnaires/trial.html",
        line=line,
        questionnaire=questionnaire,
        sectors=line.audiences,
        trial=trial,
        regions=REGION_CHOICES,
        bands=BAND_CHOICES,
        states=STATES,
        tones=TONES,
        someone=someone,
    )
