"""Bodies that a text names once in full and then by letters: "the Implementation Group (IG)"."""

import re
from collections.abc import Iterator

from sampling.identifiers.hits import Hit, MarkKind
from sampling.identifiers.words import LETTERS

_GIVEN = re.compile(r"((?:[A-Z][\w'’-]+ (?:(?:and|of|for|the|on) )*){1,6})\(([A-Z][A-Za-z]{1,6})\)")
_WHY = "A body by its own name, or the letters that the text gives it."


def abbreviated(text: str) -> Iterator[Hit]:
    """The names that a text shortens, and each mention of the letters, but those that the field shares."""
    own = [match for match in _GIVEN.finditer(text) if match[2].lower() not in LETTERS]
    for match in own:
        yield Hit(match.start(), match.end(), match[0], (MarkKind.ORGANISATION,), _WHY)
    for letters in dict.fromkeys(match[2] for match in own):
        for mention in re.finditer(rf"\b{letters}\b", text):
            yield Hit(mention.start(), mention.end(), mention[0], (MarkKind.ORGANISATION,), _WHY)
