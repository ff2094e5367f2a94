"""Routes that nobody can take, conditions that always hold, and checks that say nothing, are found."""

import pytest

from instruments.checking.checker import Report, Source, check
from tests.unit.instruments.examples import choice, headed, number, sections_text, yes_no


def report(*questions: str, head: str = "") -> Report:
    return check([Source("a.yaml", headed(head, *questions))])


def codes(*questions: str, head: str = "") -> list[str]:
    """What is found of faults and warnings about a file of optional questions, minutes left aside."""
    checked = report(*(f"{question}\nrequired: true\ndont_know: true" for question in questions), head=head)
    return [one.code for one in checked.findings if one.code != "minutes"]


@pytest.mark.parametrize(
    "condition",
    [
        "{all: [{item: a, is: [yes]}, {item: a, is: [no]}]}",
        "{all: [{item: a, is: [yes]}, {not: {item: a, answered: true}}]}",
        "{all: [{item: n, at_least: 5}, {item: n, at_most: 4}]}",
        "{item: n, at_least: 101}",
        "{item: n, at_most: 2}",
        "{all: [{item: r, at_least: 4.5}, {item: r, at_most: 4}]}",
        "{all: [{item: m, includes: [red]}, {not: {item: m, includes: [red, blue]}}]}",
        "{all: [{item: m, includes: [none]}, {item: m, includes: [red]}]}",
        "{all: [{item: a, is: [yes]}, {item: after-no, is: [yes]}]}",
        "{all: [{item: after-yes, answered: true}, {item: after-no, answered: true}]}",
        "{all: [{fact: region, is: [London]}, {fact: region, is: [North East]}]}",
        "{all: [{fact: region, is: [London]}, {not: {fact: region, is: [London, North East]}}]}",
        "{fact: sector, is: [public_body]}",
        "{all: [{item: is-big, is: [yes]}, {item: n, at_most: 20}]}",
        "{not: {any: [{item: a, is: [yes]}, {not: {item: a, is: [yes]}}]}}",
    ],
)
def test_a_route_that_nobody_can_take_is_a_fault(condition: str) -> None:
    checked = _routed(condition)

    assert [one.code for one in checked.faults] == ["unreachable"], checked.findings
    assert checked.faults[0].about == "last"


@pytest.mark.parametrize(
    "condition",
    [
        "{item: a, is: [yes, dont_know]}",
        "{not: {item: a, answered: true}}",
        "{not: {item: after-yes, is: [yes]}}",
        "{item: n, at_least: 100}",
        "{all: [{item: n, at_least: 4}, {item: n, at_most: 4}]}",
        "{item: r, at_least: 4.5}",
        "{all: [{item: m, includes: [red]}, {item: m, includes: [blue]}]}",
        "{all: [{item: m, includes: [none, red]}, {item: m, includes: [none]}]}",
        "{any: [{item: after-yes, answered: true}, {item: after-no, answered: true}]}",
        "{all: [{not: {item: after-yes, answered: true}}, {item: a, is: [yes]}]}",
        "{fact: region, is: [London]}",
        "{not: {fact: region, is: [London]}}",
        "{all: [{item: is-big, is: [no]}, {item: n, at_most: 20}]}",
        "{item: total, at_least: 1000}",
        "{not: {all: [{item: a, is: [yes]}, {item: n, at_least: 50}]}}",
    ],
)
def test_a_route_that_somebody_can_take_is_no_finding(condition: str) -> None:
    assert _routed(condition).faults == ()


@pytest.mark.parametrize(
    "condition",
    [
        "{any: [{item: a, is: [yes]}, {not: {item: a, is: [yes]}}]}",
        "{any: [{item: n, at_least: 5}, {item: n, at_most: 5}, {not: {item: n, answered: true}}]}",
        "{not: {item: n, at_least: 101}}",
        "{fact: sector, is: [vco]}",
    ],
)
def test_a_condition_that_everybody_meets_is_a_warning(condition: str) -> None:
    checked = _routed(condition)

    assert [one.code for one in checked.warnings] == ["needless-route"]


def _routed(condition: str) -> Report:
    """A last question under a condition on questions of most kinds."""
    many = choice("m", kind="multi_choice\ndont_know: true").replace(
        "  - {value: blue, label: Blue}\n",
        "  - {value: blue, label: Blue}\n  - {value: none, label: None, exclusive: true}\n",
    )
    checked = report(
        yes_no("a", "dont_know: true"),
        number("n", "minimum: 3\nmaximum: 100\ndont_know: true"),
        number("r", "dont_know: true", kind="rating"),
        many,
        yes_no("after-yes", "dont_know: true\nask_if: {item: a, is: [yes]}"),
        yes_no("after-no", "dont_know: true\nask_if: {item: a, is: [no]}"),
        "id: is-big\nshort: Big\ncompute: {holds: {item: n, at_least: 50}}",
        "id: total\nshort: Total\ncompute: {sum_of: [n]}",
        yes_no("last", f"dont_know: true\nask_if: {condition}"),
    )
    return Report(tuple(one for one in checked.findings if one.code != "minutes"), checked.explained)


def test_a_section_nobody_reaches_is_told_once_and_not_for_each_of_its_questions() -> None:
    text = sections_text(
        "id: one\ntitle: One\nquestions:\n  - {id: a, kind: yes_no, text: x, short: x, dont_know: true}",
        """\
        id: two
        title: Two
        ask_if: {all: [{item: a, is: ["yes"]}, {item: a, is: ["no"]}]}
        questions:
          - {id: b, kind: yes_no, text: x, short: x, dont_know: true, ask_if: {item: a, is: ["yes"]}}
        """,
    )

    assert [(one.code, one.about) for one in check([Source("a.yaml", text)]).faults] == [
        ("unreachable", "two")
    ]


def test_an_instance_of_a_repeat_is_told_once() -> None:
    asked = yes_no("k", "repeat: {codes: sector}\ndont_know: true\nask_if: {item: a, at_least: 101}")

    checked = report(number("a", "maximum: 100\ndont_know: true"), asked)

    assert [(one.code, one.about) for one in checked.faults] == [("unreachable", "k")]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (number("b", "minimum: 5\nchecks: [{sum_of: [a, b], at_most: 3}]"), "impossible-check"),
        (number("b", "maximum: 5\nchecks: [{sum_of: [a, b], equals: 300}]"), "impossible-check"),
        (number("b", "minimum: 200\nchecks: [{sum_of: [b], at_most: a}]"), "impossible-check"),
        (number("b", "maximum: 5\nchecks: [{sum_of: [a, b], at_most: 105}]"), "idle-check"),
        (
            number("b", "earliest: 2024-01-01\nchecks: [{not_after: day}]", kind="date"),
            "impossible-check",
        ),
        (number("b", "earliest: 2024-01-01\nchecks: [{not_before: day}]", kind="date"), "idle-check"),
        (
            number("b", "checks: [{must_hold: {item: b, at_most: -1}, message: M}]"),
            "impossible-check",
        ),
        (number("b", "checks: [{must_hold: {not: {item: b, at_most: -1}}, message: M}]"), "idle-check"),
        (
            number(
                "b",
                "ask_if: {item: yn, is: [yes]}\nchecks: [{must_hold: {item: gone, is: [yes]}, message: M}]",
            ),
            "idle-check",
        ),
    ],
)
def test_a_check_that_no_answer_or_every_answer_passes_is_found(question: str, code: str) -> None:
    before = (
        number("a", "maximum: 100"),
        number("day", "latest: 2023-01-01", kind="date"),
        yes_no("yn"),
        yes_no("gone", "ask_if: {item: yn, is: [no]}"),
    )

    assert codes(*before, question) == [code]


def test_a_check_that_can_go_either_way_is_no_finding() -> None:
    assert codes(number("a", "maximum: 100"), number("b", "checks: [{sum_of: [a, b], at_most: 50}]")) == []
