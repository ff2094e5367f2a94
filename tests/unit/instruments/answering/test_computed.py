"""Values worked out from answers: known as soon as what they rest on is, and never sooner."""

from collections.abc import Mapping

import pytest

from instruments.answering.answers import Answer
from instruments.answering.routing import computed_values, route
from instruments.errors import QuestionnaireFaults
from instruments.kinds.values import Value
from instruments.language.questionnaire import parse
from instruments.schema import Kind, State
from tests.unit.instruments.examples import (
    INDICATORS,
    choice,
    number,
    questionnaire,
    questionnaire_text,
    yes_no,
)

UNSURE = Answer(State.DONT_KNOW)


def said(**values: Value) -> dict[str, Answer]:
    return {item: Answer(State.ANSWERED, value) for item, value in values.items()}


def worked_out(
    formula: str, answers: Mapping[str, Answer], facts: Mapping[str, str] | None = None
) -> Answer | None:
    read = questionnaire(
        number("x", "dont_know: true", kind="amount"),
        number("y", kind="amount"),
        choice("many", kind="multi_choice"),
        yes_no("p", "dont_know: true"),
        yes_no("q", "ask_if: {item: p, is: [yes]}"),
        f"id: value\nshort: The value\ncompute: {formula}",
    )
    return computed_values(read, answers, facts or {}).get("value")


@pytest.mark.parametrize(
    ("formula", "answers", "value"),
    [
        ("{sum_of: [x, y]}", said(x=100, y=250), 350),
        ("{difference_of: [x, y]}", said(x=100, y=250), -150),
        ("{ratio_of: [x, y]}", said(x=1, y=8), 13),
        ("{ratio_of: [x, y]}", said(x=1, y=200), 1),
        ("{ratio_of: [x, y]}", said(x=250, y=100), 250),
        ("{count_of: [p, q], is: [yes]}", said(p="yes", q="yes"), 2),
        ("{count_of: [p, q], is: [yes]}", said(p="no", q="yes"), 0),
        ("{count_of: [p], is: [no, dont_know]}", {"p": UNSURE}, 1),
        ("{count_of: [many]}", said(many=("red", "blue")), 2),
        ("{holds: {item: x, at_least: 1}}", said(x=99), "no"),
        ("{holds: {item: x, at_least: 1}}", said(x=100), "yes"),
        ("{holds: {fact: region, is: [London]}}", {}, "yes"),
    ],
)
def test_each_formula_gives_its_value(formula: str, answers: Mapping[str, Answer], value: Value) -> None:
    assert worked_out(formula, answers, {"region": "London"}) == Answer(State.ANSWERED, value)


@pytest.mark.parametrize(
    ("formula", "answers", "expected"),
    [
        ("{sum_of: [x, y]}", said(x=1), None),
        ("{sum_of: [x, y]}", {"x": UNSURE, **said(y=1)}, UNSURE),
        ("{difference_of: [x, y]}", {"x": UNSURE, **said(y=1)}, UNSURE),
        ("{ratio_of: [x, y]}", said(x=1, y=0), Answer(State.NOT_APPLICABLE)),
        ("{count_of: [many]}", {}, None),
        ("{holds: {item: q, is: [yes]}}", said(p="yes"), None),
        ("{holds: {item: q, is: [yes]}}", said(p="no"), Answer(State.ANSWERED, "no")),
    ],
)
def test_a_value_that_rests_on_too_little_is_not_made_up(
    formula: str, answers: Mapping[str, Answer], expected: Answer | None
) -> None:
    assert worked_out(formula, answers) == expected


def test_a_value_may_rest_on_other_values_without_working_them_out_again() -> None:
    chain = [f"id: v{n}\nshort: V{n}\ncompute: {{sum_of: [v{n - 1}, v{n - 1}]}}" for n in range(1, 61)]
    read = questionnaire(number("v0"), *chain)

    assert computed_values(read, said(v0=1), {})["v60"] == Answer(State.ANSWERED, 2**60)


def test_a_condition_may_hang_on_a_value() -> None:
    read = questionnaire(
        yes_no("a"),
        yes_no("b"),
        "id: both\nshort: Both\ncompute: {count_of: [a, b], is: [yes]}",
        yes_no("why", "ask_if: {item: both, at_least: 2}"),
    )

    assert [q.id for q in route(read, said(a="yes", b="yes"), {})] == ["a", "b", "why"]
    assert [q.id for q in route(read, said(a="yes", b="no"), {})] == ["a", "b"]


def test_the_kind_of_a_value_follows_from_its_formula() -> None:
    read = questionnaire(
        number("x", kind="amount"),
        "id: all\nshort: All\ncompute: {sum_of: [x]}",
        "id: part\nshort: Part\ncompute: {ratio_of: [x, all]}",
        "id: big\nshort: Big\ncompute: {holds: {item: part, at_least: 50}}",
    )

    assert [value.kind for value in read.computed.values()] == [Kind.AMOUNT, Kind.PROPORTION, Kind.YES_NO]


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("{sum_of: [later]}", "not asked before"),
        ("{sum_of: [x, a]}", "of one kind"),
        ("{sum_of: [a]}", "of one kind"),
        ("{sum_of: [x], ratio_of: [x, x]}", "in one way"),
        ("{product_of: [x, x]}", "in one way"),
        ("{difference_of: [x]}", "takes two items"),
        ("{count_of: [a], is: [maybe]}", "not an option"),
        ("{count_of: [a]}", "of one kind"),
        ("{sum_of: [optional]}", "may be left empty"),
        ("{holds: {item: later, is: [yes]}}", "comes later"),
        ("{holds: {item: value, is: [yes]}}", "comes later"),
        ("{sum_of: ['x; import os']}", "not the name of an item"),
    ],
)
def test_a_bad_formula_is_told(formula: str, says: str) -> None:
    text = questionnaire_text(
        yes_no("a"),
        number("x"),
        number("optional", "required: false"),
        f"id: value\nshort: V\ncompute: {formula}",
        yes_no("later"),
    )

    with pytest.raises(QuestionnaireFaults) as caught:
        parse(text, INDICATORS)

    assert any(says in fault.message for fault in caught.value.faults), caught.value.faults


def test_a_circle_is_called_a_circle() -> None:
    text = questionnaire_text(
        yes_no("a", "ask_if: {item: b, is: [yes]}"), yes_no("b", "ask_if: {item: a, is: [yes]}")
    )

    with pytest.raises(QuestionnaireFaults, match="in a circle"):
        parse(text, INDICATORS)


def test_a_value_may_rest_on_another_over_a_thousand_steps() -> None:
    steps = [
        f"id: step{n}\nshort: Step\ncompute: {{holds: {{item: {f'step{n - 1}' if n else 'p'}, is: [yes]}}}}"
        for n in range(1_000)
    ]
    read = questionnaire(yes_no("p"), *steps, yes_no("q", "ask_if: {item: step999, is: [yes]}"))

    asked = {word: [q.item for q in route(read, said(p=word), {})] for word in ("yes", "no")}

    assert asked == {"yes": ["p", "q"], "no": ["p"]}
