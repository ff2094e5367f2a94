"""Which questions are asked, in which order, and where each item stands.

A condition is true, false, or not yet known, because it waits for an answer still to come. True
puts a question on the route, false routes it out, and not yet known leaves it unreached. An answer
to a question that is off the route decides nothing; it is kept by the caller and marked here.
"""

from collections.abc import Iterator
from dataclasses import replace

from instruments.answering.answers import Answer
from instruments.answering.logic import Answers, Facts, Standing
from instruments.errors import UnknownQuestionError
from instruments.schema import Page, Question, Questionnaire, State

MODE = "mode"
"""The fact that says in which mode answers are given; while it is unknown, no question is left out for it."""


def route(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> tuple[Question, ...]:
    """The questions that these answers and facts lead to, in order.

    Answers are by item. Questions that wait for an answer still to come are not among them yet.
    """
    return tuple(question for question, asked in _asked(questionnaire, answers, facts) if asked)


def states(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> dict[str, State]:
    """Where each item stands: every item of the questionnaire is in the result, in order.

    An item off the route is `routed_out` whether or not an answer to it is kept. An optional
    question that was left empty stays `not_reached`.
    """
    return {
        question.item: _state(question, asked, answers)
        for question, asked in _asked(questionnaire, answers, facts)
    }


def counted(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> dict[str, Answer]:
    """The answers that count: those to questions on the route. The rest are kept, but not used."""
    return {
        question.item: answers[question.item]
        for question in route(questionnaire, answers, facts)
        if question.item in answers
    }


def next_question(
    questionnaire: Questionnaire, answers: Answers, facts: Facts, after: str | None = None
) -> Question | None:
    """The first question on the route behind the question with id `after`; None at the end.

    Without `after`, the first of the route. `after` need not be on the route itself.

    Raises:
        UnknownQuestionError: there is no question `after`.
    """
    start = -1 if after is None else _position(questionnaire, after)
    pages = route(questionnaire, answers, facts)
    return next((page for page in pages if _position(questionnaire, page.id) > start), None)


def previous_question(
    questionnaire: Questionnaire, answers: Answers, facts: Facts, before: str
) -> Question | None:
    """The last question on the route in front of the question with id `before`; None at the start.

    Raises:
        UnknownQuestionError: there is no question `before`.
    """
    end = _position(questionnaire, before)
    pages = reversed(route(questionnaire, answers, facts))
    return next((page for page in pages if _position(questionnaire, page.id) < end), None)


def first_unanswered(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> Question | None:
    """Where to resume: the first required question on the route that has no answer; None when complete."""
    pages = route(questionnaire, answers, facts)
    return next((page for page in pages if page.required and page.item not in answers), None)


def route_pages(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> tuple[Page, ...]:
    """The pages that these answers and facts lead to, each with those of its questions that are asked."""
    asked = {question.id for question in route(questionnaire, answers, facts)}
    pages = (
        replace(page, questions=tuple(q for q in page.questions if q.id in asked))
        for page in questionnaire.pages
    )
    return tuple(page for page in pages if page.questions)


def computed_values(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> dict[str, Answer]:
    """The computed values that can be told from these answers and facts, by id.

    A value is passed as `dont_know` where it rests on an answer that was passed, and as
    `not_applicable` where nothing can be divided by 0.
    """
    standing = walked(questionnaire, answers, facts)
    values = {name: standing.known(name).answer for name in questionnaire.computed}
    return {name: answer for name, answer in values.items() if answer is not None}


def walked(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> Standing:
    """How far the answers reach, once the whole questionnaire is walked."""
    standing = Standing(answers, facts, questionnaire.computed)
    for _ in _walk(questionnaire, standing):
        pass
    return standing


def _position(questionnaire: Questionnaire, question_id: str) -> int:
    place = questionnaire.positions.get(question_id)
    if place is None:
        raise UnknownQuestionError(question_id)
    return place


def _asked(
    questionnaire: Questionnaire, answers: Answers, facts: Facts
) -> Iterator[tuple[Question, bool | None]]:
    return _walk(questionnaire, Standing(answers, facts, questionnaire.computed))


def _walk(questionnaire: Questionnaire, standing: Standing) -> Iterator[tuple[Question, bool | None]]:
    """Each question with whether it is asked: True, False, or None for not yet known."""
    for section in questionnaire.sections:
        of_section = True if section.ask_if is None else standing.holds(section.ask_if)
        for question in section.questions:
            asked = _and(of_section, _of_question(question, standing))
            standing.asked[question.item] = asked
            yield question, asked


def _of_question(question: Question, standing: Standing) -> bool | None:
    mode = standing.facts.get(MODE)
    if mode is not None and question.modes and mode not in question.modes:
        return False
    return True if question.ask_if is None else standing.holds(question.ask_if)


def _and(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _state(question: Question, asked: bool | None, answers: Answers) -> State:
    if asked is False:
        return State.ROUTED_OUT
    if asked is None or question.item not in answers:
        return State.NOT_REACHED
    return answers[question.item].state
