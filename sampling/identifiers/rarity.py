"""Descriptions that only few areas fit: "a unitary in the North East with ..." names no place and tells it.

Each area of the gazetteer carries facts that everybody can look up. Where a text mentions several, and fewer
than `FEW` areas have them all, the mentions are marked together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sampling.identifiers.hits import Hit, MarkKind

FEW = 10
MAX_TOGETHER = 3


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    fact: str


class Described:
    """Areas by their facts, made ready for reading many texts.

    Args:
        areas: the facts of each area.
        phrases: what people say for a fact, in lower case; the fact.
    """

    def __init__(self, areas: Sequence[frozenset[str]], phrases: Mapping[str, str]) -> None:
        self._areas = areas
        self._phrases = phrases
        longest_first = sorted(map(re.escape, phrases), key=len, reverse=True)
        self._pattern = re.compile(rf"\b(?:{'|'.join(longest_first) or '(?!)'})\b", re.IGNORECASE)

    def hits(self, text: str) -> Iterator[Hit]:
        """The mentions of each passage, a paragraph, that together fit few areas and no fewer facts do."""
        for passage in re.finditer(r"[^\n]+", text):
            yield from self._of_passage(text, passage.start(), passage.end())

    def _of_passage(self, text: str, start: int, end: int) -> Iterator[Hit]:
        mentions = [self._mention(match) for match in self._pattern.finditer(text, start, end)]
        for facts, count in self._rare({mention.fact for mention in mentions}):
            why = f"{_areas(count)} of the gazetteer: {', '.join(sorted(facts))}."
            for mention in mentions:
                if mention.fact in facts:
                    words = text[mention.start : mention.end]
                    yield Hit(mention.start, mention.end, words, (MarkKind.RARE,), why)

    def _mention(self, match: re.Match[str]) -> _Mention:
        return _Mention(match.start(), match.end(), self._phrases[match[0].lower()])

    def _rare(self, facts: set[str]) -> Iterator[tuple[frozenset[str], int]]:
        """The smallest sets of facts that some areas have and fewer than `FEW`."""
        known: list[frozenset[str]] = []
        for size in range(1, MAX_TOGETHER + 1):
            for chosen in map(frozenset, combinations(sorted(facts), size)):
                count = sum(chosen <= area for area in self._areas)
                if 0 < count < FEW and not any(smaller <= chosen for smaller in known):
                    known.append(chosen)
                    yield chosen, count


def _areas(count: int) -> str:
    return "Only one area" if count == 1 else f"Only {count} areas"
