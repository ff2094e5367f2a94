"""Names that no list holds: words in capitals in the middle of a sentence that are no words of the field."""

import re
from collections.abc import Iterator

from sampling.identifiers.hits import Hit, MarkKind
from sampling.identifiers.words import FIELD

_WORD = r"[A-Z][\w'’&-]*[a-z][\w'’&-]*"
_RUN = re.compile(rf"{_WORD}(?: (?:(?:of|the|and|for|upon|on|in) )*{_WORD})*")
_LETTERS = re.compile(r"[A-Z]{2,}(?:['’]?s)?(?:['’]s)?")
_OPENS = re.compile(r"(?:^|[.!?:;\n*•|]|[-–] )[\s\"'‘“(*_]*$")
_BEFORE = 12
_WHY = "It reads like a name, and no list holds it."


def unknown_names(text: str) -> Iterator[Hit]:
    """Runs of capitals that no sentence begins with, without words of the field at their ends."""
    for match in _RUN.finditer(text):
        start, words = match.start(), match[0].split(" ")
        if _OPENS.search(text[max(0, start - _BEFORE) : start]):
            start, words = start + len(words[0]) + 1, words[1:]
        while words and _is_of_the_field(words[0]):
            start, words = start + len(words[0]) + 1, words[1:]
        while words and _is_of_the_field(words[-1]):
            words = words[:-1]
        if words:
            name = " ".join(words)
            yield Hit(start, start + len(name), name, (MarkKind.NAME,), _WHY)


def _is_of_the_field(word: str) -> bool:
    bare = re.sub(r"['’]s?$", "", word).lower()
    singular = bare.rstrip("s")
    parts = bare.split("-")
    return bool(_LETTERS.fullmatch(word)) or {bare, singular} & FIELD != set() or FIELD.issuperset(parts)
