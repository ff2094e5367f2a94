"""Known facts and earlier answers in the wording: `{agreement}`, `{group-name|the group}`.

Plain replacement of whole names. What is put in is never read again for pipes, and nothing but a
name can stand between the braces, so neither a fact nor an answer can reach into the program.
"""

import re
from collections.abc import Iterator, Mapping

from instruments.answering.answers import Answer, shown
from instruments.answering.routing import computed_values
from instruments.errors import PipingError
from instruments.facts import IN_GENERAL, OTHERWISE, known
from instruments.schema import Question, Questionnaire, State
from instruments.texts import reworded_question

PIPE = re.compile(r"\{([a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)?)(?:\|([^{}|]+))?\}")


def pipes(wording: str) -> Iterator[tuple[str, str | None]]:
    """Each name asked for in a wording, with its fallback or None."""
    for pipe in PIPE.finditer(wording):
        yield pipe[1], pipe[2]


def fill(wording: str, values: Mapping[str, str]) -> str:
    """The wording with every pipe filled; a name without value takes its fallback, or the usual words.

    Raises:
        PipingError: a name has neither a value nor a fallback.
    """

    def value(pipe: re.Match[str]) -> str:
        # An empty value is none: the words behind the bar are for that.
        text = values.get(pipe[1]) or pipe[2] or OTHERWISE.get(pipe[1])
        if text is None and pipe[1] in values:
            return ""
        if text is None:
            raise PipingError(f"no value for {{{pipe[1]}}} in {wording!r}")
        return text

    return PIPE.sub(value, wording)


def pipe_values(
    questionnaire: Questionnaire, answers: Mapping[str, Answer], facts: Mapping[str, str]
) -> dict[str, str]:
    """What may be piped: the facts, and what was answered or worked out, as a reader would say it."""
    given = {question.item: (question, answers.get(question.item)) for question in questionnaire.questions}
    if questionnaire.computed:
        computed = computed_values(questionnaire, answers, facts)
        given |= {name: (questionnaire.computed[name].as_question, computed[name]) for name in computed}
    values = {
        name: shown(question, answer)
        for name, (question, answer) in given.items()
        if answer is not None and answer.state is State.ANSWERED
    }
    return values | known(facts)


def in_general(wording: str) -> str:
    """A title where no one organisation is meant: about the agreement, whichever."""
    return fill(wording, IN_GENERAL)


def filled(question: Question, values: Mapping[str, str]) -> Question:
    """The question with every pipe in its wording filled: text, hint, labels, messages, ways to pass.

    Raises:
        PipingError: a name has neither a value nor a fallback.
    """
    return reworded_question(question, lambda _, wording: fill(wording, values))
