"""Each kind of question on screen: what is typed is saved, and shown again as it was meant."""

import pytest

from instruments.answering.answers import Answer
from instruments.kinds.values import Value
from instruments.schema import State
from sampling.frame import Sector
from survey_app.services.responses.seats import lead_seat_of, sheet_of
from tests.fixtures.answering import Browser, Typed, application, case_of
from tests.fixtures.every_kind import opened_with_every_kind
from tests.fixtures.world import World

EVERY_KIND = """
schema: 1
name: kinds-on-screen
version: 1
title: Every kind of question
audience: vco
estimated_minutes: 5
sections:
  - id: all
    title: Every kind
    questions:
      - {id: since, kind: date, text: When was it agreed?, short: Agreed on, earliest: 2000-01-01, dont_know: true}
      - {id: given, kind: amount, text: How much was given?, short: Given, hint: In pounds, maximum: 5000, prefer_not_to_say: true}
      - {id: share, kind: proportion, text: What share is that?, short: Share}
      - {id: times, kind: count, text: How many times?, short: Times, dont_know: true}
      - {id: name, kind: short_text, text: What is it called?, short: Its name, limit: 20}
      - id: ways
        kind: multi_choice
        text: Which of these for {name|it}?
        short: Ways
        options:
          - {value: none, label: None of these, exclusive: true}
          - {value: post, label: By post, hint: A letter}
          - {value: word, label: By word of mouth}
        dont_know: true
      - id: says
        kind: grid
        text: How often?
        short: How often
        rows: [{value: a, label: Row A}, {value: b, label: Row B}]
        options: [{value: often, label: Often}, {value: never, label: Never}]
        dont_know: true
        prefer_not_to_say: true
      - {id: mark, kind: rating, text: How good?, short: Mark, anchors: {1: poor, 5: good}}
      - {id: more, kind: long_text, text: Anything else?, short: More, required: false, limit: 50}
"""  # noqa: E501


@pytest.fixture
def world(embedded_world: World) -> World:
    """An open round whose VCOs are asked one question of every kind."""
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16), text=EVERY_KIND)


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])


def saved(world: World, item: str) -> Answer | None:
    def look(session):  # type: ignore[no-untyped-def]
        seat = lead_seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY)[0])
        return sheet_of(session, world.keys, seat=seat).answers.get(item)

    return world.read(look)


def chosen(browser: Browser) -> Typed:
    """What the page's inputs hold."""
    ticked = browser.page.xpath("//main//input[@checked]")
    typed = browser.page.xpath("//main//input[@type='text'][@value != '']")
    choices: dict[str, list[str]] = {}
    for each in (*ticked, *typed):
        choices.setdefault(each.get("name"), []).append(each.get("value"))
    return {name: values if len(values) > 1 else values[0] for name, values in choices.items()}


DATE = {"answer-day": "27", "answer-month": "3", "answer-year": "2025"}


@pytest.mark.parametrize(
    ("question", "typed", "value", "shown"),
    [
        ("since", DATE, "2025-03-27", DATE),
        ("since", DATE | {"answer-month": "March"}, "2025-03-27", DATE),
        ("given", {"answer": "£1,200.50"}, 120050, {"answer": "1200.50"}),
        ("given", {"answer": "1200"}, 120000, {"answer": "1200"}),
        ("share", {"answer": "40 %"}, 40, {"answer": "40"}),
        ("times", {"answer": "0"}, 0, {"answer": "0"}),
        ("name", {"answer": "<i>Pact</i>"}, "<i>Pact</i>", {"answer": "<i>Pact</i>"}),
        ("ways", {"answer": ["word", "post"]}, ("post", "word"), {"answer": ["post", "word"]}),
        ("ways", {"answer": "none"}, ("none",), {"answer": "none"}),
        (
            "says",
            {"answer-a": "often", "answer-b": "dont_know"},
            {"a": "often", "b": "dont_know"},
            {"answer-a": "often", "answer-b": "dont_know"},
        ),
        ("mark", {"answer": "7"}, 7, {"answer": "7"}),
    ],
)
def test_what_is_typed_is_saved_and_shown_again(
    world: World, browser: Browser, question: str, typed: Typed, value: Value, shown: Typed
) -> None:
    browser.get(f"/question/{question}").send(typed)

    assert browser.status == 200, browser.text
    assert saved(world, question) == Answer(State.ANSWERED, value)
    assert chosen(browser.get(f"/question/{question}")) == shown


@pytest.mark.parametrize(
    ("question", "typed", "input_id"),
    [
        ("since", {}, "#answer-day"),
        ("since", DATE | {"answer-month": ""}, "#answer-month"),
        ("since", DATE | {"answer-year": "25"}, "#answer-year"),
        ("since", DATE | {"answer-year": "1999"}, "#answer-day"),
        ("given", {"answer": "5000.01"}, "#answer"),
        ("name", {"answer": "x" * 21}, "#answer"),
        ("ways", {"answer": ["none", "post"]}, "#answer"),
        ("ways", {"answer": ["dont_know", "post"]}, "#answer"),
        ("says", {"answer-a": "often"}, "#answer-b"),
        ("says", {}, "#answer-a"),
        ("says", {"answer-a": "often", "pass": "prefer_not_to_say"}, "#answer-a"),
        ("mark", {"answer": "1"}, "#answer"),
        ("more", {"answer": "x" * 51}, "#answer"),
    ],
)
def test_a_fault_leads_to_an_input_that_is_on_the_page(
    world: World, browser: Browser, question: str, typed: Typed, input_id: str
) -> None:
    browser.get(f"/question/{question}").send(typed)

    assert browser.status == 422
    assert [href for _, href in browser.summary] == [input_id]
    assert browser.page.xpath("//main//*[@id=$id]", id=input_id.removeprefix("#"))
    assert saved(world, question) is None


@pytest.mark.parametrize("question", ["since", "given", "times", "ways", "says"])
def test_every_way_to_pass_is_taken_and_shown_again(world: World, browser: Browser, question: str) -> None:
    way = "prefer_not_to_say" if question in ("given", "says") else "dont_know"
    name = "answer" if question == "ways" else "pass"

    browser.get(f"/question/{question}").send({name: way})

    assert saved(world, question) == Answer(State(way))
    assert chosen(browser.get(f"/question/{question}")) == {name: way}


def test_an_exclusive_choice_stands_behind_the_word_or(browser: Browser) -> None:
    browser.get("/question/ways")

    boxes = browser.page.xpath("//main//div[contains(@class, 'govuk-checkboxes__')]")
    words = [" ".join(box.text_content().split()) for box in boxes]
    order = [word for word in words if word in ("or", "None of these", "By word of mouth", "Do not know")]
    assert order == ["By word of mouth", "or", "None of these", "Do not know"]


def test_what_was_typed_before_is_piped_as_text(browser: Browser) -> None:
    browser.get("/question/name").send({"answer": "<b>{given}</b>"})

    assert browser.heading == "Which of these for <b>{given}</b>?"


def test_an_optional_question_may_be_left_empty_and_emptied_again(world: World, browser: Browser) -> None:
    browser.get("/question/more").send({"answer": "Some"})
    assert saved(world, "more") is not None

    browser.get("/question/more").send({"answer": ""})

    assert browser.address == "/check"
    assert saved(world, "more") is None
