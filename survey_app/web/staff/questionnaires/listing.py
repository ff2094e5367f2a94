"""Questionnaires: the list, a whole version to read, and its file."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from instruments.answering.minutes import minutes
from instruments.answering.words import words_of
from instruments.conduct import MODULES, Role
from instruments.indicators.catalogue import shipped_catalogue
from instruments.schema import Questionnaire
from instruments.states import VersionState as State
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import history, versions
from survey_app.services.questionnaires.composition import parts_of
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.downloads import yaml_file
from survey_app.web.site import person, reading, requires
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.staff.questionnaires import (
    comparison,
    drafts,
    second_readers,
    signoff,
    translations,
    trial,
)
from survey_app.web.staff.questionnaires.wording import KINDS, ROLES, STATES, TONES
from survey_app.web.urls import NUMBER, number

bp = Blueprint("questionnaires", __name__)
for part in (drafts, signoff, second_readers, comparison, trial, translations):
    bp.register_blueprint(part.bp)
SIGNATORY = (Permission.SIGN_OFF_PUBLIC, Permission.SIGN_OFF_VOLUNTARY)


@bp.get("/questionnaires")
@requires(Permission.SEE_QUESTIONNAIRES)
def listing() -> ResponseReturnValue:
    """Every version, by the part that it plays; first what waits for whoever looks."""
    someone = person()
    with reading() as session:
        lines = versions.versions(session)
    waiting = [line for line in lines if line.role in MODULES and line.state is State.IN_TEST]
    return render_template(
        "staff/questionnaires/listing.html",
        groups=_by_role(lines),
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
@loads(VERSION)
def page(line: VersionLine) -> ResponseReturnValue:
    """Every section, question, option and route of one version, with what it measures."""
    with reading() as session:
        questionnaire = versions.questionnaire_of(session, line.id)
        parts = parts_of(session, line.id) if line.composed else ()
    return render_template(
        "staff/questionnaires/page.html",
        line=line,
        questionnaire=questionnaire,
        parts=parts,
        worked_out=minutes(questionnaire),
        indicators=measured(questionnaire),
        kinds=KINDS,
        states=STATES,
        tones=TONES,
        words=lambda condition: words_of(condition, questionnaire),
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
@loads(VERSION)
def file(line: VersionLine) -> ResponseReturnValue:
    """The text of a version as it came; with `text`, one of its earlier texts."""
    text_number = request.args.get("text", type=number)
    with reading() as session:
        text = history.text_of(session, line.id, text_number)
    return yaml_file(f"{line.name}-{line.version}", text)
