"""A questionnaire as values: sections, questions, conditions, checks. Read from a file by `language`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from instruments.conduct import USUAL_MODES, Mode, Respondent, Role, Strand
from instruments.errors import UnknownQuestionError
from instruments.rules import Check, Condition, Formula

SCHEMA = 1
FACTS = ("agreement", "organisation", "sector", "region", "body_type", "income_band")


class Audience(StrEnum):
    PUBLIC_BODY = "public_body"
    VCO = "vco"


class Kind(StrEnum):
    """How a question is answered; `kinds.table` says of each what that means."""

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
    DOCUMENT = "document"


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


class Proposes(StrEnum):
    """What of the register of agreements an answer in an open section says something about."""

    STAGE = "stage"
    FLAG = "flag"
    AREA = "area"
    SIGNATORY = "signatory"
    CODE = "code"
    CHAMPION = "champion"
    RESOURCE = "resource"
    PUBLICITY = "publicity"
    REVIEW = "review"


class Statistic(StrEnum):
    PROPORTION = "proportion"
    MEAN = "mean"


@dataclass(frozen=True)
class Option:
    """One thing to choose; `exclusive` means that nothing else may be chosen with it."""

    value: str
    label: str
    hint: str = ""
    exclusive: bool = False


YES_NO = (Option("yes", "Yes"), Option("no", "No"))


@dataclass(frozen=True)
class Row:
    """One line of a grid; its own `indicator` stands before that of the question."""

    value: str
    label: str
    indicator: str | None = None


@dataclass(frozen=True)
class Computed:
    """A value worked out from earlier answers and facts; conditions, pipes and checks may name it."""

    id: str
    short: str
    kind: Kind
    formula: Formula

    @property
    def as_question(self) -> "Question":
        """The value as if it had been asked, for conditions on it and for saying it in words."""
        options = YES_NO if self.kind is Kind.YES_NO else ()
        return Question(
            id=self.id, item=self.id, kind=self.kind, text=self.short, short=self.short, options=options
        )


@dataclass(frozen=True)
class Repeat:
    """What a question or section is repeated over: an earlier multiple choice `item`, or a `source`.

    `options` are the codes of the source; for an item they are empty, and its own options are taken.
    """

    item: str = ""
    source: str = ""
    options: tuple[Option, ...] = ()


class Changed(StrEnum):
    """What the author says of an item against an earlier version."""

    SAME = "same"
    REWORDED = "reworded"
    NEW = "new"


@dataclass(frozen=True)
class Comparability:
    from_version: int
    kind: Changed
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One page of the questionnaire and what its answer measures.

    `item` is its identity across versions and sectors; `id` names it inside this version. `text`,
    `hint` and labels may hold pipes (`{agreement}`), filled by `piping`. `options` are complete for
    yes/no and ratings too (values "2" to "10", whole points even). `minimum` and `maximum` are in
    stored units. The three ways to pass hold the wording offered, or None where not offered.

    `modes` and `answered_by` are () where the question is not limited. Questions of one section with
    the same `page` may be shown together. `guidance` and `probes` are for whoever asks, not for
    respondents. `clause` names the clause of the agreement that the answer tells about. An instance
    of a repeated question has the written question's id as `repeat_of`. What an open section's
    question `proposes` for the register is never set elsewhere.
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
    modes: tuple[Mode, ...] = ()
    answered_by: tuple[Respondent, ...] = ()
    minutes: float | None = None
    page: str = ""
    repeat: Repeat | None = None
    repeat_of: str = ""
    clause: str = ""
    guidance: str = ""
    probes: tuple[str, ...] = ()
    changed: Comparability | None = None
    proposes: Proposes | None = None

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
        """The wording of an option; a value that is not an option is handed back as it stands."""
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Questions under one title; `minutes` stands before the sum of theirs, `origin` is whence it came.

    Answers in a section that `is_open` are kept with the name of whoever gives them, apart from all others:
    nothing in it hangs on what is asked elsewhere, and nothing elsewhere on it.
    """

    id: str
    title: str
    questions: tuple[Question, ...]
    ask_if: Condition | None = None
    computed: tuple[Computed, ...] = ()
    answered_by: tuple[Respondent, ...] = ()
    minutes: float | None = None
    repeat: Repeat | None = None
    repeat_of: str = ""
    origin: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Page:
    """Questions that may be shown together; most pages hold one."""

    id: str
    section: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Explanation:
    """Why a warning of the checker is meant to stand; `at` is an id, or "" for the whole file."""

    warning: str
    why: str
    at: str = ""


@dataclass(frozen=True)
class Part:
    """One version that a composed questionnaire was made of."""

    name: str
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """One immutable version of what one or both sectors are asked.

    `written` holds the sections as the file has them; in `sections` every repeat is carried out, so
    that routes, answers and states need not know of repeats. `expects` are the items that a module
    takes from the core it will be added to, as far as its conditions need to know them.
    """

    name: str
    version: int
    title: str
    audiences: tuple[Audience, ...]
    estimated_minutes: int
    sections: tuple[Section, ...]
    written: tuple[Section, ...] = ()
    schema: int = SCHEMA
    role: Role = Role.CORE
    strands: tuple[Strand, ...] = (Strand.ANNUAL_SURVEY,)
    modes: tuple[Mode, ...] = USUAL_MODES
    answered_by: tuple[Respondent, ...] = ()
    minutes_ceiling: int | None = None
    language: str = "en"
    languages: tuple[str, ...] = ()
    expects: tuple[Question, ...] = ()
    explained: tuple[Explanation, ...] = ()
    composed_of: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def audience(self) -> Audience:
        """The sector that is asked; of an instrument for both, the first that its file names."""
        return self.audiences[0]

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def open_items(self) -> frozenset[str]:
        """The items of open sections: their answers are never held with those given in confidence."""
        return frozenset(q.item for section in self.sections if section.is_open for q in section.questions)

    @cached_property
    def computed(self) -> Mapping[str, Computed]:
        return {value.id: value for section in self.sections for value in section.computed}

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The questions grouped as the file says; a question without a page is one of its own."""
        grouped: dict[tuple[str, str], list[Question]] = {}
        for section in self.sections:
            for question in section.questions:
                grouped.setdefault((section.id, question.page or question.id), []).append(question)
        return tuple(Page(page, section, tuple(held)) for (section, page), held in grouped.items())

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of each question by id, counted from 0."""
        return {question.id: place for place, question in enumerate(self.questions)}

    @cached_property
    def items(self) -> Mapping[str, Question]:
        """The question that asks each item."""
        return {question.item: question for question in self.questions}

    @cached_property
    def _subjects(self) -> Mapping[str, Question]:
        subjects = {question.item: question for question in self.expects}
        for section in (*self.written, *self.sections):
            subjects |= {question.item: question for question in section.questions}
            subjects |= {value.id: value.as_question for value in section.computed}
        return subjects

    @cached_property
    def _sections(self) -> Mapping[str, Section]:
        return {question.id: section for section in self.sections for question in section.questions}

    def question(self, question_id: str) -> Question:
        """The question with this id; UnknownQuestionError if there is none."""
        return self.questions[_found(self.positions, question_id)]

    def by_item(self, item: str) -> Question:
        """The question that asks this item; UnknownQuestionError if there is none."""
        return _found(self.items, item)

    def subject(self, name: str) -> Question:
        """What a rule may name: an item, a computed value as if asked, or an item that a module expects.

        Rules of a repeated section name what it holds as its file does, before the repeat is carried out.

        Raises:
            UnknownQuestionError: it is none of these.
        """
        return _found(self._subjects, name)

    def section_of(self, question: Question) -> Section:
        """The section that holds the question; UnknownQuestionError if none does."""
        return _found(self._sections, question.id)


_Value = TypeVar("_Value")


def _found(known: Mapping[str, _Value], name: str) -> _Value:
    if name not in known:
        raise UnknownQuestionError(name)
    return known[name]
