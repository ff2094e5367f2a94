"""What every kind of question says about itself; the modules beside this one say it for each kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from instruments.kinds.values import Parts
from instruments.rules import Relation
from instruments.schema import Option, Question, Statistic

V = TypeVar("V")
ANSWERED = frozenset({"answered"})
"""What stands for every answer where the answers cannot be counted up."""


@dataclass(frozen=True)
class CountedPart:
    """One number that a question gives: of the whole (`part` is None), of an option or of a row."""

    part: str | None
    label: str
    indicator: str | None
    counts_as: tuple[str, ...]


class AnswerKind(Generic[V]):
    """One kind of question whose answers are worth a `V`.

    Attributes:
        measure: what the catalogue calls it.
        minutes: to answer one such question, unless its file says.
        fields: the fields of the language that some kinds have and this is one of them.
        prompt: what to do where nothing was sent.
        scale: stored units in one unit of the wording: half points are stored doubled, pounds as pence.
        top: the largest number there can be, in stored units.
        statistic: the one that can be made of it.
        usual_count: the options that a proportion counts where the file does not say.
        fixed_options: those that it has without being written; `usual_options`: unless others are.
        relations: how conditions may compare it, besides whether it was answered.
        is_choice: it is selected and not typed, so that a way to pass may be sent as the answer.
        passes_among_options: a screen offers the ways to pass beside the options.
        is_number: it can be added up.
        is_day: it can be earlier or later.
        several: more than one option can be chosen.
        in_parts: a screen sends it in several fields.
    """

    measure: ClassVar[str]
    minutes: ClassVar[float]
    fields: ClassVar[frozenset[str]] = frozenset()
    prompt: ClassVar[str] = "Enter an answer"
    scale: ClassVar[int] = 1
    top: ClassVar[int | None] = None
    statistic: ClassVar[Statistic | None] = None
    usual_count: ClassVar[tuple[str, ...]] = ()
    fixed_options: ClassVar[tuple[Option, ...]] = ()
    usual_options: ClassVar[tuple[Option, ...]] = ()
    relations: ClassVar[frozenset[Relation]] = frozenset()
    is_choice: ClassVar[bool] = False
    passes_among_options: ClassVar[bool] = False
    is_number: ClassVar[bool] = False
    is_day: ClassVar[bool] = False
    several: ClassVar[bool] = False
    in_parts: ClassVar[bool] = False

    def read(self, question: Question, parts: Parts) -> V | None:
        """What was sent, as a value; None where nothing was.

        Raises:
            AnswerFault: what was sent is not an answer.
        """
        raise NotImplementedError

    def said(self, question: Question, value: V) -> str:
        """The value as a reader would say it, on one line save for long texts."""
        return str(value)

    def problems(self, question: Question, value: V) -> Iterator[str]:
        """What is wrong with a value by itself, as sentences."""
        return iter(())

    def number(self, question: Question, value: V, part: str | None) -> float | None:
        """The number that a value adds to an estimate (see `indicators.summary.numeric_value`)."""
        return None

    def counted(self, question: Question) -> Iterator[CountedPart]:
        """Each number that a question gives."""
        yield CountedPart(None, "", None, question.counts_as)

    def minutes_of(self, question: Question) -> float:
        """Minutes for asking this question once."""
        return self.minutes

    def limit_said(self, stored: int) -> str:
        """A number of a rule in words, in the units of the wording."""
        number = stored / self.scale
        return f"{number:,.0f}" if number == int(number) else f"{number:,}"

    def values(self, question: Question) -> frozenset[str]:
        """Everything that an answer can be, or ANSWERED where that cannot be counted up."""
        return ANSWERED

    def has_way_out(self, question: Question) -> bool:
        """Whether an option of its own means not knowing, none or another."""
        out = {"not-sure", "not_known", "other", "none"}
        return any(option.exclusive or option.value in out for option in question.options)
