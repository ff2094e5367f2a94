"""One questionnaire in several languages: what is not yet translated as it should be, and the result.

A text in another language remembers which source text it was made from. When the source changes it is
stale, and while it is stale, missing or not reviewed, the language cannot go live.

What the software itself supplies ("Yes", "Do not know") can be translated once under a path that
starts with `usual.`; a path of its own stands before that, because in some languages the word for
"yes" depends on the question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import yaml

from instruments.answering.piping import pipes
from instruments.answering.repeats import Lists, carried_out
from instruments.kinds.documents import FINDINGS
from instruments.language.context import MARKUP
from instruments.language.questions import PASSING
from instruments.language.translation import Translation, Wording, digest
from instruments.schema import SCHEMA, YES_NO, Questionnaire
from instruments.texts import reworded, texts

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
USUAL: Mapping[str, str] = {
    **{option.label: f"usual.{option.value}" for option in (*YES_NO, *FINDINGS)},
    **{wording: f"usual.{state.value}" for state, wording in PASSING.items()},
    **{f"Between {point} and {point + 1}": f"usual.between-{point}" for point in range(1, 5)},
}
"""The paths of the wordings that the software supplies."""


class Lack(StrEnum):
    MISSING = "missing"
    STALE = "stale"
    UNREVIEWED = "unreviewed"
    UNLIKE = "unlike"
    LEFT_OVER = "left-over"


@dataclass(frozen=True)
class TranslationFault:
    """Why one text keeps its language from going live."""

    lack: Lack
    path: str
    message: str


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`: for the `dir` of a page."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def translation_faults(
    questionnaire: Questionnaire, translation: Translation
) -> tuple[TranslationFault, ...]:
    """Everything that keeps a language from going live, in the order of the questionnaire; () when it may."""
    source = {path: text for path, text in texts(questionnaire).items() if _has_words(text)}
    faults = [fault for path in source for fault in _faults(path, source[path], translation)]
    known = {*texts(questionnaire), *USUAL.values()}
    for path in translation.texts:
        if path not in known:
            faults.append(
                TranslationFault(Lack.LEFT_OVER, path, "there is no such text any more: take it away")
            )
    return tuple(faults)


def localised(
    questionnaire: Questionnaire, translation: Translation, lists: Lists | None = None
) -> Questionnaire:
    """The questionnaire in another language; a text without translation stays as it is.

    Whether it may go live is for `translation_faults` to say.
    """

    def change(path: str, wording: str) -> str:
        translated = _wording(path, wording, translation)
        return translated.text if translated else wording

    return carried_out(replace(reworded(questionnaire, change), language=translation.language), lists)


def blank(questionnaire: Questionnaire, language: str, earlier: Translation | None = None) -> str:
    """A translation to fill in, as YAML: the source texts, with what an earlier translation still gives.

    What the earlier one gives for a text that has changed since is kept, and marked not reviewed.
    """
    entries = {}
    for path, wording in texts(questionnaire).items():
        if not _has_words(wording):
            continue
        known = _wording(path, wording, earlier) if earlier else None
        fresh = known is not None and known.of == digest(wording)
        entries[path] = {
            "text": known.text if known else wording,
            "of": digest(wording),
            "reviewed": fresh and known is not None and known.reviewed,
        }
    head = {"schema": SCHEMA, "name": questionnaire.name, "version": questionnaire.version}
    document = {**head, "language": language, "texts": entries}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def _has_words(text: str) -> bool:
    """A bare point of a scale is the same in every language."""
    return any(letter.isalpha() for letter in text)


def _wording(path: str, wording: str, translation: Translation) -> Wording | None:
    return translation.texts.get(path) or translation.texts.get(USUAL.get(wording, ""))


def _faults(path: str, wording: str, translation: Translation) -> Iterator[TranslationFault]:
    translated = _wording(path, wording, translation)
    if translated is None:
        yield TranslationFault(Lack.MISSING, path, f"not translated: “{wording}”")
        return
    if translated.of != digest(wording):
        yield TranslationFault(Lack.STALE, path, f"the source text has changed since: “{wording}”")
    if not translated.reviewed:
        yield TranslationFault(
            Lack.UNREVIEWED, path, "nobody has reviewed it: have it read, then reviewed: true"
        )
    if {name for name, _ in pipes(translated.text)} != {name for name, _ in pipes(wording)}:
        yield TranslationFault(
            Lack.UNLIKE, path, "it must have the same pipes as its source: correct the braces"
        )
    if (markup := MARKUP.search(translated.text)) is not None:
        yield TranslationFault(Lack.UNLIKE, path, f"{markup[0]} is markup: write plain text")
