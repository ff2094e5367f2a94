"""Answers: read from what a screen sent, and to and from the stored document.

A screen sends each part of a question as a list of texts: `answer` for most; `answer-day`,
`answer-month`, `answer-year` for a date; `answer-<row>` for each row of a grid; `answer` for what a
document shows, with `answer-title`, `answer-dated`, `answer-where` and `answer-extract`. A way to
pass (`dont_know` ...) comes as `answer` where options are chosen, or as `pass`, and comes alone.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from instruments.errors import AnswerFault, StoredAnswersError
from instruments.schema import CHOICES, ESCAPES, NUMBERS, SCALE, TEXTS, Kind, Question, State

DATA_VERSION = 1
MAX_LENGTHS: dict[Kind, int] = {Kind.SHORT_TEXT: 200, Kind.LONG_TEXT: 4_000}
"""Characters, where the question sets no limit of its own."""

REFERENCE: Mapping[str, tuple[str, int]] = {
    "title": ("title of the document", 200),
    "dated": ("date of the document", 40),
    "where": ("page or paragraph", 100),
    "extract": ("words of the document", 4_000),
}
"""The parts of a reference to a document: what each is, and its most characters."""
NO_DOCUMENT = "no_document"
"""The finding that needs no title."""

Value = str | int | tuple[str, ...] | Mapping[str, str]
"""str: an option's value, a text, an ISO date. int: a count, pence, per cent, or twice a rating.
tuple: chosen options in the order of the question. Mapping: a grid, row to option or `dont_know`; or
what a document shows, under `finding` and the names of REFERENCE."""
Raw = Mapping[str, Sequence[str]] | Sequence[str]


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
        AnswerFault: nothing was sent for a required question, or what was sent is no answer.
    """
    parts = raw if isinstance(raw, Mapping) else {"answer": raw}
    passed = _passed(question, parts)
    if passed is not None:
        return Answer(passed)
    value = _READERS[question.kind](question, parts)
    if value is not None:
        return Answer(State.ANSWERED, value)
    if question.required:
        raise AnswerFault(_nothing_sent(question))
    return None


def clean(text: str) -> str:
    """The text as typed, without what cannot be stored or shown: control characters and broken letters.

    Line ends become a single newline and tabs become spaces.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(x for x in plain if x == "\n" or unicodedata.category(x) not in ("Cc", "Cs"))


def _passed(question: Question, parts: Mapping[str, Sequence[str]]) -> State | None:
    """The way to pass that was chosen, if any; refused beside an answer, so that neither is lost unseen."""
    offered = {escape.value: escape.label for escape in question.escapes}
    choosable = ["pass", "answer"] if question.kind in CHOICES else ["pass"]
    passes = [value for name in choosable for value in parts.get(name, ()) if value in offered]
    if not passes:
        return None
    others = [sent for name in parts for sent in parts[name] if name.startswith("answer") and sent.strip()]
    if set(passes) != {passes[0]} or any(sent != passes[0] for sent in others):
        raise AnswerFault(f"Give an answer or select “{offered[passes[0]]}”, not both")
    return State(passes[0])


def _nothing_sent(question: Question) -> str:
    choices = {
        Kind.YES_NO: "Select yes or no",
        Kind.RATING: "Select a point from 1 to 5",
        Kind.DOCUMENT: "Select what the document shows",
    }
    asked = "Select an answer" if question.kind in CHOICES else "Enter an answer"
    message = choices.get(question.kind, asked)
    if question.dont_know is not None:
        return f"{message}. If you are not sure, select “{question.dont_know}”"
    return message


def _single(parts: Mapping[str, Sequence[str]], name: str = "answer") -> str:
    return next((clean(sent).strip() for sent in parts.get(name, ()) if sent.strip()), "")


def _chosen(question: Question, sent: str, part: str = "") -> str:
    if sent not in {option.value for option in question.options}:
        raise AnswerFault("Select one of the answers listed", part)
    return sent


def _read_choice(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    sent = _single(parts)
    return _chosen(question, sent) if sent else None


def _read_rating(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    sent = _single(parts)
    return int(_chosen(question, sent)) if sent else None


def _read_choices(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    sent = {_chosen(question, value.strip()) for value in parts.get("answer", ()) if value.strip()}
    return tuple(option.value for option in question.options if option.value in sent) or None


def _read_grid(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    sent = {row.value: _single(parts, f"answer-{row.value}") for row in question.rows}
    missing = [row for row in question.rows if not sent[row.value]]
    if len(missing) == len(question.rows):
        return None
    if missing:
        lines = ", ".join(f"“{row.label}”" for row in missing)
        raise AnswerFault(f"Select an answer on every line. Still to do: {lines}", missing[0].value)
    unsure = State.DONT_KNOW.value if question.dont_know is not None else None
    return {row: value if value == unsure else _chosen(question, value, row) for row, value in sent.items()}


def _read_number(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    sent = _single(parts)
    if not sent:
        return None
    written = re.sub(r"[\s,£%]", "", sent)
    if question.kind is Kind.AMOUNT:
        if not re.fullmatch(r"-?[0-9]{1,13}(\.[0-9]{1,2})?", written):
            raise AnswerFault("Enter an amount in pounds, like 1,200 or 1200.50")
        pounds, _, pence = written.lstrip("-").partition(".")
        amount = int(pounds) * 100 + int(pence.ljust(2, "0") or 0)
        return -amount if written.startswith("-") else amount
    if not re.fullmatch(r"-?[0-9]{1,13}", written):
        raise AnswerFault("Enter a whole number, like 12")
    return int(written)


def _read_date(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    whole = _single(parts)
    sent = {part: _single(parts, f"answer-{part}") for part in ("day", "month", "year")}
    if not whole and not any(sent.values()):
        return None
    if missing := [] if whole else [part for part, text in sent.items() if not text]:
        raise AnswerFault(f"The date must include a {' and a '.join(missing)}", missing[0])
    written = whole or "{:0>4}-{:0>2}-{:0>2}".format(sent["year"], sent["month"], sent["day"])
    if not whole and len(sent["year"]) != 4:
        raise AnswerFault("The year must have 4 numbers, like 2025", "year")
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
            return date.fromisoformat(written).isoformat()
    except ValueError:
        pass
    raise AnswerFault("Enter a real date, like 27 3 2025", "" if whole else "day")


def _read_document(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    finding = _single(parts)
    reference = {part: _single(parts, f"answer-{part}") for part in REFERENCE}
    if not finding and not any(reference.values()):
        return None
    if not finding:
        raise AnswerFault("Select what the document shows")
    _chosen(question, finding)
    if finding != NO_DOCUMENT and not reference["title"]:
        raise AnswerFault("Enter the title of the document", "title")
    for part, (what, most) in REFERENCE.items():
        if len(reference[part]) > most:
            raise AnswerFault(f"The {what} can have up to {most:,} characters", part)
    return {"finding": finding} | {part: text for part, text in reference.items() if text}


def _read_text(question: Question, parts: Mapping[str, Sequence[str]]) -> Value | None:
    text = clean("\n".join(parts.get("answer", ())))
    if not text.strip():
        return None
    if question.kind is Kind.SHORT_TEXT:
        text = text.replace("\n", " ")
    limit = question.limit or MAX_LENGTHS[question.kind]
    if (over := len(text) - limit) > 0:
        characters = "character" if over == 1 else "characters"
        message = f"Your answer is {over:,} {characters} too long. It can have up to {limit:,}"
        raise AnswerFault(message)
    return text


_READERS: dict[Kind, Callable[[Question, Mapping[str, Sequence[str]]], Value | None]] = {
    Kind.YES_NO: _read_choice,
    Kind.SINGLE_CHOICE: _read_choice,
    Kind.MULTI_CHOICE: _read_choices,
    Kind.RATING: _read_rating,
    Kind.GRID: _read_grid,
    Kind.DATE: _read_date,
    Kind.DOCUMENT: _read_document,
    **dict.fromkeys(NUMBERS, _read_number),
    **dict.fromkeys(TEXTS, _read_text),
}


def shown(question: Question, answer: Answer) -> str:
    """The answer as a reader would say it, on one line save for long texts: for checking, piping, reading."""
    if answer.state is not State.ANSWERED:
        return next((e.label for e in question.escapes if e.value == answer.state), answer.state.value)
    value = answer.value
    if isinstance(value, Mapping):
        if question.kind is Kind.DOCUMENT:
            return ", ".join([question.label(value["finding"]), *(value[x] for x in REFERENCE if x in value)])
        return "; ".join(f"{row.label}: {_cell(question, value[row.value])}" for row in question.rows)
    if isinstance(value, tuple):
        return ", ".join(question.label(chosen) for chosen in value)
    if isinstance(value, str):
        return _shown_date(value) if question.kind is Kind.DATE else question.label(value)
    return _shown_number(question, value or 0)


def _cell(question: Question, value: str) -> str:
    return question.dont_know or value if value == State.DONT_KNOW else question.label(value)


def _shown_date(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def _shown_number(question: Question, value: int) -> str:
    if question.kind is Kind.RATING:
        return question.label(str(value))
    if question.kind is Kind.AMOUNT:
        sign, (pounds, pence) = "-" if value < 0 else "", divmod(abs(value), SCALE[Kind.AMOUNT])
        return f"{sign}£{pounds:,}.{pence:02}" if pence else f"{sign}£{pounds:,}"
    return f"{value}%" if question.kind is Kind.PROPORTION else f"{value:,}"


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
        raise StoredAnswersError(f"item {item!r}: the reason is no text")
    return Answer(state, None if value is None else _value_1(item, value), reason)


def _value_1(item: str, value: object) -> Value:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    if isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair):
        return dict(value)
    raise StoredAnswersError(f"item {item!r}: {value!r} is no value")


_STORED = (State.ANSWERED, *ESCAPES)
_FROM: dict[int, Callable[[str, object], Answer]] = {1: _from_1}
