"""Which question measures which indicator, and how long a questionnaire takes."""

from dataclasses import replace

import pytest

from instruments.answering.minutes import minutes
from instruments.indicators.catalogue import shipped_catalogue
from instruments.indicators.coverage import MEASURES, as_markdown, coverage, uncovered
from instruments.schema import Kind
from tests.unit.instruments.examples import choice, number, questionnaire, yes_no


def test_every_measure_of_the_catalogue_has_a_kind_of_question_and_every_kind_is_used() -> None:
    measures = {one for entry in shipped_catalogue().indicators.values() for one in entry.measure}

    assert measures == set(MEASURES)
    assert set(Kind) == {kind for kinds in MEASURES.values() for kind in kinds}


def test_each_indicator_is_listed_with_the_questions_and_rows_that_measure_it() -> None:
    rows = "rows:\n  - {value: x, label: X, indicator: BAS-1.1}\n  - {value: y, label: Y}\n"
    one = questionnaire(
        yes_no("a", "indicator: OUT-2.1\nrepeat: {codes: sector}"),
        choice("g", rows, kind="grid"),
    )

    uses = {each.indicator.id: each.uses for each in coverage([one])}

    assert [*uses] == [*shipped_catalogue().indicators]
    assert [(use.name, use.version, use.question) for use in uses["OUT-2.1"]] == [("small", 1, "a")]
    assert [use.question for use in uses["BAS-1.1"]] == ["g.x"]
    assert len(uncovered([one])) == len(uses) - 2


def test_the_table_says_what_is_not_yet_measured() -> None:
    table = as_markdown(coverage([questionnaire(yes_no("a", "indicator: OUT-2.1"))]))

    assert "| OUT-2.1 | Do organisations know what the Compact is? | per cent | 2 | small@1 `a` |" in table
    assert table.count("**not yet**") == 129


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ([yes_no("a")], 0.25),
        ([yes_no("a", "minutes: 2")], 2),
        ([number("a", "rows: [{value: x, label: X}, {value: y, label: Y}]\n"
                 "options: [{value: z, label: Z}]", kind="grid")], 0.65),
        ([yes_no("a", "repeat: {list: agreements}")], 0.25),
        ([choice("m", kind="multi_choice"), yes_no("a", "repeat: {item: m}")], 0.5 + 2 * 0.25),
        ([yes_no("a", "repeat: {codes: code_of_practice}")], 5 * 0.25),
    ],
)  # fmt: skip
def test_minutes_are_added_up_by_kind_and_repeat(questions: list[str], expected: float) -> None:
    assert minutes(questionnaire(*questions)) == pytest.approx(expected)


def test_minutes_of_a_section_stand_before_those_of_its_questions() -> None:
    read = questionnaire(yes_no("a"), yes_no("b"))
    section = replace(read.written[0], minutes=3.0)

    assert minutes(replace(read, written=(section,))) == 3.0
