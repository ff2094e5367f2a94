"""The form of one question, made from the question: fields for each kind, filled with what is saved.

What is sent is judged by `instruments`, never by WTForms: `raw_parts` hands it over as it came, and
`show_fault` puts the verdict beside the input that it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from instruments.answers import LONGEST, Answer, clean
from instruments.errors import AnswerFault
from instruments.schema import CHOICES, SCALE, Kind, Question, State
from survey_app.web.date_field import DatePartsField, month_number

PASS = "pass"  # noqa: S105 - the name of a field
Fields = dict[str, Any]


class PageForm(FlaskForm):
    """What every question's page sends besides its answer."""

    seen = wtforms.HiddenField()
    response_ref = wtforms.HiddenField()


def form_for(question: Question, answer: Answer | None, *, seen: str, response_ref: str) -> PageForm:
    """The form of a worded question.

    Args:
        answer: what is saved; shown unless the request brings something of its own.
        seen: the digest of that answer.
        response_ref: what binds the page to its case.
    """
    fields = _FIELDS[question.kind](question) | _passing(question)
    made: PageForm = type("QuestionForm", (PageForm,), fields)(
        data={"seen": seen, "response_ref": response_ref, **_filled(question, answer)}
    )
    return made


def raw_parts(question: Question, sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """The parts of the answer as they were sent; months written as words become numbers."""
    raw = {
        name: sent.getlist(name) for name in sent if name in ("answer", PASS) or name.startswith("answer-")
    }
    if question.kind is Kind.DATE and "answer-month" in raw:
        raw["answer-month"] = [month_number(text.strip()) for text in raw["answer-month"]]
    return raw


def is_empty(raw: Mapping[str, Sequence[str]]) -> bool:
    """Whether nothing was typed or chosen."""
    return not any(text.strip() for texts in raw.values() for text in texts)


def show_fault(form: PageForm, question: Question, fault: AnswerFault) -> None:
    """Put the fault on the field that it is about."""
    name = f"answer-{fault.part}" if question.kind is Kind.GRID else "answer"
    if question.kind is Kind.GRID and name not in form:
        name = f"answer-{question.rows[0].value}"
    field = form[name]
    field.errors = (fault.message,)
    if isinstance(field, DatePartsField) and fault.part:
        field.faulty = (fault.part,)


def looks(question: Question) -> dict[str, Any]:
    """What `field_markup` should know about the answer's field."""
    found: dict[str, Any] = {"hint": question.hint or None}
    match question.kind:
        case Kind.RATING:
            whole = [
                option.value for option in question.options if int(option.value) % SCALE[Kind.RATING] == 0
            ]
            found["options"] = {value: {"label_classes": "govuk-!-font-weight-bold"} for value in whole}
        case Kind.COUNT:
            found["classes"] = "govuk-input--width-5"
        case Kind.AMOUNT:
            found |= {"classes": "govuk-input--width-10", "prefix": "£"}
        case Kind.PROPORTION:
            found |= {"classes": "govuk-input--width-3", "suffix": "%"}
        case Kind.LONG_TEXT:
            found |= {"rows": 8, "limit": question.limit or LONGEST[Kind.LONG_TEXT]}
    if question.kind in CHOICES:
        found["options"] = {**found.get("options", {}), **_option_looks(question)}
    return found


def _option_looks(question: Question) -> dict[str, dict[str, Any]]:
    """Hints, the word "or" before the first choice that excludes the others, and which those are."""
    looks: dict[str, dict[str, Any]] = {o.value: {"hint": o.hint} for o in question.options if o.hint}
    several = question.kind is Kind.MULTI_CHOICE
    alone = [o.value for o in question.options if o.exclusive and several]
    alone += [] if question.kind is Kind.GRID else [escape.value for escape in question.escapes]
    for value in alone:
        looks.setdefault(value, {})["exclusive"] = several
    if alone:
        looks[alone[0]]["divider"] = "or"
    return looks


def _choices(question: Question) -> dict[str, str]:
    ordered = sorted(question.options, key=lambda option: option.exclusive)
    return {option.value: option.label for option in (*ordered, *question.escapes)}


def _one_of(question: Question) -> Fields:
    return {"answer": wtforms.RadioField(question.text, choices=_choices(question), validate_choice=False)}


def _some_of(question: Question) -> Fields:
    return {
        "answer": wtforms.SelectMultipleField(
            question.text, choices=_choices(question), validate_choice=False
        )
    }


def _rows(question: Question) -> Fields:
    choices = {option.value: option.label for option in question.options}
    if question.dont_know is not None:
        choices[State.DONT_KNOW.value] = question.dont_know
    return {
        f"answer-{row.value}": wtforms.RadioField(row.label, choices=choices, validate_choice=False)
        for row in question.rows
    }


def _number(question: Question) -> Fields:
    keyboard = "decimal" if question.kind is Kind.AMOUNT else "numeric"
    return {
        "answer": _PlainField(
            question.text, render_kw={"inputmode": keyboard, "spellcheck": False, "autocomplete": "off"}
        )
    }


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
    Kind.DATE: lambda question: {"answer": DatePartsField(question.text)},
    Kind.SHORT_TEXT: lambda question: {"answer": _PlainField(question.text)},
    Kind.LONG_TEXT: lambda question: {"answer": _PlainArea(question.text)},
}


def _passing(question: Question) -> Fields:
    """Ways to pass beside an input: boxes and not radios, because without a script no radio can be undone."""
    if question.kind in CHOICES and question.kind is not Kind.GRID:
        return {}
    in_rows = State.DONT_KNOW.value if question.kind is Kind.GRID else None
    ways = {escape.value: escape.label for escape in question.escapes if escape.value != in_rows}
    if not ways:
        return {}
    label = "If you cannot give an answer"
    return {PASS: wtforms.SelectMultipleField(label, choices=ways, validate_choice=False)}


def _filled(question: Question, answer: Answer | None) -> dict[str, Any]:
    """The data of the fields that show a saved answer."""
    if answer is None:
        return {}
    if answer.state is not State.ANSWERED:
        return _filled_passed(question, answer.state.value)
    value = answer.value
    if isinstance(value, Mapping):
        return {f"answer-{row}": chosen for row, chosen in value.items()}
    if isinstance(value, tuple):
        return {"answer": list(value)}
    if isinstance(value, int):
        return {"answer": _written(question, value)}
    return {"answer": date.fromisoformat(str(value)) if question.kind is Kind.DATE else value}


def _filled_passed(question: Question, way: str) -> dict[str, Any]:
    if question.kind is Kind.MULTI_CHOICE:
        return {"answer": [way]}
    if question.kind in CHOICES and question.kind is not Kind.GRID:
        return {"answer": way}
    if question.kind is Kind.GRID and way == State.DONT_KNOW:
        return {f"answer-{row.value}": way for row in question.rows}
    return {PASS: [way]}


def _written(question: Question, value: int) -> str:
    if question.kind is not Kind.AMOUNT:
        return str(value)
    pounds, pence = divmod(abs(value), SCALE[Kind.AMOUNT])
    sign = "-" if value < 0 else ""
    return f"{sign}{pounds}.{pence:02}" if pence else f"{sign}{pounds}"
