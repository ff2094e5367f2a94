"""What can go wrong with a questionnaire, an answer or the library."""

from collections.abc import Iterable
from dataclasses import dataclass


class InstrumentError(Exception):
    """Any failure of this package; every other error here is one of these."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a questionnaire file.

    `line` counts from 1; `path` counts lists from 0 (`sections[1].questions[3].ask_if`) and is
    empty when the fault is of the file as a whole; `message` says how to correct it.
    """

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.path else f"line {self.line}"
        return f"{where}: {self.message}"


class QuestionnaireFaults(InstrumentError):  # noqa: N818 (it carries many faults)
    """A questionnaire file cannot be read; `faults` holds every fault found, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CompositionFaults(InstrumentError):  # noqa: N818 (it carries many faults)
    """A core and modules cannot be composed; `faults` holds every reason, as sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class AnswerFault(InstrumentError):  # noqa: N818 (a person's slip, not an error of ours)
    """What a respondent sent is not an answer to the question.

    `message` is in the respondent's words; `part` names the part of the question to send them to:
    "" for the question as a whole, "day", "month" or "year" of a date, or the value of a grid's row.
    """

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.part = part


class StoredAnswersError(InstrumentError):
    """A stored document of answers is not what any data version wrote."""


class PipingError(InstrumentError):
    """A wording names a fact that was not given."""


class UnknownQuestionError(InstrumentError):
    """The questionnaire has no such question."""


class UnknownIndicatorError(InstrumentError):
    """The catalogue has no such indicator or code list."""


class MirrorError(InstrumentError):
    """Two questionnaires ask a mirrored item in ways that cannot be set side by side."""


class LibraryError(InstrumentError):
    """A published questionnaire is missing, or is not the one whose hash was locked."""
