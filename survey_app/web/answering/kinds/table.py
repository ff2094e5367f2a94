"""How every kind of question stands on a page; a new kind is a class beside this and a line here."""

from collections.abc import Mapping
from typing import Any

from instruments.schema import Kind, Question
from survey_app.web.answering.kinds.choices import OneOf, RatingPoints, SomeOf
from survey_app.web.answering.kinds.dates import DateParts
from survey_app.web.answering.kinds.documents import Finding
from survey_app.web.answering.kinds.grids import RadioRows
from survey_app.web.answering.kinds.numbers import NumberLine, PercentLine, PoundsLine
from survey_app.web.answering.kinds.screen import KindOnScreen
from survey_app.web.answering.kinds.texts import Area, Line

SCREENS: Mapping[Kind, KindOnScreen[Any]] = {
    Kind.YES_NO: OneOf(),
    Kind.SINGLE_CHOICE: OneOf(),
    Kind.MULTI_CHOICE: SomeOf(),
    Kind.RATING: RatingPoints(),
    Kind.COUNT: NumberLine(),
    Kind.AMOUNT: PoundsLine(),
    Kind.PROPORTION: PercentLine(),
    Kind.DATE: DateParts(),
    Kind.SHORT_TEXT: Line(),
    Kind.LONG_TEXT: Area(),
    Kind.GRID: RadioRows(),
    Kind.DOCUMENT: Finding(),
}


def screen_of(question: Question) -> KindOnScreen[Any]:
    """How the kind of a question stands on a page."""
    return SCREENS[question.kind]
