"""Texts compared as people read them: without regard to capitals, accents, blanks or what cannot be seen.

One place says what makes two names, identifiers or words of a vocabulary the same, for Python and for both
databases: what is compared there is `folded` here first.
"""

import re
import unicodedata
from collections.abc import Collection

# Apostrophes, dashes and quotation marks that typewriters, phones and word processors put for one another.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"'),
    }
)
_MARKS = re.compile("[\u0300-\u036f]")
# A letter of two or three bytes of UTF-8, read as if each byte were a letter of its own. Quotation marks
# and dashes stand behind capitals in sound names too.
_TWICE_ENCODED = re.compile("[\u00c2-\u00c5][^\x00-\x7f\u2013\u2014\u2018-\u201d]|\u00e2\u20ac")
LOST = "\ufffd"


def cleaned(text: str) -> str:
    """The same words in composed letters, with single blanks, and without what cannot be seen."""
    if not text.isprintable():
        text = "".join(map(_visible, text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def _visible(letter: str) -> str:
    """Format marks vanish (a zero-width space, a byte order mark), controls part words as a blank does."""
    category = unicodedata.category(letter)
    if category == "Cf":
        return ""
    return " " if category == "Cc" else letter


def folded(text: str) -> str:
    """What two spellings of one name, identifier or word have in common; for comparison, never shown."""
    if text.isascii():
        return cleaned(text).translate(_ALIKE).casefold()
    letters = _decomposed(_decomposed(cleaned(text.translate(_ALIKE))).casefold())
    return cleaned(_MARKS.sub("", letters.translate(_ALIKE)))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def one_spelling(text: str, known: Collection[str]) -> str:
    """The word of a vocabulary that a text is in another spelling; the text itself where it is none."""
    if not text or text in known:
        return text
    wanted = folded(text)
    return next((word for word in known if folded(word) == wanted), text)


def without_zeros(identifier: str) -> str:
    """What a spreadsheet makes of an identifier: one of figures alone loses the noughts it begins with.

    Some write it as a decimal number besides: 212345.0.
    """
    bare = re.sub(r"^([0-9]+)\.0+$", r"\1", folded(identifier))
    return bare.lstrip("0") or "0" if bare.isdecimal() else bare


def damage(text: str) -> str:
    """What happened to a text on its way here, in words that go on from it; empty where nothing shows."""
    if LOST in text:
        return "holds \ufffd, where a letter was lost; take the list from its source again, as CSV UTF-8"
    if not text.isascii() and any(map(_was_one_letter, _TWICE_ENCODED.findall(text))):
        return "has letters that were encoded twice; take the list from its source again, as CSV UTF-8"
    return ""


def _was_one_letter(pair: str) -> bool:
    if pair[0] == "\u00e2":
        return True
    try:
        letter = b"".join(_byte(sign) for sign in pair).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    return letter.isalpha() or letter in "\u00a0\u00a3\u00a9\u00ae\u00b0"


def _byte(sign: str) -> bytes:
    return sign.encode("latin-1" if ord(sign) < 0x100 else "cp1252")
