"""What must be mended is told in a sentence; what is well is passed in silence."""

from dataclasses import replace

import pytest

from instruments.answering.answers import Answer
from instruments.answering.checks import problems, soft_checks
from instruments.schema import State
from tests.unit.instruments.examples import choice, number, questionnaire, yes_no


def given(**values: object) -> dict[str, Answer]:
    return {item: Answer(State.ANSWERED, value) for item, value in values.items()}  # type: ignore[arg-type]


def messages(more: str, value: object, kind: str = "count") -> tuple[str, ...]:
    one = questionnaire(number("a", more, kind=kind))
    return problems(one, one.question("a"), given(a=value))


@pytest.mark.parametrize(
    ("kind", "more", "value", "message"),
    [
        ("count", "minimum: 3", 2, "The number must be 3 or more"),
        ("count", "maximum: 1000", 1001, "The number must be between 0 and 1,000"),
        ("count", "", -1, "The number must be 0 or more"),
        ("amount", "maximum: 10.50", 1051, "The number must be between £0 and £10.50"),
        ("proportion", "", 101, "The number must be between 0% and 100%"),
        ("date", "earliest: 2024-01-02", "2024-01-01", "The date must be 2 January 2024 or later"),
        ("date", "latest: 2024-01-02", "2024-01-03", "The date must be 2 January 2024 or earlier"),
    ],
)
def test_a_value_out_of_range_is_told_with_its_bound(
    kind: str, more: str, value: object, message: str
) -> None:
    assert messages(more, value, kind) == (message,)


@pytest.mark.parametrize(
    ("kind", "more", "value"),
    [
        ("count", "minimum: 3\nmaximum: 3", 3),
        ("proportion", "", 100),
        ("date", "earliest: 2024-01-02\nlatest: 2024-01-02", "2024-01-02"),
        ("rating", "", 10),
    ],
)
def test_a_value_on_its_bound_is_well(kind: str, more: str, value: object) -> None:
    assert messages(more, value, kind) == ()


CHOICES = questionnaire(
    choice("a", kind="multi_choice").replace(
        "{value: blue, label: Blue}", "{value: none, label: None of these, exclusive: true}"
    )
)


def test_none_of_these_stands_alone() -> None:
    [question] = CHOICES.questions

    assert problems(CHOICES, question, given(a=("none",))) == ()
    assert problems(CHOICES, question, given(a=("red",))) == ()
    assert problems(CHOICES, question, given(a=("red", "none"))) == (
        "Select “None of these” on its own, or take it away",
    )


SUMS = questionnaire(
    number("paid", "dont_know: true"),
    number("unpaid"),
    number("all", "checks: [{sum_of: [paid, unpaid], equals: all}]"),
    number("late", "checks: [{sum_of: [late], at_most: all}]"),
    number("slow", "checks: [{sum_of: [slow, late], at_most: 10, message: Ten is the most}]"),
)


def test_parts_must_add_up_to_their_whole() -> None:
    whole = SUMS.question("all")

    assert problems(SUMS, whole, given(paid=3, unpaid=4, all=7)) == ()
    assert problems(SUMS, whole, given(paid=3, unpaid=4, all=8)) == (
        "“Number of paid” and “Number of unpaid” add up to 7. They should add up to 8",
    )


def test_a_part_may_not_pass_its_bound() -> None:
    assert problems(SUMS, SUMS.question("late"), given(all=7, late=7)) == ()
    assert problems(SUMS, SUMS.question("late"), given(all=7, late=9)) == (
        "“Number of late” is 9. The most is 7",
    )


def test_a_check_may_have_words_of_its_own() -> None:
    assert problems(SUMS, SUMS.question("slow"), given(late=9, slow=2)) == ("Ten is the most",)


def test_a_check_that_lacks_an_answer_says_nothing() -> None:
    whole = SUMS.question("all")

    assert problems(SUMS, whole, given(paid=3, all=1)) == ()
    assert problems(SUMS, whole, given(unpaid=4, all=1) | {"paid": Answer(State.DONT_KNOW)}) == ()


DATES = questionnaire(
    number("opened", kind="date"),
    number("closed", "checks: [{not_before: opened}]", kind="date"),
    number("planned", "checks: [{not_after: opened}]", kind="date"),
)


@pytest.mark.parametrize("day", ["2025-03-02", "2025-03-03"])
def test_dates_in_order_or_equal_are_well(day: str) -> None:
    assert problems(DATES, DATES.question("closed"), given(opened="2025-03-02", closed=day)) == ()


def test_dates_out_of_order_are_told_with_the_other_date() -> None:
    assert problems(DATES, DATES.question("closed"), given(opened="2025-03-02", closed="2025-03-01")) == (
        "The date must be the same as or after “Number of opened”, which is 2 March 2025",
    )
    assert problems(DATES, DATES.question("planned"), given(opened="2025-03-02", planned="2025-03-03")) == (
        "The date must be the same as or before “Number of opened”, which is 2 March 2025",
    )


def test_a_passed_question_has_no_problems() -> None:
    one = questionnaire(yes_no("a", "dont_know: true"))

    assert problems(one, one.question("a"), {"a": Answer(State.DONT_KNOW)}) == ()


def test_a_soft_check_may_be_confirmed_with_a_reason_and_is_no_problem() -> None:
    read = questionnaire(number("a", "checks: [{sum_of: [a], at_most: 10, soft: true}]"))
    high = Answer(State.ANSWERED, 50)

    assert problems(read, read.question("a"), {"a": high}) == ()
    assert soft_checks(read, read.question("a"), {"a": high}) == ("“Number of a” is 50. The most is 10",)
    assert soft_checks(read, read.question("a"), {"a": replace(high, reason="We merged")}) == ()
    assert soft_checks(read, read.question("a"), {"a": Answer(State.ANSWERED, 5)}) == ()
    assert soft_checks(read, read.question("a"), {"a": Answer(State.DONT_KNOW)}) == ()
    assert soft_checks(read, read.question("a"), {}) == ()


def test_a_condition_over_several_answers_can_be_checked() -> None:
    must = "must_hold: {any: [{item: a, is: [no]}, {item: b, at_least: 1}]}"
    read = questionnaire(
        yes_no("a", "dont_know: true"),
        number("b", f"checks: [{{{must}, message: 'You said yes, so enter 1 or more'}}]"),
    )
    none = Answer(State.ANSWERED, 0)

    def messages(a: Answer) -> tuple[str, ...]:
        return problems(read, read.question("b"), {"a": a, "b": none})

    assert messages(Answer(State.ANSWERED, "yes")) == ("You said yes, so enter 1 or more",)
    assert messages(Answer(State.ANSWERED, "no")) == ()
    assert messages(Answer(State.DONT_KNOW)) == ()


def test_a_computed_value_can_bound_an_answer() -> None:
    read = questionnaire(
        number("a"),
        number("b"),
        "id: both\nshort: Both together\ncompute: {sum_of: [a, b]}",
        number("c", "checks: [{sum_of: [c], at_most: both}]"),
    )
    answers = {name: Answer(State.ANSWERED, value) for name, value in {"a": 1, "b": 2, "c": 4}.items()}

    assert problems(read, read.question("c"), answers) == ("“Number of c” is 4. The most is 3",)
    assert problems(read, read.question("c"), answers | {"a": Answer(State.ANSWERED, 2)}) == ()


def test_a_sum_leaves_out_what_was_not_asked() -> None:
    read = questionnaire(
        yes_no("more"),
        number("a"),
        number("b", "ask_if: {item: more, is: [yes]}"),
        number("c", "checks: [{sum_of: [a, b, c], equals: 10}]"),
    )
    said = {name: Answer(State.ANSWERED, value) for name, value in {"more": "no", "a": 4, "c": 5}.items()}

    assert len(problems(read, read.question("c"), said)) == 1
    assert problems(read, read.question("c"), said | {"c": Answer(State.ANSWERED, 6)}) == ()
