"""A core and modules become one document that can be read, checked, stored and pinned like any other."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.answering.routing import next_question
from instruments.composition import Composed, Recipe, compose, translated
from instruments.conduct import Mode, Respondent, Role
from instruments.errors import CompositionFaults
from instruments.language.questionnaire import parse
from instruments.schema import Part
from instruments.versions import library
from instruments.versions.lineage import Verdict, compare
from instruments.versions.pseudo import pseudo
from instruments.versions.translation import translation_faults
from tests.unit.instruments.examples import headed, number, questionnaire_text, yes_no

CORE = library.read("annual-vco", 1).text
UNSURE = "dont_know: true"
LONG = f"{UNSURE}\nminutes: 6"
HEARD = "{item: heard-of, kind: yes_no"


def module(*questions: str, head: str = "", name: str = "money") -> str:
    text = headed(f"role: module\n{head}", *questions)
    return text.replace("name: small", f"name: {name}").replace("id: one", f"id: {name}", 1)


SMALL = questionnaire_text(yes_no("first", UNSURE))
MONEY = module(
    yes_no("new-money", UNSURE),
    number("new-sum", f"{UNSURE}\nask_if: {{item: new-money, is: [yes]}}", kind="amount"),
    yes_no("no-and-true", UNSURE).replace("Is it so?", "'2005: yes, no, \"true\" or 007 - #1?'"),
)


def composed(*modules: str, without: tuple[str, ...] = (), core: str = CORE) -> Composed:
    return compose(Recipe("round-2027", 1, "Annual survey 2027", core, modules, without))


def faults_of(*modules: str, without: tuple[str, ...] = (), core: str = CORE) -> tuple[str, ...]:
    with pytest.raises(CompositionFaults) as caught:
        composed(*modules, without=without, core=core)
    return caught.value.faults


def test_the_core_comes_first_and_unchanged_then_the_modules() -> None:
    made = composed(MONEY).questionnaire
    core = parse(CORE)

    assert made.sections[: len(core.sections)] == tuple(
        section.__class__(**{**section.__dict__, "origin": "annual-vco@1"}) for section in core.sections
    )
    assert [section.origin for section in made.sections][-2:] == ["annual-vco@1", "money@1"]
    assert {change.verdict for change in compare(core, made)} == {Verdict.SAME, Verdict.NEW}


def test_the_result_is_a_document_like_any_other() -> None:
    whole = composed(MONEY)

    assert parse(whole.text) == whole.questionnaire
    assert whole.sha256 == hashlib.sha256(whole.text.encode()).hexdigest()
    assert composed(MONEY).text == whole.text
    assert (whole.questionnaire.name, whole.questionnaire.version, whole.questionnaire.role) == (
        "round-2027",
        1,
        Role.CORE,
    )


def test_it_names_what_it_was_made_of_by_hash() -> None:
    shas = [hashlib.sha256(text.encode()).hexdigest() for text in (CORE, MONEY)]

    assert composed(MONEY).questionnaire.composed_of == (
        Part("annual-vco", 1, shas[0]),
        Part("money", 1, shas[1]),
    )


def test_every_word_of_the_parts_survives() -> None:
    whole = composed(MONEY).questionnaire

    assert whole.question("no-and-true").text == '2005: yes, no, "true" or 007 - #1?'
    assert [q.text for q in whole.questions[:27]] == [q.text for q in parse(CORE).questions]


def test_minutes_are_those_of_the_core_and_of_what_is_added() -> None:
    alone, both = composed(), composed(MONEY)

    assert alone.module_minutes == pytest.approx(0)
    assert both.module_minutes == pytest.approx(0.25 + 0.75 + 0.25)
    assert alone.questionnaire.estimated_minutes == 15
    assert both.questionnaire.estimated_minutes == 17


def test_questions_of_modules_may_be_left_out() -> None:
    whole = composed(MONEY, without=("no-and-true",))

    assert "no-and-true" not in whole.questionnaire.items
    assert whole.questionnaire.left_out == ("no-and-true",)
    assert whole.module_minutes == pytest.approx(1.0)


def test_a_module_with_nothing_left_adds_no_section() -> None:
    whole = composed(module(yes_no("x", UNSURE)), without=("x",)).questionnaire

    assert [section.id for section in whole.sections] == [section.id for section in parse(CORE).sections]


def test_a_module_may_route_on_what_it_expects_of_the_core() -> None:
    asked = yes_no("x", f"{UNSURE}\nask_if: {{item: heard-of, is: [yes, dont_know]}}")
    whole = composed(module(asked, head="expects: [{item: heard-of, kind: yes_no, passes: [dont_know]}]"))

    assert next_question(whole.questionnaire, {}, {}, after="comments") is None
    assert whole.questionnaire.expects == ()


def test_what_a_module_says_of_itself_is_said_of_its_sections() -> None:
    head = "modes: [telephone, post]\nanswered_by: [finance]"
    asked = composed(module(yes_no("x", f"{UNSURE}\nmodes: [telephone, post]"), head=head)).questionnaire

    assert asked.question("x").modes == (Mode.TELEPHONE,)
    assert asked.question("x").answered_by == (Respondent.FINANCE,)
    assert asked.question("heard-of").answered_by == ()


@pytest.mark.parametrize(
    ("modules", "without", "says"),
    [
        ([module(yes_no("heard-of", UNSURE))], (), "'heard-of' is in annual-vco@1 and again in money@1"),
        ([MONEY, MONEY.replace("name: money", "name: more")], (), "is in money@1 and again in more@1"),
        ([module(yes_no("x", UNSURE)).replace("id: money", "id: funding")], (), "'section funding' is in"),
        ([MONEY], ("heard-of",), "is of the core"),
        ([MONEY], ("nothing",), "in none of the modules"),
        ([MONEY], ("new-money",), "the condition asks for 'new-money', which is not asked here"),
        ([MONEY.replace("role: module", "role: core")], (), "only modules can be added"),
        ([MONEY.replace("audience: vco", "audience: public_body")], (), "is not for vco"),
        ([module(yes_no("x", UNSURE), head="modes: [post]")], (), "is for post only"),
        ([module(yes_no("x", UNSURE), head="expects: [{item: z, kind: yes_no}]")], (), "expects 'z'"),
        (
            [module(yes_no("x", UNSURE), head="expects: [{item: heard-of, kind: count}]")],
            (),
            "with kind count",
        ),
        (
            [module(yes_no("x", UNSURE), head=f"expects: [{HEARD}, passes: [prefer_not_to_say]}}]")],
            (),
            "with prefer_not_to_say",
        ),
        (
            [module(yes_no("x", UNSURE), head="expects: [{item: comments, kind: long_text}]")],
            (),
            "an answer from everybody",
        ),
        (["schema: 1\nname: x\n"], (), "module 1 cannot be read: line 1"),
        ([module(number("x", LONG)), module(number("y", LONG), name="more")], (), "take 12.0 minutes"),
    ],
)  # fmt: skip
def test_parts_that_do_not_go_together_are_refused_in_words(
    modules: list[str], without: tuple[str, ...], says: str
) -> None:
    faults = faults_of(*modules, without=without)

    assert any(says in fault for fault in faults), faults


def test_every_reason_is_told_at_once() -> None:
    bad = MONEY.replace("role: module", "role: register").replace("id: new-sum", "id: heard-of")

    assert len(faults_of(bad, without=("heard-of", "nothing"))) == 4


def test_only_a_core_can_be_built_upon() -> None:
    assert "start from a core" in faults_of(core=MONEY)[0]


def test_a_route_that_the_whole_makes_impossible_is_refused() -> None:
    asked = yes_no(
        "x", f"{UNSURE}\nask_if: {{all: [{{item: champion, is: [yes]}}, {{item: heard-of, is: ['no']}}]}}"
    )
    head = "expects: [{item: heard-of, kind: yes_no}, {item: champion, kind: yes_no}]"

    assert "unreachable" in faults_of(module(asked, head=head))[0]


def test_what_the_parts_explain_stays_explained_and_the_rest_is_told() -> None:
    stuck = yes_no("stuck")
    why = "explained: [{warning: no-way-out, why: The law, at: stuck}]"

    assert [one.code for one in composed(module(stuck)).warnings] == ["no-way-out"]
    assert composed(module(stuck, head=why)).warnings == ()


def test_translations_of_the_parts_are_those_of_the_whole_save_for_its_title() -> None:
    core, added = parse(CORE), parse(MONEY)

    whole = composed(MONEY).questionnaire
    together = translated(whole, [pseudo(core, "cy"), pseudo(added, "cy")])

    assert [fault.path for fault in translation_faults(whole, together)] == ["title"]


def test_a_language_is_promised_only_if_every_part_has_it() -> None:
    core = CORE.replace("\nsections:", "\nlanguages: [cy, ur]\nsections:", 1)
    welsh = module(yes_no("x", UNSURE), head="languages: [cy]")

    assert composed(welsh, core=core).questionnaire.languages == ("cy",)
    assert composed(MONEY, core=core).questionnaire.languages == ()


def test_repeats_and_values_of_a_module_work_in_the_whole() -> None:
    rows = "options: [{value: p, label: The police}, {value: c, label: The council}]"
    text = module(
        f"id: payers\nkind: multi_choice\ntext: Who pays?\nshort: Payers\n{UNSURE}\n{rows}",
        number("given", f"{UNSURE}\nrepeat: {{item: payers}}"),
        "id: given-in-all\nshort: All\ncompute: {sum_of: [given]}",
    )

    whole = composed(text).questionnaire

    assert {"given.p", "given.c"} <= set(whole.items)
    assert set(whole.computed) == {"given-in-all"}


WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"], exclude_characters="<>&{}|"),
    min_size=1,
    max_size=60,
).filter(lambda text: bool(text.strip()))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=4))
def test_no_wording_is_changed_by_being_composed(texts: list[str]) -> None:
    questions = [
        yes_no(f"q{place}", UNSURE).replace("Is it so?", json.dumps(text, ensure_ascii=False))
        for place, text in enumerate(texts)
    ]
    added = parse(module(*questions))

    whole = composed(module(*questions), core=SMALL).questionnaire

    assert [whole.question(q.id).text for q in added.questions] == [q.text for q in added.questions]
