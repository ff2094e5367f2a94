"""Letters paused, tried again and sent again in a real browser, wide and at 320 px, and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from survey_app.clock import at
from survey_app.mail.channels import MailFault, Undeliverable
from survey_app.services.responses.settling import next_night
from tests.browser.conftest import Installation, Looker, be_signed_in, follow
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import DATES, World

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def installation(
    embedded_world: World, app_server: Callable[[World], str], smtp_server: MailServer
) -> Installation:
    """A round whose invitations were all refused, and a coordinator."""
    world = embedded_world.launched()
    world.person("coordinator")
    world.post.refuse = refusing(Undeliverable("550 5.1.1 no such mailbox"))
    world.move_to(at(DATES.opens_on, 9))
    return Installation(world, app_server(world), smtp_server)


def refusing(fault: Exception) -> Callable[[object], None]:
    def refuse(letter: object) -> None:
        raise fault

    return refuse


def test_letters_are_sent_again_paused_and_let_go_on(installation: Installation, contexts: Contexts) -> None:
    world, staff = installation.world, Looker(contexts().new_page())
    be_signed_in(staff.page, world, "coordinator@compact.invalid")
    staff.visit("/rounds/1/letters", "letters-failed")
    staff.page.get_by_role("checkbox").first.check()
    staff.press("Send the chosen letters again")
    assert "1 letter is tried again" in staff.page.inner_text("main")

    world.post.refuse = refusing(MailFault("The mail server refuses the sender: 550 5.7.1 Sender rejected"))
    world.move_to(next_night(world.clock.now()))
    be_signed_in(staff.page, world, "coordinator@compact.invalid")
    staff.visit("/outbox", "outbox-mail-server")
    staff.visit("/today", "today-mail-server")
    staff.page.goto("/outbox")
    staff.press("Pause letters")
    staff.inspect("outbox-paused")


def test_everything_that_failed_is_sent_again_without_a_script(
    installation: Installation, contexts: Contexts
) -> None:
    page = contexts(script=False).new_page()
    be_signed_in(page, installation.world, "coordinator@compact.invalid")
    page.goto("/rounds/1/letters")
    follow(page.get_by_role("button", name="Send all 40 again"))
    assert "40 letters are tried again" in page.inner_text("main")
