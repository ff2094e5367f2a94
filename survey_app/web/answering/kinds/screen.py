"""What a page asks of every kind of question; the modules beside this one answer for each kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from wtforms import Field

from instruments.kinds.table import kind_of
from instruments.schema import Question

ANSWER = "answer"
PASS = "pass"  # noqa: S105 - the name of a field
Data = dict[str, Any]
Fields = dict[str, Any]
Looks = dict[str, Any]
Raw = dict[str, list[str]]
V = TypeVar("V")


@dataclass(frozen=True)
class Said:
    """One line of an answer: `about` names the row of a grid, or the part of a reference; often nothing."""

    text: str
    about: str = ""


class KindOnScreen(Generic[V]):
    """How questions of one kind, whose answers are worth a `V`, stand on a page.

    `usual_hint` is what a question says of itself where its author gave no hint. Names of fields are
    those of a question alone on its page.
    """

    usual_hint: ClassVar[str] = ""

    def hint(self, question: Question) -> str:
        """The author's hint, or the usual one; "" where neither is."""
        return question.hint or self.usual_hint

    def fields(self, question: Question) -> Fields:
        """The fields of an answer, by name."""
        raise NotImplementedError

    def main_field(self, question: Question) -> str:
        """The name of the field that a fault of the whole answer leads to."""
        return ANSWER

    def passing(self, question: Question) -> dict[str, str]:
        """The ways to pass that stand beside the input, and not in it."""
        return {escape.value: escape.label for escape in question.escapes}

    def data(self, question: Question, value: V) -> Data:
        """What stands in the fields where this was answered."""
        return {ANSWER: value}

    def passed(self, question: Question, way: str) -> Data:
        """What stands in the fields where the question was passed so."""
        return {PASS: [way]}

    def sent(self, raw: Raw) -> Raw:
        """What was sent, in the way that the questionnaire reads it."""
        return raw

    def look(self, question: Question) -> Looks:
        """What `field_markup` should know about the answer's own field, or about each row."""
        return {"hint": self.hint(question) or None}

    def rows(self, parts: Sequence[Field]) -> tuple[Field, ...]:
        """Those of the further fields that stand in rows, in place of a field of the answer's own."""
        return ()

    def reference(self, parts: Sequence[Field]) -> tuple[tuple[Field, Looks], ...]:
        """Those of the further fields that say where to look the answer up, and how each looks."""
        return ()

    def lines(self, question: Question, value: V) -> Iterator[Said]:
        """An answer as a reader would say it: choices, rows and parts on a line each."""
        yield Said(kind_of(question).said(question, value))
