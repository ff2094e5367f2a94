"""A language goes live only when every text of it is there, fresh, reviewed and of the same make."""

from dataclasses import replace

import pytest

from instruments.answering.piping import pipes
from instruments.answering.routing import route
from instruments.errors import QuestionnaireFaults
from instruments.language.translation import Translation, Wording, digest, parse_translation
from instruments.schema import Option, Questionnaire
from instruments.texts import texts
from instruments.versions import library
from instruments.versions.pseudo import ACCENTED, MIRRORED, pseudo
from instruments.versions.translation import (
    Lack,
    blank,
    direction,
    localised,
    translation_faults,
)
from tests.unit.instruments.examples import choice, number, questionnaire, yes_no

SMALL = questionnaire(
    yes_no("a", "hint: About {organisation}\ndont_know: true"),
    choice("who", kind="multi_choice"),
    number("cash", "hint: From {each}, {who|nobody}\nrepeat: {item: who}"),
)
CORES = [library.read(one.name, one.version).questionnaire for one in library.shipped()]


def welsh(**changed: Wording) -> Translation:
    """Every text of SMALL, reviewed, with some changed; underscores stand for dots."""
    made = pseudo(SMALL, "cy")
    return replace(
        made, texts={**made.texts, **{key.replace("__", "."): one for key, one in changed.items()}}
    )


def lacks(translation: Translation) -> list[tuple[Lack, str]]:
    return [(fault.lack, fault.path) for fault in translation_faults(SMALL, translation)]


def test_texts_go_by_path_and_a_repeated_question_is_worded_once() -> None:
    wordings = texts(SMALL)

    assert wordings["title"] == "A small questionnaire"
    assert wordings["section.one"] == "One"
    assert wordings["a.options.yes.label"] == "Yes"
    assert wordings["cash.hint"] == "From {each}, {who|nobody}"
    assert not any(path.startswith("cash.red") for path in wordings)


def test_a_whole_fresh_reviewed_translation_may_go_live() -> None:
    assert lacks(welsh()) == []


def test_what_keeps_a_text_from_going_live_is_told_by_path() -> None:
    source = texts(SMALL)["a.text"]
    hint = texts(SMALL)["a.hint"]

    assert lacks(welsh(a__text=Wording("Ydy?", digest("Was it so?"), True))) == [(Lack.STALE, "a.text")]
    assert lacks(welsh(a__text=Wording("Ydy?", digest(source), False))) == [(Lack.UNREVIEWED, "a.text")]
    assert lacks(welsh(a__hint=Wording("Am {organiad}", digest(hint), True))) == [(Lack.UNLIKE, "a.hint")]
    assert lacks(welsh(a__text=Wording("<b>Ydy</b>?", digest(source), True))) == [(Lack.UNLIKE, "a.text")]
    assert lacks(welsh(b__text=Wording("x", digest("x"), True))) == [(Lack.LEFT_OVER, "b.text")]
    made = welsh()
    without = replace(made, texts={path: text for path, text in made.texts.items() if path != "a.text"})
    assert lacks(without) == [(Lack.MISSING, "a.text")]


def test_what_the_software_words_can_be_translated_once_for_all() -> None:
    made = welsh()
    usual = {"usual.yes": Wording("Ie", digest("Yes"), True)}
    without = {path: text for path, text in made.texts.items() if path != "a.options.yes.label"}

    translation = replace(made, texts=without | usual)

    assert lacks(translation) == []
    assert localised(SMALL, translation).question("a").label("yes") == "Ie"
    own = replace(translation, texts=translation.texts | {"a.options.yes.label": Wording("Oes", "", True)})
    assert localised(SMALL, own).question("a").label("yes") == "Oes"


def test_an_instance_of_a_repeat_takes_the_translated_label() -> None:
    translation = welsh(
        who__options__red__label=Wording("Coch", digest("Red"), True),
        cash__hint=Wording("Gan {each}, {who|neb}", digest("From {each}, {who|nobody}"), True),
    )

    assert localised(SMALL, translation).question("cash.red").hint == "Gan Coch, {who|neb}"


def test_a_text_without_translation_stays_and_lists_of_a_case_can_be_bound() -> None:
    small = questionnaire(yes_no("signed", "repeat: {list: agreements}\nhint: Signed {each}?"))
    none = Translation("small", 1, "cy", {})

    bound = localised(small, none, {"agreements": (Option("leeds", "Compact Leeds"),)})

    assert bound.question("signed.leeds").hint == "Signed Compact Leeds?"
    assert bound.language == "cy"


def test_a_translation_to_fill_in_keeps_what_still_holds() -> None:
    first = parse_translation(blank(SMALL, "cy"))
    assert {one.reviewed for one in first.texts.values()} == {False}
    assert lacks(first) == [(Lack.UNREVIEWED, path) for path in texts(SMALL)]

    second = parse_translation(
        blank(SMALL, "cy", welsh(a__text=Wording("Ydy?", digest("Was it so?"), reviewed=True)))
    )

    assert lacks(second) == [(Lack.UNREVIEWED, "a.text")]
    assert second.texts["a.text"].text == "Ydy?"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema: 2\nname: a\nversion: 1\nlanguage: cy\ntexts: {}\n", "newer"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: Welsh\ntexts: {}\n", "not a language"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: cy\n", "texts is missing"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: cy\ntexts: []\n", "texts by path"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: cy\ntexts: {a b: {text: x, of: '0'}}\n", "not the path"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: cy\ntexts: {a.b: {text: x, of: '0'}}\n", "digest"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: cy\ntexts: {a.b: x}\n", "fields with names"),
        ("schema: 1\nname: a\nversion: 1\nlanguage: cy\ntexts: {}\nmore: 1\n", "no field 'more'"),
    ],
)
def test_a_translation_that_cannot_be_read_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(QuestionnaireFaults, match=says):
        parse_translation(text)


@pytest.mark.parametrize("core", CORES, ids=lambda core: core.name)
@pytest.mark.parametrize("language", [ACCENTED, MIRRORED])
def test_a_made_up_language_changes_every_text_and_nothing_else(core: Questionnaire, language: str) -> None:
    translation = pseudo(core, language)
    made = localised(core, translation)

    assert translation_faults(core, translation) == ()
    for path, wording in texts(core).items():
        assert translation.texts[path].text != wording or wording.isdecimal()
        assert {name for name, _ in pipes(translation.texts[path].text)} == {
            name for name, _ in pipes(wording)
        }
    assert [question.id for question in route(made, {}, {})] == [q.id for q in route(core, {}, {})]
    assert [option.value for q in made.questions for option in q.options] == [
        option.value for q in core.questions for option in q.options
    ]


def test_accented_texts_are_longer_and_mirrored_ones_run_from_right_to_left() -> None:
    plain = texts(SMALL)["a.text"]

    assert len(pseudo(SMALL).texts["a.text"].text) >= 1.4 * len(plain)
    assert (direction(MIRRORED), direction("ur"), direction("cy"), direction(ACCENTED)) == (
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    )
