"""What a file says about how it is conducted, and about itself."""

import pytest

from instruments.conduct import USUAL_MODES, Mode, Respondent, Role, Strand
from instruments.errors import Fault, QuestionnaireFaults
from instruments.language.questionnaire import parse
from instruments.schema import Audience, Changed, Comparability, Explanation, Kind, Part
from tests.unit.instruments.examples import INDICATORS, headed, number, questionnaire, sections_text, yes_no


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(QuestionnaireFaults) as caught:
        parse(text, INDICATORS)
    return caught.value.faults


def test_a_file_that_says_nothing_is_a_core_of_the_annual_survey_by_web_and_telephone() -> None:
    read = questionnaire(yes_no("a"))

    assert (read.role, read.strands, read.modes) == (Role.CORE, (Strand.ANNUAL_SURVEY,), USUAL_MODES)
    assert (read.answered_by, read.language, read.languages, read.minutes_ceiling) == ((), "en", (), None)


def test_a_schedule_for_both_sectors_says_who_is_asked_how() -> None:
    head = """\
        role: interview_schedule
        strands: [deep_review, annual_review]
        modes: [telephone, face_to_face]
        answered_by: [member, lead]
        languages: [cy, ur]
    """
    text = headed(head, yes_no("a")).replace("audience: vco", "audience: [vco, public_body]")

    read = parse(text, INDICATORS)

    assert read.audiences == (Audience.PUBLIC_BODY, Audience.VCO)
    assert read.role is Role.INTERVIEW_SCHEDULE
    assert read.strands == (Strand.ANNUAL_REVIEW, Strand.DEEP_REVIEW)
    assert read.modes == (Mode.TELEPHONE, Mode.FACE_TO_FACE)
    assert read.answered_by == (Respondent.LEAD, Respondent.MEMBER)
    assert read.languages == ("cy", "ur")


def test_a_section_narrows_the_file_and_a_question_narrows_the_section() -> None:
    section = """\
        id: money
        title: Money
        modes: [web]
        answered_by: [finance]
        minutes: 1.5
        questions:
          - {id: a, kind: yes_no, text: x, short: x}
    """
    other = (
        "id: rest\ntitle: Rest\nquestions:\n  - {id: b, kind: yes_no, text: x, short: x, modes: [telephone]}"
    )

    read = parse(sections_text(section, other), INDICATORS)

    assert (read.question("a").modes, read.question("a").answered_by) == ((Mode.WEB,), (Respondent.FINANCE,))
    assert read.sections[0].minutes == 1.5
    assert read.question("b").modes == (Mode.TELEPHONE,)


def test_a_question_may_not_widen_what_its_file_says() -> None:
    [fault] = faults_of(headed("modes: [web]", yes_no("a", "modes: [web, post]")))

    assert "post" in fault.message
    assert "among web" in fault.message


def test_a_question_says_what_it_tells_about_and_how_it_is_asked() -> None:
    more = """\
        clause: '4.2'
        minutes: 0.75
        page: together
        guidance: Read out slowly.
        probes: [What happened then?, Who else was there?]
        changed: {from_version: 1, kind: same, note: A comma was taken away}
    """
    [question] = questionnaire(yes_no("a", more)).questions

    assert (question.clause, question.minutes, question.page) == ("4.2", 0.75, "together")
    assert (question.guidance, question.probes) == (
        "Read out slowly.",
        ("What happened then?", "Who else was there?"),
    )
    assert question.changed == Comparability(1, Changed.SAME, "A comma was taken away")


def test_warnings_can_be_explained_and_parts_are_named() -> None:
    sha = "a" * 64
    head = f"""\
        explained: [{{warning: long-text, at: a, why: It has to name the law}}]
        composed_of: [{{name: annual-vco, version: 1, sha256: {sha}}}]
        left_out: [comments]
    """
    read = parse(headed(head, yes_no("a")), INDICATORS)

    assert read.explained == (Explanation("long-text", "It has to name the law", "a"),)
    assert (read.composed_of, read.left_out) == ((Part("annual-vco", 1, sha),), ("comments",))


def test_a_module_says_which_items_it_expects_and_may_route_on_them() -> None:
    head = """\
        role: module
        minutes_ceiling: 4
        expects:
          - {item: heard-of, kind: yes_no, passes: [dont_know]}
          - {item: status, kind: single_choice, values: [in_place, none]}
    """
    asked = yes_no(
        "a", "ask_if: {all: [{item: heard-of, is: [yes, dont_know]}, {item: status, is: [in_place]}]}"
    )

    read = parse(headed(head, asked), INDICATORS)

    assert (read.role, read.minutes_ceiling) == (Role.MODULE, 4)
    assert [(question.item, question.kind) for question in read.expects] == [
        ("heard-of", Kind.YES_NO),
        ("status", Kind.SINGLE_CHOICE),
    ]


def test_questions_of_a_page_are_shown_together_and_others_alone() -> None:
    read = questionnaire(yes_no("a", "page: p"), yes_no("b", "page: p"), yes_no("c"))

    assert [(page.id, [q.id for q in page.questions]) for page in read.pages] == [
        ("p", ["a", "b"]),
        ("c", ["c"]),
    ]


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        ([yes_no("a", "page: p"), yes_no("b"), yes_no("c", "page: p")], "must stand together"),
        ([yes_no("a", "page: p"), yes_no("b", "page: p\nask_if: {item: a, is: [yes]}")], "use another page"),
        ([yes_no("a", "page: p"), yes_no("b", "page: p\nhint: You said {a|it}")], "use another page"),
    ],
)
def test_a_page_that_cannot_be_shown_is_refused(questions: list[str], says: str) -> None:
    [fault] = faults_of(headed("", *questions))

    assert says in fault.message


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("role: poll", "'poll' is not one of"),
        ("strands: [annual_survey, annual_survey]", "given twice"),
        ("modes: []", "the list is empty"),
        ("languages: [Welsh]", "not a language"),
        ("minutes_ceiling: 0", "whole number"),
        ("explained: [{warning: long-text}]", "why is missing"),
        ("composed_of: [{name: a, version: 1, sha256: abc}]", "64 small hexadecimal"),
        ("expects: [{item: a, kind: yes_no}]", "twice"),
        ("expects: [{item: z, kind: single_choice}]", "values is missing"),
        ("expects: [{item: z, kind: count, values: [x]}]", "has no values"),
    ],
)
def test_a_bad_head_is_told(head: str, says: str) -> None:
    assert any(says in str(fault) for fault in faults_of(headed(head, yes_no("a"))))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("minutes: 0", "minutes above 0"),
        ("minutes: 500", "minutes above 0"),
        ("answered_by: [queen]", "'queen' is not one of"),
        ("changed: {from_version: 1, kind: same}", "note is missing"),
        ("changed: {from_version: 1, kind: better}", "'better' is not one of"),
        ("probes: []", "the list is empty"),
        ("hint: Read <b>this</b>", "<b> is markup"),
        ("hint: Fish &amp; chips", "&amp; is markup"),
        ("hint: See <!-- this", "is markup"),
        ("hint: About {each}", "{each} is for questions"),
        ("modes: [web, pigeon]", "'pigeon' is not one of"),
    ],
)
def test_a_bad_field_of_a_question_is_told(more: str, says: str) -> None:
    assert any(says in fault.message for fault in faults_of(headed("", yes_no("a", more))))


@pytest.mark.parametrize(
    "text", ["Fewer than 5 < 10?", "R&D or Marks & Spencer?", "1 <2> 3?", "AT&T; or not?"]
)
def test_signs_that_are_no_markup_stay(text: str) -> None:
    [question] = questionnaire(yes_no("a").replace("Is it so?", f"'{text}'")).questions

    assert question.text == text


def test_what_a_document_shows_is_a_kind_with_findings_of_its_own() -> None:
    read = questionnaire(number("a", "statistic: proportion\nmeasured: Share shown", kind="document"))

    assert [option.value for option in read.question("a").options] == [
        "shown",
        "partly",
        "not_shown",
        "no_document",
    ]
    assert read.question("a").counts_as == ("shown",)
