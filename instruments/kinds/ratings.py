"""Ratings: a point from 1 to 5, by halves. Stored doubled, so that whole points have even values."""

from collections.abc import Mapping

from instruments.kinds.kind import AnswerKind
from instruments.kinds.values import Parts, chosen, single
from instruments.rules import Relation
from instruments.schema import Option, Question, Statistic

ANCHORS = {"1": "poor", "3": "fair", "5": "good"}
"""What the points mean where the file does not say."""


def points(anchors: Mapping[str, str]) -> tuple[Option, ...]:
    """The nine points, from 1 to 5, each with what it means where `anchors` says so."""
    return tuple(_point(doubled, anchors) for doubled in range(2, 11))


def _point(doubled: int, anchors: Mapping[str, str]) -> Option:
    point, half = divmod(doubled, 2)
    if half:
        return Option(str(doubled), f"Between {point} and {point + 1}")
    anchor = anchors.get(str(point))
    return Option(str(doubled), f"{point}: {anchor}" if anchor else str(point))


class Rating(AnswerKind[int]):
    """A point on a scale whose ends, and perhaps whole points, mean something."""

    measure = "likert_1_5"
    minutes = 0.35
    fields = frozenset({"anchors"})
    prompt = "Select a point from 1 to 5"
    scale = 2
    statistic = Statistic.MEAN
    fixed_options = points(ANCHORS)
    relations = frozenset({Relation.AT_LEAST, Relation.AT_MOST})
    is_choice = passes_among_options = True

    def read(self, question: Question, parts: Parts) -> int | None:
        sent = single(parts)
        return int(chosen(question, sent)) if sent else None

    def said(self, question: Question, value: int) -> str:
        return question.label(str(value))

    def number(self, question: Question, value: int, part: str | None) -> float:
        return value / self.scale

    def values(self, question: Question) -> frozenset[str]:
        return frozenset(option.value for option in question.options)
