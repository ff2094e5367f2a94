"""Which questions are asked, in which order, and where each item stands.

A condition is true, false, or not yet known, because it waits for an answer still to come. True
puts a question on the route, false routes it out, and not yet known leaves it unreached. An answer
to a question that is off the route decides nothing; it is kept by the caller and marked here.
"""

from collections.abc import Iterator, Mapping

from instruments.answers import Answer
from instruments.errors import UnknownQuestionError
from instruments.schema import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Not,
    Question,
    Questionnaire,
    Relation,
    State,
)

Answers = Mapping[str, Answer]
Facts = Mapping[str, str]


def route(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> tuple[Question, ...]:
    """The questions that these answers and facts lead to, in order.

    Answers are by item. Questions that wait for an answer still to come are not among them yet.
    """
    return tuple(question for question, asked in _walk(questionnaire, answers, facts) if asked)


def states(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> dict[str, State]:
    """Where each item stands: every item of the questionnaire is in the result, in order.

    An item off the route is `routed_out` whether or not an answer to it is kept. An optional
    question that was left empty stays `not_reached`.
    """
    return {
        question.item: _state(question, asked, answers)
        for question, asked in _walk(questionnaire, answers, facts)
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


def _position(questionnaire: Questionnaire, question_id: str) -> int:
    for position, question in enumerate(questionnaire.questions):
        if question.id == question_id:
            return position
    raise UnknownQuestionError(question_id)


def _walk(
    questionnaire: Questionnaire, answers: Answers, facts: Facts
) -> Iterator[tuple[Question, bool | None]]:
    """Each question with whether it is asked: True, False, or None for not yet known."""
    asked: dict[str, bool | None] = {}
    for section in questionnaire.sections:
        for question in section.questions:
            conditions = tuple(one for one in (section.ask_if, question.ask_if) if one is not None)
            asked[question.item] = not conditions or _holds(All(conditions), answers, facts, asked)
            yield question, asked[question.item]


def _state(question: Question, asked: bool | None, answers: Answers) -> State:
    if asked is False:
        return State.ROUTED_OUT
    if asked is None or question.item not in answers:
        return State.NOT_REACHED
    return answers[question.item].state


def _holds(
    condition: Condition, answers: Answers, facts: Facts, asked: Mapping[str, bool | None]
) -> bool | None:
    """The condition in the logic of true, false and not yet known (Kleene's)."""
    if isinstance(condition, Comparison):
        return _compares(condition, answers, facts, asked)
    if isinstance(condition, Not):
        held = _holds(condition.part, answers, facts, asked)
        return None if held is None else not held
    held_parts = [_holds(part, answers, facts, asked) for part in condition.parts]
    decisive = isinstance(condition, AnyOf)
    if decisive in held_parts:
        return decisive
    return None if None in held_parts else not decisive


def _compares(
    comparison: Comparison, answers: Answers, facts: Facts, asked: Mapping[str, bool | None]
) -> bool | None:
    if comparison.of_fact:
        return facts.get(comparison.subject) in comparison.values
    if not (reached := asked[comparison.subject]):
        return reached
    answer = answers.get(comparison.subject)
    return None if answer is None else _matches(comparison, answer)


def _matches(comparison: Comparison, answer: Answer) -> bool:
    if answer.state is not State.ANSWERED:
        return comparison.relation is Relation.IS and answer.state.value in comparison.values
    value = answer.value
    match comparison.relation:
        case Relation.ANSWERED:
            return True
        case Relation.IS:
            return value in comparison.values
        case Relation.INCLUDES:
            return isinstance(value, tuple) and not set(value).isdisjoint(comparison.values)
        case Relation.AT_LEAST:
            return isinstance(value, int) and value >= comparison.number
        case Relation.AT_MOST:
            return isinstance(value, int) and value <= comparison.number
