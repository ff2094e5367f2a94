"""Words: on one line, or in an area that counts the characters down."""

from instruments.kinds.texts import LongText
from instruments.schema import Question
from survey_app.web.answering.kinds.fields import PlainArea, PlainField
from survey_app.web.answering.kinds.screen import ANSWER, Fields, KindOnScreen, Looks


class Line(KindOnScreen[str]):
    """One line."""

    def fields(self, question: Question) -> Fields:
        return {ANSWER: PlainField(question.text)}


class Area(KindOnScreen[str]):
    """Several lines."""

    def fields(self, question: Question) -> Fields:
        return {ANSWER: PlainArea(question.text)}

    def look(self, question: Question) -> Looks:
        return super().look(question) | {"rows": 8, "limit": LongText().limit(question)}
