"""Questions answered by choosing: yes or no, one of several options, some of several."""

from collections.abc import Iterator

from instruments.kinds.kind import AnswerKind, CountedPart
from instruments.kinds.values import Parts, chosen, single
from instruments.rules import Relation
from instruments.schema import YES_NO, Question, Statistic


class SingleChoice(AnswerKind[str]):
    """One of the options that the file writes."""

    measure = "single_choice"
    minutes = 0.35
    fields = frozenset({"options", "counts_as"})
    prompt = "Select an answer"
    statistic = Statistic.PROPORTION
    relations = frozenset({Relation.IS})
    is_choice = passes_among_options = True

    def read(self, question: Question, parts: Parts) -> str | None:
        sent = single(parts)
        return chosen(question, sent) if sent else None

    def said(self, question: Question, value: str) -> str:
        return question.label(value)

    def number(self, question: Question, value: str, part: str | None) -> float:
        return float(value in question.counts_as)

    def values(self, question: Question) -> frozenset[str]:
        return frozenset(option.value for option in question.options)


class YesNo(SingleChoice):
    """Yes, or no."""

    measure = "yes_no"
    minutes = 0.25
    fields = frozenset({"counts_as"})
    prompt = "Select yes or no"
    usual_count = ("yes",)
    fixed_options = YES_NO


class MultiChoice(AnswerKind[tuple[str, ...]]):
    """Some of the options that the file writes; one may exclude the others."""

    measure = "multi_choice"
    minutes = 0.5
    fields = frozenset({"options"})
    prompt = "Select one or more answers"
    statistic = Statistic.PROPORTION
    relations = frozenset({Relation.INCLUDES})
    is_choice = passes_among_options = several = True

    def read(self, question: Question, parts: Parts) -> tuple[str, ...] | None:
        sent = {chosen(question, value.strip()) for value in parts.get("answer", ()) if value.strip()}
        return tuple(option.value for option in question.options if option.value in sent) or None

    def said(self, question: Question, value: tuple[str, ...]) -> str:
        return ", ".join(question.label(each) for each in value)

    def problems(self, question: Question, value: tuple[str, ...]) -> Iterator[str]:
        for option in question.options:
            if option.exclusive and option.value in value and len(value) > 1:
                yield f"Select “{option.label}” on its own, or take it away"

    def number(self, question: Question, value: tuple[str, ...], part: str | None) -> float:
        return float(part in value)

    def counted(self, question: Question) -> Iterator[CountedPart]:
        for option in question.options:
            yield CountedPart(option.value, option.label, None, (option.value,))

    def values(self, question: Question) -> frozenset[str]:
        return frozenset(option.value for option in question.options)
