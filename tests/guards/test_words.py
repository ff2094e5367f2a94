"""Words that the field does not use, or that say nothing, do not come back as names in the code.

docs/decisions.md says why each of them went. Names in the analyst's contract and in the language of
questionnaires are values, not names, and so are not looked at.
"""

import io
import keyword
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.test_tree import ROOT, modules, text_of, tracked, where

# Whole names that say nothing of what they name.
EMPTY = {"found", "it", "thing", "told", "few"}
# Whole names that another word has replaced.
REPLACED = {
    "Act": "AuditContext",
    "Brought": "Upload",
    "Wanted": "PanelRequest",
    "BEFORE_OPENING": "Stage.is_before_opening",
    "kept_share": "overlap",
    "thin": "sparse",
    "led": "bme_led",
    "judged": "validated",
    "turning": "rotation",
    "MOVES": "TRANSITIONS",
    "check_move": "check_transition",
    "TrendBreak": "Discontinuity",
    "trend_breaks": "discontinuities",
    "UNREACHABLE": "NON_CONTACT",
}
# Parts of names, between underscores or capitals, that another word has replaced.
PARTS = {
    "weigh": "weight",
    "weighed": "weighted",
    "mend": "correct",
    "mended": "corrected",
    "doubt": "soft_check",
    "doubts": "soft_checks",
    "owe": "schedule",
    "owed": "scheduled",
    "stretch": "selection_interval",
    "unreachable": "non_contact",
    "chase": "follow_up",
    "chasing": "follow_up",
    "forgive": "reset",
    "forget": "delete",
}
PHRASES = {"held_back": "deprioritised", "keep_out": "deactivate", "let_in": "reactivate"}
# What a constant that limits something begins with.
LIMITS = {"MOST": "MAX", "LONGEST": "MAX", "FEWEST": "MIN"}


def names_in(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            yield token.start[0], token.string


def parts_of(name: str) -> list[str]:
    """soft_check -> soft, check; SoftCheck -> soft, check; MAX_NOTE -> max, note."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [part for part in spaced.lower().split("_") if part]


def replacement(name: str) -> str:
    """What to write instead; nothing where the name may stand."""
    if name in EMPTY:
        return "what is named"
    if name in REPLACED:
        return REPLACED[name]
    limit = name.split("_")[0]
    if limit in LIMITS:
        return LIMITS[limit]
    phrase = next((better for poor, better in PHRASES.items() if poor in name.lower()), "")
    return phrase or next((PARTS[part] for part in parts_of(name) if part in PARTS), "")


def poor_names(path: Path) -> list[str]:
    return [
        f"{where(path)}:{line} {name}: write {better}"
        for line, name in names_in(text_of(path))
        # The name of a test is a sentence, in which a word may mean what it means.
        if not name.startswith("test_") and (better := replacement(name))
    ]


def test_no_poor_word_comes_back_as_a_name() -> None:
    # Revisions that have landed keep their words: they are history.
    looked_at = [path for path in modules() if path != Path(__file__)]

    poor = [line for path in looked_at for line in poor_names(path)]

    assert poor == [], "\n".join(poor)
    assert len(looked_at) > 100


def test_no_template_sets_or_reads_a_name_that_says_nothing() -> None:
    templates = [path for path in tracked() if path.suffix == ".html" and "templates" in path.parts]
    inside = re.compile(r"\{[%{](.*?)[%}]\}", re.DOTALL)
    names = re.compile(r"(?<![\w.\"'])([A-Za-z_]\w*)")

    poor = [
        f"{where(path)}: {name}"
        for path in templates
        for block in inside.findall(text_of(path))
        for name in names.findall(re.sub(r"\"[^\"]*\"|'[^']*'", "", block))
        if name in EMPTY
    ]

    assert poor == []
    assert len(templates) > 50


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("found", "what is named"),
        ("owe_letters", "schedule"),
        ("MOST_ATTEMPTS", "MAX"),
        ("SoftDoubt", "soft_check"),
        ("held_back_at", "deprioritised"),
        ("foundation", ""),
        ("AT_MOST", ""),
        ("recommended", ""),
    ],
)
def test_the_guard_tells_a_poor_name_from_a_sound_one(name: str, better: str) -> None:
    assert replacement(name) == better


def test_no_folder_holds_more_modules_than_a_newcomer_can_look_through() -> None:
    counted: dict[Path, int] = {}
    for path in modules():
        if path.name != "__init__.py":
            counted[path.parent] = counted.get(path.parent, 0) + 1

    assert {folder.relative_to(ROOT).as_posix(): n for folder, n in counted.items() if n > 20} == {}


def test_no_module_repeats_its_folder_in_its_name() -> None:
    def repeats(path: Path) -> bool:
        folder = path.parent.name
        single = folder[:-1] if folder.endswith("s") else folder
        return path.stem.startswith((f"{folder}_", f"{single}_"))

    assert [where(path) for path in modules() if repeats(path)] == []
