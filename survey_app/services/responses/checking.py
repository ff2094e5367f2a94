"""What a page sent, judged: read, checked, and what is doubtful confirmed with a reason or sent back.

Besides the parts of an answer (see `instruments.answering`) a question may send `reason`, the words that
confirm an answer which a soft check doubts, and `doubted`, the mark of the doubt that these words are
about. A reason given to another doubt than the one at hand confirms nothing: the answer was changed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from instruments.answering.answers import Answer, clean, read_answer, shown
from instruments.answering.checks import doubts, problems
from instruments.errors import AnswerFault
from instruments.schema import Question
from survey_app.errors import InvalidError
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.seats import digest

REASON = "reason"
DOUBTED = "doubted"
LONGEST_REASON = 500
Given = dict[str, Answer | None]


@dataclass(frozen=True)
class Sent:
    """What a page sent for one question.

    `question` is worded; `raw` has the parts of its answer by name; `seen` is the `digest` of the
    answer that the page was showing.
    """

    question: Question
    raw: Mapping[str, Sequence[str]]
    seen: str


@dataclass(frozen=True)
class Doubt:
    """What makes one answer doubtful; `mark` stands for just this doubt about just this answer.

    `reason` is what confirms it so far, and `fault` what is wrong with the reason that was sent.
    """

    said: str
    told: tuple[str, ...]
    mark: str
    reason: str = ""
    fault: str = ""


class UnsoundError(InvalidError):
    """What a page sent cannot be taken as it stands, and nothing of it was saved.

    `answers_at_fault` have to be mended; `doubts` are to be changed or confirmed. Both by question id.
    """

    def __init__(self, answers_at_fault: Mapping[str, AnswerFault], doubts: Mapping[str, Doubt]) -> None:
        told = [fault.message for fault in answers_at_fault.values()]
        told += [message for doubt in doubts.values() for message in doubt.told]
        super().__init__("These answers cannot be saved yet.", tuple(told))
        self.answers_at_fault = answers_at_fault
        self.doubts = doubts


def judged(
    journey: Journey, sent: Sequence[Sent], *, confirm_later: bool = False
) -> dict[str, Answer | None]:
    """The answers of one page by item, None where an optional question was left empty.

    Args:
        journey: as it is before this page is saved.
        confirm_later: take doubtful answers as they are; `Journey.open` tells of them before sending.

    Raises:
        UnsoundError: an answer cannot be read, a hard check refuses it, or a doubt is not confirmed.
    """
    judging = _Judging(journey)
    judging.read(sent)
    judging.check(sent, confirm_later=confirm_later)
    if judging.faults or judging.doubts:
        raise UnsoundError(judging.faults, judging.doubts)
    return judging.answers


def doubt_of(journey: Journey, question: Question) -> Doubt | None:
    """What is doubtful about a saved answer, whether or not it was confirmed; `question` is worded."""
    answer = journey.answers.get(question.item)
    return _doubt(journey, question, answer) if answer is not None else None


@dataclass
class _Judging:
    journey: Journey
    answers: Given = field(default_factory=dict)
    faults: dict[str, AnswerFault] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)

    def read(self, sent: Sequence[Sent]) -> None:
        for each in sent:
            try:
                self.answers[each.question.item] = read_answer(each.question, each.raw)
            except AnswerFault as fault:
                self.faults[each.question.id] = fault

    def check(self, sent: Sequence[Sent], *, confirm_later: bool) -> None:
        """Look at each answer beside those of its own page and the ones kept from others."""
        proposed = self._proposed(sent)
        for each in sent:
            question, answer = each.question, self.answers.get(each.question.item)
            if answer is None:
                continue
            # Without checks of its own an answer is judged by itself, and nothing has to be walked.
            beside = proposed.counted if question.checks else {question.item: answer}
            wrong = problems(proposed.questionnaire, question, beside, proposed.facts)
            if wrong:
                self.faults[question.id] = AnswerFault(wrong[0])
            elif doubt := _doubt(proposed, question, answer):
                self._confirm(each, answer, doubt, confirm_later=confirm_later)

    def _proposed(self, sent: Sequence[Sent]) -> Journey:
        here = {each.question.item for each in sent}
        kept = {item: answer for item, answer in self.journey.answers.items() if item not in here}
        given = {item: answer for item, answer in self.answers.items() if answer is not None}
        return replace(self.journey, answers=kept | given)

    def _confirm(self, sent: Sent, answer: Answer, doubt: Doubt, *, confirm_later: bool) -> None:
        reason = self._reason(sent, answer)
        marks = sent.raw.get(DOUBTED, ())
        told_of_another = bool(marks) and marks[0] != doubt.mark
        if len(reason) > LONGEST_REASON:
            told = f"Your reason can have up to {LONGEST_REASON} characters"
            self.doubts[sent.question.id] = replace(doubt, reason=reason, fault=told)
        elif reason and not told_of_another:
            self.answers[sent.question.item] = replace(answer, reason=reason)
        elif not confirm_later:
            silent = bool(marks) and not told_of_another
            fault = "Change the answer, or say why it is right" if silent else ""
            self.doubts[sent.question.id] = replace(doubt, reason=reason, fault=fault)

    def _reason(self, sent: Sent, answer: Answer) -> str:
        """The reason that was sent; without one, that of the same answer as it was confirmed before."""
        if REASON in sent.raw:
            return clean("\n".join(sent.raw[REASON])).strip()
        saved = self.journey.answers.get(sent.question.item)
        return saved.reason if saved is not None and replace(saved, reason="") == answer else ""


def _doubt(journey: Journey, question: Question, answer: Answer) -> Doubt | None:
    """What the soft checks say of an answer that is among those of the journey, its reason left aside."""
    if not any(check.soft for check in question.checks):
        return None
    bare = replace(answer, reason="")
    beside = journey.counted | {question.item: bare}
    told = doubts(journey.questionnaire, question, beside, journey.facts)
    if not told:
        return None
    mark = hashlib.sha256(json.dumps([digest(bare), *told]).encode()).hexdigest()[:16]
    return Doubt(shown(question, bare), told, mark, answer.reason)
