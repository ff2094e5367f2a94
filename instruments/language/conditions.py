"""Reading `ask_if`: conditions over facts and over earlier required questions."""

from collections.abc import Container, Mapping

from instruments.errors import Fault
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.schema import (
    ESCAPES,
    FACTS,
    NUMBERS,
    SCALE,
    All,
    AnyOf,
    Comparison,
    Condition,
    Kind,
    Not,
    Question,
    Relation,
)

_RELATIONS: dict[Kind, frozenset[Relation]] = {
    Kind.YES_NO: frozenset({Relation.IS}),
    Kind.SINGLE_CHOICE: frozenset({Relation.IS}),
    Kind.MULTI_CHOICE: frozenset({Relation.INCLUDES}),
    Kind.RATING: frozenset({Relation.AT_LEAST, Relation.AT_MOST}),
    **dict.fromkeys(NUMBERS, frozenset({Relation.AT_LEAST, Relation.AT_MOST})),
}
_PASSED = frozenset(state.value for state in ESCAPES)


class ConditionReader:
    """Reads conditions against the questions that come before; everything else is a fault."""

    def __init__(self, earlier: Mapping[str, Question], later: Container[str], faults: list[Fault]) -> None:
        self._earlier = earlier
        self._later = later
        self._faults = faults

    def read(self, node: Node) -> Condition | None:
        """The condition of a node, or None after a fault."""
        fields = Fields(node, self._faults)
        for word, kind in (("all", All), ("any", AnyOf)):
            if word in fields:
                parts = [self.read(part) for part in fields.sequence(word)]
                fields.finish()
                return kind(tuple(part for part in parts if part is not None))
        if (negated := fields.take("not")) is not None:
            fields.finish()
            part = self.read(negated)
            return None if part is None else Not(part)
        return self._comparison(fields)

    def _comparison(self, fields: Fields) -> Condition | None:
        if ("item" in fields) == ("fact" in fields):
            fields.fault("start the condition with one of: all, any, not, item, fact")
            return None
        found = self._fact(fields) if "fact" in fields else self._item(fields)
        fields.finish()
        return found

    def _fact(self, fields: Fields) -> Comparison | None:
        fact = fields.text("fact")
        if fact not in FACTS:
            fields.fault(f"{fact!r} is no fact of an organisation: use one of {', '.join(FACTS)}")
        values = tuple(fields.plain(node) for node in fields.sequence("is", needed=True))
        return Comparison(fact, Relation.IS, of_fact=True, values=values)

    def _item(self, fields: Fields) -> Comparison | None:
        question = self._question(fields)
        given = [relation for relation in Relation if relation.value in fields]
        if len(given) != 1:
            fields.fault(f"compare the item in one way, with one of: {', '.join(r.value for r in Relation)}")
        if question is None or len(given) != 1:
            for relation in given:
                fields.take(relation)
            return None
        return self._compared(fields, question, given[0])

    def _question(self, fields: Fields) -> Question | None:
        item = fields.text("item")
        question = self._earlier.get(item)
        if question is None:
            later = (
                "comes later: move this question behind it" if item in self._later else "is not asked here"
            )
            fields.fault(f"the condition asks for {item!r}, which {later}")
        elif not question.required:
            fields.fault(f"{item!r} may be left empty (required: false): routes need a required question")
        return question

    def _compared(self, fields: Fields, question: Question, relation: Relation) -> Comparison | None:
        if relation is Relation.ANSWERED:
            if not fields.flag("answered"):
                fields.fault("write `answered: true`, inside `not` for the opposite")
            return Comparison(question.item, relation)
        allowed = _RELATIONS.get(question.kind, frozenset())
        if relation not in allowed:
            ways = ", ".join(sorted({*allowed, Relation.ANSWERED}))
            fields.fault(f"a question of kind {question.kind} can be compared with: {ways}")
            fields.take(relation)
            return None
        if relation in (Relation.AT_LEAST, Relation.AT_MOST):
            number = fields.scaled(relation, SCALE.get(question.kind, 1))
            return None if number is None else Comparison(question.item, relation, number=number)
        return Comparison(question.item, relation, values=self._values(fields, question, relation))

    def _values(self, fields: Fields, question: Question, relation: Relation) -> tuple[str, ...]:
        passes = {escape.value for escape in question.escapes} if relation is Relation.IS else set()
        allowed = {option.value for option in question.options} | passes
        values = fields.names(relation)
        for value in values:
            if value and value not in allowed:
                hint = " (the question does not offer that way to pass)" if value in _PASSED else ""
                fields.fault(f"{value!r} is no option of {question.item!r}{hint}: mend the value")
        return values
