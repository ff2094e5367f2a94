"""Reading `ask_if` and other conditions: over facts and over earlier required questions."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from instruments.errors import Fault
from instruments.kinds.table import kind_of
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.rules import All, AnyOf, Comparison, Condition, Not, Relation
from instruments.schema import ESCAPES, FACTS, Question

_PASSED = frozenset(state.value for state in ESCAPES)


class Nameable(Protocol):
    """What a condition may name (see `context.Context`)."""

    @property
    def earlier(self) -> Mapping[str, Question]: ...
    @property
    def repeated(self) -> Mapping[str, Question]: ...
    @property
    def outline(self) -> Mapping[str, frozenset[str]]: ...


class ConditionReader:
    """Reads conditions against the questions that come before; everything else is a fault."""

    def __init__(
        self, known: Nameable, asking: frozenset[str], faults: list[Fault], *, optional: bool = False
    ) -> None:
        self._known = known
        self._asking = asking
        self._faults = faults
        self._optional = optional

    def read(self, node: Node) -> Condition | None:
        """The condition of a node, or None after a fault."""
        fields = Fields(node, self._faults)
        if "all" in fields:
            return All(self._parts(fields, "all"))
        if "any" in fields:
            return AnyOf(self._parts(fields, "any"))
        if (negated := fields.take("not")) is not None:
            fields.finish()
            part = self.read(negated)
            return None if part is None else Not(part)
        return self._comparison(fields)

    def _parts(self, fields: Fields, word: str) -> tuple[Condition, ...]:
        parts = [self.read(part) for part in fields.sequence(word)]
        fields.finish()
        return tuple(part for part in parts if part is not None)

    def _comparison(self, fields: Fields) -> Condition | None:
        if ("item" in fields) == ("fact" in fields):
            fields.fault("start the condition with one of: all, any, not, item, fact")
            return None
        comparison = self._fact(fields) if "fact" in fields else self._item(fields)
        fields.finish()
        return comparison

    def _fact(self, fields: Fields) -> Comparison | None:
        fact = fields.text("fact")
        if fact not in FACTS:
            fields.fault(f"{fact!r} is not a fact of an organisation: use one of {', '.join(FACTS)}")
        values = tuple(fields.plain(node) for node in fields.sequence("is", needed=True))
        return Comparison(fact, Relation.IS, of_fact=True, values=values)

    def _item(self, fields: Fields) -> Comparison | None:
        question = self._question(fields)
        subject = fields.text("item")
        given = [relation for relation in Relation if relation.value in fields]
        if len(given) != 1:
            fields.fault(f"compare the item in one way, with one of: {', '.join(r.value for r in Relation)}")
        if question is None or len(given) != 1:
            for relation in given:
                fields.take(relation)
            return None
        return self._compared(fields, subject, question, given[0])

    def _question(self, fields: Fields) -> Question | None:
        item = fields.text("item")
        question = self._known.earlier.get(item)
        if question is None:
            fields.fault(f"the condition asks for {item!r}, which {self._why_not(item)}")
        elif not question.required and not self._optional:
            fields.fault(f"{item!r} may be left empty (required: false): routes need a required question")
        return question

    def _why_not(self, item: str) -> str:
        if item in self._known.repeated:
            return f"is asked once for each of a list: name one of them, like {item}.police"
        if item not in self._known.outline:
            return "is not asked here"
        if item not in self._asking and self._asking & waits_for(item, self._known.outline):
            return "waits for this question itself, in a circle: let one of them go without condition"
        return "comes later: move this question behind it"

    def _compared(
        self, fields: Fields, subject: str, question: Question, relation: Relation
    ) -> Comparison | None:
        if relation is Relation.ANSWERED:
            if not fields.flag("answered"):
                fields.fault("write `answered: true`, inside `not` for the opposite")
            return Comparison(subject, relation)
        allowed = kind_of(question).relations
        if relation not in allowed:
            ways = ", ".join(sorted({*allowed, Relation.ANSWERED}))
            fields.fault(f"a question of kind {question.kind} can be compared with: {ways}")
            fields.take(relation)
            return None
        if relation in (Relation.AT_LEAST, Relation.AT_MOST):
            number = fields.scaled(relation, kind_of(question).scale)
            return None if number is None else Comparison(subject, relation, number=number)
        return Comparison(subject, relation, values=self._values(fields, question, relation))

    def _values(self, fields: Fields, question: Question, relation: Relation) -> tuple[str, ...]:
        passes = {escape.value for escape in question.escapes} if relation is Relation.IS else set()
        return known_values(fields, relation, question, passes)


def known_values(fields: Fields, key: str, question: Question, passes: Iterable[str]) -> tuple[str, ...]:
    """The values listed under `key`, each an option of the question or one of the ways to pass."""
    allowed = {option.value for option in question.options} | set(passes)
    values = fields.names(key)
    for value in values:
        if value and value not in allowed:
            hint = " (the question does not offer that way to pass)" if value in _PASSED else ""
            fields.fault(f"{value!r} is not an option of {question.item!r}{hint}: correct the value")
    return values


def waits_for(item: str, outline: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Every item whose answer must come before that of `item`, at any distance."""
    names: set[str] = set()
    waiting = [item]
    while waiting:
        for name in outline.get(waiting.pop(), frozenset()) - names:
            names.add(name)
            waiting.append(name)
    return frozenset(names)
