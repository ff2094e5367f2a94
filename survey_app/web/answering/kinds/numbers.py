"""Numbers in a line as wide as they are: a count, pounds, per cent."""

from typing import ClassVar

from instruments.kinds.numbers import Amount
from instruments.schema import Question
from survey_app.web.answering.kinds.fields import PlainField
from survey_app.web.answering.kinds.screen import ANSWER, Data, Fields, KindOnScreen, Looks


class NumberLine(KindOnScreen[int]):
    """A whole number."""

    usual_hint = "A whole number."
    keyboard: ClassVar[str] = "numeric"
    shape: ClassVar[Looks] = {"classes": "govuk-input--width-5"}

    def fields(self, question: Question) -> Fields:
        attributes = {"inputmode": self.keyboard, "spellcheck": False, "autocomplete": "off"}
        return {ANSWER: PlainField(question.text, render_kw=attributes)}

    def data(self, question: Question, value: int) -> Data:
        return {ANSWER: str(value)}

    def look(self, question: Question) -> Looks:
        return super().look(question) | self.shape


class PoundsLine(NumberLine):
    """Pounds, with pence where there are any."""

    usual_hint = "In pounds, like 1,200 or 1200.50."
    keyboard = "decimal"
    shape: ClassVar[Looks] = {"classes": "govuk-input--width-10", "prefix": "£"}

    def data(self, question: Question, value: int) -> Data:
        pounds, pence = divmod(abs(value), Amount.scale)
        sign = "-" if value < 0 else ""
        return {ANSWER: f"{sign}{pounds}.{pence:02}" if pence else f"{sign}{pounds}"}


class PercentLine(NumberLine):
    """A share in per cent."""

    usual_hint = "A whole number, in per cent."
    shape: ClassVar[Looks] = {"classes": "govuk-input--width-3", "suffix": "%"}
