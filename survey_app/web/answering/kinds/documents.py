"""Documents: radios for the finding, and lines for where to look it up."""

from collections.abc import Iterator, Mapping, Sequence

import wtforms
from wtforms import Field

from instruments.kinds.documents import REFERENCE
from instruments.schema import Question
from survey_app.web.answering.kinds.choices import option_hints
from survey_app.web.answering.kinds.fields import PlainArea, PlainField
from survey_app.web.answering.kinds.screen import ANSWER, Data, Fields, KindOnScreen, Looks, Said

REFERENCE_LABELS = {
    "title": ("Title of the document", ""),
    "dated": ("Its date", "As the document gives it, like March 2025"),
    "where": ("Page or paragraph", "Where in the document to look"),
    "extract": ("The words that show it", "Copied from the document"),
}
REFERENCE_LOOKS: Mapping[str, Looks] = {
    "title": {},
    "dated": {"classes": "govuk-input--width-20"},
    "where": {"classes": "govuk-input--width-20"},
    "extract": {"rows": 5, "limit": REFERENCE["extract"][1]},
}


class Finding(KindOnScreen[Mapping[str, str]]):
    """What the document shows, and the reference to it."""

    def fields(self, question: Question) -> Fields:
        choices = {option.value: option.label for option in question.options}
        fields: Fields = {ANSWER: wtforms.RadioField(question.text, choices=choices, validate_choice=False)}
        for part in REFERENCE:
            label, hint = REFERENCE_LABELS[part]
            kind = PlainArea if part == "extract" else PlainField
            fields[f"{ANSWER}-{part}"] = kind(label, description=hint)
        return fields

    def data(self, question: Question, value: Mapping[str, str]) -> Data:
        reference = {f"{ANSWER}-{part}": text for part, text in value.items()}
        return reference | {ANSWER: value["finding"]}

    def look(self, question: Question) -> Looks:
        return super().look(question) | {"options": option_hints(question)}

    def reference(self, parts: Sequence[Field]) -> tuple[tuple[Field, Looks], ...]:
        return tuple((field, REFERENCE_LOOKS[field.name.rpartition("-")[2]]) for field in parts)

    def lines(self, question: Question, value: Mapping[str, str]) -> Iterator[Said]:
        yield Said(question.label(value["finding"]))
        for part in REFERENCE:
            if part in value:
                yield Said(value[part], REFERENCE_LABELS[part][0])
