"""Whatever is done to a file, reading it gives a questionnaire or named faults, never another error."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.errors import QuestionnaireFaults
from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from tests.unit.instruments.examples import INDICATORS, choice, number, questionnaire_text, yes_no

GOOD = questionnaire_text(
    yes_no("a", "indicator: OUT-2.1\nstatistic: proportion\nmeasured: Share yes\ndont_know: true"),
    choice(
        "b", "ask_if:\n  any:\n    - {item: a, is: [yes, dont_know]}\n    - not: {fact: sector, is: [vco]}"
    ),
    number("c", "minimum: 1\nchecks: [{sum_of: [c], at_most: 10}]"),
    number("d", "anchors: {1: poor, 5: good}", kind="rating"),
    number("e", "earliest: 2024-01-01\nhint: You said {c|a number}", kind="date"),
)
SCRAPS = [
    *("- ", ": ", "? ", "{", "}", "[", "]", "&a ", "*a", "!!int ", "'", '"', "|", ">", "#", "%", "@", "\t"),
    *("\n", "\n---\n", "\n...\n", "\0", "\ufeff", "\u2028", "\ud800", "<<: ", "null", "~", "1e999"),
    *("item", "ask_if", "options", "{agreement}", "{x|y}", '"\\ud800"', '"\\UFFFFFFFF"', "-1", "0x10"),
]


def reads_or_faults(text: str) -> bool:
    """True where the text was read; faults must be there, with lines, where it was not."""
    try:
        read = parse(text, INDICATORS)
    except QuestionnaireFaults as refused:
        faults = refused.faults
    else:
        return isinstance(read, Questionnaire)
    assert faults
    assert all(fault.line >= 1 and fault.message for fault in faults)
    return False


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 4))
def test_a_file_with_lines_lost_doubled_or_swapped_is_read_or_refused_by_name(seed: int, edits: int) -> None:
    lines, chance = GOOD.splitlines(), random.Random(seed)
    for _ in range(edits):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one : one + 1] = chance.choice([[], [lines[one], lines[other]], [lines[other]]])

    reads_or_faults("\n".join(lines))


@settings(max_examples=300, deadline=None)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 20), st.sampled_from(SCRAPS)), max_size=4
    )
)
def test_a_file_with_scraps_pasted_in_is_read_or_refused_by_name(cuts: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, length, scrap in cuts:
        text = text[:at] + scrap + text[at + length :]

    reads_or_faults(text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300))
def test_a_text_that_is_no_questionnaire_is_refused_by_name(text: str) -> None:
    assert not reads_or_faults(text)


def test_the_file_that_is_mangled_here_is_good() -> None:
    assert reads_or_faults(GOOD)
