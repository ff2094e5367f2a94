"""How long a questionnaire takes: worked out from its kinds of question, unless the file says.

The usual minutes rest on the rule of thumb of survey research that four or five short closed
questions take a minute, and that an open one takes two. They are to be set against the times
that rounds really take.
"""

from instruments.answering.repeats import instances
from instruments.kinds.table import kind_of
from instruments.schema import Question, Questionnaire, Repeat, Section

CHOSEN = 3
"""How often a repeat over chosen options is taken to be asked, where there are that many."""


def minutes(questionnaire: Questionnaire) -> float:
    """Minutes for somebody to whom every question applies."""
    items = {q.item: q for section in questionnaire.written for q in section.questions}
    return sum(section_minutes(section, items) for section in questionnaire.written)


def section_minutes(section: Section, items: dict[str, Question]) -> float:
    """Minutes for one section as written, with its repeats; `items` are the questions of the whole."""
    once = section.minutes
    if once is None:
        once = sum(question_minutes(q) * _times(q.repeat, items) for q in section.questions)
    return once * _times(section.repeat, items)


def question_minutes(question: Question) -> float:
    """Minutes for asking one question once."""
    if question.minutes is not None:
        return question.minutes
    return kind_of(question).minutes_of(question)


def _times(repeat: Repeat | None, items: dict[str, Question]) -> int:
    if repeat is None:
        return 1
    possible = len(instances(repeat, items))
    return min(CHOSEN, possible) if repeat.item else possible
