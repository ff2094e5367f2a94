"""One place of a text that could identify somebody: where it stands, of what kind, and why it was marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MarkKind(StrEnum):
    """What a mark is about, after the kinds of the Text Anonymization Benchmark (Pilan and others, 2022)."""

    PLACE = "place"
    ORGANISATION = "organisation"
    PERSON = "person"
    POST = "post"
    CODE = "contact or number"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    DATE = "date"
    DEMOGRAPHIC = "people of the area"
    AREA_KIND = "kind of area"
    POLITICS = "election or control"
    INSPECTION = "inspection or report"
    SUPERLATIVE = "only or most"
    EVENT = "event"
    NAME = "name nobody knows"
    RARE = "rare together"


@dataclass(frozen=True)
class Hit:
    """A marked passage.

    start, end: code points from 0 in the text that was scanned, `end` exclusive. words: what stands there.
    kinds: one or more, the likeliest to name somebody first. why: a sentence for whoever decides.
    """

    start: int
    end: int
    words: str
    kinds: tuple[MarkKind, ...]
    why: str


def joined(hits: Iterable[Hit], text: str) -> tuple[Hit, ...]:
    """The marks in the order of the text; those that overlap become one that covers both: none is cut.

    Marks that only stand beside one another stay apart: each is decided by itself.
    """
    result: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if result and hit.start < result[-1].end:
            result[-1] = _both(result[-1], hit, text)
        else:
            result.append(hit)
    return tuple(result)


def _both(first: Hit, second: Hit, text: str) -> Hit:
    """One mark for two; that something merely reads like a name is not said beside what it is."""
    end = max(first.end, second.end)
    known = [hit for hit in (first, second) if hit.kinds != (MarkKind.NAME,)] or [first]
    kinds = tuple(dict.fromkeys(kind for hit in known for kind in hit.kinds))
    why = known[0].why
    for hit in known[1:]:
        why += "" if hit.why in why else f" {hit.why}"
    return Hit(first.start, end, text[first.start : end], kinds, why)
