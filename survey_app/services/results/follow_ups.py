"""What a reader of a questionnaire knows of the answers behind a number from who was asked what came next."""

from collections.abc import Iterator
from dataclasses import dataclass

from instruments.kinds.choices import SingleChoice
from instruments.kinds.table import kind_of
from instruments.rules import All, AnyOf, Comparison, Condition, Relation
from instruments.schema import Question, Questionnaire, State
from sampling.disclosure.items import Bound, Choices

LOWER = frozenset({Bound.AT_LEAST, Bound.REST_AT_LEAST})


@dataclass(frozen=True)
class Tie:
    """What the number who were asked a question says of the count of an earlier item."""

    parent: str
    bound: Bound


def ties_of(questionnaire: Questionnaire, question: Question) -> frozenset[Tie]:
    """What the base of a question tells of the shares before it, near and far.

    Who is asked was asked all that decided it, so the lower bounds reach back along the route.
    """
    conditions = [*_conditions(questionnaire, question)]
    near = {tie for condition in conditions for tie in _ties(questionnaire, condition)}
    if len(conditions) > 1 or not answered_by_all_asked(question):
        near = {tie for tie in near if tie.bound in LOWER}
    before = {name for condition in conditions for name in _deciding(condition)}
    known = (questionnaire.by_item(name) for name in before if _is_asked(questionnaire, name))
    far = {tie for each in known for tie in ties_of(questionnaire, each) if tie.bound in LOWER}
    return frozenset(near | far)


def answered_by_all_asked(question: Question) -> bool:
    """Whether whoever is asked gives an answer that counts: it is required and offers no way to pass."""
    return question.required and not question.escapes and not question.modes


def choices_of(question: Question) -> Choices | None:
    """The options of a multiple choice of which everybody who answers takes one or more; None for others."""
    if not kind_of(question).several or question.statistic is None:
        return None
    keys = tuple(f"{question.item}.{option.value}" for option in question.options)
    alone = tuple(f"{question.item}.{option.value}" for option in question.options if option.exclusive)
    return Choices(keys, alone)


def _conditions(questionnaire: Questionnaire, question: Question) -> Iterator[Condition]:
    section = next(each for each in questionnaire.sections if question in each.questions)
    for condition in (section.ask_if, question.ask_if):
        if isinstance(condition, All):
            yield from condition.parts
        elif condition is not None:
            yield condition


def _deciding(condition: Condition) -> Iterator[str]:
    """Items that everybody who meets the condition was asked."""
    if isinstance(condition, Comparison) and not condition.of_fact:
        yield condition.subject
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from _deciding(part)


def _ties(questionnaire: Questionnaire, condition: Condition) -> Iterator[Tie]:
    if isinstance(condition, AnyOf):
        for part in condition.parts:
            yield from (tie for tie in _ties(questionnaire, part) if tie.bound not in LOWER)
    elif isinstance(condition, All):
        for part in condition.parts:
            yield from (tie for tie in _ties(questionnaire, part) if tie.bound in LOWER)
    elif isinstance(condition, Comparison) and _is_asked(questionnaire, condition.subject):
        yield from _of_comparison(questionnaire.by_item(condition.subject), condition)


def _is_asked(questionnaire: Questionnaire, name: str) -> bool:
    return any(question.item == name for question in questionnaire.questions)


def _of_comparison(parent: Question, condition: Comparison) -> Iterator[Tie]:
    if condition.of_fact or parent.statistic is None:
        return
    if condition.relation is Relation.INCLUDES:
        options = [f"{parent.item}.{value}" for value in condition.values]
        yield from (Tie(option, Bound.AT_MOST) for option in options)
        yield from (Tie(option, Bound.AT_LEAST) for option in options if len(options) == 1)
    elif condition.relation is Relation.IS and isinstance(kind_of(parent), SingleChoice):
        yield from (Tie(parent.item, bound) for bound in _of_options(parent, set(condition.values)))


def _of_options(parent: Question, asked: set[str]) -> Iterator[Bound]:
    """`asked` are the options, or ways to pass, that lead on."""
    counted = set(parent.counts_as)
    rest = {option.value for option in parent.options} - counted
    if not asked & {state.value for state in State}:
        if asked <= counted:
            yield Bound.AT_LEAST
        if not asked & counted:
            yield Bound.REST_AT_LEAST
    if counted <= asked:
        yield Bound.AT_MOST
    if rest <= asked:
        yield Bound.REST_AT_MOST
