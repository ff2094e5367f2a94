"""Conditions in words, and which of them put a question on a route or kept it off."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from instruments.answering.answers import shown
from instruments.answering.logic import Answers, Facts, Standing
from instruments.answering.routing import MODE, walked
from instruments.kinds.table import kind_of
from instruments.rules import All, AnyOf, Comparison, Condition, Not, Relation
from instruments.schema import Question, Questionnaire, Section

FACTS = {
    "agreement": "the agreement",
    "organisation": "the organisation",
    "sector": "the sector",
    "region": "the region",
    "body_type": "the kind of body",
    "income_band": "the yearly income",
}


@dataclass(frozen=True)
class Account:
    """Whether one question is asked, and why.

    `asked` is None while that waits for an answer. `rule` is the whole condition in words, and `because`
    the part of it that decided, as things stand; both are "" where there is no condition.
    """

    question: Question
    asked: bool | None
    rule: str
    because: str


def account(questionnaire: Questionnaire, answers: Answers, facts: Facts) -> tuple[Account, ...]:
    """What these answers and facts lead to, question by question, with the rule that hid each one."""
    teller = _Teller(questionnaire, walked(questionnaire, answers, facts))
    return tuple(
        teller.of(section, question) for section in questionnaire.sections for question in section.questions
    )


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


def _compared(comparison: Comparison, questionnaire: Questionnaire) -> str:
    if comparison.of_fact:
        return f"{FACTS.get(comparison.subject, comparison.subject)} is {_listed(comparison.values)}"
    question = questionnaire.subject(comparison.subject)
    about = f"“{question.short}”"
    if comparison.relation is Relation.ANSWERED:
        return f"{about} has an answer"
    if comparison.relation in (Relation.AT_LEAST, Relation.AT_MOST):
        limit = "at least" if comparison.relation is Relation.AT_LEAST else "at most"
        return f"{about} is {limit} {kind_of(question).limit_said(comparison.number)}"
    verb = "includes" if comparison.relation is Relation.INCLUDES else "is"
    return f"{about} {verb} {_listed(_label(question, value) for value in comparison.values)}"


def _label(question: Question, value: str) -> str:
    offered = {option.value: option.label for option in question.escapes}
    return offered.get(value) or question.label(value)


def _listed(values: Iterable[str]) -> str:
    quoted = [f"“{value}”" for value in values]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


@dataclass(frozen=True)
class _Teller:
    questionnaire: Questionnaire
    standing: Standing

    def of(self, section: Section, question: Question) -> Account:
        asked = self.standing.asked[question.item]
        mode = self.standing.facts.get(MODE)
        conditions = [one for one in (section.ask_if, question.ask_if) if one is not None]
        whole = conditions[0] if len(conditions) == 1 else All(tuple(conditions))
        rule = words_of(whole, self.questionnaire) if conditions else ""
        if mode is not None and question.modes and mode not in question.modes:
            by = " or ".join(one.replace("_", " ") for one in question.modes)
            return Account(question, asked, rule, f"it is asked by {by} only")
        deciding = [
            comparison
            for condition in conditions
            if self.standing.holds(condition) is asked
            for comparison in self._deciding(condition, asked)
        ]
        return Account(question, asked, rule, " and ".join(dict.fromkeys(map(self._as_it_stands, deciding))))

    def _deciding(self, condition: Condition, held: bool | None) -> Iterator[Comparison]:
        """The comparisons without which the condition would not stand as it does."""
        if isinstance(condition, Comparison):
            yield condition
        elif isinstance(condition, Not):
            yield from self._deciding(condition.part, None if held is None else not held)
        else:
            same = [part for part in condition.parts if self.standing.holds(part) is held]
            # One part is enough to make "any" true or "all" false; the first is the one to tell.
            one_decides = held is isinstance(condition, AnyOf)
            for part in same[:1] if one_decides else same:
                yield from self._deciding(part, held)

    def _as_it_stands(self, comparison: Comparison) -> str:
        subject = comparison.subject
        if comparison.of_fact:
            value = self.standing.facts.get(subject)
            named = FACTS.get(subject, subject)
            return f"{named} is “{value}”" if value else f"{named} is not known"
        question, known = self.questionnaire.subject(subject), self.standing.known(subject)
        if known.answer is not None:
            return f"“{question.short}” is “{shown(question, known.answer)}”"
        standing = "is not asked" if known.asked is False else "has no answer yet"
        return f"“{question.short}” {standing}"
