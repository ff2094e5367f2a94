"""Published questionnaires: the list, and a whole version to read."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from instruments.words import words_of
from survey_app.errors import NotFoundError
from survey_app.services import questionnaires
from survey_app.services.permissions import Permission
from survey_app.web.coordinator.addresses import NUMBER
from survey_app.web.site import reading, requires

bp = Blueprint("questionnaires", __name__)
KINDS = {
    "yes_no": "Yes or no",
    "single_choice": "One of a list",
    "multi_choice": "Any of a list",
    "rating": "A rating from 1 to 5, by halves",
    "count": "A whole number",
    "amount": "An amount in pounds",
    "proportion": "A percentage",
    "date": "A date",
    "short_text": "A line of text",
    "long_text": "A longer text",
    "grid": "One choice for each line",
    "document": "What a document shows",
}


@bp.get("/questionnaires")
@requires(Permission.SEE_QUESTIONNAIRES)
def listing() -> ResponseReturnValue:
    with reading() as session:
        found = questionnaires.versions(session)
    return render_template("coordinator/questionnaires.html", versions=found)


@bp.get(f"/questionnaires/<{NUMBER}:version_id>")
@requires(Permission.SEE_QUESTIONNAIRES)
def page(version_id: int) -> ResponseReturnValue:
    """Every section, question, option and route of one version."""
    with reading() as session:
        line = next((x for x in questionnaires.versions(session) if x.id == version_id), None)
        if line is None:
            raise NotFoundError("questionnaire version", version_id)
        found = questionnaires.questionnaire_of(session, version_id)
    return render_template(
        "coordinator/questionnaire.html",
        line=line,
        questionnaire=found,
        kinds=KINDS,
        words=lambda condition: words_of(condition, found),
    )
