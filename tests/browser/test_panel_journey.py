"""Panels over two years in a real browser: planned, compared, drawn, turned, and one that left explained."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from scheduler.strands import Strand
from survey_app.clock import at
from survey_app.models.panels import PanelMember
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from tests.browser.conftest import Installation, Looker, be_signed_in, follow, shoot, spills
from tests.fixtures.mail_server import MailServer
from tests.fixtures.two_rounds import next_edition
from tests.fixtures.world import World

Contexts = Callable[..., BrowserContext]
CHARITIES = 160
NEXT_YEAR = date(2027, 8, 20)


@pytest.fixture
def installation(
    embedded_world: World, app_server: Callable[[World], str], smtp_server: MailServer
) -> Installation:
    """12 public bodies and 160 VCOs on a frame, and no panel yet."""
    world = embedded_world.framed(bodies=12, charities=CHARITIES)
    address = app_server(world)
    world.settings = replace(world.settings, base_url=address)
    return Installation(world, address, smtp_server)


@dataclass
class Planner:
    """A coordinator on a phone without a script; `staff` sees the same pages with a tool that needs one."""

    page: Page
    staff: Looker

    @classmethod
    def arrive(cls, contexts: Contexts, world: World, email: str) -> "Planner":
        staff, phone = Looker(contexts().new_page()), contexts(script=False).new_page()
        for page in (staff.page, phone):
            be_signed_in(page, world, email)
        return cls(phone, staff)

    def look(self, name: str) -> None:
        """Nothing spills on the phone, and nothing bars anybody's way."""
        assert not spills(self.page), self.page.url
        shoot(self.page, f"panels-{name}-phone")
        self.staff.visit(self.page.url, f"panels-{name}")

    def open(self, path: str, name: str) -> None:
        self.page.goto(path)
        self.look(name)

    def press(self, name: str) -> None:
        follow(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str | re.Pattern[str]) -> None:
        follow(self.page.get_by_role("link", name=name).first)

    def unfold(self, summary: str) -> None:
        self.page.locator("summary").filter(has_text=summary).click()

    def says(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)


def plan_with_aims(me: Planner) -> None:
    """From a plan that cannot be, over one that is set aside, to two that are saved."""
    me.page.get_by_label("Voluntary organisations to ask").fill("a few")
    me.press("Work it out again")
    expect(me.page.locator(".govuk-error-summary a")).to_have_attribute("href", "#total")
    me.look("plan-refused")
    me.page.get_by_label("Voluntary organisations to ask").fill("60")
    me.page.get_by_label("Fewest in a stratum").fill("4")
    me.press("Suggest sizes for ±5 points")
    me.says("aim ±5.0")
    me.page.get_by_label("All voluntary organisations").fill("15")
    me.page.get_by_label("Each band of income", exact=True).fill("25")
    me.press("Work it out again")
    me.says("aim ±25.0")
    me.says("No one over the ceiling")
    me.look("plan-aims")
    save(me, "By intervals")


def save(me: Planner, name: str) -> None:
    me.unfold("Save this plan under a name")
    me.press("Save this plan")
    expect(me.page.locator(".govuk-error-summary a")).to_have_attribute("href", "#called")
    me.page.get_by_label("Name of the plan").fill(name)
    me.press("Save this plan")
    expect(me.page.get_by_role("heading", level=1)).to_have_text(name)
    me.look("plan-saved")


def change_and_compare(me: Planner) -> None:
    """The saved plan opened again, set aside, changed, put beside it, saved too and compared once more."""
    me.follow("Open it in the planner, to change it")
    me.follow("Set this plan aside, to compare others with it")
    me.says("This plan is set aside.")
    me.page.get_by_label("All voluntary organisations").fill("")
    me.page.get_by_label("Each band of income", exact=True).fill("")
    me.page.get_by_label("How they are shared out").select_option("equal")
    me.press("Work it out again")
    me.follow("Compare with the plan set aside")
    me.says("Interval aimed at: each band of income")
    me.look("plan-compare")
    me.follow("Go on with the second plan")
    save(me, "Sixty")
    me.open("/panels", "list-of-plans")
    me.page.get_by_label("First plan").select_option("By intervals, 2026")
    me.page.get_by_label("Second plan").select_option("Sixty, 2026")
    me.press("Compare them")
    me.says("Second plan: Sixty")


def a_year_later(world: World) -> None:
    world.clock.advance_to(at(NEXT_YEAR, 10))
    world.imported("Charities", next_edition(CHARITIES), dated=date(2027, 8, 1))
    with world.database.writing() as session:
        snapshots.make_frame(session, as_of=NEXT_YEAR, context=world.context())


def plan_the_next(me: Planner) -> None:
    me.open("/panels/plan", "plan-next-year")
    me.page.get_by_label("Voluntary organisations to ask").fill("60")
    me.page.get_by_label("Fewest in a stratum").fill("4")
    me.unfold("Who is replaced, and who rests")
    me.page.get_by_label("Replaced each year").select_option("0.5")
    me.press("Work it out again")
    me.says("Stay from 2026")
    me.press("Draw this panel for 2027")
    me.press("Draw for 2027")
    me.says("The panel is drawn.")
    me.look("panel-next-year")


def read_why_one_left(me: Planner) -> int:
    """The id of an organisation whose turn is over, reached by the filter; its reason is read on the way."""
    me.follow("Who stays, leaves and enters, and why")
    me.says("New on the frame")
    me.look("moves")
    me.follow("Rotated out: its years in the panel are over")
    me.look("moves-left")
    first = me.page.locator(".govuk-summary-list__row").first
    expect(first).to_contain_text(re.compile(r"Leaves\. Its random number is 0\.\d+"))
    expect(first).to_contain_text("so it leaves by rotation")
    name = first.get_by_role("link").inner_text()
    me.page.get_by_label("Part of its name").fill(name)
    me.press("Show these")
    me.says("1 organisation fit")
    me.follow(name)
    expect(me.page.get_by_role("heading", level=1)).to_have_text(name)
    me.look("organisation")
    return int(me.page.url.rsplit("/", 1)[1])


def members(world: World, panel_id: int) -> set[int]:
    query = select(PanelMember.organisation_id).where(PanelMember.panel_id == panel_id)
    return world.read(lambda session: set(session.scalars(query)))


@pytest.mark.slow
def test_a_panel_is_planned_compared_drawn_and_turned(installation: Installation, contexts: Contexts) -> None:
    world = installation.world
    email = world.person("coordinator")
    me = Planner.arrive(contexts, installation.world, email)

    me.open("/panels/plan", "plan")
    plan_with_aims(me)
    change_and_compare(me)
    me.open("/panels/plans/2", "plan-chosen")
    me.press("Draw this panel for 2026")
    me.press("Draw for 2026")
    me.says("The panel is drawn.")
    me.look("panel")
    me.follow("Draw it once more and compare")
    me.says("It is the same panel")
    me.look("panel-check")

    a_year_later(world)
    me = Planner.arrive(contexts, installation.world, email)
    plan_the_next(me)
    left = read_why_one_left(me)
    me.says("Annual survey, 2026")
    assert "Annual survey, 2027" not in me.page.locator("main").inner_text()
    assert left in members(world, 1) - members(world, 2)
    me.open("/organisations?text=charity", "organisations")
    me.open("/panels", "list-of-panels")
    me.follow("See how much an organisation may be asked")
    me.look("burden")
    me.page.get_by_label("Most minutes a year").fill("30")
    me.press("Set this rule")
    me.page.get_by_label("Why does the rule change?").fill("They are asked too much")
    me.look("burden-asked-first")
    me.press("Set this rule")
    me.says("The rule is set.")


@pytest.fixture
def fieldwork(installation: Installation) -> World:
    """A round three weeks after its opening, whose panel has a reserve, and nobody has answered."""
    world = installation.world
    plan = PanelPlan(voluntary_total=40, minimum=4, reserve_share=0.5)
    with world.database.writing() as session:
        world.panel_id = drawing.draw_panel(
            session,
            request=PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, 2026, plan),
            context=world.context(),
        )
    world.in_fieldwork()
    return world


@pytest.mark.slow
def test_a_reserve_is_released_and_one_that_was_named_is_added(fieldwork: World, contexts: Contexts) -> None:
    me = Planner.arrive(contexts, fieldwork, fieldwork.person("coordinator"))

    me.open(f"/rounds/{fieldwork.round_id}", "round")
    me.follow("Reserve")
    me.follow("Release some")
    me.page.get_by_label("How many").fill("a lot")
    me.press("Release them")
    expect(me.page.locator(".govuk-error-summary a")).to_have_attribute("href", "#count")
    me.page.get_by_label("How many").fill("2")
    me.press("Release them")
    me.look("reserve-asked-first")
    me.press("Release them")
    me.says("Released so far, newest first")
    me.page.get_by_role("group", name="From").get_by_label("Day").fill("5")
    me.page.get_by_role("group", name="From").get_by_label("Month").fill("10")
    me.page.get_by_role("group", name="From").get_by_label("Year").fill("2026")
    me.press("Set this rule")
    me.says("From 5 October 2026, every morning")
    me.look("reserve")
    me.open(f"/rounds/{fieldwork.round_id}/cases", "cases")
    follow(me.page.locator("table a").last)
    me.follow("Add an organisation that this one named")
    me.press("Add this organisation")
    expect(me.page.locator(".govuk-error-summary")).to_contain_text("Give its name")
    me.page.get_by_label("Its name", exact=True).fill("The Corner Shop Choir")
    me.look("case-add")
    me.press("Add this organisation")
    me.says("Added, never weighted")
    me.look("case-added")
    me.open(f"/rounds/{fieldwork.round_id}/cases", "cases-with-added")
    me.says("The Corner Shop Choir")
