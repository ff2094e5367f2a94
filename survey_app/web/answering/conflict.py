"""An answer that was changed elsewhere since the page was opened: both are shown, and a person chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template
from werkzeug.datastructures import MultiDict

from instruments.answering.answers import Answer, read_answer, shown
from instruments.errors import AnswerFault
from instruments.schema import Page, Question
from survey_app.services.responses.checking import REASON, Sent
from survey_app.services.responses.seats import digest
from survey_app.web.answering.filling import Filling
from survey_app.web.answering.forms import SEEN, is_empty, prefix_of, raw_parts
from survey_app.web.answering.page import moment_in_words
from survey_app.web.site import site

# The choice between what is saved and what was typed, of one question.
SETTLE = "settle"


@dataclass(frozen=True)
class Clash:
    """One question whose answer was changed elsewhere: what is saved now, and what was just typed."""

    question: Question
    field: str
    saved: str
    typed: str


def sent_of(here: Filling, page: Page, typed: MultiDict[str, str]) -> list[Sent]:
    """What was typed for each question, without those whose saved answer is to stay."""
    return [
        Sent(here.journey.worded(question), raw_parts(question, typed), typed.get(prefix + SEEN, ""))
        for question in page.questions
        for prefix in (prefix_of(question),)
        if typed.get(prefix + SETTLE) != "saved"
    ]


def clashes_of(here: Filling, sent: Sequence[Sent]) -> list[Sent]:
    """What was typed on a page whose answers were changed elsewhere since, and is not what is saved."""
    return [
        each
        for each in sent
        if digest(here.sheet.answers.get(each.question.item)) != each.seen
        and not is_empty(each.raw)
        and _typed_answer(each) != here.sheet.answers.get(each.question.item)
    ]


def _typed_answer(sent: Sent) -> Answer | None:
    """What was typed as an answer, with its reason; None where it is none."""
    try:
        typed = read_answer(sent.question, sent.raw)
    except AnswerFault:
        return None
    reason = "\n".join(sent.raw.get(REASON, ())).strip()
    return replace(typed, reason=reason) if typed is not None else None


def choice(here: Filling, clashing: Sequence[Sent], typed: MultiDict[str, str]) -> str:
    """Show what is saved now beside what was just typed, and let the person choose question by question."""
    clashes = [_clash(here, each) for each in clashing]
    saved_at = here.sheet.saved_at
    seen = {prefix_of(each.question) + SEEN: each for each in clashing}
    hidden = [
        (name, digest(here.sheet.answers.get(seen[name].question.item)) if name in seen else text)
        for name in typed
        for text in typed.getlist(name)
        if not name.endswith(SETTLE)
    ]
    return render_template(
        f"{here.room}/conflict.html",
        here=here,
        clashes=clashes,
        hidden=hidden,
        saved_at=moment_in_words(saved_at, site().clock.now()) if saved_at else "",
    )


def _clash(here: Filling, sent: Sent) -> Clash:
    saved = here.sheet.answers.get(sent.question.item)
    typed = _typed_answer(sent)
    said = _in_words(sent.question, typed) if typed else "\n".join(text for _, text in _texts(sent.raw))
    return Clash(sent.question, prefix_of(sent.question) + SETTLE, _in_words(sent.question, saved), said)


def _texts(raw: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in raw.items() for text in texts if text.strip()]


def _in_words(asked: Question, given: Answer | None) -> str:
    if given is None:
        return "No answer"
    return f"{shown(asked, given)}\nRight because: {given.reason}" if given.reason else shown(asked, given)
