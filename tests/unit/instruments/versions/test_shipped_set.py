"""All instruments that come with the software, as one set: nothing is left out, and it all goes together."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from instruments.answering.answers import Answer
from instruments.answering.routing import route
from instruments.checking.checker import Report, Source, check
from instruments.composition import Composed, Recipe, compose
from instruments.conduct import MODULES, Respondent, Role
from instruments.indicators.catalogue import Indicator, shipped_catalogue
from instruments.indicators.coverage import MEASURES, as_markdown, coverage
from instruments.indicators.summary import mirrored_pairs
from instruments.schema import Audience, Kind, Question, Questionnaire, State, Statistic
from instruments.texts import reworded_section
from instruments.versions import library
from instruments.versions.library import read, shipped

DOCUMENT = Path(__file__).parents[4] / "docs" / "instruments-coverage.md"
ALL = [read(one.name, one.version).questionnaire for one in shipped()]
BY_RESPONDENTS = [one for one in ALL if one.role in MODULES]
CONSENT_FIRST = {
    "deep-review-interview": "consent-part",
    "service-user-interview": "user-consent-part",
    "focus-group-guide": "group-consent",
}
FACTS = {"agreement": "Compact", "organisation": "Hull Aid", "sector": "vco"}
CORES = {Audience.PUBLIC_BODY: "annual-public-body", Audience.VCO: "annual-vco"}

# "Said to be redundant" is a flag that the list keeps beside the stages; ratings have half points instead.
OTHERWISE_CODED = {"compact_status": {"redundant_claimed"}, "relationship_1_5": {"1", "2", "3", "4", "5"}}
NOT_KNOWING = {"unknown", "not_known"}
# Each organisation is asked about its own champion, and about its own induction.
REPEATED_BY_ASKING_ALL = {"INP-1.6", "PRO-1.6"}

both = pytest.mark.parametrize("audience", list(Audience), ids=str)


def questions_of(questionnaire: Questionnaire) -> list[Question]:
    return [question for section in questionnaire.written for question in section.questions]


def uses(indicator: str) -> list[tuple[Questionnaire, Question]]:
    return [
        (questionnaire, question)
        for questionnaire in ALL
        for question in questions_of(questionnaire)
        if indicator in {question.indicator, *(row.indicator for row in question.rows)}
    ]


def entries() -> list[Indicator]:
    return [*shipped_catalogue().indicators.values()]


@cache
def report() -> Report:
    sources = [Source(f"{one.name}.yaml", read(one.name, one.version).text) for one in shipped()]
    return check(sources, explained=library.explanations(), whole=True)


def test_the_checker_finds_no_fault_and_every_warning_is_explained() -> None:
    assert [str(finding) for finding in report().findings] == []
    assert len(report().explained) <= 3


def test_every_entry_is_asked_of_each_sector_that_the_catalogue_names_or_looked_up() -> None:
    lacking = []
    for entry in entries():
        asked = {
            str(audience)
            for questionnaire, _ in uses(entry.id)
            for audience in questionnaire.audiences
            if questionnaire.role is not Role.DESK_RESEARCH
        }
        if any(one.role in (Role.DESK_RESEARCH, Role.REGISTER) for one, _ in uses(entry.id)):
            asked.add("documentary")
        lacking += [(entry.id, sector) for sector in entry.answered_by if sector not in asked]

    assert len(entries()) == 130
    assert lacking == []


def test_every_entry_is_measured_in_each_way_that_the_catalogue_names() -> None:
    lacking = [
        (entry.id, measure)
        for entry in entries()
        for measure in entry.measure
        if not any(is_measured(question, measure) for _, question in uses(entry.id))
    ]

    assert lacking == []


def is_measured(question: Question, measure: str) -> bool:
    as_share = measure == "proportion" and question.statistic is Statistic.PROPORTION
    return as_share or question.kind in MEASURES[measure]


def test_every_entry_with_a_code_list_offers_all_its_codes_in_one_question() -> None:
    lacking = {}
    for entry in entries():
        if entry.code_list:
            codes = {code.value for code in shipped_catalogue().codes(entry.code_list)} - NOT_KNOWING
            codes -= OTHERWISE_CODED.get(entry.code_list, set())
            offered = [offers(question) for _, question in uses(entry.id)]
            if not any(codes <= one for one in offered):
                lacking[entry.id] = [codes - one for one in offered]

    assert lacking == {}


def offers(question: Question) -> set[str]:
    repeated = question.repeat.options if question.repeat else ()
    return {one.value for one in (*question.options, *repeated)} | {row.value for row in question.rows}


def test_what_is_to_be_asked_for_each_of_several_is_repeated_or_a_grid() -> None:
    once = [
        entry.id
        for entry in entries()
        if entry.repeat_over and not any(is_repeated(*use) for use in uses(entry.id))
    ]

    assert set(once) == REPEATED_BY_ASKING_ALL


def is_repeated(questionnaire: Questionnaire, question: Question) -> bool:
    section = next(one for one in questionnaire.written if question in one.questions)
    return bool(question.repeat or section.repeat or question.rows)


def table(first: str) -> list[list[str]]:
    """The rows of the table in the document whose head begins with this word."""
    text = DOCUMENT.read_text(encoding="utf-8")
    body = text.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in body]


def test_the_document_lists_every_instrument_with_its_questions_and_minutes() -> None:
    listed = {row[0]: (row[1].replace(" ", "_"), int(row[3]), int(row[4])) for row in table("instrument")}

    assert listed == {one.name: (str(one.role), len(questions_of(one)), one.estimated_minutes) for one in ALL}


def test_the_coverage_in_the_document_is_what_the_command_prints() -> None:
    printed = as_markdown(coverage(ALL))

    assert DOCUMENT.read_text(encoding="utf-8").endswith(printed), "print it afresh and put it in"


def module_names(row: list[str], audience: Audience) -> list[str]:
    """The files of one row of the order of rounds: some modules have one for each sector."""
    own = "-" + str(audience).replace("_", "-")
    names = {one.name for one in ALL}
    return [name if name in names else name + own for name in row[1].split(", ")]


@cache
def round_of(place: int, audience: Audience) -> Composed:
    return composed(module_names(table("round")[place], audience), audience)


def composed(modules: list[str], audience: Audience) -> Composed:
    core, *texts = (read(name, 1).text for name in (CORES[audience], *modules))
    return compose(Recipe("round-1", 1, "Annual survey", core, tuple(texts)))


@both
def test_in_the_order_of_rounds_every_annual_module_has_its_turn_once(audience: Audience) -> None:
    turns = Counter(name for row in table("round") for name in module_names(row, audience))

    assert turns == Counter(
        one.name for one in ALL if audience in one.audiences and one.name.startswith("module-")
    )


@both
@pytest.mark.parametrize("place", range(len(table("round"))))
def test_the_modules_of_a_round_join_the_core_and_take_under_ten_minutes(
    place: int, audience: Audience
) -> None:
    made = round_of(place, audience)
    stated = float(table("round")[place][2 if audience is Audience.PUBLIC_BODY else 3])

    assert made.warnings == ()
    assert made.module_minutes < 10
    assert stated == pytest.approx(made.module_minutes, abs=0.06)


@pytest.mark.parametrize("place", range(len(table("round"))))
def test_mirrored_items_of_a_round_pair_up_between_the_sectors(place: int) -> None:
    public, voluntary = (round_of(place, audience).questionnaire for audience in Audience)

    assert len(mirrored_pairs(public, voluntary)) >= 12


@pytest.mark.parametrize(
    ("audience", "modules"),
    [
        (Audience.PUBLIC_BODY, ["local-supplement", "local-baseline"]),
        (Audience.VCO, ["local-supplement", "local-baseline"]),
        (Audience.PUBLIC_BODY, ["local-register"]),
        (Audience.VCO, ["local-supplement", "local-register"]),
        (Audience.PUBLIC_BODY, ["staff-and-members"]),
        (Audience.VCO, ["workers-trustees-volunteers"]),
    ],
)
def test_other_modules_join_the_core_of_their_sectors(audience: Audience, modules: list[str]) -> None:
    assert composed(modules, audience).warnings == ()


def test_no_wording_names_the_agreement_because_installations_may_call_it_otherwise() -> None:
    named: list[str] = []

    def noted(where: str, wording: str) -> str:
        of_the_catalogue = ".repeat." in where
        if not of_the_catalogue and re.search(r"\b(compact|covenant)", wording, re.IGNORECASE):
            named.append(f"{where}: {wording}")
        return wording

    for questionnaire in ALL:
        for section in questionnaire.written:
            reworded_section(section, noted)

    assert named == []


def test_what_looks_back_is_marked_and_says_so_in_its_label() -> None:
    back = [q for one in ALL for q in questions_of(one) if q.retrospective and "core" not in one.role]

    assert {"relationship-before", "trust-change", "power-change"} <= {question.item for question in back}
    assert all(re.search(r"looking back|earlier|started", question.short) for question in back), back


def test_complaints_and_disputes_are_asked_without_threat() -> None:
    module = read("module-disputes", 1).questionnaire
    about_own = [
        q for q in module.questions if q.id.startswith(("complaint", "cited", "dispute-times")) and q.required
    ]

    assert len(about_own) >= 6
    assert all(question.prefer_not_to_say for question in about_own)
    assert "confidential" in module.question("dispute-steps").hint
    assert "confidential" in module.question("complaint-cause").hint


@pytest.mark.parametrize("name", CONSENT_FIRST)
def test_who_does_not_consent_is_asked_nothing_more(name: str) -> None:
    schedule = read(name, 1).questionnaire
    asked_first = schedule.question(CONSENT_FIRST[name])
    before = schedule.questions[: schedule.questions.index(asked_first)]
    said = {q.item: Answer(State.ANSWERED, "yes") for q in before if q.kind is Kind.YES_NO}

    asked = route(schedule, said | {asked_first.item: Answer(State.ANSWERED, "no")}, FACTS)

    assert [question.id for question in asked] == [*(q.id for q in before), asked_first.id]


@pytest.mark.parametrize("name", ["deep-review-interview", "service-user-interview", "focus-group-guide"])
def test_whether_words_may_be_quoted_is_asked(name: str) -> None:
    assert [q.id for q in read(name, 1).questionnaire.questions if "quote" in q.id]


def case_study(consents: dict[str, str]) -> set[str]:
    protocol = read("case-study-protocol", 1).questionnaire
    answers = {
        "risk-go": Answer(State.ANSWERED, "go_on"),
        "parties": Answer(State.ANSWERED, ("council", "support_body")),
        **{f"party-consent.{party}": Answer(State.ANSWERED, said) for party, said in consents.items()},
    }
    return {question.id for question in route(protocol, answers, FACTS)}


def test_a_case_study_goes_on_only_if_every_key_party_agrees() -> None:
    agreed = case_study({"council": "given", "support_body": "given_with_limits"})
    refused = case_study({"council": "given", "support_body": "refused"})
    waiting = case_study({"council": "given"})

    assert "case-story" in agreed
    assert "case-ended" not in agreed
    assert "case-story" not in refused | waiting
    assert "case-ended" in refused


def test_what_a_case_study_shows_is_set_against_rival_explanations() -> None:
    protocol = read("case-study-protocol", 1).questionnaire
    cmo = next(section for section in protocol.written if section.id == "cmo")

    assert cmo.repeat is not None
    assert {"cmo-context", "cmo-mechanism", "cmo-outcome", "cmo-whom", "cmo-rivals", "cmo-sign"} <= {
        question.id for question in cmo.questions
    }


@pytest.mark.parametrize("name", ["desk-agreement", "desk-practice", "desk-area"])
def test_desk_research_is_for_researchers_and_holds_documents(name: str) -> None:
    form = read(name, 1).questionnaire

    assert form.answered_by == (Respondent.RESEARCHER,)
    assert sum(question.kind is Kind.DOCUMENT for question in questions_of(form)) >= 3


def test_the_staff_sample_is_asked_of_staff_and_members_and_stands_alone() -> None:
    staff = read("staff-and-members", 1).questionnaire

    assert set(staff.answered_by) == {Respondent.STAFF, Respondent.MEMBER}
    assert staff.expects == ()


@pytest.mark.parametrize("module", BY_RESPONDENTS, ids=lambda one: one.name)
def test_every_closed_question_can_be_passed_or_holds_not_knowing_itself(module: Questionnaire) -> None:
    own = {"not-sure", "other", "none"}
    stuck = [
        q.id
        for q in module.questions
        if q.required and not q.escapes and not own & {option.value for option in q.options}
    ]

    assert stuck == []


@pytest.mark.parametrize("module", BY_RESPONDENTS, ids=lambda one: one.name)
def test_numbers_of_modules_say_among_whom_they_are_counted(module: Questionnaire) -> None:
    assert [q.id for q in module.questions if q.statistic and " of " not in q.measured] == []
