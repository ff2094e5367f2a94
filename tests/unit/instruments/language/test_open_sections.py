"""Open sections: apart from all that is asked in confidence, in both directions."""

import pytest

from instruments.errors import QuestionnaireFaults
from instruments.language.questionnaire import parse
from instruments.schema import Proposes, Questionnaire
from tests.unit.instruments.examples import sections_text

BEFORE = "id: one\ntitle: One\nquestions:\n  - {id: heard, kind: yes_no, text: Heard?, short: Heard}"
OPEN = "id: register\ntitle: Register\nopen: true\nquestions:"
STAGE = (
    "\n  - {id: stage, kind: yes_no, text: 'Is the {agreement} in place?', short: In place, proposes: stage}"
)


def read(*sections: str) -> Questionnaire:
    return parse(sections_text(*sections), frozenset({"OUT-2.1"}))


def test_an_open_section_knows_which_items_are_its_own() -> None:
    read_one = read(BEFORE, OPEN + STAGE)

    assert read_one.open_items == {"stage"}
    assert read_one.by_item("stage").proposes is Proposes.STAGE
    assert [section.is_open for section in read_one.sections] == [False, True]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            (BEFORE, OPEN + STAGE.replace("id: stage", "id: stage, ask_if: {item: heard, is: ['yes']}")),
            "heard",
        ),
        (
            (BEFORE, OPEN.replace("questions", "ask_if: {item: heard, is: ['yes']}\nquestions") + STAGE),
            "heard",
        ),
        ((BEFORE, OPEN + STAGE.replace("{agreement}", "{heard|it}")), "neither a fact"),
        ((OPEN + STAGE, BEFORE.replace("Heard?", "'Heard {stage|of it}?'")), "neither a fact"),
        ((BEFORE, OPEN + STAGE.replace("id: stage", "id: stage, item: heard")), "asked twice"),
        ((OPEN + STAGE, BEFORE.replace("id: heard", "id: heard, item: stage")), "asked twice"),
        ((OPEN + STAGE.replace("id: stage", "id: stage, indicator: OUT-2.1"),), "indicator is not for open"),
        ((OPEN + STAGE.replace("id: stage", "id: stage, mirrored: true"),), "mirrored is not for open"),
        ((BEFORE.replace("short: Heard", "short: Heard, proposes: stage"),), "proposes is for open sections"),
    ],
)
def test_nothing_hangs_together_across_the_border_of_an_open_section(
    sections: tuple[str, ...], said: str
) -> None:
    with pytest.raises(QuestionnaireFaults) as refused:
        read(*sections)

    assert any(said in fault.message for fault in refused.value.faults)
