"""Conditions in words: who is asked a question."""

from collections.abc import Iterable

from instruments.rules import All, AnyOf, Comparison, Condition, Not, Relation
from instruments.schema import SCALE, Kind, Question, Questionnaire

FACTS = {
    "agreement": "the agreement",
    "organisation": "the organisation",
    "sector": "the sector",
    "region": "the region",
    "body_type": "the kind of body",
    "income_band": "the yearly income",
}


def words_of(condition: Condition, questionnaire: Questionnaire) -> str:
    """`“Heard of the agreement” is “Yes”`, and so on through and, or, not."""
    if isinstance(condition, All):
        return " and ".join(_bracketed(part, questionnaire) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return " or ".join(_bracketed(part, questionnaire) for part in condition.parts)
    if isinstance(condition, Not):
        return f"not ({words_of(condition.part, questionnaire)})"
    return _compared(condition, questionnaire)


def _bracketed(part: Condition, questionnaire: Questionnaire) -> str:
    words = words_of(part, questionnaire)
    return f"({words})" if isinstance(part, All | AnyOf) else words


def _compared(found: Comparison, questionnaire: Questionnaire) -> str:
    if found.of_fact:
        return f"{FACTS.get(found.subject, found.subject)} is {_listed(found.values)}"
    question = questionnaire.by_item(found.subject)
    about = f"“{question.short}”"
    if found.relation is Relation.ANSWERED:
        return f"{about} has an answer"
    if found.relation in (Relation.AT_LEAST, Relation.AT_MOST):
        limit = "at least" if found.relation is Relation.AT_LEAST else "at most"
        return f"{about} is {limit} {_number(question, found.number)}"
    verb = "includes" if found.relation is Relation.INCLUDES else "is"
    return f"{about} {verb} {_listed(_label(question, value) for value in found.values)}"


def _label(question: Question, value: str) -> str:
    offered = {option.value: option.label for option in question.escapes}
    return offered.get(value) or question.label(value)


def _number(question: Question, stored: int) -> str:
    shown = stored / SCALE.get(question.kind, 1)
    amount = f"{shown:,.0f}" if shown == int(shown) else f"{shown:,}"
    return f"£{amount}" if question.kind is Kind.AMOUNT else amount


def _listed(values: Iterable[str]) -> str:
    quoted = [f"“{value}”" for value in values]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
