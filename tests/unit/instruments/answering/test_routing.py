"""Routes are worked out from answers and facts, and no answer is lost on the way."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.answering.answers import Answer
from instruments.answering.routing import (
    counted,
    first_unanswered,
    next_question,
    previous_question,
    route,
    states,
)
from instruments.errors import UnknownQuestionError
from instruments.schema import ESCAPES, Kind, Question, Questionnaire, State
from instruments.versions.library import read
from tests.unit.instruments.examples import choice, number, questionnaire, yes_no

YES, NO = Answer(State.ANSWERED, "yes"), Answer(State.ANSWERED, "no")
UNSURE = Answer(State.DONT_KNOW)


def ids(questions: tuple[Question, ...]) -> str:
    return " ".join(question.id for question in questions)


def asked_when(condition: str, answers: Mapping[str, Answer], facts: Mapping[str, str] | None = None) -> bool:
    """Whether a last question is on the route under a condition on earlier questions of most kinds."""
    small = questionnaire(
        yes_no("a", "dont_know: true"),
        choice("colour"),
        choice("many", kind="multi_choice"),
        number("count", "dont_know: true"),
        number("rated", kind="rating"),
        yes_no("last", f"ask_if: {condition}"),
    )
    return "last" in ids(route(small, answers, facts or {}))


@pytest.mark.parametrize(
    ("condition", "answer", "asked"),
    [
        ("{item: a, is: [yes]}", {"a": YES}, True),
        ("{item: a, is: [yes]}", {"a": NO}, False),
        ("{item: a, is: [yes]}", {"a": UNSURE}, False),
        ("{item: a, is: [yes]}", {}, False),
        ("{item: a, is: [yes, dont_know]}", {"a": UNSURE}, True),
        ("{not: {item: a, is: [yes]}}", {"a": NO}, True),
        ("{not: {item: a, is: [yes]}}", {}, False),
        ("{item: a, answered: true}", {"a": NO}, True),
        ("{item: a, answered: true}", {"a": UNSURE}, False),
        ("{item: many, includes: [red]}", {"many": Answer(State.ANSWERED, ("red", "blue"))}, True),
        ("{item: many, includes: [red]}", {"many": Answer(State.ANSWERED, ("blue",))}, False),
        ("{item: count, at_least: 3}", {"count": Answer(State.ANSWERED, 3)}, True),
        ("{item: count, at_least: 3}", {"count": Answer(State.ANSWERED, 2)}, False),
        ("{item: count, at_most: 3}", {"count": Answer(State.ANSWERED, 4)}, False),
        ("{item: count, at_most: 3}", {"count": UNSURE}, False),
        ("{item: rated, at_least: 3.5}", {"rated": Answer(State.ANSWERED, 7)}, True),
        ("{item: rated, at_least: 3.5}", {"rated": Answer(State.ANSWERED, 6)}, False),
        ("{any: [{item: a, is: [yes]}, {item: colour, is: [red]}]}", {"a": YES}, True),
        ("{all: [{item: a, is: [yes]}, {item: colour, is: [red]}]}", {"a": YES}, False),
    ],
)
def test_a_condition_on_answers_decides(condition: str, answer: Mapping[str, Answer], asked: bool) -> None:
    assert asked_when(condition, answer) is asked


@pytest.mark.parametrize(("region", "asked"), [("North East", True), ("London", False)])
def test_a_condition_on_a_fact_decides(region: str, asked: bool) -> None:
    assert asked_when("{fact: region, is: [North East]}", {}, {"region": region}) is asked


def test_a_fact_that_was_not_given_is_like_no_value() -> None:
    assert not asked_when("{fact: region, is: [North East]}", {})


CHAIN = questionnaire(
    yes_no("a"),
    yes_no("b", "ask_if: {item: a, is: [yes]}"),
    yes_no("c", "ask_if: {item: b, is: [yes]}"),
    yes_no("d", "required: false"),
)


def test_an_answer_off_the_route_decides_nothing() -> None:
    kept = {"a": NO, "b": YES, "c": YES}

    assert ids(route(CHAIN, kept, {})) == "a d"
    assert counted(CHAIN, kept, {}) == {"a": NO}


def test_an_answer_comes_back_into_force_with_its_route() -> None:
    assert counted(CHAIN, {"a": YES, "b": YES, "c": NO}, {}) == {"a": YES, "b": YES, "c": NO}


def test_what_waits_for_an_answer_is_unreached_and_what_cannot_come_is_routed_out() -> None:
    assert states(CHAIN, {}, {}) == dict.fromkeys("abcd", State.NOT_REACHED)
    assert states(CHAIN, {"a": NO, "b": YES}, {}) == {
        "a": State.ANSWERED,
        "b": State.ROUTED_OUT,
        "c": State.ROUTED_OUT,
        "d": State.NOT_REACHED,
    }


def test_a_way_to_pass_is_a_state_of_its_own() -> None:
    small = questionnaire(yes_no("a", "dont_know: true"))

    assert states(small, {"a": UNSURE}, {}) == {"a": State.DONT_KNOW}


def test_a_section_routes_all_its_questions() -> None:
    core = read("annual-public-body", 1).questionnaire

    standing = states(core, {"heard-of": NO}, {})

    assert {standing[question.item] for question in core.sections[1].questions} == {State.ROUTED_OUT}


def test_next_and_previous_step_over_what_is_routed_out() -> None:
    following = next_question(CHAIN, {"a": NO}, {}, after="a")
    preceding = previous_question(CHAIN, {"a": NO}, {}, before="d")

    assert following is not None
    assert following.id == "d"
    assert preceding is not None
    assert preceding.id == "a"


def test_there_is_nothing_before_the_first_or_behind_the_last() -> None:
    assert previous_question(CHAIN, {}, {}, before="a") is None
    assert next_question(CHAIN, {}, {}, after="d") is None


def test_a_page_off_the_route_still_knows_what_comes_next() -> None:
    following = next_question(CHAIN, {"a": NO}, {}, after="c")

    assert following is not None
    assert following.id == "d"


def test_stepping_from_a_page_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownQuestionError):
        next_question(CHAIN, {}, {}, after="nowhere")


def test_one_resumes_at_the_first_required_question_without_answer() -> None:
    resumed = first_unanswered(CHAIN, {"a": YES}, {})

    assert resumed is not None
    assert resumed.id == "b"
    assert first_unanswered(CHAIN, {"a": NO}, {}) is None


CORES = [read("annual-public-body", 1).questionnaire, read("annual-vco", 1).questionnaire]


def some_answer(question: Question) -> st.SearchStrategy[Answer]:
    passes = st.sampled_from([Answer(state) for state in ESCAPES])
    values: st.SearchStrategy[object]
    if question.kind is Kind.MULTI_CHOICE:
        values = st.sets(st.sampled_from([o.value for o in question.options]), min_size=1).map(tuple)
    elif question.kind in (Kind.YES_NO, Kind.SINGLE_CHOICE):
        values = st.sampled_from([o.value for o in question.options])
    else:
        values = st.integers(0, 10)
    return st.one_of(passes, values.map(lambda value: Answer(State.ANSWERED, value)))  # type: ignore[arg-type]


@st.composite
def a_core_and_answers(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, Answer]]:
    core = draw(st.sampled_from(CORES))
    asked = [question for question in core.questions if draw(st.booleans())]
    return core, {question.item: draw(some_answer(question)) for question in asked}


@settings(max_examples=150, deadline=None)
@given(drawn=a_core_and_answers())
def test_every_answer_is_on_the_route_or_marked_and_none_is_lost(
    drawn: tuple[Questionnaire, dict[str, Answer]],
) -> None:
    core, answers = drawn
    before = dict(answers)

    standing, used = states(core, answers, {}), counted(core, answers, {})

    assert answers == before
    assert [*standing] == [question.item for question in core.questions]
    for item, answer in answers.items():
        if item in used:
            assert standing[item] is answer.state
        else:
            assert standing[item] in (State.ROUTED_OUT, State.NOT_REACHED)


@settings(max_examples=150, deadline=None)
@given(drawn=a_core_and_answers())
def test_walking_forwards_and_backwards_visits_the_route_exactly(
    drawn: tuple[Questionnaire, dict[str, Answer]],
) -> None:
    core, answers = drawn
    pages = route(core, answers, {})
    forwards = [next_question(core, answers, {}, after=page.id) for page in pages]
    backwards = [previous_question(core, answers, {}, before=page.id) for page in pages]

    assert forwards == [*pages[1:], None]
    assert backwards == [None, *pages[:-1]]


@settings(max_examples=100, deadline=None)
@given(drawn=a_core_and_answers())
def test_a_later_answer_never_changes_the_route_before_it(
    drawn: tuple[Questionnaire, dict[str, Answer]],
) -> None:
    core, answers = drawn
    items = [question.item for question in core.questions]
    half = set(items[: len(items) // 2])

    early = {item: answer for item, answer in answers.items() if item in half}

    kept = [q for q in route(core, answers, {}) if q.item in half]
    assert kept == [q for q in route(core, early, {}) if q.item in half]
