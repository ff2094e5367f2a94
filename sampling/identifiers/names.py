"""Names of places and organisations in running text: whole, shortened, bent by grammar, in any capitals.

Names come from the gazetteer and the frame; `Names` is made once of all of them and reads a text in one walk,
so that the work grows with the text and hardly with the number of names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sampling.identifiers.hits import Hit, MarkKind
from sampling.identifiers.words import GENERAL, LEFT_OFF_AFTER, LEFT_OFF_BEFORE, ORDINARY
from sampling.texts import folded

_WORD = re.compile(r"[^\W_]+(?:['’&.-](?=\w)[^\W_]+)*|&")
_ENDINGS = ("'s", "s'", "'")
# What may stand between the end of one sentence and the first word of the next.
_SOFT = " \t'\"‘“(*-"
_NEAR = 12
MIN_LETTERS = 4
MAX_WORDS = 9


@dataclass(frozen=True)
class Name:
    """A name that must not be told: `kind` says of what, `why` the sentence for whoever decides."""

    words: str
    kind: MarkKind
    why: str


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    key: str
    capital: bool
    opening: bool
    owning: bool


class Names:
    """Names made ready for reading many texts.

    Args:
        names: whole names; shortened forms are made here. A shortened form that is of one everyday word
            is looked for in capitals alone, one that is too general not at all.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._known: dict[tuple[str, ...], Name] = {}
        self._first: dict[str, int] = {}
        for name in names:
            for form in _forms(name.words):
                self._known.setdefault(form, name)
                self._first[form[0]] = max(self._first.get(form[0], 0), len(form))

    def hits(self, text: str) -> Iterator[Hit]:
        """The longest name at each word, left to right; a name within another is marked with it."""
        words = _words(text)
        place = 0
        while place < len(words):
            length = self._length_at(words, place)
            if length:
                yield self._hit(text, words[place : place + length])
            place += length or 1

    def _length_at(self, words: Sequence[_Word], place: int) -> int:
        longest = min(self._first.get(words[place].key, 0), len(words) - place)
        for length in range(longest, 0, -1):
            if self._stands(words[place : place + length]):
                return length
        return 0

    def _stands(self, words: Sequence[_Word]) -> bool:
        """Whether these words are a name here, and not merely the same words in everyday use."""
        keys = tuple(word.key for word in words)
        name = self._known.get(keys)
        if name is None:
            return False
        if len(keys) == 1:
            everyday = name.kind is MarkKind.ORGANISATION or keys[0] in ORDINARY
            return not everyday or (words[0].capital and (words[0].owning or not words[0].opening))
        return any(word.capital for word in words) or (len(keys) > 2 and not set(keys) <= GENERAL | ORDINARY)

    def _hit(self, text: str, words: Sequence[_Word]) -> Hit:
        name = self._known[tuple(word.key for word in words)]
        start, end = words[0].start, words[-1].end
        return Hit(start, end, text[start:end], (name.kind,), name.why)


def _words(text: str) -> list[_Word]:
    return [_read(text, match) for match in _WORD.finditer(text)]


def _read(text: str, match: re.Match[str]) -> _Word:
    """A word, with whether a sentence begins with it and whether something is said to be its own."""
    before = text[max(0, match.start() - _NEAR) : match.start()].rstrip(_SOFT)
    bare = folded(match[0])
    return _Word(
        start=match.start(),
        end=match.end(),
        key=_key(match[0]),
        capital=match[0][:1].isupper(),
        opening=not before or before[-1] in ".!?:\n",
        owning=bare.endswith(_ENDINGS),
    )


def _key(word: str) -> str:
    key = folded(word).replace(".", "")
    for ending in _ENDINGS:
        key = key.removesuffix(ending)
    return "and" if key == "&" else key


def _forms(name: str) -> Iterator[tuple[str, ...]]:
    whole = tuple(_key(word) for word in _WORD.findall(name))
    for form in dict.fromkeys((whole, _shortened(whole), *_turned(whole))):
        if 0 < len(form) <= MAX_WORDS and _tells(form):
            yield form


def _shortened(words: tuple[str, ...]) -> tuple[str, ...]:
    text = " ".join(words)
    for before in LEFT_OFF_BEFORE:
        text = text.removeprefix(before + " ")
    for after in LEFT_OFF_AFTER:
        text = text.removesuffix(" " + after)
    return tuple(text.split())


def _turned(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Durham, County of; and "Kingston upon Hull" as "Hull"."""
    for joint in ("upon", "on", "under"):
        if joint in words[1:-1]:
            yield words[: words.index(joint)]
            yield words[words.index(joint) + 1 :]


def _tells(form: tuple[str, ...]) -> bool:
    return not set(form) <= GENERAL and sum(map(len, form)) >= MIN_LETTERS
