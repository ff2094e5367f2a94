"""Radios and checkboxes: one of several options, some of them, a point of a rating."""

from collections.abc import Iterator
from typing import Any

import wtforms

from instruments.kinds.ratings import Rating
from instruments.schema import Question
from survey_app.web.answering.kinds.screen import ANSWER, Data, Fields, KindOnScreen, Looks, Said

BOLD = {"label_classes": "govuk-!-font-weight-bold"}
Options = dict[str, dict[str, Any]]


def option_hints(question: Question) -> Options:
    """The hints of options, by value."""
    return {option.value: {"hint": option.hint} for option in question.options if option.hint}


def _choices(question: Question) -> dict[str, str]:
    """Options, those that exclude the others behind the rest, and the ways to pass at the end."""
    ordered = sorted(question.options, key=lambda option: option.exclusive)
    return {option.value: option.label for option in (*ordered, *question.escapes)}


class OneOf(KindOnScreen[Any]):
    """Radios, the ways to pass among them."""

    def fields(self, question: Question) -> Fields:
        return {ANSWER: wtforms.RadioField(question.text, choices=_choices(question), validate_choice=False)}

    def passing(self, question: Question) -> dict[str, str]:
        return {}

    def data(self, question: Question, value: Any) -> Data:
        return {ANSWER: str(value)}

    def passed(self, question: Question, way: str) -> Data:
        return {ANSWER: way}

    def look(self, question: Question) -> Looks:
        return super().look(question) | {"options": self.options(question)}

    def options(self, question: Question) -> Options:
        """Hints, and the word "or" before the first way to pass."""
        options = option_hints(question)
        for escape in question.escapes[:1]:
            options.setdefault(escape.value, {})["divider"] = "or"
        return options


class RatingPoints(OneOf):
    """Radios whose whole points stand out."""

    def options(self, question: Question) -> Options:
        whole = [o.value for o in question.options if int(o.value) % Rating.scale == 0]
        return super().options(question) | {value: dict(BOLD) for value in whole}


class SomeOf(KindOnScreen[tuple[str, ...]]):
    """Checkboxes, some of which clear all others."""

    usual_hint = "Select all that apply."

    def fields(self, question: Question) -> Fields:
        choices = _choices(question)
        return {ANSWER: wtforms.SelectMultipleField(question.text, choices=choices, validate_choice=False)}

    def passing(self, question: Question) -> dict[str, str]:
        return {}

    def data(self, question: Question, value: tuple[str, ...]) -> Data:
        return {ANSWER: list(value)}

    def passed(self, question: Question, way: str) -> Data:
        return {ANSWER: [way]}

    def look(self, question: Question) -> Looks:
        return super().look(question) | {"options": self._options(question)}

    def lines(self, question: Question, value: tuple[str, ...]) -> Iterator[Said]:
        return (Said(question.label(chosen)) for chosen in value)

    def _options(self, question: Question) -> Options:
        """Hints, which options exclude the others, and the word "or" before the first of these."""
        options = option_hints(question)
        alone = [option.value for option in question.options if option.exclusive]
        alone += [escape.value for escape in question.escapes]
        for value in alone:
            options.setdefault(value, {})["exclusive"] = True
        for value in alone[:1]:
            options[value]["divider"] = "or"
        return options
