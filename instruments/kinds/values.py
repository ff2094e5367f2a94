"""What an answer can be worth, and what a screen sends of it."""

import unicodedata
from collections.abc import Mapping, Sequence

from instruments.errors import AnswerFault
from instruments.schema import Question

Value = str | int | tuple[str, ...] | Mapping[str, str]
"""str: an option's value, a text, an ISO date. int: a count, pence, per cent, or twice a rating.
tuple: chosen options in the order of the question. Mapping: a grid, row to option or `dont_know`; or
what a document shows, under `finding` and the names of `documents.REFERENCE`."""
Parts = Mapping[str, Sequence[str]]
"""What was sent, by the name of the part: `answer`, or `answer-` and the name of a further one."""


def clean(text: str) -> str:
    """The text as typed, without what cannot be stored or shown: control characters and broken letters.

    Line ends become a single newline and tabs become spaces.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(x for x in plain if x == "\n" or unicodedata.category(x) not in ("Cc", "Cs"))


def single(parts: Parts, name: str = "answer") -> str:
    """The first text of a part that says anything, or ""."""
    return next((clean(sent).strip() for sent in parts.get(name, ()) if sent.strip()), "")


def chosen(question: Question, sent: str, part: str = "") -> str:
    """The option that was sent.

    Raises:
        AnswerFault: the question has no such option.
    """
    if sent not in {option.value for option in question.options}:
        raise AnswerFault("Select one of the answers listed", part)
    return sent
