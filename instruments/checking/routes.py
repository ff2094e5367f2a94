"""Routes that can never be taken, or always are; checks that nobody can pass, or that never say anything."""

from collections.abc import Iterator

from instruments.checking.findings import Draft, Finding, written_id
from instruments.checking.possible import Possible
from instruments.rules import Check, Condition, ConditionCheck, OrderCheck, SumCheck, subjects
from instruments.schema import Question, Section


def route_findings(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the routes and checks of one file; told once for all instances of a repeat."""
    possible = Possible(draft.questionnaire)
    for section in draft.questionnaire.sections:
        yield from _of_section(draft, possible, section)
        for question in section.questions:
            yield from _of_route(draft, possible, section, question)
            for check in question.checks:
                yield from _of_check(draft, possible, question, check)


def _of_section(draft: Draft, possible: Possible, section: Section) -> Iterator[Finding]:
    name = section.repeat_of or section.id
    if section.ask_if is None:
        return
    if not possible.can((section.ask_if, True)):
        yield draft.fault("unreachable", "nobody can ever be asked this section: correct its condition", name)
    elif not possible.can((section.ask_if, False)):
        yield _needless(draft, name)


def _of_route(draft: Draft, possible: Possible, section: Section, question: Question) -> Iterator[Finding]:
    if question.ask_if is None:
        return
    name, before = written_id(question), _goals(section.ask_if)
    if not possible.can(*before, (question.ask_if, True)):
        if not before or possible.can(*before):
            message = "nobody can ever be asked this: its condition contradicts itself or earlier routes"
            yield draft.fault("unreachable", message, name)
    elif not possible.can(*before, (question.ask_if, False)):
        yield _needless(draft, name)


def _needless(draft: Draft, name: str) -> Finding:
    message = "the condition holds for everybody who gets here: take it away, or correct it"
    return draft.warning("needless-route", message, name)


def _goals(condition: Condition | None) -> list[tuple[Condition, bool]]:
    return [] if condition is None else [(condition, True)]


def _of_check(draft: Draft, possible: Possible, question: Question, check: Check) -> Iterator[Finding]:
    name = written_id(question)
    items = [item for item in subjects(check) if item in draft.questionnaire.items]
    if not isinstance(check, SumCheck) and not possible.can_be_asked(question.item, *items):
        message = (
            "the answers that this check compares are never given together: correct the check or the routes"
        )
        yield draft.warning("idle-check", message, name)
    elif _is_impossible(draft, possible, question, check):
        message = "no answer can ever pass this check: correct its bound or the range of the answers"
        yield draft.fault("impossible-check", message, name)
    elif _is_idle(draft, possible, question, check):
        message = "the check can never say anything, because every answer passes it: take it away"
        yield draft.warning("idle-check", message, name)


def _is_impossible(draft: Draft, possible: Possible, question: Question, check: Check) -> bool:
    if isinstance(check, ConditionCheck):
        return not possible.can((check.condition, True))
    if isinstance(check, OrderCheck):
        other = draft.questionnaire.items[check.item]
        late, early = (question.latest, other.earliest) if check.after else (other.latest, question.earliest)
        return late is not None and early is not None and late < early
    low, high = _sum_range(draft, check.items)
    lowest, highest = _range(draft, check.bound)
    too_high = low is not None and highest is not None and low > highest
    return too_high or (check.exact and high is not None and lowest is not None and high < lowest)


def _is_idle(draft: Draft, possible: Possible, question: Question, check: Check) -> bool:
    if isinstance(check, ConditionCheck):
        return not possible.can((check.condition, False))
    if isinstance(check, OrderCheck):
        other = draft.questionnaire.items[check.item]
        early, late = (question.earliest, other.latest) if check.after else (other.earliest, question.latest)
        return late is not None and early is not None and late <= early
    _, high = _sum_range(draft, check.items)
    lowest, _ = _range(draft, check.bound)
    return not check.exact and high is not None and lowest is not None and high <= lowest


def _sum_range(draft: Draft, items: tuple[str, ...]) -> tuple[int | None, int | None]:
    ranges = [_range(draft, item) for item in items]
    lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
    return (
        None if None in lows else sum(low for low in lows if low is not None),
        None if None in highs else sum(high for high in highs if high is not None),
    )


def _range(draft: Draft, bound: int | str) -> tuple[int | None, int | None]:
    """The lowest and the highest that a number or an item can be; None where no end is known."""
    if isinstance(bound, int):
        return bound, bound
    question = draft.questionnaire.items.get(bound)
    return (None, None) if question is None else (question.minimum, question.maximum)
