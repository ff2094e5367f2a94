"""The form of one page, made from its questions: fields for each kind, filled with what is saved.

What is sent is validated by the services, never by WTForms: `raw_parts` hands it over as it came, and
`show_fault` puts the verdict beside the input that it is about. A question that is a page of its own
has fields called `answer`; the fields of questions shown together begin with the id of theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from instruments.answering.answers import Answer
from instruments.errors import AnswerFault
from instruments.schema import Question, State
from survey_app.services.responses.checking import CONFIRMATION_TOKEN, REASON, SoftCheck
from survey_app.services.responses.seats import digest
from survey_app.web.answering.kinds.fields import PlainArea
from survey_app.web.answering.kinds.screen import ANSWER, PASS, Fields
from survey_app.web.answering.kinds.table import screen_of
from survey_app.web.forms.date_parts import DatePartsField

SEEN = "seen"


class PageForm(FlaskForm):
    """What every page sends besides its answers."""

    response_ref = wtforms.HiddenField()
    version = wtforms.HiddenField()


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


def form_for(
    asked: Sequence[Asked], *, response_ref: str, version: int, typed: MultiDict[str, str] | None = None
) -> PageForm:
    """The form of a page.

    Args:
        asked: saved answers are shown unless the request, or `typed`, brings something of its own.
        response_ref: what binds the page to its seat.
        version: of the questionnaire, by which the words of its labels are looked up.
        typed: the fields of the page as they were left.
    """
    fields: Fields = {}
    shown: dict[str, Any] = {"response_ref": response_ref, "version": version}
    for each in asked:
        made = (
            screen_of(each.question).fields(each.question)
            | _passing(each.question)
            | _confirming(each.soft_check)
        )
        fields |= {each.prefix + name: field for name, field in made.items()}
        shown |= {each.prefix + name: value for name, value in _shown(each).items()}
    given = {} if typed is None else {"formdata": typed}
    form: PageForm = type("QuestionForm", (PageForm,), fields)(data=shown, **given)
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
    return screen_of(question).sent(raw)


def is_empty(raw: Mapping[str, Sequence[str]]) -> bool:
    """Whether nothing was typed or chosen."""
    answers = (texts for name, texts in raw.items() if name not in (REASON, CONFIRMATION_TOKEN))
    return not any(text.strip() for texts in answers for text in texts)


def is_said(name: str) -> bool:
    """Whether a field holds what somebody entered, and not what the page had of its own."""
    last = name.rpartition(".")[2]
    return last in (ANSWER, PASS, REASON) or last.startswith(f"{ANSWER}-")


def says_anything(fields: Mapping[str, Sequence[str]]) -> bool:
    """Whether anything was typed or chosen on a page."""
    return any(text.strip() for name, texts in fields.items() if is_said(name) for text in texts)


def show_fault(form: PageForm, question: Question, fault: AnswerFault) -> None:
    """Put the fault on the field that it is about."""
    name = f"{prefix_of(question)}{ANSWER}"
    if fault.part and f"{name}-{fault.part}" in form:
        name = f"{name}-{fault.part}"
    elif name not in form:
        name = f"{prefix_of(question)}{screen_of(question).main_field(question)}"
    field = form[name]
    field.errors = (fault.message,)
    if isinstance(field, DatePartsField) and fault.part:
        field.faulty = (fault.part,)


def _passing(question: Question) -> Fields:
    """Ways to pass beside an input: boxes and not radios, because without a script no radio can be undone.

    They keep the digest of the saved answer company, which every question of a page sends.
    """
    seen = {SEEN: wtforms.HiddenField()}
    ways = screen_of(question).passing(question)
    if not ways:
        return seen
    label = f"If you cannot give an answer to “{question.text}”"
    return seen | {PASS: wtforms.SelectMultipleField(label, choices=ways, validate_choice=False)}


def _confirming(soft_check: SoftCheck | None) -> Fields:
    if soft_check is None:
        return {}
    return {REASON: PlainArea("This is right because"), CONFIRMATION_TOKEN: wtforms.HiddenField()}


def _shown(asked: Asked) -> dict[str, Any]:
    """The data of the fields of one question."""
    reason = asked.saved.reason if asked.saved is not None else ""
    return {SEEN: digest(asked.saved), REASON: reason, **_answered(asked.question, asked.saved)}


def _answered(question: Question, answer: Answer | None) -> Fields:
    """The data of the fields that show a saved answer."""
    if answer is None:
        return {}
    if answer.state is not State.ANSWERED:
        return screen_of(question).passed(question, answer.state.value)
    return screen_of(question).data(question, answer.value)
