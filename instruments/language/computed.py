"""Reading a computed value: an entry among the questions with `compute` and without `kind`."""

from collections.abc import Callable

from instruments.kinds.table import KINDS, NUMBERS
from instruments.language.conditions import known_values
from instruments.language.context import Context
from instruments.language.document import Node
from instruments.language.fields import Fields
from instruments.rules import Difference, Formula, Holds, Ratio, Relation, Tally, Total
from instruments.schema import Computed, Kind, Question

COUNTED = frozenset(kind for kind, answers in KINDS.items() if answers.several)
"""Kinds of which it can be told how many options were chosen."""
COMPARED = frozenset(kind for kind, answers in KINDS.items() if Relation.IS in answers.relations)
"""Kinds of which it can be told how many were answered so."""
Read = tuple[Kind, Formula] | None


def read_computed(node: Node, context: Context) -> Computed | None:
    """One computed value, or None after a fault in its formula or name."""
    fields = Fields(node, context.faults)
    name = fields.name("id", needed=True)
    short = context.wording(fields, "short", needed=True)
    formula = fields.take("compute")
    read = None if formula is None else _FormulaReader(Fields(formula, context.faults), context).read(name)
    fields.finish()
    return Computed(name, short, *read) if name and read else None


class _FormulaReader:
    def __init__(self, fields: Fields, context: Context) -> None:
        self._fields = fields
        self._context = context

    def read(self, name: str) -> Read:
        ways: dict[str, Callable[[], Read]] = {
            "sum_of": self._total,
            "difference_of": self._difference,
            "ratio_of": self._ratio,
            "count_of": self._tally,
            "holds": lambda: self._holds(name),
        }
        given = [way for way in ways if way in self._fields]
        read = None
        if len(given) == 1:
            read = ways[given[0]]()
            self._fields.finish()
        else:
            self._fields.fault(f"compute the value in one way, with one of: {', '.join(ways)}")
        return read

    def _total(self) -> Read:
        items = self._fields.references("sum_of")
        kind = self._one_kind(items, NUMBERS, several=True)
        return None if kind is None else (kind, Total(items))

    def _difference(self) -> Read:
        items = self._two("difference_of")
        kind = self._one_kind(items, NUMBERS)
        return None if kind is None or len(items) != 2 else (kind, Difference(*items))

    def _ratio(self) -> Read:
        items = self._two("ratio_of")
        kind = self._one_kind(items, NUMBERS)
        return None if kind is None or len(items) != 2 else (Kind.PROPORTION, Ratio(*items))

    def _tally(self) -> Read:
        items = self._fields.references("count_of")
        if "is" not in self._fields:
            kind = self._one_kind(items, COUNTED, several=True)
            return None if kind is None else (Kind.COUNT, Tally(items))
        self._one_kind(items, COMPARED, several=True)
        first = next((question for item in items if (question := self._question(item))), None)
        if first is None:
            return None
        passes = [escape.value for escape in first.escapes]
        return Kind.COUNT, Tally(items, known_values(self._fields, "is", first, passes))

    def _holds(self, name: str) -> Read:
        node = self._fields.take("holds")
        condition = None if node is None else self._context.conditions(name).read(node)
        return None if condition is None else (Kind.YES_NO, Holds(condition))

    def _two(self, key: str) -> tuple[str, ...]:
        items = self._fields.references(key)
        if len(items) != 2:
            self._fields.fault(f"{key} takes two items: the first, and what it is compared with")
        return items

    def _one_kind(
        self, items: tuple[str, ...], kinds: frozenset[Kind], *, several: bool = False
    ) -> Kind | None:
        """The kind that all items share, one of `kinds`; a repeated item may be named where `several` are."""
        questions = [question for item in items if (question := self._found(item, several=several))]
        given = {question.kind for question in questions}
        if len(given) == 1 and given <= kinds and len(questions) == len(items):
            return given.pop()
        if given and not (len(given) == 1 and given <= kinds):
            allowed = ", ".join(sorted(kinds))
            self._fields.fault(f"name items of one kind, all of them one of: {allowed}")
        return None

    def _found(self, item: str, *, several: bool) -> Question | None:
        question = self._question(item)
        if question is None:
            self._fields.fault(f"{item!r} is not asked before this value: name earlier items")
        elif item in self._context.repeated and not several:
            self._fields.fault(
                f"{item!r} is asked once for each of a list: name one of them, or compute its sum"
            )
        elif not question.required:
            self._fields.fault(
                f"{item!r} may be left empty (required: false): compute from required questions"
            )
        return question

    def _question(self, item: str) -> Question | None:
        return self._context.earlier.get(item) or self._context.repeated.get(item)
