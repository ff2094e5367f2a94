"""People before a real Chromium: pages looked at wide and narrow, and what bars anybody's way on them."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

from survey_app.application import SignedSession
from survey_app.mail.channels import Smtp
from survey_app.services.panels.plan import PanelPlan
from survey_app.web.site import TOKEN
from tests.fixtures.mail_server import MailServer
from tests.fixtures.world import PASSWORD, World

WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)
SHOTS = os.environ.get("JOURNEY_SHOTS", "")
AXE = Axe()
PLAN = PanelPlan(voluntary_total=40, minimum=2, reserve_share=0.5)


@dataclass
class Installation:
    """A served application, its worker and its mail server; the calendar is the world's clock."""

    world: World
    address: str
    mail: MailServer

    def tick(self) -> None:
        self.world.tick(lambda: Smtp("127.0.0.1", self.mail.port, tls=False))

    def letters(self, since: int = 0) -> list[EmailMessage]:
        return self.mail.letters[since:]


@dataclass
class Looker:
    """Somebody at a browser. `inspect` looks at the page as it stands, wide and narrow."""

    page: Page
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        # A page that answers 403 or 422 does so on purpose.
        self.page.on(
            "console",
            lambda said: (
                self.heard.append(said.text)
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )

    def sign_in(self, email: str) -> None:
        """Give the password, set up the authenticator, keep the recovery codes."""
        self.page.goto("/sign-in")
        self.inspect("sign-in")
        give_password(self.page, email)
        self.inspect("authenticator")
        give_code(self.page)
        self.inspect("recovery-codes")
        follow(self.page.get_by_role("button", name="I have kept them: continue"))

    def visit(self, path: str, name: str = "") -> None:
        self.page.goto(path)
        self.inspect(name or path)

    def press(self, name: str) -> None:
        follow(self.page.get_by_role("button", name=name, exact=True))

    def inspect(self, name: str) -> None:
        """Nothing bars anybody's way at either width, nothing spills sideways, nothing is refused."""
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)
            audit = AXE.run(self.page)
            assert audit.violations_count == 0, f"{self.page.url}: {audit.generate_report()}"
            assert not spills(self.page), f"{self.page.url} scrolls sideways at {size['width']}"
            shoot(self.page, f"{name}-{size['width']}")
        assert self.heard == []


def be_signed_in(page: Page, world: World, email: str) -> None:
    """Give the page's browser the cookie of somebody who signed in a moment ago."""
    app = Flask("cookies")
    app.secret_key = world.settings.secret_key
    signer = SignedSession().get_signing_serializer(app)
    assert signer is not None
    value = signer.dumps({TOKEN: world.session_of(email)})
    page.context.add_cookies([{"name": "compact", "value": str(value), "url": world.settings.base_url}])


def give_password(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in"))


def give_code(page: Page) -> None:
    """Type the code that a demonstration shows."""
    page.get_by_label("Code", exact=True).fill(page.locator(".govuk-inset-text strong").inner_text())
    follow(page.get_by_role("button", name="Continue"))


def follow(link: Locator) -> None:
    """Click what leads to another page, and wait until that page is whole.

    A click alone returns when the next page has begun, which on a busy machine may still be empty.
    """
    with link.page.expect_navigation():
        link.click()


def spills(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def shoot(page: Page, name: str) -> None:
    """Keep a picture where JOURNEY_SHOTS names a folder."""
    if SHOTS:
        file = "".join(letter if letter.isalnum() else "-" for letter in name)
        page.screenshot(path=Path(SHOTS) / f"{file}.png", full_page=True)


def answer_first(page: Page) -> None:
    """Answer the page as somebody in a hurry would: the first choice of everything."""
    form = page.locator("form").filter(has=page.get_by_role("button", name="Save and continue"))
    for group in _first_of_each(form.locator("input[type=radio]")):
        group.check()
    boxes = form.locator("input[type=checkbox][name=answer]")
    if boxes.count():
        boxes.first.check()
    for line in form.locator("input[type=text][name=answer]").all():
        line.fill("3")
    for area in form.locator("textarea").all():
        area.fill("We were asked early, and told what changed.")


def _first_of_each(radios: Locator) -> Iterator[Locator]:
    seen = set()
    for radio in radios.all():
        name = radio.get_attribute("name")
        if name not in seen:
            seen.add(name)
            yield radio


@pytest.fixture
def installation(
    embedded_world: World, app_server: Callable[[World], str], smtp_server: MailServer
) -> Installation:
    """40 public bodies and 80 VCOs on a frame, a panel of 80 with a reserve, a mail server."""
    world = embedded_world
    world.settings = replace(world.settings, disclosure_threshold=3)
    world.drawn(bodies=40, charities=80, plan=PLAN)
    address = app_server(world)
    world.settings = replace(world.settings, base_url=address)
    return Installation(world, address, smtp_server)


@pytest.fixture
def contexts(browser: Browser, installation: Installation) -> Iterator[Callable[..., BrowserContext]]:
    """Fresh browsers for as many people as a test needs."""
    opened: list[BrowserContext] = []

    def fresh(*, script: bool = True) -> BrowserContext:
        context = browser.new_context(
            java_script_enabled=script,
            viewport=WIDE if script else NARROW,
            base_url=installation.address,
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        opened.append(context)
        return context

    yield fresh
    for context in opened:
        context.close()
