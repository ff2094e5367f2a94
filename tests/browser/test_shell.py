"""The shell in a real browser: nothing is refused, nothing spills sideways, nothing bars anybody's way."""

from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.conftest import follow, spills
from tests.unit.web.kitchen_sink import kitchen_sink

WIDTHS = {"desk": 1280, "phone": 320}
PAGES = ["/dashboard", "/question", "/form", "/error"]
# the spacing that readers may set for themselves (WCAG 2.2, 1.4.12)
WIDENED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
}"""


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: the requests of a test are no news."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, kitchen_sink(), threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Browser:
    return browser


@pytest.fixture(params=WIDTHS)
def window(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": WIDTHS[request.param], "height": 900}, base_url=address)
    yield context.new_page()
    context.close()


def complaints(page: Page) -> list[str]:
    """What the browser refuses or trips over from now on; pages that answer 404 or 422 do so on purpose."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console",
        lambda said: (
            heard.append(said.text) if said.type == "error" and "status of 4" not in said.text else None
        ),
    )
    return heard


@pytest.mark.parametrize("path", PAGES)
def test_a_page_bars_nobody_and_stays_within_the_window(window: Page, path: str) -> None:
    heard = complaints(window)
    window.goto(path)
    if path == "/form":
        follow(window.get_by_role("button", name="Save and continue"))

    audit = Axe().run(window)

    assert audit.violations_count == 0, audit.generate_report()
    assert not spills(window)
    window.evaluate(WIDENED)
    assert not spills(window)
    assert heard == []


def test_the_faces_and_the_script_are_our_own_and_both_arrive(window: Page) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto("/dashboard")

    faces = window.evaluate(
        "document.fonts.ready.then(f => [...f].filter(x => x.status == 'loaded').map(x => x.family))"
    )

    assert {face.strip('"') for face in faces} == {"Screen", "Source Serif 4"}
    assert window.evaluate(
        "document.querySelector('.govuk-skip-link').hasAttribute('data-govuk-skip-link-init')"
    )
    assert all(url.startswith(window.url.removesuffix("/dashboard")) for url in asked)


def test_a_link_in_the_summary_puts_the_cursor_into_the_faulty_input(window: Page) -> None:
    window.goto("/form")
    window.locator("#closes-day").fill("27")
    follow(window.get_by_role("button", name="Save and continue"))

    window.get_by_role("link", name="Closing date must include a month").click()

    assert window.evaluate("document.activeElement.id") == "closes-month"


def test_what_was_written_comes_back_as_it_was_written(window: Page) -> None:
    written = "\n  first\n    second\n"
    window.goto("/form")
    window.locator("#account").fill(written)

    follow(window.get_by_role("button", name="Save and continue"))

    assert window.locator("#account").input_value() == written


def test_a_wide_table_is_scrolled_by_keyboard_inside_its_own_named_region(window: Page) -> None:
    window.goto("/dashboard")
    region = window.get_by_role("region", name="How sure the answers would be")
    region.focus()

    window.keyboard.press("End")
    window.keyboard.press("ArrowRight")

    assert region.evaluate("it => it === document.activeElement")
    window.wait_for_function(
        "(it) => (it.scrollLeft > 0) === (it.scrollWidth > it.clientWidth)", arg=region.element_handle()
    )
    assert not spills(window)


def test_the_calendar_lies_along_the_page_and_stands_upright_on_phones(window: Page) -> None:
    window.goto("/dashboard")

    boxes = [event.bounding_box() for event in window.locator(".app-calendar__event").all()[:2]]

    first, second = (box for box in boxes if box is not None)
    along = window.viewport_size is not None and window.viewport_size["width"] == WIDTHS["desk"]
    assert (second["x"] > first["x"], second["y"] > first["y"]) == (along, not along)


def test_everything_can_be_reached_without_a_script(chromium: Browser, address: str) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 900}, base_url=address
    )
    page = context.new_page()

    page.goto("/dashboard")
    page.get_by_text("Menu", exact=True).click()
    assert page.get_by_role("link", name="Agreements").is_visible()
    page.goto("/form")
    follow(page.get_by_role("button", name="Save and continue"))
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    context.close()
