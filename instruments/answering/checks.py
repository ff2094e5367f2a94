"""What the checks say of an answer, each as a sentence for the respondent.

What a hard check says has to be corrected before the answer is taken. What a soft check says may be
confirmed: the answer is then kept with the reason that the respondent gives (`Answer.reason`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from instruments.answering.answers import Answer, shown
from instruments.answering.logic import Facts, Standing
from instruments.answering.routing import walked
from instruments.kinds.table import kind_of
from instruments.kinds.values import Value
from instruments.rules import Check, ConditionCheck, OrderCheck, SumCheck, subjects
from instruments.schema import Question, Questionnaire, State

Given = Mapping[str, Value]


def problems(
    questionnaire: Questionnaire,
    question: Question,
    answers: Mapping[str, Answer],
    facts: Facts | None = None,
    *,
    standing: Standing | None = None,
) -> tuple[str, ...]:
    """What is wrong with the answer to one question, also beside earlier ones; () when all is well.

    Args:
        questionnaire: where earlier questions are named from.
        question: with its pipes filled, if options named in a message are to read well.
        answers: by item, the counted ones (see `routing.counted`) with the new answer among them.
            A check that needs an answer which is not there, or was passed, says nothing.
        facts: of the organisation, for checks and computed values that rest on them.
        standing: how far these answers reach, where the questionnaire was walked with them already.
    """
    standing = standing or _walked(questionnaire, question, answers, facts)
    beside = _Beside.of(questionnaire, question, answers, standing)
    if question.item not in beside.given:
        return ()
    value = beside.given[question.item]
    return (
        *kind_of(question).problems(question, value),
        *beside.messages(soft=False),
    )


def soft_checks(
    questionnaire: Questionnaire,
    question: Question,
    answers: Mapping[str, Answer],
    facts: Facts | None = None,
    *,
    standing: Standing | None = None,
) -> tuple[str, ...]:
    """What the respondent should be asked about before the answer is taken; arguments as in `problems`.

    An answer that was confirmed with a reason is not asked about again.
    """
    answer = answers.get(question.item)
    if answer is None or answer.reason:
        return ()
    standing = standing or _walked(questionnaire, question, answers, facts)
    return tuple(_Beside.of(questionnaire, question, answers, standing).messages(soft=True))


def _walked(
    questionnaire: Questionnaire, question: Question, answers: Mapping[str, Answer], facts: Facts | None
) -> Standing:
    """How far the answers reach; without checks nobody asks, and nothing is walked."""
    return walked(questionnaire, answers, facts or {}) if question.checks else Standing({}, {}, {})


@dataclass(frozen=True)
class _Beside:
    """One answer beside the others that count."""

    questionnaire: Questionnaire
    question: Question
    standing: Standing
    given: Given

    @classmethod
    def of(
        cls,
        questionnaire: Questionnaire,
        question: Question,
        answers: Mapping[str, Answer],
        standing: Standing,
    ) -> "_Beside":
        given = {
            item: answer.value
            for item, answer in answers.items()
            if answer.state is State.ANSWERED and answer.value is not None
        }
        return cls(questionnaire, question, standing, given)

    def messages(self, *, soft: bool) -> Iterator[str]:
        """What the checks of one sort say; they are silent where the question itself has no value."""
        if self.question.item in self.given:
            for check in self.question.checks:
                if check.soft is soft:
                    yield from self._check(check)

    def _check(self, check: Check) -> Iterator[str]:
        if isinstance(check, SumCheck):
            return self._sum(check)
        if isinstance(check, OrderCheck):
            return self._order(check)
        return self._condition(check)

    def _value(self, subject: str) -> Value | None:
        if subject not in self.questionnaire.computed:
            return self.given.get(subject)
        answer = self.standing.known(subject).answer
        return None if answer is None else answer.value

    def _sum(self, check: SumCheck) -> Iterator[str]:
        bound = self._value(check.bound) if isinstance(check.bound, str) else check.bound
        asked = [item for item in check.items if self.standing.asked.get(item) is not False]
        parts = [self._value(item) for item in asked]
        numbers = [part for part in parts if isinstance(part, int)]
        if not isinstance(bound, int) or len(numbers) < len(parts):
            return
        total = sum(numbers)
        if total == bound or (total < bound and not check.exact):
            return
        names = " and ".join(f"“{self._short(item)}”" for item in asked)
        added = "is" if len(numbers) == 1 else "add up to"
        should = "They should add up to" if check.exact else "The most is"
        most = _number(self.question, bound)
        yield check.message or f"{names} {added} {_number(self.question, total)}. {should} {most}"

    def _order(self, check: OrderCheck) -> Iterator[str]:
        day, other = self.given[self.question.item], self.given.get(check.item)
        if not isinstance(day, str) or not isinstance(other, str) or day == other:
            return
        if (day > other) == check.after:
            return
        side = "after" if check.after else "before"
        when = _day(self.question, date.fromisoformat(other))
        usual = f"The date must be the same as or {side} “{self._short(check.item)}”, which is {when}"
        yield check.message or usual

    def _condition(self, check: ConditionCheck) -> Iterator[str]:
        silent = any(self._value(subject) is None for subject in subjects(check))
        if not silent and self.standing.holds(check.condition) is False:
            yield check.message

    def _short(self, subject: str) -> str:
        return self.questionnaire.subject(subject).short


def _number(question: Question, value: int) -> str:
    return shown(question, Answer(State.ANSWERED, value))


def _day(question: Question, day: date) -> str:
    return shown(question, Answer(State.ANSWERED, day.isoformat()))
