"""The words of a questionnaire, for whoever is not seated at it any more."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from instruments.schema import Questionnaire
from survey_app.errors import NotFoundError
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.rounds import RoundInstrument
from survey_app.services.questionnaires.texts import parsed


def questionnaire_of_version(session: Session, *, version_id: int) -> Questionnaire:
    """The questionnaire of a version that a round has asked, to find the words of its labels.

    A version that nobody was asked yet is for staff alone.

    Raises:
        NotFoundError: no round has such a version.
    """
    asked = exists().where(RoundInstrument.instrument_version_id == version_id)
    version = session.scalar(select(InstrumentVersion).where(InstrumentVersion.id == version_id, asked))
    if version is None:
        raise NotFoundError("version", version_id)
    return parsed(version.document)
