"""The form of one page, made from its questions: fields for each kind, filled with what is saved.

What is sent is validated by the services, never by WTForms: `raw_parts` hands it over as it came, and
`show_fault` puts the verdict beside the input that it is about. A question that is a page of its own
has fields called `answer`; the fields of questions shown together begin with the id of theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from instruments.answering.answers import REFERENCE, Answer, clean
from instruments.errors import AnswerFault
from instruments.schema import CHOICES, SCALE, Kind, Question, State
from survey_app.services.responses.checking import CONFIRMATION_TOKEN, REASON, SoftCheck
from survey_app.services.responses.seats import digest
from survey_app.web.forms.date_parts import DatePartsField, month_number

ANSWER = "answer"
PASS = "pass"  # noqa: S105 - the name of a field
SEEN = "seen"
Fields = dict[str, Any]
REFERENCE_LABELS = {
    "title": ("Title of the document", ""),
    "dated": ("Its date", "As the document gives it, like March 2025"),
    "where": ("Page or paragraph", "Where in the document to look"),
    "extract": ("The words that show it", "Copied from the document"),
}


class PageForm(FlaskForm):
    """What every page sends besides its answers."""

    response_ref = wtforms.HiddenField()


@dataclass(frozen=True)
class Asked:
    """One worded question as a page is to show it: what is saved, and what a soft check asks about that."""

    question: Question
    saved: Answer | None
    soft_check: SoftCheck | None = None

    @property
    def prefix(self) -> str:
        return prefix_of(self.question)


def prefix_of(question: Question) -> str:
    """What the names of a question's fields begin with."""
    return f"{question.id}." if question.page else ""


def form_for(asked: Sequence[Asked], *, response_ref: str) -> PageForm:
    """The form of a page.

    Args:
        asked: saved answers are shown unless the request brings something of its own.
        response_ref: what binds the page to its case.
    """
    fields: Fields = {}
    shown: dict[str, Any] = {"response_ref": response_ref}
    for each in asked:
        made = (
            _FIELDS[each.question.kind](each.question)
            | _passing(each.question)
            | _confirming(each.soft_check)
        )
        fields |= {each.prefix + name: field for name, field in made.items()}
        shown |= {each.prefix + name: value for name, value in _shown(each).items()}
    form: PageForm = type("QuestionForm", (PageForm,), fields)(data=shown)
    for each in asked:
        if each.soft_check is not None:
            # The token of the soft check that this page shows, not of the one before.
            form[each.prefix + CONFIRMATION_TOKEN].data = each.soft_check.confirmation_token
    return form


def raw_parts(question: Question, sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """The parts of the answer as they were sent; months written as words become numbers."""
    prefix = prefix_of(question)
    named = {name.removeprefix(prefix): sent.getlist(name) for name in sent if name.startswith(prefix)}
    raw = {
        name: texts
        for name, texts in named.items()
        if name in (ANSWER, PASS, REASON, CONFIRMATION_TOKEN) or name.startswith(f"{ANSWER}-")
    }
    if question.kind is Kind.DATE and "answer-month" in raw:
        raw["answer-month"] = [month_number(text.strip()) for text in raw["answer-month"]]
    return raw


def is_empty(raw: Mapping[str, Sequence[str]]) -> bool:
    """Whether nothing was typed or chosen."""
    answers = (texts for name, texts in raw.items() if name not in (REASON, CONFIRMATION_TOKEN))
    return not any(text.strip() for texts in answers for text in texts)


def show_fault(form: PageForm, question: Question, fault: AnswerFault) -> None:
    """Put the fault on the field that it is about."""
    name = f"{prefix_of(question)}{ANSWER}"
    if fault.part and f"{name}-{fault.part}" in form:
        name = f"{name}-{fault.part}"
    elif name not in form:
        name = f"{name}-{question.rows[0].value}"
    field = form[name]
    field.errors = (fault.message,)
    if isinstance(field, DatePartsField) and fault.part:
        field.faulty = (fault.part,)


def _choices(question: Question) -> dict[str, str]:
    ordered = sorted(question.options, key=lambda option: option.exclusive)
    return {option.value: option.label for option in (*ordered, *question.escapes)}


def _one_of(question: Question) -> Fields:
    return {ANSWER: wtforms.RadioField(question.text, choices=_choices(question), validate_choice=False)}


def _some_of(question: Question) -> Fields:
    return {
        ANSWER: wtforms.SelectMultipleField(question.text, choices=_choices(question), validate_choice=False)
    }


def _rows(question: Question) -> Fields:
    choices = {option.value: option.label for option in question.options}
    if question.dont_know is not None:
        choices[State.DONT_KNOW.value] = question.dont_know
    return {
        f"{ANSWER}-{row.value}": wtforms.RadioField(row.label, choices=choices, validate_choice=False)
        for row in question.rows
    }


def _number(question: Question) -> Fields:
    keyboard = "decimal" if question.kind is Kind.AMOUNT else "numeric"
    return {
        ANSWER: _PlainField(
            question.text, render_kw={"inputmode": keyboard, "spellcheck": False, "autocomplete": "off"}
        )
    }


def _document(question: Question) -> Fields:
    choices = {option.value: option.label for option in question.options}
    fields: Fields = {ANSWER: wtforms.RadioField(question.text, choices=choices, validate_choice=False)}
    for part in REFERENCE:
        label, hint = REFERENCE_LABELS[part]
        kind = _PlainArea if part == "extract" else _PlainField
        fields[f"{ANSWER}-{part}"] = kind(label, description=hint)
    return fields


class _PlainField(wtforms.StringField):
    """One line of text, shown again without what no page can hold."""

    def _value(self) -> str:
        return clean(str(self.data or ""))


class _PlainArea(wtforms.TextAreaField):
    """Lines of text, shown again without what no page can hold."""

    def _value(self) -> str:
        return clean(str(self.data or ""))


_FIELDS: dict[Kind, Callable[[Question], Fields]] = {
    Kind.YES_NO: _one_of,
    Kind.SINGLE_CHOICE: _one_of,
    Kind.RATING: _one_of,
    Kind.MULTI_CHOICE: _some_of,
    Kind.GRID: _rows,
    Kind.COUNT: _number,
    Kind.AMOUNT: _number,
    Kind.PROPORTION: _number,
    Kind.DATE: lambda question: {ANSWER: DatePartsField(question.text)},
    Kind.SHORT_TEXT: lambda question: {ANSWER: _PlainField(question.text)},
    Kind.LONG_TEXT: lambda question: {ANSWER: _PlainArea(question.text)},
    Kind.DOCUMENT: _document,
}


def _passing(question: Question) -> Fields:
    """Ways to pass beside an input: boxes and not radios, because without a script no radio can be undone.

    They keep the digest of the saved answer company, which every question of a page sends.
    """
    seen = {SEEN: wtforms.HiddenField()}
    if question.kind in CHOICES and question.kind is not Kind.GRID:
        return seen
    in_rows = State.DONT_KNOW.value if question.kind is Kind.GRID else None
    ways = {escape.value: escape.label for escape in question.escapes if escape.value != in_rows}
    if not ways:
        return seen
    label = f"If you cannot give an answer to “{question.text}”"
    return seen | {PASS: wtforms.SelectMultipleField(label, choices=ways, validate_choice=False)}


def _confirming(soft_check: SoftCheck | None) -> Fields:
    if soft_check is None:
        return {}
    return {REASON: _PlainArea("This is right because"), CONFIRMATION_TOKEN: wtforms.HiddenField()}


def _shown(asked: Asked) -> dict[str, Any]:
    """The data of the fields of one question."""
    reason = asked.saved.reason if asked.saved is not None else ""
    return {SEEN: digest(asked.saved), REASON: reason, **_filled(asked.question, asked.saved)}


def _filled(question: Question, answer: Answer | None) -> dict[str, Any]:
    """The data of the fields that show a saved answer."""
    if answer is None:
        return {}
    if answer.state is not State.ANSWERED:
        return _filled_passed(question, answer.state.value)
    value = answer.value
    if isinstance(value, Mapping):
        parts = {f"{ANSWER}-{part}": text for part, text in value.items()}
        return parts | {ANSWER: value.get("finding")}
    if isinstance(value, tuple):
        return {ANSWER: list(value)}
    if isinstance(value, int):
        return {ANSWER: _written(question, value)}
    return {ANSWER: date.fromisoformat(str(value)) if question.kind is Kind.DATE else value}


def _filled_passed(question: Question, way: str) -> dict[str, Any]:
    if question.kind is Kind.MULTI_CHOICE:
        return {ANSWER: [way]}
    if question.kind in CHOICES and question.kind is not Kind.GRID:
        return {ANSWER: way}
    if question.kind is Kind.GRID and way == State.DONT_KNOW:
        return {f"{ANSWER}-{row.value}": way for row in question.rows}
    return {PASS: [way]}


def _written(question: Question, value: int) -> str:
    if question.kind is not Kind.AMOUNT:
        return str(value)
    pounds, pence = divmod(abs(value), SCALE[Kind.AMOUNT])
    sign = "-" if value < 0 else ""
    return f"{sign}{pounds}.{pence:02}" if pence else f"{sign}{pounds}"
