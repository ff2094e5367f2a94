"""Known facts and earlier answers in the wording: `{agreement}`, `{group-name|the group}`.

Plain replacement of whole names. What is put in is never read again for pipes, and nothing but a
name can stand between the braces, so neither a fact nor an answer can reach into the program.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from instruments.answers import Answer, shown
from instruments.errors import PipingError
from instruments.schema import Question, Questionnaire, State

PIPE = re.compile(r"\{([a-z][a-z0-9_-]*)(?:\|([^{}|]+))?\}")


def pipes(wording: str) -> Iterator[tuple[str, str | None]]:
    """Each name asked for in a wording, with its fallback or None."""
    for found in PIPE.finditer(wording):
        yield found[1], found[2]


def fill(wording: str, values: Mapping[str, str]) -> str:
    """The wording with every pipe filled; a name without value takes its fallback.

    Raises:
        PipingError: a name has neither a value nor a fallback.
    """

    def value(found: re.Match[str]) -> str:
        text = values.get(found[1], found[2])
        if text is None:
            raise PipingError(f"no value for {{{found[1]}}} in {wording!r}")
        return text

    return PIPE.sub(value, wording)


def pipe_values(
    questionnaire: Questionnaire, answers: Mapping[str, Answer], facts: Mapping[str, str]
) -> dict[str, str]:
    """What may be piped: the facts, and the answers given, as a reader would say them."""
    values = {
        question.item: shown(question, answers[question.item])
        for question in questionnaire.questions
        if question.item in answers and answers[question.item].state is State.ANSWERED
    }
    return values | dict(facts)


def filled(question: Question, values: Mapping[str, str]) -> Question:
    """The question with every pipe in its wording filled: text, hint, labels, ways to pass.

    Raises:
        PipingError: a name has neither a value nor a fallback.
    """

    def passing(wording: str | None) -> str | None:
        return None if wording is None else fill(wording, values)

    return replace(
        question,
        text=fill(question.text, values),
        hint=fill(question.hint, values),
        short=fill(question.short, values),
        measured=fill(question.measured, values),
        options=tuple(
            replace(option, label=fill(option.label, values), hint=fill(option.hint, values))
            for option in question.options
        ),
        rows=tuple(replace(row, label=fill(row.label, values)) for row in question.rows),
        not_applicable=passing(question.not_applicable),
        dont_know=passing(question.dont_know),
        prefer_not_to_say=passing(question.prefer_not_to_say),
    )
