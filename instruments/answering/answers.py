"""Answers: read from what a screen sent, and to and from the stored document.

A screen sends each part of a question as a list of texts: `answer` for most; `answer-day`,
`answer-month`, `answer-year` for a date; `answer-<row>` for each row of a grid; `answer` for what a
document shows, with `answer-title`, `answer-dated`, `answer-where` and `answer-extract`. A way to
pass (`dont_know` ...) comes as `answer` where options are chosen, or as `pass`, and comes alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from instruments.errors import AnswerFault, StoredAnswersError
from instruments.kinds.table import kind_of
from instruments.kinds.values import Parts, Value
from instruments.schema import ESCAPES, Question, State

DATA_VERSION = 1
Raw = Parts | Sequence[str]


@dataclass(frozen=True)
class Answer:
    """What a respondent said to one item: a value, or the way in which they passed it.

    `reason` is why it stands although a soft check asked about it, in the respondent's words.
    """

    state: State
    value: Value | None = None
    reason: str = ""


def read_answer(question: Question, raw: Raw) -> Answer | None:
    """What was sent, as an answer; None where an optional question was left empty.

    Args:
        question: with its pipes filled, if labels in messages are to read well.
        raw: parts by field name, or the values of `answer` alone.

    Raises:
        AnswerFault: nothing was sent for a required question, or what was sent is not an answer.
    """
    parts = raw if isinstance(raw, Mapping) else {"answer": raw}
    passed = _passed(question, parts)
    if passed is not None:
        return Answer(passed)
    value = kind_of(question).read(question, parts)
    if value is not None:
        return Answer(State.ANSWERED, value)
    if question.required:
        raise AnswerFault(_nothing_sent(question))
    return None


def _passed(question: Question, parts: Parts) -> State | None:
    """The way to pass that was chosen, if any; refused beside an answer, so that neither is lost unseen."""
    offered = {escape.value: escape.label for escape in question.escapes}
    choosable = ["pass", "answer"] if kind_of(question).is_choice else ["pass"]
    passes = [value for name in choosable for value in parts.get(name, ()) if value in offered]
    if not passes:
        return None
    others = [sent for name in parts for sent in parts[name] if name.startswith("answer") and sent.strip()]
    if set(passes) != {passes[0]} or any(sent != passes[0] for sent in others):
        raise AnswerFault(f"Give an answer or select “{offered[passes[0]]}”, not both")
    return State(passes[0])


def _nothing_sent(question: Question) -> str:
    message = kind_of(question).prompt
    if question.dont_know is not None:
        return f"{message}. If you are not sure, select “{question.dont_know}”"
    return message


def shown(question: Question, answer: Answer) -> str:
    """The answer as a reader would say it, on one line save for long texts: for checking, piping, reading."""
    if answer.state is not State.ANSWERED:
        return next((e.label for e in question.escapes if e.value == answer.state), answer.state.value)
    return kind_of(question).said(question, answer.value)


def to_stored(answers: Mapping[str, Answer]) -> dict[str, object]:
    """Answers by item as a document for JSON, in the newest data version."""
    return {"version": DATA_VERSION, "answers": {item: _to_1(answer) for item, answer in answers.items()}}


def from_stored(document: Mapping[str, object]) -> dict[str, Answer]:
    """Answers by item from a stored document of any data version.

    Raises:
        StoredAnswersError: no known version, or not what that version writes.
    """
    version, entries = document.get("version"), document.get("answers")
    if not isinstance(version, int) or version not in _FROM or not isinstance(entries, Mapping):
        raise StoredAnswersError(f"no reader for stored answers of version {version!r}")
    read = _FROM[version]
    return {item: read(item, entry) for item, entry in entries.items()}


def _to_1(answer: Answer) -> dict[str, object]:
    stored: dict[str, object] = {"state": answer.state.value}
    if answer.value is not None:
        value = list(answer.value) if isinstance(answer.value, tuple) else answer.value
        stored["value"] = dict(value) if isinstance(value, Mapping) else value
    return stored | ({"reason": answer.reason} if answer.reason else {})


def _from_1(item: str, entry: object) -> Answer:
    if not isinstance(entry, Mapping) or entry.get("state") not in _STORED:
        raise StoredAnswersError(f"item {item!r}: the stored entry has no known state")
    state, value = State(entry["state"]), entry.get("value")
    if (state is State.ANSWERED) == (value is None):
        raise StoredAnswersError(f"item {item!r}: a value goes with the state answered, and with no other")
    reason = entry.get("reason", "")
    if not isinstance(reason, str):
        raise StoredAnswersError(f"item {item!r}: the reason is not a text")
    return Answer(state, None if value is None else _value_1(item, value), reason)


def _value_1(item: str, value: object) -> Value:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    if isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair):
        return dict(value)
    raise StoredAnswersError(f"item {item!r}: {value!r} is not a value")


_STORED = (State.ANSWERED, *ESCAPES)
_FROM: dict[int, Callable[[str, object], Answer]] = {1: _from_1}
