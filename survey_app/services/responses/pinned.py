"""The questionnaire that a round pinned, worded with the agreements of one case and repeated over them."""

import hashlib
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.answering.repeats import AGREEMENTS, THE_AGREEMENT, carried_out
from instruments.schema import Option, Questionnaire
from survey_app.errors import ConflictError
from survey_app.models.agreements import Agreement
from survey_app.models.cases.casework import CaseAgreement
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.services.questionnaires.texts import parsed

# Published texts by hash: they cannot change, so a process reads each once.
_documents: dict[str, str] = {}


def document_of(session: Session, *, version_id: int, sha256: str) -> str:
    """The text of a version, checked against the hash that its round pinned.

    Raises:
        ConflictError: it is not the text that the round was launched with.
    """
    document = _documents.get(sha256)
    if document is None:
        version = session.get_one(InstrumentVersion, version_id)
        if hashlib.sha256(version.document.encode()).hexdigest() != sha256:
            raise ConflictError("The questionnaire is not the one that this round was launched with.")
        document = _documents.setdefault(sha256, version.document)
    return document


@lru_cache(maxsize=64)
def is_over_agreements(document: str) -> bool:
    """Whether anything is asked once for each agreement of a case."""
    sections = parsed(document).written
    repeats = [section.repeat for section in sections] + [q.repeat for s in sections for q in s.questions]
    return any(repeat and repeat.source == AGREEMENTS for repeat in repeats)


def agreements_of_case(session: Session, case_id: int) -> list[tuple[int, str, str]]:
    """Id, title and word of each agreement that a case is asked about, as fixed at launch, in order."""
    rows = session.execute(
        select(Agreement.id, Agreement.title, Agreement.name)
        .join(CaseAgreement, CaseAgreement.agreement_id == Agreement.id)
        .where(CaseAgreement.case_id == case_id)
        .order_by(CaseAgreement.position, CaseAgreement.agreement_id)
    )
    return [(agreement_id, title, name) for agreement_id, title, name in rows]


def values_of(count: int) -> list[str]:
    """What the first agreement of a case, the second and so on are called in items: `stage.agreement-2`."""
    (first,) = THE_AGREEMENT
    return [first.value, *(f"{first.value}-{number}" for number in range(2, count + 1))]


def labels_of(agreements: list[tuple[int, str, str]]) -> tuple[str, ...]:
    """What questions call the agreements of a case: the one by its word, several by their titles."""
    several = len(agreements) > 1
    return tuple(f"the {title if several else name}" for _, title, name in agreements)


@lru_cache(maxsize=256)
def about(document: str, labels: tuple[str, ...]) -> Questionnaire:
    """A questionnaire whose repeats over agreements name those that a case is asked about."""
    questionnaire = parsed(document)
    # A label is read for pipes, which a name is not.
    if not labels or any("{" in label for label in labels):
        return questionnaire
    options = tuple(Option(*one) for one in zip(values_of(len(labels)), labels, strict=True))
    return carried_out(questionnaire, {AGREEMENTS: options})


def about_one(document: str, word: str) -> Questionnaire:
    """A questionnaire about one agreement, whatever its repeats are over, by the word for it."""
    return about(document, (f"the {word}",) if is_over_agreements(document) else ())
