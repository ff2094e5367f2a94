"""What became of each item between versions, and where a trend breaks."""

import pytest

from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from instruments.versions import library
from instruments.versions.lineage import Verdict, compare, discontinuities, discontinuities_over
from tests.fixtures.every_kind import TEXT as EVERY_KIND
from tests.unit.instruments.examples import (
    INDICATORS,
    choice,
    number,
    questionnaire_text,
    sections_text,
    yes_no,
)

SHARE = "statistic: proportion\nmeasured: Share"


def version(number_: int, *questions: str) -> Questionnaire:
    return parse(questionnaire_text(*questions).replace("version: 1", f"version: {number_}", 1), INDICATORS)


def verdicts(old: Questionnaire, new: Questionnaire) -> dict[str, Verdict]:
    return {change.item: change.verdict for change in compare(old, new)}


def test_a_version_beside_itself_has_nothing_new() -> None:
    core = library.read("annual-vco", 1).questionnaire

    assert {change.verdict for change in compare(core, core)} == {Verdict.SAME}
    assert discontinuities(core, core) == ()


def test_a_repeated_section_whose_rules_name_its_own_items_is_the_same_in_its_next_version() -> None:
    first = parse(EVERY_KIND, INDICATORS)
    second = parse(EVERY_KIND.replace("version: 1", "version: 2", 1), INDICATORS)

    assert {change.verdict for change in compare(first, second)} == {Verdict.SAME}


def test_items_are_followed_by_name_and_not_by_id_or_place() -> None:
    old = version(1, yes_no("a"), yes_no("b"))
    new = version(2, yes_no("b-again", "item: b"), yes_no("c"))

    assert verdicts(old, new) == {"b": Verdict.SAME, "c": Verdict.NEW, "a": Verdict.DROPPED}
    assert [change.item for change in compare(old, new)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("changed", "verdict", "what"),
    [
        (choice("a", SHARE + "\ncounts_as: [red]").replace("Which?", "Which one?"), Verdict.REWORDED, "text"),
        (
            choice("a", SHARE + "\ncounts_as: [red]").replace("label: Red", "label: Crimson"),
            Verdict.REWORDED,
            "options.red.label",
        ),
        (choice("a", SHARE + "\ncounts_as: [red]\nhint: Only one"), Verdict.REWORDED, "hint"),
        (choice("a", SHARE + "\ncounts_as: [blue]"), Verdict.CHANGED, "counts as"),
        (choice("a", SHARE + "\ncounts_as: [red]\ndont_know: true"), Verdict.CHANGED, "ways to pass"),
        (
            choice("a", SHARE + "\ncounts_as: [red]").replace("blue", "green"),
            Verdict.CHANGED,
            "choices",
        ),
        (choice("a", SHARE, kind="multi_choice"), Verdict.CHANGED, "kind"),
        (
            choice("a", SHARE + "\ncounts_as: [red]\nrepeat: {codes: sector}"),
            Verdict.CHANGED,
            "repeated over",
        ),
        (
            choice("a", SHARE + "\ncounts_as: [red]\nask_if: {item: first, is: [yes]}"),
            Verdict.REROUTED,
            "asked if",
        ),
    ],
)
def test_what_changed_is_told_with_both_sides(changed: str, verdict: Verdict, what: str) -> None:
    old = version(1, yes_no("first"), choice("a", SHARE + "\ncounts_as: [red]"))

    change = compare(old, version(2, yes_no("first"), changed))[1]

    assert change.verdict is verdict
    sides = {difference.what: (difference.old, difference.new) for difference in change.differences}
    assert what in sides
    assert sides[what][0] != sides[what][1]
    assert not change.comparable


@pytest.mark.parametrize(
    "changed",
    [
        choice("a", "minutes: 2"),
        choice("a", "guidance: Read slowly"),
        choice("a").replace("Colour", "Colour of it"),
        choice("a", "page: p\nclause: '3'"),
    ],
)
def test_what_respondents_do_not_read_changes_nothing(changed: str) -> None:
    assert verdicts(version(1, choice("a")), version(2, changed)) == {"a": Verdict.SAME}


def test_rewording_an_earlier_question_leaves_the_routes_behind_it() -> None:
    after = yes_no("b", "ask_if: {item: a, is: [yes]}")
    old, new = version(1, yes_no("a"), after), version(2, yes_no("a").replace("It is so", "So it is"), after)

    assert verdicts(old, new)["b"] is Verdict.SAME


def test_a_route_over_a_value_that_is_worked_out_in_another_way_is_another_route() -> None:
    def made(formula: str, place: int) -> Questionnaire:
        value = f"id: v\nshort: V\ncompute: {formula}"
        return version(place, number("a"), number("b"), value, yes_no("c", "ask_if: {item: v, at_least: 1}"))

    change = compare(made("{sum_of: [a, b]}", 1), made("{sum_of: [a]}", 2))[-1]

    assert change.verdict is Verdict.REROUTED


def test_an_author_may_say_that_a_reworded_item_stays_comparable() -> None:
    old = version(1, yes_no("a"))
    said = "changed: {from_version: 1, kind: same, note: A comma went}"
    new = version(2, yes_no("a", said).replace("Is it so?", "Is it, so?"))

    [change] = compare(old, new)

    assert (change.verdict, change.comparable, change.note) == (Verdict.REWORDED, True, "A comma went")
    assert discontinuities(old, new) == ()


def test_an_author_may_break_a_trend_that_the_files_would_not() -> None:
    said = "changed: {from_version: 1, kind: new, note: The law changed what it means}"

    [each] = discontinuities(version(1, yes_no("a")), version(2, yes_no("a", said)))

    assert (each.item, each.from_version, each.to_version, each.note) == (
        "a",
        1,
        2,
        "The law changed what it means",
    )


def test_another_kind_of_choice_breaks_a_trend_whatever_is_said() -> None:
    said = "changed: {from_version: 1, kind: same, note: We hope}"
    new = version(2, choice("a", said).replace("blue", "green"))

    assert [each.verdict for each in discontinuities(version(1, choice("a")), new)] == [Verdict.CHANGED]


def test_what_is_said_of_another_version_does_not_count() -> None:
    said = "changed: {from_version: 1, kind: same, note: A comma}"
    reworded = version(3, yes_no("a", said).replace("Is it so?", "Is it not so?"))

    assert [each.item for each in discontinuities(version(2, yes_no("a")), reworded)] == ["a"]


def test_breaks_are_found_at_each_step_and_new_or_dropped_items_are_none() -> None:
    first = version(1, yes_no("a"), yes_no("old"))
    second = version(2, yes_no("a").replace("Is it so?", "Is it really so?"), yes_no("new"))
    third = version(3, yes_no("a").replace("Is it so?", "Is it really so?"), yes_no("new"))

    assert [(each.item, each.to_version) for each in discontinuities_over([first, second, third])] == [
        ("a", 2)
    ]
    assert discontinuities_over([]) == discontinuities_over([first]) == ()


def test_the_whole_of_a_section_s_route_counts() -> None:
    first = "id: one\ntitle: One\nquestions:\n  - {id: a, kind: yes_no, text: x, short: x}"
    asked = "questions:\n  - {id: b, kind: yes_no, text: x, short: x}"
    old = sections_text(first, f"id: two\ntitle: Two\n{asked}")
    new = sections_text(first, f"id: two\ntitle: Two\nask_if: {{item: a, is: ['yes']}}\n{asked}")

    assert verdicts(parse(old), parse(new))["b"] is Verdict.REROUTED
