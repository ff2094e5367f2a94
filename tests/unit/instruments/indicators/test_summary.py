"""Which numbers a questionnaire gives, and what each answer adds to them."""

import pytest

from instruments.answering.answers import Answer
from instruments.errors import MirrorError
from instruments.indicators.summary import analysed_items, counted_value, mirrored_pairs, numeric_value
from instruments.schema import Kind, State, Statistic
from instruments.versions.library import read
from tests.unit.instruments.examples import choice, number, question, questionnaire, yes_no

SHARE = "statistic: proportion\nmeasured: Share"


def test_only_questions_with_a_statistic_are_analysed() -> None:
    small = questionnaire(yes_no("a", SHARE), yes_no("b"), number("c", "statistic: mean\nmeasured: Mean"))

    assert [(item.key, item.statistic, item.section) for item in analysed_items(small)] == [
        ("a", Statistic.PROPORTION, "One"),
        ("c", Statistic.MEAN, "One"),
    ]


def test_a_multi_choice_question_gives_a_share_for_each_option() -> None:
    small = questionnaire(choice("a", SHARE, kind="multi_choice"))

    assert [(item.key, item.short, item.counts_as) for item in analysed_items(small)] == [
        ("a.red", "Colour: Red", ("red",)),
        ("a.blue", "Colour: Blue", ("blue",)),
    ]


def test_a_grid_gives_a_share_for_each_row_with_the_indicator_of_the_row() -> None:
    rows = "rows:\n  - {value: x, label: X, indicator: BAS-1.1}\n  - {value: y, label: Y}\n"
    small = questionnaire(choice("a", rows + SHARE + "\ncounts_as: [red]\nindicator: OUT-2.1", kind="grid"))

    assert [(item.key, item.indicator, item.counts_as) for item in analysed_items(small)] == [
        ("a.x", "BAS-1.1", ("red",)),
        ("a.y", "OUT-2.1", ("red",)),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "part", "number"),
    [
        (Kind.SINGLE_CHOICE, "red", None, 1.0),
        (Kind.SINGLE_CHOICE, "blue", None, 0.0),
        (Kind.MULTI_CHOICE, ("blue",), "blue", 1.0),
        (Kind.MULTI_CHOICE, ("blue",), "red", 0.0),
        (Kind.GRID, {"funding": "red", "advice": "blue"}, "funding", 1.0),
        (Kind.GRID, {"funding": "red", "advice": "blue"}, "advice", 0.0),
        (Kind.GRID, {"funding": "dont_know", "advice": "blue"}, "funding", None),
        (Kind.RATING, 7, None, 3.5),
        (Kind.COUNT, 0, None, 0.0),
        (Kind.AMOUNT, 1250, None, 12.5),
        (Kind.PROPORTION, 45, None, 45.0),
    ],
)
def test_each_kind_gives_its_number(
    kind: Kind, value: object, part: str | None, number: float | None
) -> None:
    share = kind in (Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.GRID)
    statistic = Statistic.PROPORTION if share else Statistic.MEAN
    asked = question(kind, statistic=statistic, counts_as=("red",))

    assert numeric_value(asked, Answer(State.ANSWERED, value), part) == number  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer", [None, *(Answer(s) for s in (State.DONT_KNOW, State.NOT_APPLICABLE, State.PREFER_NOT_TO_SAY))]
)
def test_passed_and_missing_answers_leave_the_base(answer: Answer | None) -> None:
    asked = question(Kind.YES_NO, statistic=Statistic.PROPORTION, counts_as=("yes",))

    assert numeric_value(asked, answer) is None


def test_a_text_gives_no_number() -> None:
    assert numeric_value(question(Kind.LONG_TEXT), Answer(State.ANSWERED, "5")) is None


def test_mirrored_questions_are_paired_by_item() -> None:
    one = questionnaire(yes_no("a", "mirrored: true"), yes_no("b"))
    other = questionnaire(yes_no("b"), yes_no("a-2", "item: a\nmirrored: true\ndont_know: true"))

    assert [(left.id, right.id) for left, right in mirrored_pairs(one, other)] == [("a", "a-2")]


@pytest.mark.parametrize(
    "partner",
    [
        yes_no("b", "mirrored: true"),
        yes_no("a"),
        choice("a", "mirrored: true"),
        yes_no("a", f"mirrored: true\n{SHARE}"),
    ],
)
def test_a_mirrored_item_that_cannot_be_compared_is_refused(partner: str) -> None:
    one = questionnaire(yes_no("a", "mirrored: true"), yes_no("z", "mirrored: true"))

    with pytest.raises(MirrorError):
        mirrored_pairs(one, questionnaire(partner))


def test_a_mirrored_item_of_the_other_side_alone_is_refused() -> None:
    one, other = questionnaire(yes_no("a")), questionnaire(yes_no("a", "mirrored: true"))

    with pytest.raises(MirrorError, match="a"):
        mirrored_pairs(one, other)


def test_who_had_not_heard_of_the_agreement_counts_as_not_knowing_it() -> None:
    shipped = read("annual-vco", 1).questionnaire
    items = {item.key: item for item in analysed_items(shipped)}
    knows, reach = items["knows-what"], items["reach.email"]
    right, wrong, heard, unaware = (
        Answer(State.ANSWERED, value) for value in ("both-sectors", "fund", "yes", "no")
    )
    unsure = Answer(State.DONT_KNOW)

    assert knows.measured == (
        "Share choosing the right description, of all who answered; those who had not heard of it count as "
        "not knowing"
    )
    assert (knows.heard, reach.heard) == ("heard-of", None)
    assert counted_value(shipped, knows, {"heard-of": heard, "knows-what": right}) == 1.0
    assert counted_value(shipped, knows, {"heard-of": heard, "knows-what": wrong}) == 0.0
    assert counted_value(shipped, knows, {"heard-of": unaware}) == 0.0
    assert counted_value(shipped, knows, {"heard-of": unsure}) == 0.0
    assert counted_value(shipped, knows, {"heard-of": heard}) is None
    assert counted_value(shipped, knows, {}) is None
    assert counted_value(shipped, reach, {"heard-of": unaware}) is None
