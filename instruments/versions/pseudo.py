"""Two made-up languages, to see what a real one would do to pages: longer words, and right to left.

Readers of English can still read them, and whatever is not translated stands out.
"""

from instruments.answering.piping import PIPE
from instruments.language.translation import Translation, Wording, digest
from instruments.schema import Questionnaire
from instruments.texts import texts

ACCENTED, MIRRORED = "en-xa", "ar-xb"
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTS = str.maketrans(_PLAIN, "àƀçďéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÀƁÇĎÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ")
_ARABIC = str.maketrans(_PLAIN, ("ابتدعفغهيجكلمنوپقرستثڤشخيز" * 2)[: len(_PLAIN)])
LONGER = 0.4
"""German and Welsh take up to about two fifths more room than English in short texts."""


def pseudo(questionnaire: Questionnaire, language: str = ACCENTED) -> Translation:
    """A translation into accented, longer English (`en-xa`) or into letters from right to left (`ar-xb`)."""
    change = _mirrored if language == MIRRORED else _accented
    wordings = {
        path: Wording(change(wording), digest(wording), reviewed=True)
        for path, wording in texts(questionnaire).items()
    }
    return Translation(questionnaire.name, questionnaire.version, language, wordings)


def _accented(wording: str) -> str:
    more = "~" * round(LONGER * len(wording))
    return f"[{_outside_pipes(wording, _ACCENTS)} {more}]"


def _mirrored(wording: str) -> str:
    return _outside_pipes(wording, _ARABIC)


def _outside_pipes(wording: str, letters: dict[int, int]) -> str:
    """The wording in other letters, with every pipe left as it is save for its fallback."""
    made, last = [], 0
    for pipe in PIPE.finditer(wording):
        made.append(wording[last : pipe.start()].translate(letters))
        behind = "" if pipe[2] is None else f"|{pipe[2].translate(letters)}"
        made.append(f"{{{pipe[1]}{behind}}}")
        last = pipe.end()
    return "".join([*made, wording[last:].translate(letters)])
