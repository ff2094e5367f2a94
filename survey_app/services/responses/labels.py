"""The words of a questionnaire, for whoever is not seated at it any more."""

from sqlalchemy.orm import Session

from instruments.schema import Questionnaire
from survey_app.errors import NotFoundError
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.services.questionnaires.texts import parsed


def questionnaire_of_version(session: Session, *, version_id: int) -> Questionnaire:
    """A version's questionnaire as it was written, to find the words of its labels.

    Raises:
        NotFoundError: no such version.
        QuestionnaireFaults: its text is none yet.
    """
    version = session.get(InstrumentVersion, version_id)
    if version is None:
        raise NotFoundError("version", version_id)
    return parsed(version.document)
