"""Questions answered by a day, as a screen sends it whole or in three parts."""

import re
from collections.abc import Iterator
from datetime import date

from instruments.errors import AnswerFault
from instruments.kinds.kind import AnswerKind
from instruments.kinds.values import Parts, single
from instruments.schema import Question

# Where a question sets no bounds of its own: charities are old, and 0025 or 9999 is a slip.
FIRST_YEAR, LAST_YEAR = 1600, 2100


class Date(AnswerKind[str]):
    """A day, stored as `2025-03-27`."""

    measure = "date"
    minutes = 0.5
    fields = frozenset({"earliest", "latest"})
    prompt = "Enter a date"
    is_day = in_parts = True

    def read(self, question: Question, parts: Parts) -> str | None:
        whole = single(parts)
        sent = {part: single(parts, f"answer-{part}") for part in ("day", "month", "year")}
        if not whole and not any(sent.values()):
            return None
        if missing := [] if whole else [part for part, text in sent.items() if not text]:
            raise AnswerFault(f"The date must include a {' and a '.join(missing)}", missing[0])
        written = whole or "{:0>4}-{:0>2}-{:0>2}".format(sent["year"], sent["month"], sent["day"])
        if not whole and len(sent["year"]) != 4:
            raise AnswerFault("The year must have 4 numbers, like 2025", "year")
        day = _real(written)
        if day is None:
            raise AnswerFault("Enter a real date, like 27 3 2025", "" if whole else "day")
        first, last = question.earliest or date(FIRST_YEAR, 1, 1), question.latest or date(LAST_YEAR, 12, 31)
        # Bounds of its own are told by `problems`, in their own words.
        if (question.earliest is None and day < first) or (question.latest is None and day > last):
            years = f"from {first.year} to {last.year}"
            raise AnswerFault(f"The year must be {years}, like 2025", "" if whole else "year")
        return day.isoformat()

    def said(self, question: Question, value: str) -> str:
        return _in_words(date.fromisoformat(value))

    def problems(self, question: Question, value: str) -> Iterator[str]:
        day = date.fromisoformat(value)
        if question.earliest is not None and day < question.earliest:
            yield f"The date must be {_in_words(question.earliest)} or later"
        if question.latest is not None and day > question.latest:
            yield f"The date must be {_in_words(question.latest)} or earlier"


def _real(written: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
