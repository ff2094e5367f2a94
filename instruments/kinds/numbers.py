"""Questions answered by a number: a count, an amount in pounds, a share in per cent.

What is written is understood or refused, and never cleaned into another number: a comma or a space is one of
thousands only in front of three figures, and a sign of another unit (`50%` of an amount) is a slip.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from instruments.errors import AnswerFault
from instruments.kinds.kind import AnswerKind
from instruments.kinds.values import Parts, single
from instruments.rules import Relation
from instruments.schema import Question, Statistic

# Digits with nothing between them, or groups of three with the same comma or space between all of them.
_WHOLE = r"[0-9]{1,13}|[1-9][0-9]{0,2}(?P<gap>[, \u00a0\u2009\u202f])[0-9]{3}(?:(?P=gap)[0-9]{3}){0,3}"
_NUMBER = re.compile(rf"(?P<sign>[-\u2212]?)(?P<whole>{_WHOLE})(?:\.(?P<part>[0-9]{{1,2}}))?")


class Count(AnswerKind[int]):
    """A whole number."""

    before: ClassVar[str] = ""
    after: ClassVar[str] = ""
    places: ClassVar[int] = 0
    wanted: ClassVar[str] = "Enter a whole number, like 12"
    measure = "count"
    minutes = 0.5
    fields = frozenset({"minimum", "maximum"})
    prompt = "Enter a number"
    statistic = Statistic.MEAN
    relations = frozenset({Relation.AT_LEAST, Relation.AT_MOST})
    is_number = True

    def read(self, question: Question, parts: Parts) -> int | None:
        sent = single(parts)
        if not sent:
            return None
        value = self.parsed(sent)
        if value is None:
            limits = self._range(question)
            raise AnswerFault(f"{self.wanted} ({limits})" if limits else self.wanted)
        return value

    def parsed(self, written: str) -> int | None:
        """The number in stored units; None where no such number is written."""
        bare = re.sub(rf"^(?:{self.before})\s*|\s*(?:{self.after})$", "", written, flags=re.IGNORECASE)
        match = _NUMBER.fullmatch(bare)
        if match is None or (match["part"] and not self.places):
            return None
        digits = re.sub(r"[^0-9]", "", match["whole"]) + (match["part"] or "").ljust(self.places, "0")
        return -int(digits) if match["sign"] else int(digits)

    def said(self, question: Question, value: int) -> str:
        return f"{value:,}"

    def problems(self, question: Question, value: int) -> Iterator[str]:
        low, high = question.minimum, question.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            yield f"The number must be {self._range(question)}"

    def _range(self, question: Question) -> str:
        """What numbers the question takes, in words; "" where it says nothing."""
        ends = (question.minimum, question.maximum)
        low, high = (None if end is None else self.said(question, end) for end in ends)
        if low is not None and high is not None:
            return f"between {low} and {high}"
        if low is not None:
            return f"{low} or more"
        return f"{high} or less" if high is not None else ""

    def number(self, question: Question, value: int, part: str | None) -> float:
        return value / self.scale


class Amount(Count):
    """Pounds, stored as pence."""

    measure = "amount"
    minutes = 0.75
    prompt = "Enter an amount in pounds"
    before, after = "£", "pounds"
    places = 2
    wanted = "Enter an amount in pounds, like 1,200 or 1200.50"
    scale = 100

    def said(self, question: Question, value: int) -> str:
        sign, (pounds, pence) = "-" if value < 0 else "", divmod(abs(value), self.scale)
        return f"{sign}£{pounds:,}.{pence:02}" if pence else f"{sign}£{pounds:,}"

    def limit_said(self, stored: int) -> str:
        return f"£{super().limit_said(stored)}"


class Proportion(Count):
    """A share in whole per cent."""

    measure = "proportion"
    prompt = "Enter a percentage"
    after = r"%|per ?cent"
    top = 100

    def said(self, question: Question, value: int) -> str:
        return f"{value}%"
