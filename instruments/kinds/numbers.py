"""Questions answered by a number: a count, an amount in pounds, a share in per cent."""

import re
from collections.abc import Iterator

from instruments.errors import AnswerFault
from instruments.kinds.kind import AnswerKind
from instruments.kinds.values import Parts, single
from instruments.rules import Relation
from instruments.schema import Question, Statistic


class Count(AnswerKind[int]):
    """A whole number."""

    measure = "count"
    minutes = 0.5
    fields = frozenset({"minimum", "maximum"})
    prompt = "Enter a number"
    statistic = Statistic.MEAN
    relations = frozenset({Relation.AT_LEAST, Relation.AT_MOST})
    is_number = True

    def read(self, question: Question, parts: Parts) -> int | None:
        sent = single(parts)
        return self.parsed(re.sub(r"[\s,£%]", "", sent)) if sent else None

    def parsed(self, written: str) -> int:
        """The number in stored units; AnswerFault where nothing of the sort is written."""
        if not re.fullmatch(r"-?[0-9]{1,13}", written):
            raise AnswerFault("Enter a whole number, like 12")
        return int(written)

    def said(self, question: Question, value: int) -> str:
        return f"{value:,}"

    def problems(self, question: Question, value: int) -> Iterator[str]:
        if question.minimum is not None and value < question.minimum:
            yield f"The number must be {self.said(question, question.minimum)} or more"
        if question.maximum is not None and value > question.maximum:
            yield f"The number must be {self.said(question, question.maximum)} or less"

    def number(self, question: Question, value: int, part: str | None) -> float:
        return value / self.scale


class Amount(Count):
    """Pounds, stored as pence."""

    measure = "amount"
    minutes = 0.75
    prompt = "Enter an amount in pounds"
    scale = 100

    def parsed(self, written: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,13}(\.[0-9]{1,2})?", written):
            raise AnswerFault("Enter an amount in pounds, like 1,200 or 1200.50")
        pounds, _, pence = written.lstrip("-").partition(".")
        amount = int(pounds) * 100 + int(pence.ljust(2, "0") or 0)
        return -amount if written.startswith("-") else amount

    def said(self, question: Question, value: int) -> str:
        sign, (pounds, pence) = "-" if value < 0 else "", divmod(abs(value), self.scale)
        return f"{sign}£{pounds:,}.{pence:02}" if pence else f"{sign}£{pounds:,}"

    def limit_said(self, stored: int) -> str:
        return f"£{super().limit_said(stored)}"


class Proportion(Count):
    """A share in whole per cent."""

    measure = "proportion"
    prompt = "Enter a percentage"
    top = 100

    def said(self, question: Question, value: int) -> str:
        return f"{value}%"
