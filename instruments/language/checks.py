"""Reading a question's `checks`: sums of numbers, the order of dates, and conditions on answers."""

from dataclasses import replace

from instruments.kinds.table import kind_of
from instruments.language.context import Context
from instruments.language.document import Node
from instruments.language.fields import REFERENCE, Fields
from instruments.rules import Check, ConditionCheck, OrderCheck, SumCheck
from instruments.schema import Question


def read_checks(nodes: tuple[Node, ...], question: Question, context: Context) -> tuple[Check, ...]:
    """The checks of one question, which may name itself and earlier questions."""
    reader = _CheckReader(question, context)
    return tuple(check for check in map(reader.read, nodes) if check is not None)


class _CheckReader:
    def __init__(self, question: Question, context: Context) -> None:
        self._question = question
        self._answers = kind_of(question)
        self._context = context
        self._known = {**context.repeated, **context.earlier, question.item: question}

    def read(self, node: Node) -> Check | None:
        fields = Fields(node, self._context.faults)
        message = self._context.wording(fields, "message", needed="must_hold" in fields)
        soft = fields.flag("soft")
        check: Check | None = None
        if "sum_of" in fields:
            check = self._sum(fields, message, soft)
        elif "not_before" in fields or "not_after" in fields:
            check = self._order(fields, message, soft)
        elif "must_hold" in fields:
            check = self._condition(fields, message, soft)
        else:
            fields.fault("start the check with one of: sum_of, not_before, not_after, must_hold")
        fields.finish()
        return check

    def _sum(self, fields: Fields, message: str, soft: bool) -> Check | None:
        items = fields.references("sum_of")
        for item in items:
            self._comparable(fields, item)
        if not self._answers.is_number:
            fields.fault(f"a question of kind {self._question.kind} has nothing to add up")
        if ("equals" in fields) == ("at_most" in fields):
            fields.fault("give the sum one bound: equals or at_most")
            fields.take("equals"), fields.take("at_most")
            return None
        key = "equals" if "equals" in fields else "at_most"
        bound = self._bound(fields, key)
        return None if bound is None else SumCheck(items, key == "equals", bound, message, soft)

    def _bound(self, fields: Fields, key: str) -> int | str | None:
        node = fields.take(key)
        if node is not None and isinstance(node.value, str) and REFERENCE.fullmatch(node.value):
            self._comparable(fields, node.value)
            if node.value in self._context.repeated:
                fields.fault(f"{node.value!r} is asked once for each of a list: compute its sum first", node)
            return node.value
        return fields.scaled(key, self._answers.scale)

    def _order(self, fields: Fields, message: str, soft: bool) -> Check:
        key = "not_before" if "not_before" in fields else "not_after"
        node = fields.take(key)
        item = "" if node is None else fields.plain_reference(node)
        self._comparable(fields, item)
        if not self._answers.is_day:
            fields.fault(f"a question of kind {self._question.kind} has no date to compare")
        return OrderCheck(item, key == "not_before", message, soft)

    def _condition(self, fields: Fields, message: str, soft: bool) -> Check | None:
        node = fields.take("must_hold")
        known = replace(self._context, earlier={**self._context.earlier, self._question.item: self._question})
        condition = None if node is None else known.conditions(optional=True).read(node)
        return None if condition is None else ConditionCheck(condition, message, soft)

    def _comparable(self, fields: Fields, item: str) -> None:
        other = self._known.get(item)
        if other is None:
            fields.fault(f"{item!r} is not asked before this question: name this or an earlier one")
        elif other.kind is not self._question.kind:
            fields.fault(f"{item!r} is of kind {other.kind}, and this question of kind {self._question.kind}")
