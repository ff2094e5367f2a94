"""A questionnaire as values: sections, questions, conditions, checks. Read from a file by `language`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from instruments.errors import UnknownQuestionError

SCHEMA = 1
FACTS = ("agreement", "organisation", "sector", "region", "body_type", "income_band")


class Audience(StrEnum):
    PUBLIC_BODY = "public_body"
    VCO = "vco"


class Kind(StrEnum):
    """How a question is answered, and with it what its answer's value is (see `answers.Value`)."""

    YES_NO = "yes_no"
    SINGLE_CHOICE = "single_choice"
    MULTI_CHOICE = "multi_choice"
    RATING = "rating"
    COUNT = "count"
    AMOUNT = "amount"
    PROPORTION = "proportion"
    DATE = "date"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    GRID = "grid"


CHOICES = frozenset({Kind.YES_NO, Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.RATING, Kind.GRID})
NUMBERS = frozenset({Kind.COUNT, Kind.AMOUNT, Kind.PROPORTION})
TEXTS = frozenset({Kind.SHORT_TEXT, Kind.LONG_TEXT})
SCALE: dict[Kind, int] = {Kind.RATING: 2, Kind.AMOUNT: 100}
"""Stored units in one unit of the wording: half points are stored doubled, pounds as pence."""


class State(StrEnum):
    """Where one item of one response stands. The first four can be chosen by the respondent."""

    ANSWERED = "answered"
    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    ROUTED_OUT = "routed_out"
    NOT_REACHED = "not_reached"


ESCAPES = (State.NOT_APPLICABLE, State.DONT_KNOW, State.PREFER_NOT_TO_SAY)
"""Ways to pass a question, in the order a screen shows them; no option may take these values."""


class Statistic(StrEnum):
    PROPORTION = "proportion"
    MEAN = "mean"


class Relation(StrEnum):
    """How a condition compares an earlier answer, or a fact, with what the file says."""

    IS = "is"
    INCLUDES = "includes"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Comparison:
    """One earlier answer or one fact compared: `values` for `is` and `includes`, else `number`.

    `number` is in stored units. `is` may name one of ESCAPES: the respondent passed the item so.
    """

    subject: str
    relation: Relation
    of_fact: bool = False
    values: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    part: "Condition"


Condition = Comparison | All | AnyOf | Not


@dataclass(frozen=True)
class Option:
    """One thing to choose; `exclusive` means that nothing else may be chosen with it."""

    value: str
    label: str
    hint: str = ""
    exclusive: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a grid; its own `indicator` stands before that of the question."""

    value: str
    label: str
    indicator: str | None = None


@dataclass(frozen=True)
class SumCheck:
    """The numbers given for `items` must equal, or be at most, `bound`: a number or another item."""

    items: tuple[str, ...]
    exact: bool
    bound: int | str
    message: str = ""


@dataclass(frozen=True)
class OrderCheck:
    """The date given must be that of the earlier `item`, or on the side of it that `after` says."""

    item: str
    after: bool
    message: str = ""


Check = SumCheck | OrderCheck


@dataclass(frozen=True)
class Question:
    """One page of the questionnaire and what its answer measures.

    `item` is its identity across versions and sectors; `id` names it inside this version. `text`,
    `hint` and labels may hold pipes (`{agreement}`), filled by `piping`. `options` are complete for
    yes/no and ratings too (values "2" to "10", whole points even). `minimum` and `maximum` are in
    stored units. The three ways to pass hold the wording offered, or None where not offered.
    """

    id: str
    item: str
    kind: Kind
    text: str
    short: str
    hint: str = ""
    indicator: str | None = None
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()
    statistic: Statistic | None = None
    measured: str = ""
    counts_as: tuple[str, ...] = ()
    mirrored: bool = False
    retrospective: bool = False
    required: bool = True
    not_applicable: str | None = None
    dont_know: str | None = None
    prefer_not_to_say: str | None = None
    ask_if: Condition | None = None
    checks: tuple[Check, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    earliest: date | None = None
    latest: date | None = None
    limit: int | None = None

    @property
    def escapes(self) -> tuple[Option, ...]:
        """The ways to pass that this question offers, each with the value a screen sends back."""
        wordings = (self.not_applicable, self.dont_know, self.prefer_not_to_say)
        return tuple(
            Option(state.value, wording)
            for state, wording in zip(ESCAPES, wordings, strict=True)
            if wording is not None
        )

    def label(self, value: str) -> str:
        """The wording of an option; a value that is no option is handed back as it stands."""
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    questions: tuple[Question, ...]
    ask_if: Condition | None = None


@dataclass(frozen=True)
class Questionnaire:
    """One immutable version of what one audience is asked."""

    name: str
    version: int
    title: str
    audience: Audience
    estimated_minutes: int
    sections: tuple[Section, ...]
    schema: int = SCHEMA

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, question_id: str) -> Question:
        """The question with this id; UnknownQuestionError if there is none."""
        return _found((q for q in self.questions if q.id == question_id), question_id)

    def by_item(self, item: str) -> Question:
        """The question that asks this item; UnknownQuestionError if there is none."""
        return _found((q for q in self.questions if q.item == item), item)

    def section_of(self, question: Question) -> Section:
        """The section that holds the question; UnknownQuestionError if none does."""
        for section in self.sections:
            if any(held.id == question.id for held in section.questions):
                return section
        raise UnknownQuestionError(question.id)


def _found(candidates: Iterator[Question], name: str) -> Question:
    question = next(candidates, None)
    if question is None:
        raise UnknownQuestionError(name)
    return question
