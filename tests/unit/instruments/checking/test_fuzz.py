"""Whatever is written or answered: named faults only, no answer lost, nothing called what it is not.

FUZZ_TIMES=20 in the environment makes every search twenty times as long.
"""

import itertools
import os
import random
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.answering.answers import Answer
from instruments.answering.checks import problems, soft_checks
from instruments.answering.logic import Standing
from instruments.answering.minutes import minutes
from instruments.answering.piping import filled, pipe_values
from instruments.answering.routing import (
    computed_values,
    counted,
    next_question,
    previous_question,
    route,
    route_pages,
    states,
    walked,
)
from instruments.answering.words import account
from instruments.checking.checker import Source, check
from instruments.checking.possible import Possible
from instruments.composition import Recipe, compose
from instruments.errors import CompositionFaults, QuestionnaireFaults
from instruments.language.translation import parse_translation
from instruments.schema import Kind, Question, Questionnaire, State
from instruments.versions import library
from instruments.versions.lineage import Verdict, compare
from instruments.versions.translation import blank
from tests.unit.instruments.examples import sections_text
from tests.unit.instruments.generated import CHOSEN, answered, answers_to, questionnaires
from tests.unit.instruments.language.test_json_schema import full
from tests.unit.instruments.language.test_language_fuzz import SCRAPS

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
SHELF = [*(library.read(one.name, one.version).text for one in library.shipped()[:6]), full()]
Made = tuple[Questionnaire, dict[str, Answer], dict[str, str]]


def often(examples: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=examples * TIMES, deadline=None, suppress_health_check=slow)


def mangled(text: str, seed: int, edits: int) -> str:
    """A file with lines lost, doubled, swapped, moved deeper, or with scraps in them."""
    lines, chance = text.splitlines(), random.Random(seed)
    for _ in range(edits):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        scrap = chance.choice(SCRAPS)
        at = chance.randint(0, len(lines[one]))
        lines[one : one + 1] = chance.choice(
            [
                [],
                [lines[one], lines[other]],
                [lines[other]],
                ["  " + lines[one]],
                [lines[one][:at] + scrap + lines[one][at:]],
                [lines[one].replace(":", ": [", 1)],
            ]
        ) or [""]
    return "\n".join(lines)


@often(60)
@given(text=st.sampled_from(SHELF), seed=st.integers(0, 2**32), edits=st.integers(1, 5))
def test_a_mangled_file_is_checked_or_refused_by_name(text: str, seed: int, edits: int) -> None:
    checked = check(
        [Source("a.yaml", mangled(text, seed, edits))], beside=[Source("b.yaml", SHELF[0])], whole=True
    )

    assert all(one.line >= 1 and one.code and one.message for one in checked.findings)


@often(100)
@given(text=st.text(max_size=200))
def test_a_text_that_is_no_questionnaire_is_a_fault_of_the_language(text: str) -> None:
    assert {one.code for one in check([Source("a.yaml", text)]).faults} == {"language"}


@often(60)
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 5))
def test_a_mangled_translation_is_read_or_refused_by_name(seed: int, edits: int) -> None:
    with suppress(QuestionnaireFaults):
        assert parse_translation(mangled(BLANK, seed, edits)).texts


CORE = sections_text(
    """\
    id: core
    title: Core
    questions:
      - {id: heard, kind: single_choice, text: Heard?, short: Heard, dont_know: true,
         options: [{value: a, label: A}, {value: b, label: B}]}
    """
)
MODULE = (
    full()
    .replace("languages: [cy]\n", "")
    .replace("minutes: 2.5", "minutes: 1")
    .replace("name: small", "name: mod")
)
BLANK = blank(library.read("annual-vco", 1).questionnaire, "cy")


@often(25)
@given(
    seed=st.integers(0, 2**32),
    edits=st.integers(0, 2),
    without=st.lists(st.sampled_from(["heard-of", "a", "n", "z", "s", "x"]), max_size=2),
)
def test_mangled_modules_are_composed_or_refused_by_name(seed: int, edits: int, without: list[str]) -> None:
    recipe = Recipe("whole", 1, "Whole", CORE, (mangled(MODULE, seed, edits),), tuple(without))
    with suppress(CompositionFaults):
        assert compose(recipe).questionnaire.composed_of


@often(100)
@given(made=answered(questionnaires()))
def test_every_answer_is_counted_or_marked_and_none_is_lost(made: Made) -> None:
    questionnaire, answers, facts = made
    before = dict(answers)

    standing, used = states(questionnaire, answers, facts), counted(questionnaire, answers, facts)

    assert answers == before
    assert [*standing] == [question.item for question in questionnaire.questions]
    for item, answer in answers.items():
        if item in used:
            assert (used[item], standing[item]) == (answer, answer.state)
        else:
            assert standing[item] in (State.ROUTED_OUT, State.NOT_REACHED)


@often(60)
@given(made=answered(questionnaires()))
def test_all_that_is_told_of_a_route_agrees(made: Made) -> None:
    questionnaire, answers, facts = made
    pages = route(questionnaire, answers, facts)
    about = (questionnaire, answers, facts)

    for before, after in itertools.pairwise([None, *pages, None]):
        assert next_question(*about, after=before.id if before else None) == after
        assert after is None or previous_question(*about, before=after.id) == before
    assert [q.id for page in route_pages(*about) for q in page.questions] == [page.id for page in pages]
    entries = account(questionnaire, answers, facts)
    assert [one.question.id for one in entries if one.asked] == [page.id for page in pages]
    assert all(bool(one.rule) == bool(one.because) for one in entries)
    values = pipe_values(questionnaire, answers, facts)
    used = counted(questionnaire, answers, facts)
    for page in pages:
        worded = filled(page, values)
        problems(questionnaire, worded, used, facts)
        soft_checks(questionnaire, worded, used, facts)
    # Answers off the route change nothing of what was worked out.
    assert computed_values(questionnaire, used, facts) == computed_values(questionnaire, answers, facts)


@often(60)
@given(made=answered(questionnaires()))
def test_what_somebody_was_asked_is_never_called_unreachable_nor_a_closed_route_needless(made: Made) -> None:
    questionnaire, answers, _ = made
    possible, facts = Possible(questionnaire), {"sector": "vco"}
    standing = walked(questionnaire, answers, facts)
    for section in questionnaire.sections:
        for question in section.questions:
            conditions = [one for one in (section.ask_if, question.ask_if) if one is not None]
            if standing.asked[question.item] is True:
                assert possible.can(*((one, True) for one in conditions))
            for one in conditions:
                if standing.holds(one) is False and _is_whole(questionnaire, standing, answers):
                    assert possible.can((one, False))


def _is_whole(questionnaire: Questionnaire, standing: Standing, answers: dict[str, Answer]) -> bool:
    return all(
        standing.asked[q.item] is False or (standing.asked[q.item] and q.item in answers)
        for q in questionnaire.questions
    )


@often(40)
@given(questionnaire=questionnaires(CHOSEN, most=4, rich=False))
def test_the_search_for_answers_finds_exactly_what_trying_all_of_them_finds(
    questionnaire: Questionnaire,
) -> None:
    every = _every_answer(questionnaire)
    possible = Possible(questionnaire)
    facts = {"sector": "vco"}
    standings = [walked(questionnaire, answers, facts) for answers in every]
    for section in questionnaire.sections:
        for question in section.questions:
            conditions = [one for one in (section.ask_if, question.ask_if) if one is not None]
            if conditions:
                can = possible.can(*((one, True) for one in conditions))
                assert can == any(standing.asked[question.item] is True for standing in standings)


def _every_answer(questionnaire: Questionnaire) -> list[dict[str, Answer]]:
    asked = questionnaire.questions
    ways = itertools.product(*(_few(question) for question in asked))
    return [{q.item: answer for q, answer in zip(asked, way, strict=True)} for way in ways]


def _few(question: Question) -> list[Answer]:
    """Every answer to a choice."""
    passes = [Answer(State(escape.value)) for escape in question.escapes]
    values = [option.value for option in question.options if not option.exclusive]
    if question.kind is not Kind.MULTI_CHOICE:
        return [Answer(State.ANSWERED, value) for value in values] + passes
    some = [way for size in range(1, len(values) + 1) for way in itertools.combinations(values, size)]
    some += [(option.value,) for option in question.options if option.exclusive]
    return [Answer(State.ANSWERED, way) for way in some] + passes


@often(30)
@given(old=questionnaires(), new=questionnaires())
def test_any_two_versions_can_be_set_side_by_side(old: Questionnaire, new: Questionnaire) -> None:
    changes = compare(old, new)

    items = {q.item for made in (old, new) for section in made.written for q in section.questions}
    assert {change.item for change in changes} == items
    assert len(changes) == len(items)
    assert all(change.verdict is Verdict.SAME for change in compare(new, new))
    assert minutes(old) > 0


@often(30)
@given(data=st.data())
def test_answers_made_for_the_tests_are_answers_that_can_be_given(data: st.DataObject) -> None:
    questionnaire = data.draw(questionnaires())
    for question in questionnaire.questions:
        answer = data.draw(answers_to(question))
        used = {question.item: answer}
        assert problems(questionnaire, question, used, {}) == ()


def test_the_module_that_is_mangled_here_can_be_composed() -> None:
    assert compose(Recipe("whole", 1, "Whole", CORE, (MODULE,))).module_minutes > 0
