"""Reading a question's `checks`: sums of numbers and the order of dates."""

from collections.abc import Mapping

from instruments.errors import Fault
from instruments.language.document import Node
from instruments.language.fields import NAME, Fields
from instruments.schema import NUMBERS, SCALE, Check, Kind, OrderCheck, Question, SumCheck


def read_checks(
    nodes: tuple[Node, ...], question: Question, earlier: Mapping[str, Question], faults: list[Fault]
) -> tuple[Check, ...]:
    """The checks of one question, which may name itself and earlier questions of its own kind."""
    reader = _CheckReader(question, {**earlier, question.item: question}, faults)
    return tuple(check for check in map(reader.read, nodes) if check is not None)


class _CheckReader:
    def __init__(self, question: Question, known: Mapping[str, Question], faults: list[Fault]) -> None:
        self._question = question
        self._known = known
        self._faults = faults

    def read(self, node: Node) -> Check | None:
        fields = Fields(node, self._faults)
        message = fields.text("message")
        check: Check | None = None
        if "sum_of" in fields:
            check = self._sum(fields, message)
        elif "not_before" in fields or "not_after" in fields:
            check = self._order(fields, message)
        else:
            fields.fault("start the check with one of: sum_of, not_before, not_after")
        fields.finish()
        return check

    def _sum(self, fields: Fields, message: str) -> Check | None:
        items = fields.names("sum_of")
        for item in items:
            self._comparable(fields, item)
        if self._question.kind not in NUMBERS:
            fields.fault(f"a question of kind {self._question.kind} has nothing to add up")
        if ("equals" in fields) == ("at_most" in fields):
            fields.fault("give the sum one bound: equals or at_most")
            fields.take("equals"), fields.take("at_most")
            return None
        key = "equals" if "equals" in fields else "at_most"
        bound = self._bound(fields, key)
        return None if bound is None else SumCheck(items, key == "equals", bound, message)

    def _bound(self, fields: Fields, key: str) -> int | str | None:
        node = fields.take(key)
        if node is not None and isinstance(node.value, str) and NAME.fullmatch(node.value):
            self._comparable(fields, node.value)
            return node.value
        return fields.scaled(key, SCALE.get(self._question.kind, 1))

    def _order(self, fields: Fields, message: str) -> Check:
        key = "not_before" if "not_before" in fields else "not_after"
        item = fields.name(key)
        self._comparable(fields, item)
        if self._question.kind is not Kind.DATE:
            fields.fault(f"a question of kind {self._question.kind} has no date to compare")
        return OrderCheck(item, key == "not_before", message)

    def _comparable(self, fields: Fields, item: str) -> None:
        other = self._known.get(item)
        if other is None:
            fields.fault(f"{item!r} is not asked before this question: name this or an earlier one")
        elif other.kind is not self._question.kind:
            fields.fault(f"{item!r} is of kind {other.kind}, and this question of kind {self._question.kind}")
