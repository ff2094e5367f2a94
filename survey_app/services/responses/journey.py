"""A respondent's way through a questionnaire: what is asked, what counts, how it is worded, what is open.

The questionnaire is walked once, when the first of these is asked for; all of them are read from there. A
journey is built only for its answers: `with_answers` hands on what was walked wherever that still holds.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from instruments.answering.answers import Answer, shown
from instruments.answering.checks import problems, soft_checks
from instruments.answering.logic import Standing
from instruments.answering.piping import fill, filled
from instruments.answering.routing import walked
from instruments.facts import known as known_of
from instruments.rules import subjects
from instruments.schema import Page, Question, Questionnaire, Section, State


class Why(StrEnum):
    """What keeps an answer from being sent."""

    MISSING = "missing"
    WRONG = "wrong"
    SOFT_CHECK = "soft_check"


@dataclass(frozen=True)
class Open:
    """One question, worded, that has to be settled before sending; `messages` say what is wrong."""

    question: Question
    why: Why
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Journey:
    """Where these answers and facts lead in a questionnaire. Answers are by item, kept ones among them.

    `walked_before` is the standing of the same answers, where another journey came by it.
    """

    questionnaire: Questionnaire
    answers: Mapping[str, Answer]
    facts: Mapping[str, str]
    walked_before: Standing | None = field(default=None, repr=False, compare=False)

    @cached_property
    def standing(self) -> Standing:
        """The questionnaire, walked."""
        return self.walked_before or walked(self.questionnaire, self.answers, self.facts)

    def with_answers(self, answers: Mapping[str, Answer]) -> "Journey":
        """Where other answers lead; they are walked anew only where more than their reasons is other."""
        if answers == self.answers:
            return self
        same = _without_reasons(answers) == _without_reasons(self.answers)
        return Journey(self.questionnaire, answers, self.facts, self.standing if same else None)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions on the route, in the order of the questionnaire."""
        return tuple(q for q in self.questionnaire.questions if self.standing.asked[q.item])

    @cached_property
    def counted(self) -> dict[str, Answer]:
        """The answers to questions on the route, by item."""
        return {q.item: self.answers[q.item] for q in self.asked if q.item in self.answers}

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """The pages on the route, each with those of its questions that are asked."""
        asked = self.standing.asked
        pages = (
            replace(page, questions=tuple(q for q in page.questions if asked[q.item]))
            for page in self.questionnaire.pages
        )
        return tuple(page for page in pages if page.questions)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What may be piped: facts, computed values, and answers that count, as a reader would say them."""
        said: dict[str, str] = {}
        known = ChainMap(known_of(self.facts), said)
        for name, value in self.questionnaire.computed.items():
            answer = self.standing.known(name).answer
            if answer is not None and answer.state is State.ANSWERED:
                said[name] = shown(value.as_question, answer)
        for question in self.asked:
            answer = self.answers.get(question.item)
            if answer is not None and answer.state is State.ANSWERED:
                said[question.item] = shown(_labelled(question, known), answer)
        return known

    @cached_property
    def open(self) -> tuple[Open, ...]:
        """What has to be settled before the answers can be sent, in the order of the questionnaire."""
        return tuple(self._open())

    @cached_property
    def waiting(self) -> Question | None:
        """Where to resume: the first required question on the route without an answer."""
        return next((q for q in self.asked if q.required and q.item not in self.answers), None)

    def problems(self, question: Question) -> tuple[str, ...]:
        """What is wrong with the answer to a worded question, also beside the others that count.

        Without checks of its own an answer is looked at by itself, and nothing has to be walked.
        """
        if not question.checks:
            return problems(self.questionnaire, question, self.answers)
        return problems(self.questionnaire, question, self.counted, self.facts, standing=self.standing)

    def soft_checks(self, question: Question, answer: Answer) -> tuple[str, ...]:
        """What soft checks ask about an answer to a worded question, which is among those of the journey."""
        beside = self.counted | {question.item: answer}
        return soft_checks(self.questionnaire, question, beside, self.facts, standing=self.standing)

    def worded(self, question: Question) -> Question:
        """A question with every pipe in its wording filled."""
        return filled(question, self.values)

    @property
    def entitled(self) -> str:
        """The title of the whole questionnaire, with its pipes filled."""
        return fill(self.questionnaire.title, self.values)

    def title(self, section: Section) -> str:
        """The title of a section, with its pipes filled."""
        return fill(section.title, self.values)

    def may_be_asked(self, question: Question) -> bool:
        """Whether a question is on the route, or may come to be."""
        return self.standing.asked[question.item] is not False

    def page_of(self, question_id: str) -> Page | None:
        """The page on the route that holds this question; None where it is not asked."""
        return next((page for page in self.pages if any(q.id == question_id for q in page.questions)), None)

    def after(self, page: Page) -> Page | None:
        """The page that follows on the route; None at its end."""
        place = self._places[page.questions[0].id]
        return next((each for each in self.pages if self._places[each.questions[0].id] > place), None)

    def before(self, page: Page) -> Page | None:
        """The page in front on the route; None at its start."""
        place = self._places[page.questions[0].id]
        return next((e for e in reversed(self.pages) if self._places[e.questions[0].id] < place), None)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        pages = enumerate(self.questionnaire.pages)
        return {question.id: place for place, page in pages for question in page.questions}

    def _open(self) -> Iterator[Open]:
        for question in self.asked:
            if question.item not in self.answers:
                if question.required:
                    yield Open(self.worded(question), Why.MISSING)
            elif question.checks:
                yield from self._unsound(self.worded(question))

    def _unsound(self, question: Question) -> Iterator[Open]:
        """An answer that was sound when it was given may not be so beside others that were changed since."""
        if wrong := self.problems(question):
            yield Open(question, Why.WRONG, wrong)
        elif unconfirmed := self.soft_checks(question, self.answers[question.item]):
            yield Open(question, Why.SOFT_CHECK, unconfirmed)


def _without_reasons(answers: Mapping[str, Answer]) -> dict[str, object]:
    """What is said, leaving out how it was confirmed, which leads nowhere else."""
    return {item: (answer.state, answer.value) for item, answer in answers.items()}


def to_confirm_again(before: Journey, after: Journey) -> dict[str, Answer]:
    """Confirmed answers, without their reasons, whose soft checks rest on what changed in between."""
    confirmed = {item: answer for item, answer in after.answers.items() if answer.reason}
    unconfirmed = {}
    for item, answer in confirmed.items():
        if item not in after.counted:
            continue
        rests_on = _rests_on(after.questionnaire.by_item(item))
        if any(_said(before, name) != _said(after, name) for name in rests_on if name != item):
            unconfirmed[item] = replace(answer, reason="")
    return unconfirmed


def _rests_on(question: Question) -> set[str]:
    return {name for check in question.checks if check.soft for name in subjects(check)}


def _said(journey: Journey, subject: str) -> object:
    """What an item or computed value says, leaving out how it was confirmed."""
    known = journey.standing.known(subject)
    return known.answer and (known.answer.state, known.answer.value)


def _labelled(question: Question, values: Mapping[str, str]) -> Question:
    """The question with pipes filled, where one of its labels has any."""
    labels = (*(o.label for o in question.options), *(row.label for row in question.rows), question.dont_know)
    return filled(question, values) if any("{" in label for label in labels if label) else question
