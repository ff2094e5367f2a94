"""Whether a condition holds, and what a computed value is: true, false, or not yet known (Kleene's logic).

Not yet known means that it waits for an answer still to come. An answer off the route decides nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from instruments.answering.answers import Answer
from instruments.rules import (
    AnyOf,
    Comparison,
    Condition,
    Difference,
    Formula,
    Holds,
    Not,
    Ratio,
    Relation,
    Tally,
    Total,
    subjects,
)
from instruments.schema import Computed, State

Answers = Mapping[str, Answer]
Facts = Mapping[str, str]
UNSURE = Answer(State.DONT_KNOW)
WITHOUT = Answer(State.NOT_APPLICABLE)


@dataclass(frozen=True)
class Known:
    """What is known of an item or computed value: `asked` is None while that is not yet known."""

    asked: bool | None
    answer: Answer | None = None


@dataclass
class Standing:
    """How far the answers reach; `asked` is filled item by item as the route is walked."""

    answers: Answers
    facts: Facts
    computed: Mapping[str, Computed]
    asked: dict[str, bool | None] = field(default_factory=dict)
    _values: dict[str, Known] = field(default_factory=dict)

    def holds(self, condition: Condition) -> bool | None:
        """Whether a condition on what was walked so far holds; None while that is not yet known."""
        if isinstance(condition, Comparison):
            return self._compares(condition)
        if isinstance(condition, Not):
            held = self.holds(condition.part)
            return None if held is None else not held
        held_parts = [self.holds(part) for part in condition.parts]
        decisive = isinstance(condition, AnyOf)
        if decisive in held_parts:
            return decisive
        return None if None in held_parts else not decisive

    def known(self, subject: str) -> Known:
        """Where an item stands, or what a computed value is.

        An item that nobody asked about yet, or that this questionnaire only expects, is not yet known.
        """
        if subject in self.computed:
            for name in self._in_turn(subject):
                self._values[name] = self._worked_out(self.computed[name].formula)
            return self._values[subject]
        asked = self.asked.get(subject)
        answer = self.answers.get(subject) if asked else None
        return Known(None, None) if asked and answer is None else Known(asked, answer)

    def _in_turn(self, subject: str) -> Iterator[str]:
        """The computed values to be worked out for one, those first that others rest on.

        A value may rest on another over thousands of steps, more than calls may stand within each other.
        """
        waiting = [subject]
        while waiting:
            name = waiting[-1]
            open_ones = [] if name in self._values else self._rests_on(name)
            if open_ones:
                waiting += open_ones
            else:
                waiting.pop()
                if name not in self._values:
                    yield name

    def _rests_on(self, name: str) -> list[str]:
        """The computed values that a value names and that are not worked out yet."""
        named = subjects(self.computed[name].formula)
        return [one for one in named if one in self.computed and one not in self._values]

    def _compares(self, comparison: Comparison) -> bool | None:
        if comparison.of_fact:
            return self.facts.get(comparison.subject) in comparison.values
        known = self.known(comparison.subject)
        return known.asked if known.answer is None else matches(comparison, known.answer)

    def _worked_out(self, formula: Formula) -> Known:
        match formula:
            case Holds():
                held = self.holds(formula.condition)
                return Known(None) if held is None else _given("yes" if held else "no")
            case Total():
                return _total([self.known(item) for item in formula.items])
            case Tally():
                return _tally(formula, [self.known(item) for item in formula.items])
            case Difference():
                return _of_two(self.known(formula.item), self.known(formula.less), ratio=False)
            case Ratio():
                return _of_two(self.known(formula.part), self.known(formula.whole), ratio=True)


def matches(comparison: Comparison, answer: Answer) -> bool:
    """Whether one answer is what a comparison asks for."""
    if answer.state is not State.ANSWERED:
        return comparison.relation is Relation.IS and answer.state.value in comparison.values
    value = answer.value
    match comparison.relation:
        case Relation.ANSWERED:
            return True
        case Relation.IS:
            return value in comparison.values
        case Relation.INCLUDES:
            return isinstance(value, tuple) and not set(value).isdisjoint(comparison.values)
        case Relation.AT_LEAST:
            return isinstance(value, int) and value >= comparison.number
        case Relation.AT_MOST:
            return isinstance(value, int) and value <= comparison.number


def _given(value: int | str) -> Known:
    return Known(True, Answer(State.ANSWERED, value))


def _asked_of(parts: list[Known]) -> list[Answer] | bool | None:
    """The answers of the parts that are on the route; None while one is awaited, False if none is asked."""
    if any(part.asked is None for part in parts):
        return None
    return [part.answer for part in parts if part.answer is not None] or False


def _total(parts: list[Known]) -> Known:
    answers = _asked_of(parts)
    if not isinstance(answers, list):
        return Known(answers)
    numbers = [answer.value for answer in answers if isinstance(answer.value, int)]
    return _given(sum(numbers)) if len(numbers) == len(answers) else Known(True, UNSURE)


def _tally(formula: Tally, parts: list[Known]) -> Known:
    answers = _asked_of(parts)
    if not isinstance(answers, list):
        return Known(answers)
    if formula.values:
        return _given(sum(_named(answer, formula.values) for answer in answers))
    chosen = [answer.value for answer in answers if isinstance(answer.value, tuple)]
    return _given(sum(map(len, chosen))) if len(chosen) == len(answers) else Known(True, UNSURE)


def _named(answer: Answer, values: tuple[str, ...]) -> bool:
    said = answer.value if answer.state is State.ANSWERED else answer.state.value
    return said in values


def _of_two(one: Known, other: Known, *, ratio: bool) -> Known:
    if one.asked is None or other.asked is None:
        return Known(None)
    if one.answer is None or other.answer is None:
        return Known(False)
    first, second = one.answer.value, other.answer.value
    if not isinstance(first, int) or not isinstance(second, int):
        return Known(True, UNSURE)
    if not ratio:
        return _given(first - second)
    # Half a per cent is rounded up, in whole numbers, so that no machine rounds another way.
    return _given((200 * first + second) // (2 * second)) if second else Known(True, WITHOUT)
