"""The text of a questionnaire: read once per process, and validated in words that a person can act on."""

import hashlib
from functools import lru_cache

from instruments.errors import InstrumentError
from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from survey_app.errors import InvalidError

MAX_FAULTS_SHOWN = 200


class FaultyTextError(InvalidError):
    """A text is no questionnaire; `faults` holds all of them by line and path."""

    title = "The questionnaire cannot be read"


def readable(document: str) -> Questionnaire:
    """The questionnaire of a text that somebody brings.

    Raises:
        FaultyTextError: with every fault, by line and path.
    """
    try:
        return parsed(document)
    except InstrumentError as fault:
        raise FaultyTextError(
            "The file is not a questionnaire yet. Correct what is listed, then upload it again.",
            fault_lines(fault),
        ) from None


def fault_lines(fault: InstrumentError) -> tuple[str, ...]:
    """What is wrong with a text, a line to each; of very many the first, and how many there are besides."""
    lines = tuple(str(fault).splitlines())
    more = len(lines) - MAX_FAULTS_SHOWN
    return (*lines[:MAX_FAULTS_SHOWN], f"and {more:,} more") if more > 0 else lines


# Documents are found by their text, so that one that changed is another one.
@lru_cache(maxsize=512)
def parsed(document: str) -> Questionnaire:
    """A document that was read before, parsed once per process.

    Raises:
        QuestionnaireFaults: it is none.
    """
    return parse(document)


def sha256_of(document: str) -> str:
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(document.encode()).hexdigest()
