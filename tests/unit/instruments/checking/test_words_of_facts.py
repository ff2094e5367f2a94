"""Facts in routes and wordings, and choices that read alike: what the checker says of them."""

import pytest

from instruments.checking.checker import Source, check
from instruments.facts import known

HEAD = """schema: 1
name: t
version: 1
title: {title}
audience: {audience}
role: module
estimated_minutes: 1
sections:
  - id: s
    title: S
    questions:
      - {{id: a, kind: yes_no, text: "{text}", short: Knows it, dont_know: true}}
"""
ROUTED = "      - {id: b, kind: yes_no, text: Does it help?, short: Helps, dont_know: true, ask_if: %s}\n"


def codes(more: str = "", **said: str) -> list[str]:
    words = {"title": "T", "audience": "vco", "text": "Do you know it?"} | said
    report = check([Source("t.yaml", HEAD.format(**words) + more)])
    return [one.code for one in report.findings if one.code not in {"not-covered", "minutes"}]


@pytest.mark.parametrize(
    "condition",
    [
        '{fact: region, is: ["Yorkshire and the Humber", "London"]}',
        "{fact: region, is: [East]}",
        "{not: {fact: region, is: [Londno]}}",
        '{any: [{item: a, is: ["yes"]}, {fact: income_band, is: ["10k–100k"]}]}',
        "{all: [{fact: income_band, is: [under 20k]}]}",
    ],
)
def test_a_route_on_a_region_or_band_that_is_not_there_is_a_fault(condition: str) -> None:
    assert "no-such-fact" in codes(ROUTED % condition)


NO_REGION = "{fact: region, is: [Londno]}"
WITH_SECTION = """  - id: more
    title: More
    ask_if: %s
    questions:
      - {id: b, kind: yes_no, text: Does it help?, short: Helps, dont_know: true}
"""
WITH_CHECK = """      - id: c
        kind: yes_no
        text: Does it help?
        short: Helps
        dont_know: true
        checks: [{must_hold: {any: [{item: a, is: ["yes"]}, %s]}, message: Look again}]
"""


@pytest.mark.parametrize("more", [WITH_SECTION, WITH_CHECK])
def test_a_region_that_is_not_there_is_seen_in_the_route_of_a_section_and_in_a_check(more: str) -> None:
    assert "no-such-fact" in codes(more % NO_REGION)


@pytest.mark.parametrize(
    "condition",
    [
        '{fact: region, is: ["Yorkshire and The Humber", not known]}',
        '{not: {fact: income_band, is: ["0"]}}',
        "{fact: region, is: [East of England]}",
    ],
)
def test_a_route_on_what_there_is_passes(condition: str) -> None:
    assert codes(ROUTED % condition) == []


@pytest.mark.parametrize(
    "condition", ["{fact: organisation, is: [Body 3]}", "{not: {fact: organisation, is: [X]}}"]
)
def test_a_route_on_which_organisation_it_is_is_a_fault(condition: str) -> None:
    assert codes(ROUTED % condition) == ["names-one-organisation"]


def test_the_nearest_is_named() -> None:
    text = HEAD.format(title="T", audience="vco", text="Q?")
    report = check([Source("t.yaml", text + ROUTED % '{fact: region, is: ["Yorkshire and the Humber"]}')])

    assert any("the nearest is 'Yorkshire and The Humber'" in one.message for one in report.faults)


def test_a_kind_of_body_of_those_who_are_none_leads_nowhere() -> None:
    route = ROUTED % "{fact: body_type, is: [local authority]}"

    assert codes(route) == ["unreachable"]
    assert codes(route, audience="public_body") == []
    assert codes(ROUTED % "{fact: body_type, is: [Local Authority]}", audience="public_body") == [
        "no-such-fact"
    ]


@pytest.mark.parametrize(
    "text", ["The {Agreement}?", "The { agreement }?", "The {{agreement}}?", "The {agreement they?", "The }?"]
)
def test_a_brace_that_is_no_pipe_is_a_fault(text: str) -> None:
    assert "stray-brace" in codes(text=text)
    assert "stray-brace" in codes(title=f'"{text}"')


def test_a_fact_that_not_everybody_has_needs_words_behind_the_bar() -> None:
    assert codes(text="What is new in {region}?") == ["gap-without-words"]
    assert codes(text="What is new in {region|your area}?") == []


def test_what_is_empty_or_not_known_has_no_value_and_a_sector_is_said_in_words() -> None:
    facts = {"region": "not known", "body_type": "", "organisation": "A", "sector": "vco"}

    assert known(facts) == {"organisation": "A", "sector": "voluntary organisation"}


CHOICE = """      - id: c
        kind: multi_choice
        text: Which is it?
        short: Which
        dont_know: true
        statistic: proportion
        measured: Share saying x
        options: [{value: x, label: "%s"}, {value: y, label: "%s"}]
"""


@pytest.mark.parametrize(("one", "other"), [("Red", "Red"), ("Red", "red\u200b"), ("Red", "\u200b")])
def test_labels_that_read_alike_are_a_fault(one: str, other: str) -> None:
    assert "same-label" in codes(CHOICE % (one, other))


def test_choices_that_say_nothing_are_warned_of() -> None:
    alone = CHOICE.replace('%s"}', '%s", exclusive: true}')

    assert codes(alone % ("Red", "Blue")) == ["all-exclusive"]
    single = CHOICE.replace("multi_choice", "single_choice")
    assert codes(single % ("Red", "Blue") + "        counts_as: [x, y]\n") == ["counts-everything"]
