"""What a page sent, validated: read, checked, and, where a soft check asks, confirmed or sent back.

Besides the parts of an answer (see `instruments.answering`) a question may send `reason`, the words that
confirm an answer which a soft check asks about, and `confirmation_token`, which says what these words are
about. A reason given to another soft check than the one at hand confirms nothing: the answer was changed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from instruments.answering.answers import Answer, read_answer, shown
from instruments.errors import AnswerFault
from instruments.kinds.values import clean
from instruments.schema import Question
from survey_app.errors import InvalidError
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.seats import digest

REASON = "reason"
CONFIRMATION_TOKEN = "confirmation_token"  # noqa: S105 - the name of a field
MAX_REASON_LENGTH = 500
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
class SoftCheck:
    """What a soft check asks about one answer.

    `confirmation_token` stands for just these messages about just this answer. `reason` is what confirms
    it so far, and `fault` what is wrong with the reason that was sent.
    """

    said: str
    messages: tuple[str, ...]
    confirmation_token: str
    reason: str = ""
    fault: str = ""


class UnsoundError(InvalidError):
    """What a page sent cannot be taken as it stands, and nothing of it was saved.

    By question id: `answers_at_fault` have to be corrected; `soft_checks` are to be changed or confirmed.
    """

    def __init__(
        self, answers_at_fault: Mapping[str, AnswerFault], soft_checks: Mapping[str, SoftCheck]
    ) -> None:
        messages = [fault.message for fault in answers_at_fault.values()]
        messages += [message for failed in soft_checks.values() for message in failed.messages]
        super().__init__("These answers cannot be saved yet.", tuple(messages))
        self.answers_at_fault = answers_at_fault
        self.soft_checks = soft_checks


@dataclass(frozen=True)
class Validated:
    """The answers of one page by item, None where a question was left empty, and where they lead."""

    answers: Given
    journey: Journey


def validated(journey: Journey, sent: Sequence[Sent], *, confirm_later: bool = False) -> Validated:
    """The answers of one page, and the journey with them in it.

    Args:
        journey: as it is before this page is saved.
        confirm_later: take answers that a soft check asks about as they are; `Journey.open` holds them.

    Raises:
        UnsoundError: an answer cannot be read, a hard check refuses it, or a soft check is not confirmed.
    """
    validation = _Validation(journey)
    validation.read(sent)
    proposed = validation.onto(journey, sent)
    validation.check(sent, proposed, confirm_later=confirm_later)
    if validation.faults or validation.soft_checks:
        raise UnsoundError(validation.faults, validation.soft_checks)
    return Validated(validation.answers, validation.onto(proposed, sent))


def soft_check_of(journey: Journey, question: Question) -> SoftCheck | None:
    """What a soft check asks about a saved answer, whether or not it was confirmed; `question` is worded."""
    answer = journey.answers.get(question.item)
    return _soft_check(journey, question, answer) if answer is not None else None


@dataclass
class _Validation:
    journey: Journey
    answers: Given = field(default_factory=dict)
    faults: dict[str, AnswerFault] = field(default_factory=dict)
    soft_checks: dict[str, SoftCheck] = field(default_factory=dict)

    def read(self, sent: Sequence[Sent]) -> None:
        for each in sent:
            try:
                self.answers[each.question.item] = read_answer(each.question, each.raw)
            except AnswerFault as fault:
                self.faults[each.question.id] = fault

    def check(self, sent: Sequence[Sent], proposed: Journey, *, confirm_later: bool) -> None:
        """Look at each answer beside those of its own page and the ones kept from others."""
        for each in sent:
            question, answer = each.question, self.answers.get(each.question.item)
            if answer is None:
                continue
            if wrong := proposed.problems(question):
                self.faults[question.id] = AnswerFault(wrong[0])
            elif soft_check := _soft_check(proposed, question, answer):
                self._confirm(each, answer, soft_check, confirm_later=confirm_later)

    def onto(self, journey: Journey, sent: Sequence[Sent]) -> Journey:
        """The journey with the answers of this page in place of those that it was showing."""
        given = {each.question.item: self.answers.get(each.question.item) for each in sent}
        proposed = {**journey.answers, **given}
        return journey.with_answers({item: answer for item, answer in proposed.items() if answer is not None})

    def _confirm(self, sent: Sent, answer: Answer, soft_check: SoftCheck, *, confirm_later: bool) -> None:
        reason = self._reason(sent, answer)
        tokens = sent.raw.get(CONFIRMATION_TOKEN, ())
        about_another = bool(tokens) and tokens[0] != soft_check.confirmation_token
        if len(reason) > MAX_REASON_LENGTH:
            too_long = f"Your reason can have up to {MAX_REASON_LENGTH} characters"
            self.soft_checks[sent.question.id] = replace(soft_check, reason=reason, fault=too_long)
        elif reason and not about_another:
            self.answers[sent.question.item] = replace(answer, reason=reason)
        elif not confirm_later:
            silent = bool(tokens) and not about_another
            fault = "Change the answer, or say why it is right" if silent else ""
            self.soft_checks[sent.question.id] = replace(soft_check, reason=reason, fault=fault)

    def _reason(self, sent: Sent, answer: Answer) -> str:
        """The reason that was sent; without one, that of the same answer as it was confirmed before."""
        if REASON in sent.raw:
            return clean("\n".join(sent.raw[REASON])).strip()
        saved = self.journey.answers.get(sent.question.item)
        return saved.reason if saved is not None and replace(saved, reason="") == answer else ""


def _soft_check(journey: Journey, question: Question, answer: Answer) -> SoftCheck | None:
    """What the soft checks say of an answer that is among those of the journey, its reason left aside."""
    if not any(check.soft for check in question.checks):
        return None
    bare = replace(answer, reason="")
    messages = journey.soft_checks(question, bare)
    if not messages:
        return None
    token = hashlib.sha256(json.dumps([digest(bare), *messages]).encode()).hexdigest()[:16]
    return SoftCheck(shown(question, bare), messages, token, answer.reason)
