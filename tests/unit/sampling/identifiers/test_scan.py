"""The scan for identifiers marks what could name somebody, exactly where it stands, and little else."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.identifiers.hits import Hit, MarkKind, joined
from sampling.identifiers.names import Name, Names
from sampling.identifiers.rarity import Described
from sampling.identifiers.scan import Scanner

GOLDEN = Path(__file__).parents[3] / "golden"

NAMES = Names(
    [
        *(
            Name(words, MarkKind.PLACE, "An area.")
            for words in (
                "Hartlepool Borough Council", "Stockton-on-Tees", "Wigan", "Rotherham", "York", "Reading",
                "City of Bristol", "Kingston upon Hull", "Newcastle upon Tyne", "Durham County Council",
            )
        ),
        *(
            Name(words, MarkKind.ORGANISATION, "In the frame.")
            for words in ("Norfolk Community Law Service Limited", "FORWARD", "Mind in Wigan", "Hope & Light")
        ),
    ]
)  # fmt: skip
DESCRIBED = Described(
    [
        frozenset({"a unitary authority", "in the North East"}),
        *[frozenset({"a unitary authority", "in the South East"})] * 12,
        *[frozenset({"a county", "in the North East"})] * 12,
    ],
    {"unitary": "a unitary authority", "north east": "in the North East", "south east": "in the South East"},
)
SCANNER = Scanner(NAMES, DESCRIBED)
STRANGE = ("\U0001f5f3\ufe0f", "e\u0301", "\u06a9\u06cc\u0627", "\r\n", "\ufeff", " ", "\n")


def marked(text: str) -> list[str]:
    return [hit.words for hit in SCANNER.hits(text)]


def kinds_of(text: str) -> set[MarkKind]:
    return {kind for hit in SCANNER.hits(text) for kind in hit.kinds}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We met in Bristol twice.", "Bristol"),
        ("Hull's council was there.", "Hull's"),
        ("people from NEWCASTLE said so", "NEWCASTLE"),
        ("the durham scheme", "durham"),
        ("as norfolk community law service has it", "norfolk community law service"),
        ("ask Hope and Light about it", "Hope and Light"),
        ("Somebody wrote to a.b+c@example.org.uk.", "a.b+c@example.org.uk"),
        ("It is near SW1A 2AA.", "SW1A 2AA"),
        ("Call (01642) 555 014 or wait.", "(01642) 555 014"),
        ("Call +44 1632 960 983 or wait.", "+44 1632 960 983"),
        ("charity number 1000003 has it", "charity number 1000003"),
        ("It cost two and a half million pounds.", "two and a half million pounds"),
        ("They got £1.2m for it.", "£1.2m"),
        ("It has 2,250 square miles.", "2,250 square miles"),
        ("A unitary covering six towns.", "six towns"),
        ("It was on 3rd May 2019.", "3rd May 2019"),
        ("That ended in the 1990s.", "1990s"),
        ("The ruling Labour Group was ousted.", "ousted"),
        ("There was no overall control.", "no overall control"),
        ("Dr Ann O'Hara spoke.", "Dr Ann O'Hara"),
        ("We asked the chair of the local forum.", "the chair of the local forum"),
        ("They are unique in our county.", "unique in our county"),
        ("It is one of the biggest boroughs in the country.", "one of the biggest boroughs in the country"),
        ("Yesterday Willowbrook was there.", "Willowbrook"),
        ("The forum was scrapped then.", "The forum was scrapped"),
        ("It took eight months of meetings.", "eight months of meetings"),
        ("A Monitoring and Implementation Group (MIG) met.", "Monitoring and Implementation Group (MIG)"),
        ("A Steering Group (SG) met. Later the SG left.", "SG"),
    ],
)
def test_what_could_name_somebody_is_marked_whole(text: str, words: str) -> None:
    assert words in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "I enjoyed reading the code of practice.",
        "Reading it took an hour.",
        "We look forward to it. Forward is where we go.",
        "The Compact says so, and the Codes of Practice say it again.",
        "Most people felt that it had had no impact.",
        "It may be that they might march on.",
        "The Government and the Voluntary Sector agreed at first.",
        "The Local Strategic Partnership (LSP) met, and the LSP agreed.",
    ],
)
def test_everyday_words_are_left_alone(text: str) -> None:
    assert marked(text) == []


def test_a_reason_is_given_once_however_many_rules_mark_the_words() -> None:
    (hit,) = SCANNER.hits("It is one of the biggest boroughs in the country.")
    assert len(hit.kinds) > 1
    assert hit.why.count("One of few") == 1


def test_a_description_that_few_areas_fit_is_marked_and_says_how_few() -> None:
    hits = SCANNER.hits("We are a unitary in the North East with a long coast.")
    rare = [hit for hit in hits if MarkKind.RARE in hit.kinds]
    assert rare[0].words == "unitary"
    assert "Only one area" in rare[0].why
    assert MarkKind.RARE not in kinds_of("We are a unitary in the South East.")


@given(st.lists(st.one_of(st.sampled_from(STRANGE), st.text(max_size=8)), max_size=6), st.data())
def test_planted_words_are_marked_where_they_stand_whatever_stands_around(
    around: Sequence[str], data: st.DataObject
) -> None:
    planted = data.draw(st.sampled_from(("Rotherham", "£40,000", "a@example.org", "14.4%")))
    half = len(around) // 2
    text = f"{''.join(around[:half])} {planted} {''.join(around[half:])}"
    hits = SCANNER.hits(text)
    place = text.index(f" {planted} ") + 1
    assert any(hit.start <= place and place + len(planted) <= hit.end for hit in hits)
    assert all(text[hit.start : hit.end] == hit.words for hit in hits)
    assert all(one.end <= other.start for one, other in pairwise(hits))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=12))
def test_joining_leaves_no_marked_letter_in_clear(spans: list[tuple[int, int]]) -> None:
    text = "x" * 80
    hits = [
        Hit(start, start + size, text[start : start + size], (MarkKind.DATE,), "Why.")
        for start, size in spans
    ]
    covered = {place for hit in hits for place in range(hit.start, hit.end)}
    result = joined(hits, text)
    assert {place for hit in result for place in range(hit.start, hit.end)} == covered
    assert all(one.end <= other.start for one, other in pairwise(result))


def test_the_labelled_passages_are_marked_with_few_misses_and_few_false_marks() -> None:
    raw = (GOLDEN / "identifiers" / "labelled.txt").read_text(encoding="utf-8")
    text, labels = _labelled("\n".join(line for line in raw.split("\n") if not line.startswith("#")))
    hits = SCANNER.hits(text)
    missed = [text[start:end] for start, end in labels if not any(_meet(hit, start, end) for hit in hits)]
    false = [hit.words for hit in hits if not any(_meet(hit, *label) for label in labels)]
    assert len(labels) >= 45
    assert len(missed) <= 0.05 * len(labels), missed
    assert len(false) <= len(text.split()) / 100, false


def _labelled(raw: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and where what was in them stands."""
    text, labels = "", []
    for part in re.split(r"(\[\[.*?\]\])", raw):
        bare = part.removeprefix("[[").removesuffix("]]")
        if bare != part:
            labels.append((len(text), len(text) + len(bare)))
        text += bare
    return text, labels


def _meet(hit: Hit, start: int, end: int) -> bool:
    return hit.start < end and start < hit.end
