"""The checker tells everything at once, by file, line and path; what is explained may stand."""

import json
import re
from pathlib import Path

import pytest

from instruments.checking.checker import Report, Source, check
from instruments.checking.findings import Severity
from instruments.errors import LibraryError
from instruments.indicators.catalogue import shipped_catalogue
from instruments.language.questionnaire import parse
from instruments.schema import Explanation
from instruments.versions import library
from instruments.versions.pseudo import pseudo
from instruments.versions.translation import blank
from tests.unit.instruments.examples import (
    choice,
    headed,
    number,
    questionnaire_text,
    yes_no,
)


def report(*questions: str, head: str = "") -> Report:
    return check([Source("a.yaml", headed(head, *questions))])


def codes(*questions: str, head: str = "") -> list[str]:
    """What is found of faults and warnings about a file of optional questions, minutes left aside."""
    checked = report(*(f"{question}\nrequired: true\ndont_know: true" for question in questions), head=head)
    return [one.code for one in checked.findings if one.code != "minutes"]


def test_every_fault_of_the_language_is_told_by_file_line_and_path() -> None:
    checked = report(yes_no("a", "hnt: x"), yes_no("a"))

    assert [(one.file, one.line, one.path, one.code) for one in checked.faults] == [
        ("a.yaml", 16, "sections[0].questions[0].hnt", "language"),
        ("a.yaml", 17, "sections[0].questions[1]", "language"),
    ]
    assert str(checked.faults[0]).startswith(
        "a.yaml:16: sections[0].questions[0].hnt: fault language: there is"
    )


LONG = " ".join(["word"] * 26) + "?"
HARD = (
    "Does your institution systematically operationalise consultative accountability mechanisms internally?"
)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (yes_no("a").replace("Is it so?", LONG), "long-text"),
        (yes_no("a").replace("Is it so?", "x" * 161), "long-text"),
        (yes_no("a").replace("It is so", "x" * 51), "long-label"),
        (choice("a").replace("Red", "x" * 101), "long-label"),
        (yes_no("a", "hint: " + " ".join(["so"] * 41)), "long-hint"),
        (yes_no("a").replace("Is it so?", HARD), "hard-to-read"),
        (yes_no("a").replace("It is so", "About {agreement}"), "pipe-in-label"),
        (choice("a").replace("  - {value: blue, label: Blue}\n", ""), "one-option"),
        (yes_no("a", "indicator: OUT-2.7"), "other-sector"),
    ],
)
def test_doubtful_wording_is_a_warning(question: str, code: str) -> None:
    assert codes(question) == [code]


def test_a_pipe_in_the_title_of_a_section_is_a_warning() -> None:
    text = headed("", f"{yes_no('a')}\nrequired: true\ndont_know: true")
    checked = check([Source("a.yaml", text.replace("title: One", 'title: "About the {agreement}"'))])

    assert [one.code for one in checked.warnings if one.code != "minutes"] == ["pipe-in-label"]


def test_a_question_nobody_can_pass_is_a_warning_and_one_with_a_way_out_is_not() -> None:
    checked = report(
        yes_no("stuck"),
        yes_no("optional", "required: false"),
        choice("other").replace("blue", "not-sure"),
    )

    assert [(one.code, one.about) for one in checked.warnings] == [("no-way-out", "stuck")]


def test_a_schedule_is_read_by_its_interviewer_and_may_be_harder_to_read() -> None:
    assert codes(yes_no("a").replace("Is it so?", HARD), head="role: interview_schedule") == []


def test_a_module_over_its_ceiling_is_a_fault_and_told_minutes_that_are_far_off_a_warning() -> None:
    long = [number(f"q{place}", "required: false", kind="long_text") for place in range(6)]

    checked = report(*long, head="role: module")
    assert [one.code for one in checked.findings] == ["minutes", "over-ceiling"]
    assert "12.0 minutes" in checked.faults[0].message
    assert [one.code for one in report(*long[:1], head="role: module").findings] == []
    assert [one.code for one in report(*long[:2], head="minutes_ceiling: 3").faults] == ["over-ceiling"]


def test_an_item_keeps_its_kind_in_every_file_and_version() -> None:
    older = Source("small/1.yaml", questionnaire_text(yes_no("a", "dont_know: true")))
    asked = questionnaire_text(number("b", "item: a\ndont_know: true"))
    newer = Source("small/2.yaml", asked.replace("version: 1", "version: 2", 1))

    [fault] = check([newer], beside=[older]).faults

    assert (fault.file, fault.code, fault.about) == ("small/2.yaml", "reused-item", "b")
    assert "yes_no in small@1" in fault.message


def test_a_repeated_item_is_not_the_one_that_was_asked_once() -> None:
    once = Source("one.yaml", questionnaire_text(yes_no("a", "dont_know: true")))
    often = Source("two.yaml", questionnaire_text(yes_no("a", "dont_know: true\nrepeat: {codes: sector}")))

    assert [one.code for one in check([once, often]).faults] == ["reused-item"]


def mirrored(sector: str, *questions: str, version: int = 1) -> Source:
    text = questionnaire_text(*questions).replace("audience: vco", f"audience: {sector}")
    text = text.replace("name: small", f"name: of-{re.sub('[^a-z]', '', sector)}")
    return Source(f"{sector}-{version}", text.replace("version: 1", f"version: {version}", 1))


def test_a_mirrored_item_needs_its_counterpart_in_the_newest_version() -> None:
    asked = yes_no("a", "mirrored: true\ndont_know: true")
    vco, body = mirrored("vco", asked), mirrored("public_body", asked)
    dropped = mirrored("public_body", yes_no("b", "dont_know: true"), version=2)

    assert check([vco, body]).faults == ()
    assert [(one.file, one.code) for one in check([vco]).faults] == [("vco-1", "missing-mirror")]
    assert [(one.file, one.code) for one in check([vco, body, dropped]).faults] == [
        ("vco-1", "missing-mirror")
    ]
    assert check([dropped], beside=[vco, body]).faults == ()


def test_a_mirrored_item_of_another_shape_is_no_counterpart() -> None:
    one = mirrored("vco", yes_no("a", "mirrored: true\ndont_know: true"))
    other = mirrored(
        "public_body",
        yes_no("a", "mirrored: true\ndont_know: true\nstatistic: proportion\nmeasured: Share"),
    )

    assert [one.code for one in check([one, other]).faults] == ["missing-mirror", "missing-mirror"]


def test_a_file_for_both_sectors_mirrors_itself() -> None:
    assert (
        check([mirrored("[vco, public_body]", yes_no("a", "mirrored: true\ndont_know: true"))]).faults == ()
    )


def test_languages_that_are_promised_must_be_there_fresh_and_reviewed() -> None:
    text = headed("languages: [cy]", yes_no("a", "dont_know: true"))
    unread = blank(parse(text), "cy")
    ready = unread.replace("reviewed: false", "reviewed: true")

    def checked(**translations: str) -> set[str]:
        return {one.code for one in check([Source("a.yaml", text, translations)]).faults}

    assert checked() == {"missing-translation"}
    assert checked(cy=unread) == {"unreviewed-translation"}
    assert checked(cy=ready) == set()
    assert checked(cy=ready.replace("version: 1", "version: 2")) == {"language"}
    assert checked(cy="schema: 1\n") == {"language"}
    changed = text.replace("Is it so?", "Is it really so?")
    assert {one.code for one in check([Source("a.yaml", changed, {"cy": ready})]).faults} == {
        "stale-translation"
    }


def test_warnings_that_are_explained_may_stand_and_idle_explanations_may_not() -> None:
    text = questionnaire_text(yes_no("stuck"))
    why = Explanation("no-way-out", "The law asks for it", "stuck")

    assert check([Source("a.yaml", text)]).warnings
    beside = check([Source("a.yaml", text)], explained={("small", 1): [why]})
    assert beside.findings == ()
    assert [(finding.code, reason) for finding, reason in beside.explained] == [("no-way-out", why)]
    inside = "explained: [{warning: no-way-out, why: The law}, {warning: long-text, why: None}]"
    [left] = report(yes_no("stuck"), head=inside).findings
    assert (left.code, left.severity) == ("idle-explanation", Severity.WARNING)


def test_a_fault_cannot_be_explained_away() -> None:
    checked = report(
        number("a", "maximum: 3\ndont_know: true"),
        yes_no("b", "dont_know: true\nask_if: {item: a, at_least: 9}"),
        head="explained: [{warning: unreachable, why: We like it}]",
    )

    assert [one.code for one in checked.faults] == ["unreachable"]


def test_indicators_that_nobody_measures_are_told_when_all_files_are_there() -> None:
    source = Source("a.yaml", questionnaire_text(yes_no("a", "indicator: BAS-1.1\ndont_know: true")))

    missing = [one for one in check([source], whole=True).warnings if one.code == "not-covered"]

    assert len(missing) == len(shipped_catalogue().ids) - 1
    assert "BAS-1.1" not in {one.about for one in missing}
    assert check([source]).warnings == ()


def shelf_sources() -> list[Source]:
    return [
        Source(
            f"{one.name}/{one.version}.yaml",
            library.read(one.name, one.version).text,
            library.translations(one.name, one.version),
        )
        for one in library.shipped()
    ]


def test_what_is_shipped_has_no_fault_and_no_warning_that_nothing_explains() -> None:
    checked = check(shelf_sources(), explained=library.explanations())

    assert [str(one) for one in checked.findings] == []


def test_a_pseudo_translation_of_a_core_could_go_live() -> None:
    text = library.read("annual-vco", 1).text
    made = pseudo(parse(text))
    texts = {path: json.dumps(one.text, ensure_ascii=False) for path, one in made.texts.items()}
    entries = "\n".join(
        f"  {path}: {{text: {texts[path]}, of: '{one.of}', reviewed: true}}"
        for path, one in made.texts.items()
    )
    translation = (
        f"schema: 1\nname: {made.name}\nversion: {made.version}\nlanguage: en-xa\ntexts:\n{entries}\n"
    )
    promised = text.replace("\nsections:", "\nlanguages: [en-xa]\nsections:", 1)

    faults = check([Source("a.yaml", promised, {"en-xa": translation})]).faults

    assert {one.code for one in faults} == {"missing-mirror"}


def test_explanations_on_the_shelf_are_read_by_name_and_version(tmp_path: Path) -> None:
    assert library.explanations(tmp_path) == {}
    file = tmp_path / "EXPLAINED.yaml"
    file.write_text("annual-vco@1:\n  - {warning: long-text, at: a, why: It must}\n", encoding="utf-8")
    assert library.explanations(tmp_path) == {("annual-vco", 1): (Explanation("long-text", "It must", "a"),)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("annual-vco:\n  - {warning: a, why: b}\n", "not name@version"),
        ("annual-vco@1:\n  - {warning: a}\n", "why is missing"),
        ("a: [", "cannot be read"),
    ],
)
def test_explanations_that_cannot_be_read_are_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "EXPLAINED.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(LibraryError, match=says):
        library.explanations(tmp_path)


def test_a_new_version_says_which_reworded_items_still_compare() -> None:
    def version(number_: int, more: str = "", text: str = "Is it so?") -> Source:
        asked = questionnaire_text(yes_no("a", f"dont_know: true\n{more}").replace("Is it so?", text))
        return Source(f"{number_}.yaml", asked.replace("version: 1", f"version: {number_}", 1))

    first, said = version(1), "changed: {from_version: 1, kind: same, note: One word}"

    assert [one.code for one in check([first, version(2, text="Is it?")]).findings] == ["unexplained-change"]
    assert check([first, version(2, said, "Is it?")]).findings == ()
    repeated = version(2, f"{said}\nrepeat: {{codes: sector}}")
    assert [one.code for one in check([repeated], beside=[first]).faults] == ["reused-item", "wrong-claim"]
