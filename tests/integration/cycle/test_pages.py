"""What coordinators see of the cycle: tasks with their day, rounds before their panel is drawn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from lxml import html
from sqlalchemy import select, update

from sampling.frame import Sector
from scheduler.rules import OnDay, Policy, usual_rules
from survey_app.clock import at
from survey_app.models.jobs import Job
from survey_app.services.burden import ledger
from survey_app.services.cycle import rules
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

REVIEW_LIKE = replace(usual_rules(2026, opens=OnDay(12, 1))[0])


def following(world: World, policy: Policy) -> World:
    """A survey of the cycle whose preparation has begun."""
    with world.database.writing() as session:
        rules.set_rule(session, rule=replace(REVIEW_LIKE, policy=policy), context=world.context())
    world.move_to(at(date(2026, 10, 6), 12))
    return world


@pytest.mark.parametrize(
    "address", ["", "/check", "/cases", "/letters", "/questions", "/questionnaire", "/dates", "/dates/move"]
)
def test_every_page_of_a_round_stands_before_its_panel_is_drawn(embedded_world: World, address: str) -> None:
    coordinator = Visitor(following(embedded_world.framed(), Policy.PROPOSE), "coordinator")

    page = coordinator.open(f"/rounds/1{address}")

    assert page.status_code == 200
    assert "Annual survey 2026" in words(page)


def test_the_check_says_that_the_panel_is_still_to_be_drawn(embedded_world: World) -> None:
    coordinator = Visitor(following(embedded_world.framed(), Policy.PROPOSE), "coordinator")

    assert "It has no panel yet. Draw the panel of 2026." in words(coordinator.open("/rounds/1/check"))


def test_today_says_what_a_round_waits_for_and_until_when(embedded_world: World) -> None:
    world = following(embedded_world.framed(), Policy.PREPARE)
    coordinator, administrator = Visitor(world, "coordinator"), Visitor(world, "administrator")

    said = words(coordinator.open("/today"))
    assert "Plan and draw its panel: Annual survey 2026" in said
    assert "No plan is saved for the annual survey. Due on 6 October 2026." in said
    assert "Check the plan and launch it" not in said
    assert "Plan and draw its panel" not in words(administrator.open("/today"))


def test_what_waits_too_long_is_shown_to_administrators_too(embedded_world: World) -> None:
    world = following(embedded_world.framed(), Policy.PREPARE)
    world.wait(timedelta(days=10))
    coordinator, administrator = Visitor(world, "coordinator"), Visitor(world, "administrator")

    assert "Was due on 6 October 2026." in words(coordinator.open("/today"))
    assert "Plan and draw its panel" in words(administrator.open("/today"))


def test_a_coordinator_objects_to_a_launch_and_says_why(embedded_world: World) -> None:
    world = following(embedded_world.framed(), Policy.RUN)
    coordinator = Visitor(world, "coordinator")
    assert "The cycle launches this round by itself." in words(coordinator.open("/rounds/1"))

    refused = coordinator.send("/rounds/1/object", form_at="/rounds/1/object", why=" ")
    assert refused.status_code == 422
    assert "Say why, in 1 to 400 characters." in words(refused)
    coordinator.send("/rounds/1/object", form_at="/rounds/1/object", why="There is an election")

    assert "Object to that" not in words(coordinator.open("/rounds/1"))
    assert "not waiting to be launched by itself" in words(coordinator.open("/rounds/1/object"))


def test_the_ten_years_are_a_picture_and_a_table_with_reasons_and_links(embedded_world: World) -> None:
    world = embedded_world.framed()
    with world.database.writing() as session:
        rules.set_usual(session, start=2026, opens=OnDay(12, 1), context=world.context())
    world.move_to(at(date(2026, 10, 6), 12))
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")

    page = html.fromstring(coordinator.open("/calendar/cycle").text)

    # Slots to 2035: ten surveys, ten reviews, five rounds of groups, three deep reviews.
    assert len(page.xpath("//*[local-name()='svg']/*[local-name()='rect']/*[local-name()='title']")) == 28
    assert len(page.xpath("//table[@id='rounds']/tbody/tr")) == 28
    # Each review follows its survey; groups and deep reviews follow the review of the year before.
    arrows = page.xpath("//*[@class='app-cycle__arrow']/*[local-name()='title']/text()")
    assert len(arrows) == 18
    assert {
        "Annual review 2026 follows Annual survey 2026",
        "Deep review 2027 follows Annual review 2026",
    } <= {*arrows}
    assert page.xpath("//table[@id='rounds']//a/text()") == ["Annual survey 2026"]
    said = words(interviewer.open("/calendar/cycle"))
    assert "Because the end of the annual review of 2026 is planned for" in said
    assert "Waits for the results of the annual survey of 2026." in said
    assert "Focus groups: every 2 years from 2027; prepared by itself, then waits for approval" in said
    assert "the table of bank holidays ends with 2036, and after that only weekends are left out" in said
    assert "Bring a newer version" not in said
    assert [link.text_content().strip() for link in page.xpath("//nav[@aria-label='Calendar']//a")] == [
        "Dates",
        "Ten-year cycle",
    ]


def test_the_most_asked_of_anyone_stands_below_the_years_with_the_ceiling(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    with world.database.writing() as session:
        rules.set_usual(session, start=2027, opens=OnDay(12, 1), context=world.context())
    ledger_of = world.read(ledger.rules)

    page = html.fromstring(Visitor(world, "coordinator").open("/calendar/cycle").text)

    rows = page.xpath("//table[@id='most']/tbody/tr")
    asked = [[int(cell.text_content()) for cell in row.xpath("td")] for row in rows]
    assert [row.xpath("th")[0].text_content() for row in rows] == [str(year) for year in range(2026, 2036)]
    # As long as the last one: no other strand has asked anybody yet.
    assert asked[0] == asked[9]
    assert min(asked[0]) > 0
    ceiling = ledger_of[Sector.VOLUNTARY].max_minutes
    assert (
        f"Voluntary organisations, of at most {ceiling}"
        in page.xpath("//table[@id='most']")[0].text_content()
    )


def test_a_programme_without_a_cycle_is_told_how_to_set_one(embedded_world: World) -> None:
    coordinator = Visitor(embedded_world.founded(), "coordinator")
    assert "No cycle is set" in words(coordinator.open("/calendar/cycle"))

    # Rounds that somebody planned by hand are no cycle.
    embedded_world.opened(bodies=4, charities=16)
    coordinator.sign_in(embedded_world)
    said = words(coordinator.open("/calendar/cycle"))
    assert "Because it was planned for this day" in said
    assert "No cycle is set" in said


def poisoned(world: World) -> None:
    """The preparation of a round that fails again and again."""
    following(world.framed(), Policy.PREPARE)
    with world.database.writing() as session:
        session.execute(
            update(Job).where(Job.kind == "prepare").values(state="failed", failure="The disk is full")
        )


def test_work_that_failed_for_good_is_an_alarm_with_a_way_to_try_again(embedded_world: World) -> None:
    poisoned(embedded_world)
    coordinator = Visitor(embedded_world, "coordinator")
    administrator = Visitor(embedded_world, "administrator")
    alarm = "See to work that stopped: The preparation of Annual survey 2026"
    assert alarm in words(coordinator.open("/today"))
    assert alarm in words(administrator.open("/today"))
    assert "Annual survey 2026: The disk is full" in words(coordinator.open("/calendar/cycle"))
    job_id = embedded_world.read(lambda s: s.scalar(select(Job.id).where(Job.kind == "prepare")))

    coordinator.send(f"/calendar/work/{job_id}/resume", form_at="/calendar/cycle")

    assert alarm not in words(coordinator.open("/today"))
    embedded_world.tick()
    assert embedded_world.read(lambda s: s.scalar(select(Job.failure).where(Job.id == job_id))) == ""
    assert coordinator.send(f"/calendar/work/{job_id}/resume", form_at="/calendar/cycle").status_code == 404


def test_work_that_failed_for_good_may_be_left_out_and_says_by_whom(embedded_world: World) -> None:
    poisoned(embedded_world)
    coordinator = Visitor(embedded_world, "coordinator")
    job_id = embedded_world.read(lambda s: s.scalar(select(Job.id).where(Job.kind == "prepare")))

    coordinator.send(f"/calendar/work/{job_id}/leave-out", form_at="/calendar/cycle")

    job = embedded_world.read(lambda s: s.get_one(Job, job_id))
    assert (job.state, job.note) == ("skipped", "Left out by coordinator@compact.invalid.")
    assert "See to work that stopped" not in words(coordinator.open("/today"))
