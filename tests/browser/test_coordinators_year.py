"""A year of a coordinator in a browser: calendar, what waits, approval, an end moved, more time, the end."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext

from scheduler.rules import OnDay
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import RoundDates
from survey_app.clock import at, end_of
from survey_app.services.cycle import rules
from survey_app.services.panels import saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.browser.conftest import Installation, Looker, be_signed_in, follow
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import World

Contexts = Callable[..., BrowserContext]
COORDINATOR = "coordinator@compact.invalid"
PREPARED = date(2026, 10, 7)


@pytest.fixture
def installation(
    embedded_world: World, app_server: Callable[[World], str], smtp_server: MailServer
) -> Installation:
    """A frame, a saved plan and the usual cycle, whose first survey is ready for approval."""
    world = embedded_world.framed(bodies=8, charities=16)
    world.person("coordinator")
    plan = PanelPlan(voluntary_total=8, minimum=1)
    with world.database.writing() as session:
        request = PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, 2026, plan)
        saved_plans.save_plan(session, name="The usual", request=request, context=world.context())
        rules.set_usual(session, start=2026, opens=OnDay(12, 1), context=world.context())
    address = app_server(world)
    world.move_to(at(PREPARED, 12))
    return Installation(world, address, smtp_server)


def survey(here: Installation) -> RoundView:
    (one,) = here.world.read(lambda s: lifecycle.rounds_of(s, here.world.programme))
    return one


def come_back(here: Installation, staff: Looker, day: date, *, hour: int = 10) -> RoundDates:
    """Weeks later: the worker has been at work, and the coordinator signs in anew."""
    here.world.clock.advance_to(at(day, hour))
    here.tick()
    be_signed_in(staff.page, here.world, COORDINATOR)
    return survey(here).dates


def fill_day(staff: Looker, name: str, day: date) -> None:
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        staff.page.locator(f"[name={name}-{part}]").fill(str(number))


def approve(staff: Looker) -> None:
    staff.visit("/calendar/cycle", "year-cycle")
    assert "Annual survey 2026" in staff.page.inner_text("main")
    staff.visit("/today", "year-today")
    assert "Everything is ready, and waits for your approval." in staff.page.inner_text("main")
    follow(staff.page.get_by_role("link", name="Annual survey 2026").first)
    staff.inspect("year-waiting")
    staff.visit("/rounds/1/check", "year-check")
    staff.press("Launch the round")
    staff.inspect("year-launched")


def move_the_end(staff: Looker, dates: RoundDates) -> None:
    staff.visit("/rounds/1/dates/move", "year-move")
    fill_day(staff, "closes_on", dates.closes_on + timedelta(days=7))
    staff.page.get_by_label("Why").fill("Many committees meet in that week")
    staff.press("Show what follows")
    staff.inspect("year-move-follows")
    staff.press("Move the dates")
    staff.inspect("year-moved")


def give_more_time(staff: Looker, until: date) -> None:
    staff.visit("/rounds/1/dates/more-time", "year-more-time")
    staff.page.get_by_label("Public bodies", exact=True).check()
    fill_day(staff, "until", until)
    staff.page.get_by_label("Why").fill("An election keeps them busy")
    staff.press("Show what follows")
    staff.inspect("year-more-time-follows")
    staff.press("Give them more time")
    staff.inspect("year-more-time-given")


@pytest.mark.slow
def test_a_coordinator_is_led_through_the_year(installation: Installation, contexts: Contexts) -> None:
    here = installation
    staff = Looker(contexts().new_page())
    be_signed_in(staff.page, here.world, COORDINATOR)
    approve(staff)
    here.tick()
    before = come_back(here, staff, survey(here).dates.opens_on)
    assert survey(here).stage is Stage.OPEN

    move_the_end(staff, before)
    after = survey(here).dates
    assert after.closes_on == before.closes_on + timedelta(days=7)
    give_more_time(staff, after.closes_on + timedelta(days=5))

    here.world.clock.advance_to(end_of(after.closes_on + timedelta(days=6)))
    come_back(here, staff, after.closes_on + timedelta(days=8))
    assert survey(here).stage is Stage.CLOSED
    staff.visit("/rounds/1/dates", "year-dates")
    assert "Many committees meet in that week" in staff.page.inner_text("main")
    staff.visit("/today", "year-over")
    staff.visit("/calendar/cycle", "year-cycle-after")
