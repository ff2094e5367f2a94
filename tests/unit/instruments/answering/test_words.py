"""Conditions read as sentences, and an account says which rule hid what."""

import pytest

from instruments.answering.answers import Answer
from instruments.answering.words import Account, account, words_of
from instruments.language.questionnaire import parse
from instruments.rules import All, AnyOf, Comparison, Not, Relation
from instruments.schema import Questionnaire, State
from instruments.versions.library import read
from tests.unit.instruments.examples import INDICATORS, choice, headed, number, questionnaire, yes_no

YES, NO = Answer(State.ANSWERED, "yes"), Answer(State.ANSWERED, "no")
UNSURE = Answer(State.DONT_KNOW)

SMALL = questionnaire(
    yes_no("a", "dont_know: I am not sure"),
    number("n", kind="amount"),
    choice("m", kind="multi_choice"),
    "id: twice\nshort: Twice over\ncompute: {sum_of: [n, n]}",
    yes_no("both", "ask_if: {all: [{item: a, is: [yes]}, {item: n, at_least: 10}]}"),
    yes_no("either", "ask_if: {any: [{item: a, is: [yes]}, {fact: region, is: [London]}]}"),
    yes_no("unless", "ask_if: {not: {item: m, includes: [red]}}"),
    yes_no("rich", "ask_if: {item: twice, at_least: 100.5}"),
    yes_no("after", "ask_if: {item: both, answered: true}"),
    yes_no("spoken", "modes: [telephone]"),
)


def about(item: str, answers: dict[str, Answer], facts: dict[str, str] | None = None) -> Account:
    return next(one for one in account(SMALL, answers, facts or {}) if one.question.item == item)


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        ("a", ""),
        ("both", "“It is so” is “Yes” and “Number of n” is at least £10"),
        ("either", "“It is so” is “Yes” or the region is “London”"),
        ("unless", "not (“Colour” includes “Red”)"),
        ("rich", "“Twice over” is at least £100.5"),
        ("after", "“It is so” has an answer"),
    ],
)
def test_every_rule_is_told_in_words(item: str, rule: str) -> None:
    assert about(item, {}).rule == rule


@pytest.mark.parametrize(
    ("item", "answers", "asked", "because"),
    [
        ("a", {}, True, ""),
        ("both", {}, None, "“It is so” has no answer yet and “Number of n” has no answer yet"),
        ("both", {"a": NO}, False, "“It is so” is “No”"),
        ("both", {"a": UNSURE}, False, "“It is so” is “I am not sure”"),
        ("both", {"a": YES, "n": Answer(State.ANSWERED, 500)}, False, "“Number of n” is “£5”"),
        (
            "both",
            {"a": YES, "n": Answer(State.ANSWERED, 5000)},
            True,
            "“It is so” is “Yes” and “Number of n” is “£50”",
        ),
        ("either", {"a": NO}, False, "“It is so” is “No” and the region is not known"),
        ("either", {"a": YES}, True, "“It is so” is “Yes”"),
        ("unless", {"m": Answer(State.ANSWERED, ("red", "blue"))}, False, "“Colour” is “Red, Blue”"),
        ("rich", {"n": Answer(State.ANSWERED, 50)}, False, "“Twice over” is “£1”"),
        ("after", {"a": NO}, False, "“It is so” is not asked"),
    ],
)
def test_an_account_tells_what_decided(
    item: str, answers: dict[str, Answer], asked: bool | None, because: str
) -> None:
    told_of = about(item, answers)

    assert (told_of.asked, told_of.because) == (asked, because)


def test_an_account_tells_facts_and_modes() -> None:
    because = about("either", {"a": NO}, {"region": "Wales"}).because
    assert because == "“It is so” is “No” and the region is “Wales”"
    assert about("spoken", {}, {"mode": "web"}).because == "it is asked by telephone only"
    assert about("spoken", {}, {"mode": "telephone"}).asked is True


def test_an_account_has_every_question_once_in_order() -> None:
    core: Questionnaire = read("annual-vco", 1).questionnaire

    assert [one.question for one in account(core, {}, {})] == [*core.questions]


def test_a_module_by_itself_tells_what_it_expects_of_its_core() -> None:
    module = parse(
        headed("expects: [{item: z, kind: yes_no}]", yes_no("a", "ask_if: {item: z, is: [yes]}")), INDICATORS
    )

    [entry] = account(module, {}, {})

    assert (entry.asked, entry.rule, entry.because) == (None, "“z” is “Yes”", "“z” has no answer yet")


def test_and_inside_or_is_put_in_brackets() -> None:
    near = Comparison("region", Relation.IS, of_fact=True, values=("London", "Wales"))

    assert words_of(All((near, AnyOf((near, Not(near))))), SMALL) == (
        "the region is “London” or “Wales” and "
        "(the region is “London” or “Wales” or not (the region is “London” or “Wales”))"
    )
