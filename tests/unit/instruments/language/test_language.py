"""A good file becomes a questionnaire; a bad one is told every fault by path, with how to correct it."""

from datetime import date
from textwrap import dedent

import pytest

from instruments.errors import Fault, QuestionnaireFaults
from instruments.language.questionnaire import parse
from instruments.rules import AnyOf, Comparison, Not, OrderCheck, Relation, SumCheck
from instruments.schema import Audience, Kind, Statistic
from tests.unit.instruments.examples import (
    HEAD,
    INDICATORS,
    choice,
    number,
    questionnaire,
    questionnaire_text,
    yes_no,
)


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(QuestionnaireFaults) as caught:
        parse(text, INDICATORS)
    return caught.value.faults


def test_the_head_of_a_file_becomes_the_head_of_a_questionnaire() -> None:
    read = questionnaire(yes_no("a"))

    assert (read.name, read.version, read.audience, read.estimated_minutes) == ("small", 1, Audience.VCO, 2)
    assert read.sections[0].title == "One"


def test_a_question_keeps_its_id_as_its_item_unless_another_is_given() -> None:
    read = questionnaire(yes_no("a"), yes_no("b-2", "item: b"))

    assert [(q.id, q.item) for q in read.questions] == [("a", "a"), ("b-2", "b")]


def test_yes_and_no_come_with_the_kind_and_yes_is_what_counts() -> None:
    [question] = questionnaire(yes_no("a", "statistic: proportion\nmeasured: Share yes")).questions

    assert [option.value for option in question.options] == ["yes", "no"]
    assert (question.statistic, question.counts_as) == (Statistic.PROPORTION, ("yes",))


def test_a_rating_offers_nine_points_valued_at_twice_the_point() -> None:
    [question] = questionnaire(number("a", "anchors: {1: poor, 3: fair, 5: good}", kind="rating")).questions

    assert [option.value for option in question.options] == [str(doubled) for doubled in range(2, 11)]
    assert question.label("2") == "1: poor"
    assert question.label("3") == "Between 1 and 2"
    assert question.label("8") == "4"


def test_ways_to_pass_take_the_usual_wording_or_their_own() -> None:
    [question] = questionnaire(yes_no("a", "dont_know: true\nnot_applicable: We have none")).questions

    assert [(e.value, e.label) for e in question.escapes] == [
        ("not_applicable", "We have none"),
        ("dont_know", "Do not know"),
    ]


def test_bounds_are_kept_in_stored_units() -> None:
    read = questionnaire(
        number("spent", "minimum: 0.50\nmaximum: 1200", kind="amount"),
        number("share", kind="proportion"),
        number("day", "earliest: 2024-01-01", kind="date"),
    )

    assert (read.question("spent").minimum, read.question("spent").maximum) == (50, 120_000)
    assert (read.question("share").minimum, read.question("share").maximum) == (0, 100)
    assert read.question("day").earliest == date(2024, 1, 1)


def test_a_condition_is_read_with_its_numbers_in_stored_units() -> None:
    read = questionnaire(
        yes_no("a", "dont_know: true"),
        number("b", kind="rating"),
        yes_no(
            "c",
            """\
            ask_if:
              any:
                - {item: a, is: [yes, dont_know]}
                - not: {item: b, at_least: 3.5}
                - {fact: region, is: [North East]}
            """,
        ),
    )

    assert read.question("c").ask_if == AnyOf(
        (
            Comparison("a", Relation.IS, values=("yes", "dont_know")),
            Not(Comparison("b", Relation.AT_LEAST, number=7)),
            Comparison("region", Relation.IS, of_fact=True, values=("North East",)),
        )
    )


def test_checks_name_this_question_and_earlier_ones() -> None:
    read = questionnaire(
        number("paid"),
        number("unpaid"),
        number("all", "checks:\n  - {sum_of: [paid, unpaid], equals: all}"),
        number("opened", kind="date"),
        number("closed", "checks:\n  - {not_before: opened, message: Mend it}", kind="date"),
    )

    assert read.question("all").checks == (SumCheck(("paid", "unpaid"), exact=True, bound="all"),)
    assert read.question("closed").checks == (OrderCheck("opened", after=True, message="Mend it"),)


def test_all_faults_of_a_file_are_told_at_once_in_its_order() -> None:
    text = questionnaire_text(
        yes_no("a", "indicator: XXX-1"),
        choice("b", "colour: red"),
        yes_no("c", "ask_if: {item: d, is: [yes]}"),
        yes_no("a"),
    )

    assert [fault.path for fault in faults_of(text)] == [
        "sections[0].questions[0].indicator",
        "sections[0].questions[1].colour",
        "sections[0].questions[2].ask_if",
        "sections[0].questions[3]",
    ]


def test_a_fault_tells_line_path_and_remedy_in_one_sentence() -> None:
    [fault] = faults_of(questionnaire_text(yes_no("a", "required: maybe")))

    assert str(fault) == "line 15, sections[0].questions[0].required: write true or false"


Q = "sections[0].questions"


@pytest.mark.parametrize(
    ("question", "path", "says"),
    [
        (yes_no("a", "indicator: XXX-1"), f"{Q}[1].indicator", "no indicator 'XXX-1'"),
        (yes_no("a", "hnt: x"), f"{Q}[1].hnt", "did you mean hint?"),
        (yes_no("A b"), f"{Q}[1].id", "is not a name"),
        (yes_no("a", "ask_if: {item: nowhere, is: [yes]}"), f"{Q}[1].ask_if", "is not asked here"),
        (yes_no("a", "ask_if: {item: last, is: [yes]}"), f"{Q}[1].ask_if", "comes later"),
        (yes_no("a", "ask_if: {item: a, is: [yes]}"), f"{Q}[1].ask_if", "comes later"),
        (yes_no("a", "ask_if: {item: first, is: [maybe]}"), f"{Q}[1].ask_if", "'maybe' is not an option"),
        (yes_no("a", "ask_if: {item: first, is: [dont_know]}"), f"{Q}[1].ask_if", "does not offer that way"),
        (yes_no("a", "ask_if: {item: first, includes: [yes]}"), f"{Q}[1].ask_if", "can be compared with"),
        (yes_no("a", "ask_if: {item: first}"), f"{Q}[1].ask_if", "in one way"),
        (yes_no("a", "ask_if: {item: first, is: [yes], or: 1}"), f"{Q}[1].ask_if.or", "no field 'or'"),
        (yes_no("a", "ask_if: {fact: shoe_size, is: [9]}"), f"{Q}[1].ask_if", "not a fact"),
        (yes_no("a", "ask_if: {either: []}"), f"{Q}[1].ask_if", "start the condition"),
        (yes_no("a", "ask_if: {all: []}"), f"{Q}[1].ask_if.all", "the list is empty"),
        (yes_no("a", "options: [{value: x, label: X}]"), f"{Q}[1].options", "options is only for"),
        (yes_no("a", "statistic: mean\nmeasured: x"), f"{Q}[1]", "has no mean"),
        (yes_no("a", "statistic: proportion"), f"{Q}[1].measured", "measured is missing"),
        (yes_no("a", "counts_as: [yes]"), f"{Q}[1]", "add `statistic: proportion`"),
        (yes_no("a", "hint: Ask {nobody}"), f"{Q}[1].hint", "neither a fact"),
        (yes_no("a", "hint: You said {first}"), f"{Q}[1].hint", "{first|the group}"),
        (yes_no("a", "hint:"), f"{Q}[1].hint", "nothing is written here"),
        (yes_no("a", "hint: [a, b]"), f"{Q}[1].hint", "not a list"),
        ("id: a\nkind: essay\ntext: x\nshort: x", f"{Q}[1].kind", "'essay' is not one of"),
        ("id: a\nkind: yes_no\ntext: x", f"{Q}[1].short", "short is missing"),
        ("id: a\nkind: grid\ntext: x\nshort: x", f"{Q}[1].rows", "rows is missing"),
        (choice("a", "statistic: proportion\nmeasured: x"), f"{Q}[1].counts_as", "counts_as is missing"),
        (
            choice("a", "statistic: proportion\nmeasured: x\ncounts_as: [green]"),
            f"{Q}[1].counts_as",
            "not an option",
        ),
        (number("a", "minimum: 9\nmaximum: 3"), f"{Q}[1]", "above the maximum"),
        (number("a", "maximum: 2.5"), f"{Q}[1].maximum", "not a number"),
        (number("a", "anchors: {1: bad}", kind="rating"), f"{Q}[1].anchors", "give anchors 1 and 5"),
        (number("a", "earliest: 2025-02-30", kind="date"), f"{Q}[1].earliest", "real date"),
        (number("a", "limit: 0", kind="short_text"), f"{Q}[1].limit", "whole number of 1 or more"),
        (
            number("a", "checks: [{sum_of: [first], at_most: 3}]"),
            f"{Q}[1].checks[0]",
            "is of kind yes_no",
        ),
        (number("a", "checks: [{sum_of: [a]}]"), f"{Q}[1].checks[0]", "one bound"),
        (number("a", "checks: [{not_before: a}]"), f"{Q}[1].checks[0]", "no date"),
        (number("a", "checks: [{odd: a}]"), f"{Q}[1].checks[0]", "start the check"),
    ],
)
def test_a_bad_question_is_told_by_path(question: str, path: str, says: str) -> None:
    faults = faults_of(questionnaire_text(yes_no("first"), question, yes_no("last")))

    assert any(fault.path == path and says in fault.message for fault in faults), faults


@pytest.mark.parametrize(
    ("options", "path", "says"),
    [
        ("- {label: Red}", "options[0].value", "value is missing"),
        ("- {value: red}", "options[0].label", "label is missing"),
        ("- {value: red, label: Red}\n- {value: red, label: Again}", "options", "given twice"),
        ("- {value: dont_know, label: Unsure}", "options[0]", "is a way to pass"),
        ("- {value: red, label: Red, exclusive: true}", "options[0]", "exclusive is for multi_choice"),
        ("- red", "options[0]", "fields with names"),
    ],
)
def test_a_bad_option_is_told_by_path(options: str, path: str, says: str) -> None:
    lines = "\n".join(f"  {line}" for line in options.splitlines())
    text = f"id: a\nkind: single_choice\ntext: x\nshort: x\noptions:\n{lines}"

    faults = faults_of(questionnaire_text(text))

    assert any(fault.path == f"{Q}[0].{path}" and says in fault.message for fault in faults), faults


def test_a_route_may_not_hang_on_a_question_that_may_be_left_empty() -> None:
    text = questionnaire_text(yes_no("a", "required: false"), yes_no("b", "ask_if: {item: a, is: [yes]}"))

    [fault] = faults_of(text)

    assert "required: false" in fault.message


def test_two_questions_may_not_ask_one_item() -> None:
    [fault] = faults_of(questionnaire_text(yes_no("a"), yes_no("b", "item: a")))

    assert "'a' is asked twice" in fault.message


def test_two_sections_may_not_share_an_id() -> None:
    again = dedent("""\
          - id: one
            title: Again
            questions:
              - {id: z, kind: yes_no, text: x, short: x}
        """)

    text = questionnaire_text(yes_no("a")) + "".join(f"  {line}\n" for line in again.splitlines())

    assert any("section id 'one'" in fault.message for fault in faults_of(text))


def test_a_newer_schema_is_the_only_fault_told() -> None:
    text = questionnaire_text(yes_no("a", "essence: new")).replace("schema: 1", "schema: 2")

    [fault] = faults_of(text)

    assert fault.path == "schema"
    assert "newer" in fault.message


@pytest.mark.parametrize("field", ["schema", "name", "version", "title", "audience", "estimated_minutes"])
def test_every_field_of_the_head_is_needed(field: str) -> None:
    lines = [line for line in HEAD.splitlines() if not line.startswith(f"{field}:")]
    text = "\n".join(lines) + "\n      - {id: a, kind: yes_no, text: x, short: x}\n"

    assert [fault.path for fault in faults_of(text)] == [field]


def test_a_file_that_is_one_word_is_told_what_it_lacks() -> None:
    assert any("fields with names" in fault.message for fault in faults_of("hello"))


def test_kinds_are_told_apart_by_name() -> None:
    read = questionnaire(*(number(kind.replace("_", "-"), kind=kind) for kind in ("count", "short_text")))

    assert [question.kind for question in read.questions] == [Kind.COUNT, Kind.SHORT_TEXT]


def test_more_options_than_anybody_reads_are_one_fault_and_not_read_further() -> None:
    many = "".join(f"  - {{value: o{place}, label: Option}}\n" for place in range(20_000))
    text = f"id: a\nkind: single_choice\ntext: Which?\nshort: Which\noptions:\n{many}"

    (fault,) = faults_of(questionnaire_text(text))

    assert "20,000 options are more than the 200 that anybody reads" in str(fault)
