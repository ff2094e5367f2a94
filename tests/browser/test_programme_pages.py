"""Choosing a programme, contacts and roles for one strand in a real browser, with and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from scheduler.strands import Strand
from survey_app.services.audit import AuditContext
from survey_app.services.people import grants
from survey_app.services.programmes import registry
from survey_app.services.programmes.registry import NewProgramme
from tests.browser.conftest import Installation, Looker, follow, give_code, give_password
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import World

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def installation(
    embedded_world: World, app_server: Callable[[World], str], smtp_server: MailServer
) -> Installation:
    """A small frame, and a coordinator who works in Dorset besides and is an administrator there."""
    world = embedded_world.framed(bodies=4, charities=8)
    world.person("coordinator")
    with world.database.writing() as session:
        new = NewProgramme(code="dorset", name="Dorset", agreement_word="Compact", parent_id=world.programme)
        dorset = registry.add_locality(session, programme=new, context=world.context())
        within = AuditContext("somebody", world.clock.now(), dorset.id)
        for role, strand in (("administrator", None), ("interviewer", Strand.FOCUS_GROUPS)):
            grants.give_role(session, person_id=1, role=role, strand=strand, context=within)
    return Installation(world, app_server(world), smtp_server)


def test_somebody_with_two_programmes_chooses_and_switches_under_their_name(
    installation: Installation, contexts: Contexts
) -> None:
    staff = Looker(contexts().new_page())
    staff.sign_in("coordinator@compact.invalid")
    staff.inspect("programme")
    staff.press("Continue")
    staff.inspect("programme-england")

    staff.visit("/organisations/1", "organisation-contacts")
    follow(staff.page.get_by_role("link", name="Add a contact"))
    staff.inspect("contact-add")
    staff.press("Save this contact")
    staff.inspect("contact-refused")
    staff.page.get_by_label("Name", exact=True).fill("Jo Bird")
    staff.page.get_by_label("Telephone number").fill("020 7946 0018")
    staff.press("Save this contact")
    staff.inspect("organisation-two-contacts")
    follow(staff.page.get_by_role("link", name="Change the contact Jo Bird"))
    staff.inspect("contact-change")

    staff.page.goto("/programme")
    staff.page.get_by_label("Dorset").check()
    staff.press("Continue")
    assert "You are working in Dorset now." in staff.page.inner_text("main")
    staff.visit("/sessions", "sessions")
    staff.visit("/second-factor", "second-factor")
    staff.visit("/audit", "audit")
    staff.visit("/audit?day=never", "audit-refused")
    staff.visit("/people", "people-limited")
    staff.visit(f"/people/1/roles?strand={Strand.FOCUS_GROUPS}", "roles-of-a-strand")


def test_a_programme_is_chosen_and_a_contact_added_without_a_script(
    installation: Installation, contexts: Contexts
) -> None:
    page = contexts(script=False).new_page()
    page.goto("/sign-in?next=/organisations/1/contacts/add")
    give_password(page, "coordinator@compact.invalid")
    give_code(page)
    follow(page.get_by_role("button", name="I have kept them: continue"))
    page.get_by_label("England").check()
    follow(page.get_by_role("button", name="Continue"))

    page.get_by_label("Email address").fill("jo.bird@charity.invalid")
    page.get_by_label("Write to this contact before the others").check()
    follow(page.get_by_role("button", name="Save this contact"))

    assert "jo.bird@charity.invalid" in page.inner_text("main")
