"""Grids: the same choice for each of several rows."""

from collections.abc import Iterator, Mapping

from instruments.errors import AnswerFault
from instruments.kinds.kind import AnswerKind, CountedPart
from instruments.kinds.values import Parts, chosen, single
from instruments.schema import Question, State, Statistic

A_ROW = 0.2
"""Minutes that each row adds."""


class Grid(AnswerKind[Mapping[str, str]]):
    """For each row one of the options, or not knowing."""

    measure = "grid"
    minutes = 0.25
    fields = frozenset({"options", "rows", "counts_as"})
    prompt = "Select an answer on every line"
    statistic = Statistic.PROPORTION
    is_choice = in_parts = True

    def read(self, question: Question, parts: Parts) -> Mapping[str, str] | None:
        sent = {row.value: single(parts, f"answer-{row.value}") for row in question.rows}
        missing = [row for row in question.rows if not sent[row.value]]
        if len(missing) == len(question.rows):
            return None
        if missing:
            lines = ", ".join(f"“{row.label}”" for row in missing)
            raise AnswerFault(f"Select an answer on every line. Still to do: {lines}", missing[0].value)
        unsure = State.DONT_KNOW.value if question.dont_know is not None else None
        return {
            row: value if value == unsure else chosen(question, value, row) for row, value in sent.items()
        }

    def said(self, question: Question, value: Mapping[str, str]) -> str:
        return "; ".join(f"{row.label}: {self.row_said(question, value[row.value])}" for row in question.rows)

    def row_said(self, question: Question, value: str) -> str:
        """What was said on one row."""
        return question.dont_know or value if value == State.DONT_KNOW else question.label(value)

    def number(self, question: Question, value: Mapping[str, str], part: str | None) -> float | None:
        said = value.get(part or "", State.DONT_KNOW)
        return None if said == State.DONT_KNOW else float(said in question.counts_as)

    def counted(self, question: Question) -> Iterator[CountedPart]:
        for row in question.rows:
            yield CountedPart(row.value, row.label, row.indicator, question.counts_as)

    def minutes_of(self, question: Question) -> float:
        return self.minutes + A_ROW * len(question.rows)
