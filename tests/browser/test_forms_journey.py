"""A form in a real browser: begun, a source attached, sent back by a second person, put right, reviewed."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Installation, Looker, answer_first, be_signed_in, follow
from tests.fixtures.world import World
from tests.integration.forms import clerks

Contexts = Callable[..., BrowserContext]


def somebody(contexts: Contexts, world: World, role: str) -> Looker:
    page = contexts().new_page()
    be_signed_in(page, world, world.person(role))
    return Looker(page)


def begin(clerk: Looker, title: str) -> str:
    """Begin desk research on an agreement, after a refusal; the address of the form."""
    clerk.page.goto("/forms")
    follow(clerk.page.get_by_role("button", name="Begin a form"))
    clerk.page.get_by_label("Desk research: the agreement and its papers").check()
    clerk.page.get_by_label("An agreement", exact=True).check()
    clerk.page.get_by_label("Which one?").fill("no such agreement")
    clerk.press("Begin the form")
    clerk.inspect("form-refused")
    clerk.page.get_by_label("Which one?").fill(title)
    clerk.press("Begin the form")
    clerk.inspect("form-begun")
    return clerk.page.url


def answer_and_attach(clerk: Looker, folder: Path) -> None:
    """Answer a page of choices and one of a document, then attach a source with a copy."""
    follow(clerk.page.get_by_role("button", name="Go on filling it in"))
    clerk.inspect("form-question")
    clerk.press("Save and continue")
    clerk.inspect("form-question-refused")
    answer_first(clerk.page)
    clerk.press("Save and continue")
    clerk.press("Save and come back later")
    follow(clerk.page.get_by_role("link", name="Add a source"))
    copy = folder / "minutes.pdf"
    copy.write_bytes(b"%PDF-1.7 minutes")
    clerk.page.get_by_label("Title of the document").fill("Minutes of the steering group")
    clerk.page.get_by_label("Its date").fill("March 2025")
    clerk.page.get_by_label("Where to look it up").fill("County record office, shelf 3")
    clerk.page.get_by_label("A copy of it, if there is one").set_input_files(copy)
    clerk.inspect("form-source")
    clerk.press("Add the source")


def test_a_clerk_fills_in_desk_research_that_a_second_person_sends_back_and_reviews(
    installation: Installation, contexts: Contexts, tmp_path: Path
) -> None:
    world = installation.world
    clerk, second = somebody(contexts, world, "interviewer"), somebody(contexts, world, "coordinator")
    form = begin(clerk, clerks.agreement(world).name)
    answer_and_attach(clerk, tmp_path)
    clerks.filled(world, int(form.rpartition("/")[2]))

    clerk.page.goto(f"{form}/check")
    clerk.press("Submit for review")
    second.visit("/forms?state=submitted", "forms-waiting")
    second.visit(f"{form}/review", "form-review")
    follow(second.page.get_by_role("link", name="Send it back with a reason"))
    second.page.get_by_label("What has to be changed?").fill("Say since when it has stalled")
    second.inspect("form-send-back")
    second.press("Send it back")
    clerk.page.goto(form)
    expect(clerk.page.locator("main")).to_contain_text("Say since when it has stalled")
    clerk.page.goto(f"{form}/check")
    clerk.press("Submit for review")
    second.page.goto(f"{form}/review")
    second.press("I have read it and it stands")
    second.inspect("form-reviewed")

    expect(second.page.locator("main")).to_contain_text("Reviewed")
    expect(second.page.locator("main")).to_contain_text("County record office, shelf 3")
    assert not clerk.heard
    assert not second.heard
