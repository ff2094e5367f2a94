"""The first page, the calendar, the search and the menu: each role finds its own, and nobody finds more."""

from datetime import timedelta

import pytest
from lxml import html

from scheduler.strands import Strand
from survey_app.clock import at, end_of
from survey_app.mail.channels import Undeliverable
from survey_app.services import jobs, material
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

MENUS = {
    "coordinator": ["Today", "Calendar", "Surveys", "Organisations", "Agreements", "Questionnaires"],
    "interviewer": ["Today", "Calendar", "Surveys", "Agreements"],
    "reviewer": ["Today", "Agreements", "Questionnaires"],
    "signatory_public": ["Today", "Questionnaires"],
    "signatory_voluntary": ["Today", "Questionnaires"],
    "administrator": ["Today", "Calendar", "Surveys"],
}


def menu(visitor: Visitor, path: str = "/today", label: str = "Main") -> list[str]:
    page = html.fromstring(visitor.open(path).text)
    first = page.xpath(f"(//nav[@aria-label='{label}'])[1]//a")
    return [link.text_content().strip() for link in first]


@pytest.mark.parametrize("role", MENUS)
def test_each_role_sees_the_subjects_that_it_may_open_and_that_have_something_to_show(
    embedded_world: World, role: str
) -> None:
    visitor = Visitor(embedded_world.planned(), role)

    assert menu(visitor) == MENUS[role]


def test_a_calendar_without_a_round_and_results_without_a_release_stay_out_of_the_menu(
    embedded_world: World,
) -> None:
    coordinator = Visitor(embedded_world.founded(), "coordinator")

    assert menu(coordinator) == ["Today", "Surveys", "Organisations", "Agreements", "Questionnaires"]
    assert "No dates to come" in words(coordinator.open("/calendar"))


def test_a_subject_shows_its_parts_as_tabs_and_the_person_theirs_under_their_name(
    embedded_world: World,
) -> None:
    world = embedded_world.founded()
    coordinator, administrator = Visitor(world, "coordinator"), Visitor(world, "administrator")

    parts = ["Directory", "Lists and frame", "Panels", "Limits"]
    assert menu(coordinator, "/frame", "Organisations") == parts
    page = html.fromstring(administrator.open("/audit").text)
    own = page.xpath("//details[contains(@class, 'app-account')]//li/a")
    assert [link.text_content() for link in own] == [
        "Letters of all rounds",
        "People",
        "Audit trail",
        "Second factor",
        "Sessions",
        "Password",
    ]
    assert page.xpath("//details//a[@aria-current]/text()") == ["Audit trail"]


def test_nothing_waits_where_nothing_was_begun(embedded_world: World) -> None:
    world = embedded_world.founded()

    said = words(Visitor(world, "coordinator").open("/today"))

    assert "Monday 24 August 2026" in said
    assert "Nothing waits for you." in said
    assert "No round is open for replies." in said
    assert "No dates to come." in said
    assert "No results yet." in said


def test_a_plan_waits_for_its_launch_and_its_dates_are_the_next(embedded_world: World) -> None:
    world = embedded_world.planned()
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")

    said = words(coordinator.open("/today"))

    assert "Check the plan and launch it: Annual survey 2026" in said
    assert "7 Sep 2026 in 14 days Opens Annual survey 2026" in said
    assert "Check the plan" not in words(interviewer.open("/today"))
    assert "Last day for replies" in words(interviewer.open("/calendar"))


def test_an_open_round_shows_the_replies_of_both_sectors(embedded_world: World) -> None:
    said = words(Visitor(embedded_world.opened(), "interviewer").open("/today"))

    assert "Public bodies 0% 0 of 20 in scope" in said
    assert "Voluntary organisations 0% 0 of 20 in scope" in said


def test_letters_that_failed_and_work_that_stopped_wait_for_whoever_can_help(embedded_world: World) -> None:
    def refuse(letter: object) -> None:
        raise Undeliverable("no such mailbox")

    world = embedded_world.launched()
    world.post.refuse = refuse
    world.move_to(at(DATES.opens_on, 9))
    with world.database.writing() as session:
        close = jobs.jobs_of(session, kinds=("close",), subject_kind=jobs.ROUND, subject_id=world.round_id)[
            "close"
        ]
        jobs.stop(session, job_id=close.id, context=world.context())

    coordinator = words(Visitor(world, "coordinator").open("/today"))
    administrator = words(Visitor(world, "administrator").open("/today"))

    assert "Reach organisations in another way: Annual survey 2026 40 letters could not" in coordinator
    assert "See to work that stopped: Annual survey 2026" in coordinator
    assert "See to work that stopped" in administrator
    assert "Reach organisations" not in administrator


def test_a_closed_round_waits_for_its_results(embedded_world: World) -> None:
    world = embedded_world.opened()
    world.move_to(end_of(DATES.closes_on) + timedelta(hours=1))

    assert "Freeze the results: Annual survey 2026" in words(Visitor(world, "coordinator").open("/today"))


def test_a_module_in_test_waits_for_the_signatories_of_both_sectors(embedded_world: World) -> None:
    world = embedded_world.founded()

    for role in ("signatory_public", "signatory_voluntary"):
        assert "Agree or object: " in words(Visitor(world, role).open("/today"))
    assert "Agree or object" not in words(Visitor(world, "reviewer").open("/today"))


def test_one_search_finds_organisations_cases_and_questions(embedded_world: World) -> None:
    coordinator = Visitor(embedded_world.opened(), "coordinator")

    by_name = words(coordinator.open("/search?text=CHARITY 0000"))
    by_reference = words(coordinator.open("/search?text=case 1"))
    by_wording = coordinator.open("/search?text=agreement")

    assert "Organisations Charity 00000" in by_name
    assert "Case 1, Annual survey 2026" in by_reference
    assert "#question-" in by_wording.text
    assert "Nothing matches" in words(coordinator.open("/search?text=zzzzzz"))
    assert "Enter part of the name of an organisation" in words(coordinator.open("/search"))


def test_a_search_shows_nobody_what_their_role_does_not_open(embedded_world: World) -> None:
    world = embedded_world.opened()

    interviewer = words(Visitor(world, "interviewer").open("/search?text=Body 001"))
    reviewer = words(Visitor(world, "reviewer").open("/search?text=Body 001"))
    administrator = words(Visitor(world, "administrator").open("/search?text=agreement"))

    assert "Cases Body 001" in interviewer
    assert "Organisations" not in interviewer
    assert "Nothing matches" in reviewer
    assert "Nothing matches" in administrator


@pytest.mark.parametrize("text", ["%00", "%", "_", "9" * 20, "case -1", "'", "<b>", "%F0%9F%90%9D"])
def test_whatever_is_searched_for_gets_an_answer(embedded_world: World, text: str) -> None:
    answer = Visitor(embedded_world.founded(), "coordinator").open(f"/search?text={text}")

    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_who_can_look_for_nothing_is_offered_no_search(embedded_world: World) -> None:
    world = embedded_world.founded()

    assert 'role="search"' in Visitor(world, "reviewer").open("/today").text
    assert 'role="search"' not in Visitor(world, "administrator").open("/today").text


def test_nothing_waits_that_nobody_can_do(embedded_world: World) -> None:
    world = embedded_world.launched(bodies=4, charities=16)
    groups = RoundPlan("Groups", None, DATES, strand=Strand.FOCUS_GROUPS)
    with world.database.writing() as session:
        round_id = lifecycle.plan_round(session, plan=groups, context=world.context())
    coordinator = Visitor(world, "coordinator")
    said = words(coordinator.open("/today"))
    assert "Look at the plan and prepare it: Groups" in said
    assert "It opens and closes by itself then. Due on 7 September 2026." in said
    with world.database.writing() as session:
        lifecycle.prepare_round(session, round_id=round_id, context=world.context())
    world.move_to(at(DATES.opens_on, 9))
    world.move_to(end_of(DATES.closes_on))
    coordinator.sign_in(world)

    said = words(coordinator.open("/today"))
    assert "Freeze the results: Annual survey 2026" in said
    assert "Due on 26 November 2026." in said
    # Focus groups have no results that could be frozen; nor has a round whose answers are gone.
    assert "Freeze the results: Groups" not in said
    with world.database.writing() as session:
        material.destroy_material(session, subject_kind="round", subject_id=1, context=world.context())
    assert "Freeze the results" not in words(coordinator.open("/today"))
