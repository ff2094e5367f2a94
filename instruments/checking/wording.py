"""Wordings that are long, hard to read, or cannot be printed where they stand."""

from collections.abc import Iterator

from instruments.answering.piping import pipes
from instruments.answering.repeats import EACH
from instruments.checking.findings import Draft, Finding
from instruments.checking.reading_age import reading_age
from instruments.checking.words_of_facts import choice_findings
from instruments.conduct import Role
from instruments.kinds.table import kind_of
from instruments.schema import Question

MAX_WORDS_OF_TEXT, MAX_LETTERS_OF_TEXT = 25, 160
MAX_WORDS_OF_HINT = 40
MAX_LETTERS_OF_SHORT, MAX_LETTERS_OF_OPTION = 50, 100
MAX_READING_AGE = 14
READ_BY_RESPONDENTS = frozenset({Role.CORE, Role.MODULE, Role.LOCAL_MODULE})


def wording_findings(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the wording of one file."""
    for section in draft.questionnaire.written:
        if _pipes(section.title):
            yield _pipe_in_label(draft, "its title", section.id)
        for question in section.questions:
            yield from _of_question(draft, question)


def _of_question(draft: Draft, question: Question) -> Iterator[Finding]:
    yield from _long(draft, question)
    if _pipes(question.short + question.measured):
        yield _pipe_in_label(draft, "short or measured", question.id)
    if draft.questionnaire.role in READ_BY_RESPONDENTS:
        age = reading_age(f"{question.text}\n{question.hint}")
        if age is not None and age > MAX_READING_AGE:
            message = f"the reading age is about {age:.0f}, and should be {MAX_READING_AGE} or less"
            yield draft.warning("hard-to-read", f"{message}: use shorter words or sentences", question.id)
        if question.required and not question.escapes and not kind_of(question).has_way_out(question):
            message = "nobody can pass it: offer dont_know or another way, or make it required: false"
            yield draft.warning("no-way-out", message, question.id)
    yield from choice_findings(draft, question)
    if kind_of(question).is_choice and len(question.options) == 1:
        yield draft.warning("one-option", "there is only one thing to choose: offer another", question.id)


def _long(draft: Draft, question: Question) -> Iterator[Finding]:
    words, letters = len(question.text.split()), len(question.text)
    if words > MAX_WORDS_OF_TEXT or letters > MAX_LETTERS_OF_TEXT:
        most = f"{MAX_WORDS_OF_TEXT} words and {MAX_LETTERS_OF_TEXT} characters are the most"
        yield draft.warning(
            "long-text", f"the text has {words} words, {letters} characters; {most}", question.id
        )
    if (hinted := len(question.hint.split())) > MAX_WORDS_OF_HINT:
        yield draft.warning(
            "long-hint", f"the hint has {hinted} words, and the most is {MAX_WORDS_OF_HINT}", question.id
        )
    labels = [("short", question.short, MAX_LETTERS_OF_SHORT)]
    labels += [(f"the label of {one.value}", one.label, MAX_LETTERS_OF_OPTION) for one in question.options]
    labels += [(f"the label of {one.value}", one.label, MAX_LETTERS_OF_OPTION) for one in question.rows]
    for what, label, maximum in labels:
        if len(label) > maximum:
            message = f"{what} has {len(label)} characters, and the most is {maximum}"
            yield draft.warning("long-label", message, question.id)


def _pipes(wording: str) -> bool:
    return any(name != EACH for name, _ in pipes(wording))


def _pipe_in_label(draft: Draft, what: str, about: str) -> Finding:
    message = f"{what} is printed where no one organisation is meant: take the pipe out"
    return draft.warning("pipe-in-label", message, about)
