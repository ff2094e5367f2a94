"""Questionnaires: the list, a whole version to read, and its file."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from instruments.catalogue import shipped_catalogue
from instruments.conduct import MODULES, Role
from instruments.minutes import minutes
from instruments.schema import Questionnaire
from instruments.states import VersionState as State
from instruments.words import words_of
from survey_app.services import questionnaire_histories as histories
from survey_app.services import questionnaires
from survey_app.services.permissions import Permission
from survey_app.services.questionnaire_compositions import parts_of
from survey_app.services.questionnaires import VersionLine
from survey_app.web.coordinator import (
    questionnaire_compare,
    questionnaire_drafts,
    questionnaire_languages,
    questionnaire_progress,
    questionnaire_try,
)
from survey_app.web.coordinator.addresses import NUMBER, number
from survey_app.web.coordinator.questionnaire_words import KINDS, ROLES, STATES, TONES
from survey_app.web.coordinator.yaml_file import yaml_file
from survey_app.web.site import person, reading, requires

bp = Blueprint("questionnaires", __name__)
for part in (
    questionnaire_drafts,
    questionnaire_progress,
    questionnaire_compare,
    questionnaire_try,
    questionnaire_languages,
):
    bp.register_blueprint(part.bp)
SIGNATORY = (Permission.SIGN_OFF_PUBLIC, Permission.SIGN_OFF_VOLUNTARY)


@bp.get("/questionnaires")
@requires(Permission.SEE_QUESTIONNAIRES)
def listing() -> ResponseReturnValue:
    """Every version, by the part that it plays; first what waits for whoever looks."""
    someone = person()
    with reading() as session:
        found = questionnaires.versions(session)
    waiting = [line for line in found if line.role in MODULES and line.state is State.IN_TEST]
    return render_template(
        "coordinator/questionnaires.html",
        groups=_by_role(found),
        states=STATES,
        tones=TONES,
        waiting=waiting if any(someone.may(permission) for permission in SIGNATORY) else [],
        someone=someone,
    )


def _by_role(lines: Iterable[VersionLine]) -> list[tuple[Role, str, str, list[VersionLine]]]:
    grouped: dict[Role, list[VersionLine]] = {}
    for line in lines:
        grouped.setdefault(line.role, []).append(line)
    return [(role, *ROLES[role], grouped[role]) for role in ROLES if role in grouped]


@bp.get(f"/questionnaires/<{NUMBER}:version_id>")
@requires(Permission.SEE_QUESTIONNAIRES)
def page(version_id: int) -> ResponseReturnValue:
    """Every section, question, option and route of one version, with what it measures."""
    with reading() as session:
        line = questionnaires.line_of(session, version_id)
        found = questionnaires.questionnaire_of(session, version_id)
        parts = parts_of(session, version_id) if line.composed else ()
    return render_template(
        "coordinator/questionnaire.html",
        line=line,
        questionnaire=found,
        parts=parts,
        worked_out=minutes(found),
        indicators=measured(found),
        kinds=KINDS,
        states=STATES,
        tones=TONES,
        words=lambda condition: words_of(condition, found),
        someone=person(),
    )


def measured(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """Id and wording of each indicator that a questionnaire measures, in the order of the catalogue."""
    used = {
        indicator
        for section in questionnaire.written
        for question in section.questions
        for indicator in (question.indicator, *(row.indicator for row in question.rows))
    }
    known = shipped_catalogue().indicators
    return [(name, indicator.text) for name, indicator in known.items() if name in used]


@bp.get(f"/questionnaires/<{NUMBER}:version_id>/file")
@requires(Permission.SEE_QUESTIONNAIRES)
def file(version_id: int) -> ResponseReturnValue:
    """The text of a version as it came; with `text`, one of its earlier texts."""
    text_number = request.args.get("text", type=number)
    with reading() as session:
        line = questionnaires.line_of(session, version_id)
        text = histories.text_of(session, version_id, text_number)
    return yaml_file(f"{line.name}-{line.version}", text)
