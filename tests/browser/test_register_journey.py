"""The register in a real browser: a stalled county agreement entered, a lead officer's answer taken over."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sampling.frame import Sector
from survey_app.services.places import areas
from tests.browser.conftest import Installation, Looker, be_signed_in, follow
from tests.fixtures.answering import case_of
from tests.fixtures.every_kind import opened_with_register
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import World

Contexts = Callable[..., BrowserContext]
TYPED = {"trouble": "Nobody reads it", "since": "Last spring", "news": "A leaflet to every group"}


@pytest.fixture
def installation(
    embedded_world: World, app_server: Callable[[World], str], smtp_server: MailServer
) -> Installation:
    """An open round with an open section, the areas of England, and a coordinator who keeps the register."""
    world = opened_with_register(embedded_world)
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
    for role in ("coordinator", "register_clerk"):
        world.person(role)
    address = app_server(world)
    world.settings = replace(world.settings, base_url=address)
    return Installation(world, address, smtp_server)


def somebody(installation: Installation, contexts: Contexts, role: str) -> Looker:
    looker = Looker(contexts().new_page())
    be_signed_in(looker.page, installation.world, f"{role}@compact.invalid")
    return looker


def enter(clerk: Looker, link: str, *, choose: str = "", type_in: str = "", look: str = "") -> None:
    """One entry of the agreement whose page is open, known from a letter of 1 April 2020."""
    page = clerk.page
    follow(page.get_by_role("link", name=link, exact=True))
    if choose:
        page.get_by_label(choose, exact=True).check()
    if type_in:
        page.locator("#what").fill(type_in)
    for part, value in (("Day", "1"), ("Month", "4"), ("Year", "2020")):
        page.get_by_label(part, exact=True).first.fill(value)
    page.get_by_label("How do we know?").fill("A letter")
    if look:
        clerk.inspect(look)
    clerk.press("Save this entry")
    expect(page.locator("main")).to_contain_text("History")


def test_a_clerk_enters_a_stalled_county_agreement_with_two_districts(
    installation: Installation, contexts: Contexts
) -> None:
    clerk = somebody(installation, contexts, "register_clerk")
    page = clerk.page
    page.goto("/agreements/add")
    page.get_by_label("Title").fill("Kent Compact")
    page.get_by_label("Of one place or several").check()
    clerk.press("Add this agreement")

    enter(clerk, "How far it is", choose="Being developed")
    enter(clerk, "What is so besides", choose="Stalled")
    for area in ("Kent", "Ashford", "E07000106"):
        enter(clerk, "An area", type_in=area)

    clerk.inspect("register-agreement")
    expect(page.locator("main")).to_contain_text("Ashford, Canterbury, Kent")
    clerk.visit("/agreements", "register-state-of-play")
    expect(page.locator("main")).to_contain_text("2 of them share the agreement of their county")


def answered_openly(page: Page, code: str, look: Callable[[], None]) -> None:
    """A lead officer answers to the end; `look` is called where the open section begins."""
    page.goto("/start")
    page.get_by_label("Access code").fill(code)
    follow(page.get_by_role("button", name="Continue"))
    follow(page.locator("a.govuk-button--start"))
    while "/question/" in page.url:
        name = page.url.rpartition("/")[2].partition(".")[0]
        if name == "stage":
            look()
        if name in TYPED:
            page.locator("[name=answer]").fill(TYPED[name])
        else:
            page.locator("[name=answer]").last.check()
        follow(page.get_by_role("button", name="Save and continue"))
    follow(page.get_by_role("button", name="Send the answers"))


def test_a_coordinator_takes_over_what_a_lead_officer_said_openly(
    installation: Installation, contexts: Contexts
) -> None:
    coordinator = somebody(installation, contexts, "coordinator")
    officer = Looker(contexts().new_page())
    code = case_of(installation.world, Sector.VOLUNTARY)[1]
    answered_openly(officer.page, code, lambda: officer.inspect("open-section"))
    installation.world.settle()

    coordinator.visit("/today", "register-today")
    follow(coordinator.page.get_by_role("link", name="Decide what the register should say: proposed changes"))
    coordinator.inspect("register-waiting")
    follow(coordinator.page.get_by_role("link", name="Decide on stage"))
    expect(coordinator.page.get_by_label("Being developed")).to_be_checked()
    coordinator.inspect("register-proposal")
    coordinator.press("Refuse it")
    coordinator.inspect("register-proposal-refused")
    coordinator.press("Take it over")

    expect(coordinator.page.locator("main")).to_contain_text("Taken over. The register says so now.")
