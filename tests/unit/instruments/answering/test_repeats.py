"""A question or section asked once for each: every instance is routed, counted and worded by itself."""

from collections.abc import Mapping

import pytest

from instruments.answering.answers import Answer
from instruments.answering.piping import filled, pipe_values
from instruments.answering.repeats import carried_out
from instruments.answering.routing import computed_values, counted, route, states
from instruments.errors import Fault, QuestionnaireFaults
from instruments.indicators.catalogue import shipped_catalogue
from instruments.language.questionnaire import parse
from instruments.schema import Option, Questionnaire, State
from tests.unit.instruments.examples import (
    INDICATORS,
    choice,
    number,
    questionnaire,
    questionnaire_text,
    sections_text,
    yes_no,
)

WHO = """\
id: who
kind: multi_choice
text: Who pays?
short: Payers
options:
  - {value: council, label: The council}
  - {value: police, label: The police}
  - {value: none, label: Nobody, exclusive: true}
"""
CASH = number("cash", "hint: From {each}\nrepeat: {item: who}")
TOTAL = "id: total\nshort: All cash\ncompute: {sum_of: [cash]}"


def chosen(*values: str) -> Answer:
    return Answer(State.ANSWERED, values)


def said(value: int | str) -> Answer:
    return Answer(State.ANSWERED, value)


def ids(read: Questionnaire, answers: Mapping[str, Answer]) -> str:
    return " ".join(question.id for question in route(read, answers, {}))


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(QuestionnaireFaults) as caught:
        parse(text, INDICATORS)
    return caught.value.faults


def test_an_instance_is_asked_for_each_option_that_was_chosen() -> None:
    read = questionnaire(WHO, CASH, yes_no("end"))

    assert [question.item for question in read.questions] == ["who", "cash.council", "cash.police", "end"]
    assert ids(read, {}) == "who end"
    assert ids(read, {"who": chosen("police")}) == "who cash.police end"
    assert ids(read, {"who": chosen("none")}) == "who end"


def test_each_instance_says_what_it_is_about() -> None:
    read = questionnaire(WHO, CASH)

    assert [question.hint for question in read.questions[1:]] == ["From The council", "From The police"]
    assert {question.repeat_of for question in read.questions[1:]} == {"cash"}


def test_an_answer_to_an_option_no_longer_chosen_is_kept_and_marked() -> None:
    read = questionnaire(WHO, CASH)
    answers = {"who": chosen("police"), "cash.council": said(5), "cash.police": said(7)}

    assert states(read, answers, {})["cash.council"] is State.ROUTED_OUT
    assert set(counted(read, answers, {})) == {"who", "cash.police"}


def test_a_sum_over_a_repeated_item_takes_those_on_the_route() -> None:
    read = questionnaire(WHO, CASH, TOTAL, yes_no("much", "ask_if: {item: total, at_least: 10}"))
    both = {"who": chosen("council", "police"), "cash.council": said(5), "cash.police": said(7)}

    assert computed_values(read, both, {}) == {"total": said(12)}
    assert ids(read, both).endswith("much")
    assert computed_values(read, both | {"who": chosen("police")}, {}) == {"total": said(7)}
    assert computed_values(read, {"who": chosen("none")}, {}) == {}
    assert states(read, {"who": chosen("none")}, {})["much"] is State.ROUTED_OUT
    assert states(read, {"who": chosen("police")}, {})["much"] is State.NOT_REACHED


def test_a_code_list_of_the_catalogue_is_repeated_in_full() -> None:
    read = questionnaire(yes_no("part", "repeat: {codes: sector}\nhint: About {each}"))
    codes = shipped_catalogue().codes("sector")

    assert [question.item for question in read.questions] == [f"part.{code.value}" for code in codes]
    assert read.questions[0].hint == f"About {codes[0].label}"


def test_agreements_are_repeated_once_until_those_of_a_case_are_bound() -> None:
    read = questionnaire(yes_no("signed", "repeat: {list: agreements}\nhint: Have you signed {each}?"))
    leeds = (Option("leeds", "the Leeds Compact"), Option("york", "the York Compact"))

    bound = carried_out(read, {"agreements": leeds})

    assert [(q.item, q.hint) for q in read.questions] == [
        ("signed.agreement", "Have you signed the {agreement}?")
    ]
    assert [q.item for q in bound.questions] == ["signed.leeds", "signed.york"]
    assert bound.questions[1].hint == "Have you signed the York Compact?"


ROSTER = """\
id: money
title: Money from {each}
repeat: {item: who}
questions:
  - {id: gives, kind: yes_no, text: "Does {each} give cash?", short: "Cash from {each}"}
  - id: cash
    kind: count
    text: How much?
    hint: "You said {gives|nothing} of {each}"
    short: Cash
    ask_if: {item: gives, is: ["yes"]}
    page: sum
    checks: [{sum_of: [cash], at_most: 100}]
  - id: half
    short: More than half
    compute: {holds: {item: cash, at_least: 50}}
  - {id: why, kind: short_text, text: Why?, short: Why, ask_if: {item: half, is: ["yes"]}}
"""


def roster() -> Questionnaire:
    after = """\
        id: after
        title: After
        questions:
          - {id: all, short: All, compute: {sum_of: [cash]}}
          - {id: rich, kind: yes_no, text: "{all|0}?", short: R, ask_if: {item: cash.police, at_least: 1}}
    """
    first = "id: first\ntitle: First\nquestions:\n  - " + WHO.replace("\n", "\n    ").strip()
    return parse(sections_text(first, ROSTER, after), INDICATORS)


def test_a_repeated_section_is_one_section_for_each_option() -> None:
    read = roster()

    assert [section.id for section in read.sections] == ["first", "money.council", "money.police", "after"]
    assert read.sections[2].title == "Money from The police"
    assert read.question("cash.police").page == "sum.police"


def test_inside_a_repeated_section_names_mean_the_same_instance() -> None:
    read = roster()
    answers = {
        "who": chosen("council", "police"),
        "gives.council": said("no"),
        "gives.police": said("yes"),
        "cash.police": said(60),
    }

    assert ids(read, answers) == "who gives.council gives.police cash.police why.police rich"
    assert computed_values(read, answers, {}) == {
        "half.council": said("no"),
        "half.police": said("yes"),
        "all": said(60),
    }
    worded = filled(read.question("cash.police"), pipe_values(read, answers, {}))
    assert worded.hint == "You said Yes of The police"
    assert filled(read.question("rich"), pipe_values(read, answers, {})).text == "60?"


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        ([CASH], "not an earlier, required multiple choice"),
        ([choice("who"), CASH], "not an earlier, required multiple choice"),
        ([WHO, CASH, yes_no("z", "ask_if: {item: cash, at_least: 1}")], "once for each of a list"),
        ([WHO, CASH, yes_no("z", "hint: You said {cash|it}")], "pipe one"),
        ([WHO, CASH, number("z", "checks: [{sum_of: [z], at_most: cash}]")], "compute its sum first"),
        ([WHO, CASH, number("cash")], "given twice"),
        ([WHO, CASH, "id: d\nshort: D\ncompute: {difference_of: [cash, cash]}"], "compute its sum"),
        ([WHO, number("cash", "repeat: {item: who, codes: sector}")], "repeat over one of"),
        ([number("cash", "repeat: {codes: shoe_sizes}")], "no code list"),
        ([number("cash", "repeat: {list: friends}")], "not a list"),
        (
            [
                WHO.replace("label: The council", "label: The council, exclusive: true").replace(
                    "label: The police", "label: The police, exclusive: true"
                ),
                CASH,
            ],
            "every option",
        ),
    ],
)
def test_a_repeat_that_has_no_meaning_is_told(questions: list[str], says: str) -> None:
    faults = faults_of(questionnaire_text(*questions))

    assert any(says in fault.message for fault in faults), faults


def test_a_repeat_inside_a_repeat_is_refused() -> None:
    section = """\
        id: one
        title: One
        repeat: {codes: sector}
        questions:
          - {id: a, kind: yes_no, text: x, short: x, repeat: {codes: sector}}
    """
    assert any("inside a section" in fault.message for fault in faults_of(sections_text(section)))


def test_repeats_that_explode_are_refused_before_they_are_made() -> None:
    many = "\n".join(f"  - {{value: v{place}, label: V{place}}}" for place in range(200))
    who = f"id: who\nkind: multi_choice\ntext: Who?\nshort: Who\noptions:\n{many}\n"
    questions = [number(f"n{place}", "repeat: {item: who}") for place in range(6)]

    [fault] = faults_of(questionnaire_text(who, *questions))

    assert "repeats make 1,201 questions" in fault.message
