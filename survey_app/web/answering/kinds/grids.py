"""Grids: radios for each row."""

from collections.abc import Iterator, Mapping, Sequence

import wtforms
from wtforms import Field

from instruments.kinds.grids import Grid
from instruments.schema import Question, State
from survey_app.web.answering.kinds.choices import option_hints
from survey_app.web.answering.kinds.screen import ANSWER, Data, Fields, KindOnScreen, Looks, Said

# Letters that fit beside each other on a wide screen; on a narrow one answers always stand below each other.
MAX_ROW_WIDTH = 64
# What a button and the space around it take, in letters.
BESIDE = 4


class RadioRows(KindOnScreen[Mapping[str, str]]):
    """A fieldset of radios for each row; not knowing is one of them, any other way to pass stands below."""

    def fields(self, question: Question) -> Fields:
        choices = {option.value: option.label for option in question.options}
        if question.dont_know is not None:
            choices[State.DONT_KNOW.value] = question.dont_know
        return {
            f"{ANSWER}-{row.value}": wtforms.RadioField(row.label, choices=choices, validate_choice=False)
            for row in question.rows
        }

    def main_field(self, question: Question) -> str:
        return f"{ANSWER}-{question.rows[0].value}"

    def passing(self, question: Question) -> dict[str, str]:
        return {way: label for way, label in super().passing(question).items() if way != State.DONT_KNOW}

    def data(self, question: Question, value: Mapping[str, str]) -> Data:
        return {f"{ANSWER}-{row}": text for row, text in value.items()}

    def passed(self, question: Question, way: str) -> Data:
        if way == State.DONT_KNOW:
            return {f"{ANSWER}-{row.value}": way for row in question.rows}
        return super().passed(question, way)

    def look(self, question: Question) -> Looks:
        """Of each row; short answers stand beside each other."""
        labels = [option.label for option in question.options] + [question.dont_know or ""]
        letters = sum(len(label) + BESIDE for label in labels)
        return {"small": True, "inline": letters <= MAX_ROW_WIDTH, "options": option_hints(question)}

    def rows(self, parts: Sequence[Field]) -> tuple[Field, ...]:
        return tuple(parts)

    def lines(self, question: Question, value: Mapping[str, str]) -> Iterator[Said]:
        for row in question.rows:
            yield Said(Grid().row_said(question, value[row.value]), row.label)
