"""Hard checks: what must be mended before an answer is taken, each as a sentence for the respondent."""

from collections.abc import Iterator, Mapping
from datetime import date

from instruments.answers import Answer, Value, shown
from instruments.schema import Kind, OrderCheck, Question, Questionnaire, State, SumCheck

Given = Mapping[str, Value]


def problems(
    questionnaire: Questionnaire, question: Question, answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    """What is wrong with the answer to one question, also beside earlier ones; () when all is well.

    Args:
        questionnaire: where earlier questions are named from.
        question: with its pipes filled, if options named in a message are to read well.
        answers: by item, the counted ones (see `routing.counted`) with the new answer among them.
            A check that needs an answer which is not there, or was passed, says nothing.
    """
    given = {
        item: answer.value
        for item, answer in answers.items()
        if answer.state is State.ANSWERED and answer.value is not None
    }
    if question.item not in given:
        return ()
    value = given[question.item]
    return (
        *_range(question, value),
        *_dates(question, value),
        *_exclusive(question, value),
        *(told for check in question.checks for told in _beside(questionnaire, question, check, given)),
    )


def _range(question: Question, value: Value) -> Iterator[str]:
    if not isinstance(value, int) or question.kind is Kind.RATING:
        return
    if question.minimum is not None and value < question.minimum:
        yield f"The number must be {_number(question, question.minimum)} or more"
    if question.maximum is not None and value > question.maximum:
        yield f"The number must be {_number(question, question.maximum)} or less"


def _dates(question: Question, value: Value) -> Iterator[str]:
    if question.kind is not Kind.DATE or not isinstance(value, str):
        return
    day = date.fromisoformat(value)
    if question.earliest is not None and day < question.earliest:
        yield f"The date must be {_day(question, question.earliest)} or later"
    if question.latest is not None and day > question.latest:
        yield f"The date must be {_day(question, question.latest)} or earlier"


def _exclusive(question: Question, value: Value) -> Iterator[str]:
    if not isinstance(value, tuple) or len(value) == 1:
        return
    for option in question.options:
        if option.exclusive and option.value in value:
            yield f"Select “{option.label}” on its own, or take it away"


def _beside(
    questionnaire: Questionnaire, question: Question, check: SumCheck | OrderCheck, given: Given
) -> Iterator[str]:
    if isinstance(check, SumCheck):
        return _sum(questionnaire, question, check, given)
    return _order(questionnaire, question, check, given)


def _sum(questionnaire: Questionnaire, question: Question, check: SumCheck, given: Given) -> Iterator[str]:
    bound = given.get(check.bound) if isinstance(check.bound, str) else check.bound
    parts = [given.get(item) for item in check.items]
    numbers = [part for part in parts if isinstance(part, int)]
    if not isinstance(bound, int) or len(numbers) < len(parts):
        return
    total = sum(numbers)
    if total == bound or (total < bound and not check.exact):
        return
    names = " and ".join(f"“{questionnaire.by_item(item).short}”" for item in check.items)
    added = "is" if len(numbers) == 1 else "add up to"
    should = "They should add up to" if check.exact else "The most is"
    most = _number(question, bound)
    yield check.message or f"{names} {added} {_number(question, total)}. {should} {most}"


def _order(
    questionnaire: Questionnaire, question: Question, check: OrderCheck, given: Given
) -> Iterator[str]:
    day, other = given[question.item], given.get(check.item)
    if not isinstance(day, str) or not isinstance(other, str) or day == other:
        return
    if (day > other) == check.after:
        return
    side = "after" if check.after else "before"
    earlier = questionnaire.by_item(check.item)
    when = _day(question, date.fromisoformat(other))
    yield check.message or f"The date must be the same as or {side} “{earlier.short}”, which is {when}"


def _number(question: Question, value: int) -> str:
    return shown(question, Answer(State.ANSWERED, value))


def _day(question: Question, day: date) -> str:
    return shown(question, Answer(State.ANSWERED, day.isoformat()))
