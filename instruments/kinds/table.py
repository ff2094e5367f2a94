"""Every kind of question by its name in the language; a new kind is a class beside this and a line here."""

from collections.abc import Mapping
from typing import Any

from instruments.kinds.choices import MultiChoice, SingleChoice, YesNo
from instruments.kinds.dates import Date
from instruments.kinds.documents import Document
from instruments.kinds.grids import Grid
from instruments.kinds.kind import AnswerKind
from instruments.kinds.numbers import Amount, Count, Proportion
from instruments.kinds.ratings import Rating
from instruments.kinds.texts import LongText, ShortText
from instruments.schema import Kind, Question

KINDS: Mapping[Kind, AnswerKind[Any]] = {
    Kind.YES_NO: YesNo(),
    Kind.SINGLE_CHOICE: SingleChoice(),
    Kind.MULTI_CHOICE: MultiChoice(),
    Kind.RATING: Rating(),
    Kind.COUNT: Count(),
    Kind.AMOUNT: Amount(),
    Kind.PROPORTION: Proportion(),
    Kind.DATE: Date(),
    Kind.SHORT_TEXT: ShortText(),
    Kind.LONG_TEXT: LongText(),
    Kind.GRID: Grid(),
    Kind.DOCUMENT: Document(),
}

NUMBERS = frozenset(kind for kind, answers in KINDS.items() if answers.is_number)


def kind_of(question: Question) -> AnswerKind[Any]:
    """What the kind of a question says of its answers."""
    return KINDS[question.kind]


def with_field(field: str) -> frozenset[Kind]:
    """The kinds whose questions have this field of the language."""
    return frozenset(kind for kind, answers in KINDS.items() if field in answers.fields)


FIELDS = tuple(dict.fromkeys(field for answers in KINDS.values() for field in sorted(answers.fields)))
"""The fields of the language that only some kinds have."""
