"""Facts and earlier answers are put into the wording as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.answering.answers import Answer
from instruments.answering.piping import fill, filled, in_general, pipe_values
from instruments.errors import PipingError
from instruments.schema import Kind, Option, State
from tests.unit.instruments.examples import choice, question, questionnaire, yes_no


def test_a_name_is_replaced_wherever_it_stands() -> None:
    assert fill("The {agreement}: is the {agreement} kept?", {"agreement": "Compact"}) == (
        "The Compact: is the Compact kept?"
    )


def test_a_fallback_stands_in_for_what_was_not_answered() -> None:
    assert fill("Tell us about {group|the group}", {}) == "Tell us about the group"
    assert fill("Tell us about {group|the group}", {"group": "Hull Aid"}) == "Tell us about Hull Aid"


def test_a_name_without_value_or_fallback_is_refused() -> None:
    with pytest.raises(PipingError, match="agreement"):
        fill("The {agreement}", {})


@pytest.mark.parametrize("wording", ["{agreement.__class__}", "{0}", "{agreement!r}", "{Agreement}", "{}"])
def test_only_plain_names_are_pipes(wording: str) -> None:
    assert fill(wording, {"agreement": "Compact"}) == wording


@given(st.text())
def test_what_is_put_in_is_never_read_for_pipes_again(value: str) -> None:
    assert fill("a {agreement} b", {"agreement": value, "b": "no"}) == f"a {value} b"


def test_every_wording_of_a_question_is_filled() -> None:
    named = question(
        Kind.SINGLE_CHOICE,
        text="Is the {agreement} known?",
        hint="The {agreement}",
        options=(Option("a", "The {agreement}", hint="of {organisation}"),),
        dont_know="Not sure about the {agreement}",
    )

    done = filled(named, {"agreement": "Compact", "organisation": "Hull Aid"})

    assert (done.text, done.hint, done.dont_know) == (
        "Is the Compact known?",
        "The Compact",
        "Not sure about the Compact",
    )
    assert done.options == (Option("a", "The Compact", hint="of Hull Aid"),)


def test_answers_are_piped_in_the_words_of_their_options_and_passes_are_not() -> None:
    small = questionnaire(choice("colour"), yes_no("known", "dont_know: true"))
    answers = {"colour": Answer(State.ANSWERED, "red"), "known": Answer(State.DONT_KNOW)}

    assert pipe_values(small, answers, {"agreement": "Compact"}) == {"colour": "Red", "agreement": "Compact"}


def test_what_is_empty_or_not_known_takes_the_words_behind_the_bar() -> None:
    values = pipe_values(
        questionnaire(yes_no("a")), {}, {"region": "not known", "body_type": "", "sector": "vco"}
    )

    said = fill("A {body_type|group} in {region|your area}, a {sector}; {region}", values)

    assert said == "A group in your area, a voluntary organisation; your area"


def test_a_title_never_shows_its_braces() -> None:
    assert (
        in_general("A survey about the {agreement} in {region}")
        == "A survey about the agreement in your area"
    )
