"""Dates, in three parts."""

from datetime import date

from instruments.schema import Question
from survey_app.web.answering.kinds.screen import ANSWER, Data, Fields, KindOnScreen, Raw
from survey_app.web.forms.date_parts import DatePartsField, month_number

MONTH = f"{ANSWER}-month"


class DateParts(KindOnScreen[str]):
    """Day, month and year; the month may be written as a word."""

    usual_hint = "For example, 27 3 2025."

    def fields(self, question: Question) -> Fields:
        return {ANSWER: DatePartsField(question.text, any_year=True)}

    def data(self, question: Question, value: str) -> Data:
        return {ANSWER: date.fromisoformat(value)}

    def sent(self, raw: Raw) -> Raw:
        return raw | {MONTH: [month_number(text.strip()) for text in raw[MONTH]]} if MONTH in raw else raw
