"""What the checker finds, and a file as it sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from instruments.language.document import Node
from instruments.schema import Question, Questionnaire


class Severity(StrEnum):
    """A fault must be corrected. A warning is corrected, or explained in the file or beside it."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """One thing that the checker has to say about one place.

    `file` is the name it was given, `line` counts from 1, `path` counts lists from 0. `code` names the
    sort of finding; explanations of warnings go by it and by `about`, the id of what it is about.
    """

    file: str
    line: int
    path: str
    code: str
    message: str
    severity: Severity = Severity.FAULT
    about: str = ""

    def __str__(self) -> str:
        where = f" {self.path}:" if self.path else ""
        return f"{self.file}:{self.line}:{where} {self.severity} {self.code}: {self.message}"


@dataclass(frozen=True)
class Draft:
    """A file that can be read, published or not, with the places of its sections and questions."""

    file: str
    questionnaire: Questionnaire
    places: Mapping[str, Node]

    def fault(self, code: str, message: str, about: str = "") -> Finding:
        return self._finding(code, message, about, Severity.FAULT)

    def warning(self, code: str, message: str, about: str = "") -> Finding:
        return self._finding(code, message, about, Severity.WARNING)

    def _finding(self, code: str, message: str, about: str, severity: Severity) -> Finding:
        node = self.places.get(about)
        line, path = (node.line, node.path) if node else (1, "")
        return Finding(
            file=self.file, line=line, path=path, code=code, message=message, severity=severity, about=about
        )


def written_id(question: Question) -> str:
    """The id under which the question stands in its file."""
    return question.repeat_of or question.id.partition(".")[0]


def places_of(root: Node) -> dict[str, Node]:
    """Where each section, question and computed value of a file stands, by id."""
    places: dict[str, Node] = {}
    for section in _list(root, "sections"):
        _keep(section, places)
        for entry in _list(section, "questions"):
            _keep(entry, places)
    return places


def _list(node: Node, key: str) -> tuple[Node, ...]:
    held = node.value.get(key) if isinstance(node.value, dict) else None
    return held.value if held and isinstance(held.value, tuple) else ()


def _keep(node: Node, places: dict[str, Node]) -> None:
    name = node.value.get("id") if isinstance(node.value, dict) else None
    if name and isinstance(name.value, str):
        # A section may share its id with a question, which is then the one that is meant.
        places[name.value] = node
