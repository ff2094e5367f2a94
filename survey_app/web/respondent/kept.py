"""What was typed on a page that was not saved: shown again with what happened, and carried on if it can be.

One rule for whatever comes between (the sitting is over, another code was entered, a colleague sent the
answers, the round closed, the page was open too long, the database is away): the fault is raised, and it is
answered here with the words. With the code the words go back to their page as a draft; where sending them
once more can help, there is a button; else they can be copied.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import g, render_template, request, session
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.datastructures import MultiDict

from instruments.answering.answers import read_answer, shown
from instruments.answering.piping import PIPE
from instruments.errors import AnswerFault
from instruments.kinds.values import clean
from instruments.schema import Question, Questionnaire
from survey_app.errors import CompactError
from survey_app.services.responses.labels import questionnaire_of_version
from survey_app.services.responses.saving import RacedError
from survey_app.web.answering.forms import SEEN, is_said, raw_parts, says_anything
from survey_app.web.errors import answered, explained
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import (
    KEY,
    MAX_PAGE_SIZE,
    AnotherSeatError,
    SeatLostError,
)
from survey_app.web.site import reading

# Enough to find one's words again; a page is not the place for a megabyte.
MAX_SHOWN_LENGTH = 20_000
KEPT, KEPT_QUESTION = "kept.", "kept-question"
NOT_KEPT = {"csrf_token", "next", "later", "code", "word"}


class Way(StrEnum):
    """How the words can come back to their page."""

    CODE = "code"
    AGAIN = "again"
    COPY = "copy"


@dataclass(frozen=True)
class Words:
    """What was entered for one question, as its respondent would say it."""

    label: str
    said: str


@dataclass(frozen=True)
class TypedPage:
    """The fields of a page as they were sent, under the id of the question in its address."""

    question_id: str
    fields: Mapping[str, Sequence[str]]

    def __bool__(self) -> bool:
        return says_anything(self.fields)

    @property
    def sent(self) -> MultiDict[str, str]:
        """The fields as a form has them."""
        return MultiDict({name: list(texts) for name, texts in self.fields.items()})

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The fields under names of their own, for a form that brings them to another page."""
        fields = [(KEPT + name, text) for name, texts in self.fields.items() for text in texts]
        return [(KEPT_QUESTION, self.question_id), *fields]

    @property
    def as_sent(self) -> list[tuple[str, str]]:
        """The fields as they were, for a form that sends them once more."""
        return [(name, text) for name, texts in self.fields.items() for text in texts]


def typed_page() -> TypedPage | None:
    """What this request brings of a page of questions: sent from there, or carried on from it."""
    if request.method != "POST" or (request.content_length or 0) > MAX_PAGE_SIZE:
        return None
    fields = {name: request.form.getlist(name) for name in request.form if name not in NOT_KEPT}
    if request.endpoint == "respondent.answer":
        return TypedPage(str((request.view_args or {})["question_id"]), fields)
    if KEPT_QUESTION not in fields:
        return None
    carried = {name.removeprefix(KEPT): texts for name, texts in fields.items() if name.startswith(KEPT)}
    return TypedPage(request.form[KEPT_QUESTION], carried)


@bp.errorhandler(Exception)
def answered_with_words(fault: Exception) -> tuple[str, int]:
    """The page that says what happened, with the words that it came between."""
    typed = typed_page()
    if not typed:
        return answered(fault)
    if isinstance(fault, CSRFError) and KEY not in session:
        fault = SeatLostError()
    happened = explained(fault)
    page = render_template(
        "respondent/kept.html",
        title=happened.title,
        explanation=happened.explanation,
        next_steps=() if _way(fault, happened.status) is Way.AGAIN else happened.next_steps,
        way=_way(fault, happened.status).value,
        typed=typed,
        words=words_of(typed),
        here=g.get("sitting"),
    )
    return page, happened.status


def _way(fault: Exception, status: int) -> Way:
    if isinstance(fault, SeatLostError | AnotherSeatError):
        return Way.CODE
    passing = isinstance(fault, CSRFError | OperationalError | IntegrityError | RacedError)
    return Way.AGAIN if passing or status == 500 else Way.COPY


def words_of(typed: TypedPage) -> list[Words]:
    """What was entered, question by question; where the questionnaire cannot be had, in one piece."""
    questionnaire = _questionnaire(typed)
    said = list(_words(questionnaire, typed)) if questionnaire else []
    return said or [Words("", _plain(typed))]


def _questionnaire(typed: TypedPage) -> Questionnaire | None:
    version = "".join(typed.fields.get("version", ()))
    if not re.fullmatch(r"[0-9]{1,9}", version):
        return None
    try:
        with reading() as opened:
            return questionnaire_of_version(opened, version_id=int(version))
    except (CompactError, OperationalError):
        return None  # the words are shown all the same


def _words(questionnaire: Questionnaire, typed: TypedPage) -> Iterator[Words]:
    for question in questionnaire.questions:
        if question.id == typed.question_id or f"{question.id}.{SEEN}" in typed.fields:
            said = _said(question, typed)
            if said:
                yield Words(_without_pipes(question.short), said)


def _said(question: Question, typed: TypedPage) -> str:
    raw = raw_parts(question, typed.sent)
    texts = [clean(text) for name, texts in raw.items() if is_said(name) for text in texts if text.strip()]
    try:
        answer = read_answer(question, raw)
    except AnswerFault:
        return "\n".join(texts)[:MAX_SHOWN_LENGTH]
    said = [shown(question, answer)] if answer is not None else []
    said += [f"Right because: {reason}" for reason in raw.get("reason", ()) if reason.strip()]
    return _without_pipes("\n".join(said))[:MAX_SHOWN_LENGTH]


def _plain(typed: TypedPage) -> str:
    texts = [text for name, texts in typed.fields.items() if is_said(name) for text in texts if text.strip()]
    return clean("\n".join(texts))[:MAX_SHOWN_LENGTH]


def _without_pipes(wording: str) -> str:
    return PIPE.sub(lambda pipe: pipe[2] or "…", wording)
