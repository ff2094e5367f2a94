"""Every kind of question before a real browser: on a phone without a script, and by keyboard alone."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.clock import end_of
from survey_app.models.rounds import Round
from tests.browser.conftest import Installation, Looker, follow, shoot, spills
from tests.fixtures.answering import case_of
from tests.fixtures.every_kind import ANSWERS, Typed, opened_with_every_kind
from tests.fixtures.world import DATES

Contexts = Callable[..., BrowserContext]
OF_EACH_KIND = (
    "heard-of", "status", "who-pays", "relationship", "say", "grants", "share", "cash.council", "signed",
    "group", "paper", "comments",
)  # fmt: skip


@pytest.fixture
def asked(installation: Installation) -> Installation:
    """A round that asks its VCOs one question of every kind."""
    opened_with_every_kind(installation.world)
    return installation


@pytest.fixture
def code(asked: Installation) -> str:
    return case_of(asked.world, Sector.VOLUNTARY)[1]


def enter(page: Page, code: str) -> None:
    page.goto("/start")
    page.get_by_label("Access code").fill(code)
    follow(page.get_by_role("button", name="Continue"))


def begin(page: Page, code: str) -> None:
    enter(page, code)
    follow(page.locator(".govuk-button--start"))


def go_on(page: Page) -> None:
    follow(page.get_by_role("button", name="Save and continue"))


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def where(page: Page) -> str:
    """The question whose page is shown; nothing elsewhere."""
    address = re.search(r"/question/([^?#]+)", page.url)
    return address[1] if address else ""


def inputs(typed: Typed) -> Iterator[tuple[str, str]]:
    for name, values in typed.items():
        for value in [values] if isinstance(values, str) else values:
            yield name, value


def fill(page: Page, typed: Typed) -> None:
    for name, value in inputs(typed):
        field = page.locator(f"[name='{name}']")
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            field.fill(value)


def assert_fault_leads_to_its_input(page: Page) -> None:
    """The box at the top names the fault, links to an input, and that input is told of it."""
    target = (page.locator(".govuk-error-summary a").first.get_attribute("href") or "").removeprefix("#")
    field = page.locator(f"[id='{target}']")
    assert field.evaluate("it => ['INPUT', 'TEXTAREA'].includes(it.tagName)")
    described = field.evaluate(
        "it => [it, it.closest('fieldset')].map(e => e && e.getAttribute('aria-describedby')).join(' ')"
    )
    words_told = [page.locator(f"[id='{each}']").inner_text() for each in described.split() if each]
    assert any("Error" in words for words in words_told), (target, words_told)
    assert page.title().startswith("Error: ")


@pytest.mark.slow
def test_every_kind_is_answered_on_a_phone_without_a_script(
    asked: Installation, code: str, contexts: Contexts
) -> None:
    page = contexts(script=False).new_page()
    begin(page, code)
    met = []
    while question := where(page):
        met.append(question)
        if question != "comments":
            go_on(page)
            assert_fault_leads_to_its_input(page)
            assert not spills(page), question
            shoot(page, f"bare-fault-{question}")
        fill(page, ANSWERS[question])
        assert not spills(page), question
        shoot(page, f"bare-{question}")
        go_on(page)
    assert met == list(ANSWERS)
    assert heading(page) == "Check your answers"
    assert "<script>alert(1)</script> & “Co”" in page.locator("main").inner_text()
    assert not spills(page)
    shoot(page, "bare-check")
    follow(page.get_by_role("button", name="Send the answers"))
    assert heading(page) == "Your answers were sent"
    page.emulate_media(media="print")
    assert page.get_by_text("£120,800.50").first.is_visible()
    page.emulate_media(media="screen")
    page.get_by_text("Show the answers that were sent").click()
    assert page.get_by_text("£120,800.50").first.is_visible()
    assert not spills(page)
    shoot(page, "bare-receipt")


@pytest.mark.slow
def test_a_soft_check_is_confirmed_on_a_phone_without_a_script(
    asked: Installation, code: str, contexts: Contexts
) -> None:
    page = contexts(script=False).new_page()
    begin(page, code)
    while where(page) != "cash.council":
        fill(page, ANSWERS[where(page)])
        go_on(page)
    page.get_by_label("About how much").fill("600,000")
    go_on(page)
    assert "You answered £600,000. That is more than £500,000." in page.locator("main").inner_text()
    assert not spills(page)
    shoot(page, "bare-soft-check")
    go_on(page)
    assert_fault_leads_to_its_input(page)
    follow(page.get_by_role("link", name="Change the answer, or say why it is right"))
    page.get_by_label("This is right because").fill("One grant paid for the whole building.")
    go_on(page)
    assert where(page) == "cash.health"
    page.goto("/check")
    assert "You confirmed this: One grant paid for the whole building." in page.locator("main").inner_text()


def answered(page: Page, code: str) -> None:
    """The whole questionnaire answered, up to the check."""
    begin(page, code)
    while question := where(page):
        fill(page, ANSWERS[question])
        go_on(page)


@pytest.mark.slow
def test_nothing_bars_anybodys_way_on_a_page_of_any_kind(
    asked: Installation, code: str, contexts: Contexts
) -> None:
    looker = Looker(contexts().new_page())
    page = looker.page
    begin(page, code)
    while question := where(page):
        if question in OF_EACH_KIND:
            looker.inspect(question)
            if question != "comments":
                go_on(page)
                looker.inspect(f"fault-{question}")
        fill(page, ANSWERS[question])
        go_on(page)
    looker.inspect("check")
    to_confirm(looker)
    conflicting(looker, contexts, code)
    page.goto("/check")
    looker.inspect("check-to-confirm")
    follow(page.get_by_role("button", name="Send the answers"))
    looker.inspect("check-refused")
    follow(page.get_by_role("link", name="Change or confirm"))
    page.get_by_label("This is right because").fill("It is")
    go_on(page)
    follow(page.get_by_role("button", name="Send the answers"))
    page.get_by_text("Show the answers that were sent").click()
    looker.inspect("receipt")


def to_confirm(looker: Looker) -> None:
    """A soft check as it is shown, the reason asked for again, and one kept for later."""
    page = looker.page
    page.goto("/question/cash.council")
    page.locator("[name=answer]").fill("600,000")
    go_on(page)
    looker.inspect("soft-check")
    go_on(page)
    looker.inspect("soft-check-again")


def conflicting(looker: Looker, contexts: Contexts, code: str) -> None:
    """Two people saved one page, of several questions, at once."""
    page, other = looker.page, contexts().new_page()
    enter(other, code)
    other.goto("/question/share")
    page.goto("/question/share")
    for each, share in ((other, "41"), (page, "42")):
        each.locator("[name='share.answer']").fill(share)
        go_on(each)
    assert heading(page) == "This answer was changed elsewhere"
    looker.inspect("conflict")
    page.get_by_label("Keep what is saved now").check()
    follow(page.get_by_role("button", name="Save what I chose"))
    page.goto("/question/share")
    expect(page.locator("[name='share.answer']")).to_have_value("41")
    page.goto("/question/cash.council")
    page.locator("[name=answer]").fill("600,000")
    follow(page.get_by_role("button", name="Save and come back later"))
    looker.inspect("stopped")
    enter(page, code)


def tab_to(page: Page, selector: str) -> None:
    """Reach an element with the Tab key alone."""
    for _ in range(80):
        if page.evaluate("it => document.activeElement.matches(it)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard on {page.url}")


def by_keyboard(page: Page, name: str, value: str) -> None:
    kind = page.locator(f"[name='{name}']").first.get_attribute("type")
    if kind == "checkbox":
        tab_to(page, f"[name='{name}'][value='{value}']")
        page.keyboard.press("Space")
    elif kind == "radio":
        tab_to(page, f"[name='{name}']")
        page.keyboard.press("Space")
        while not page.locator(f"[name='{name}'][value='{value}']").is_checked():
            page.keyboard.press("ArrowDown")
    else:
        tab_to(page, f"[name='{name}']")
        page.keyboard.press("Control+A")
        page.keyboard.type(value)


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_a_page_of_each_kind_is_answered_by_keyboard_alone(
    asked: Installation, code: str, contexts: Contexts, script: bool
) -> None:
    page = contexts(script=script).new_page()
    begin(page, code)
    met = []
    while question := where(page):
        if question in OF_EACH_KIND:
            met.append(question)
            page.locator("body").focus()
            for name, value in inputs(ANSWERS[question]):
                by_keyboard(page, name, value)
            tab_to(page, "button[name=next]")
            with page.expect_navigation():
                page.keyboard.press("Enter")
        else:
            fill(page, ANSWERS[question])
            go_on(page)
        assert where(page) != question, page.locator("main").inner_text()
    assert tuple(met) == OF_EACH_KIND
    assert heading(page) == "Check your answers"


@pytest.mark.slow
def test_pages_that_nobody_hopes_for_are_inspected_too(
    asked: Installation, code: str, contexts: Contexts
) -> None:
    looker = Looker(contexts().new_page())
    page = looker.page
    begin(page, code)
    page.goto("/question/cash.council")
    assert "Answer those first." in page.locator("main").inner_text()
    looker.inspect("off-route")
    no_longer_asked(looker, contexts, code)
    page.goto("/question/group")
    other = page.context.new_page()
    enter(other, case_of(asked.world, Sector.VOLUNTARY, 1)[1])
    page.locator("[name=answer]").fill("Our own words & <b>no markup</b>")
    go_on(page)
    assert heading(page) == "Another questionnaire is open in this browser"
    assert "Our own words & <b>no markup</b>" in page.locator("main").inner_text()
    looker.inspect("another-case")
    out_of_time(asked, looker, code)


def no_longer_asked(looker: Looker, contexts: Contexts, code: str) -> None:
    """A colleague changes an earlier answer while somebody types."""
    page, other = looker.page, contexts().new_page()
    enter(other, code)
    for who in (["police"], ["nobody"]):
        other.goto("/question/who-pays")
        for box in other.locator("[name=answer]:checked").all():
            box.uncheck()
        fill(other, {"answer": who})
        go_on(other)
        if who == ["police"]:
            page.goto("/question/met.police")
            page.locator("[name=answer]").fill("17")
    go_on(page)
    assert heading(page) == "This question is no longer asked"
    looker.inspect("unasked")


def out_of_time(asked: Installation, looker: Looker, code: str) -> None:
    """A round that was called off, and one that has closed."""
    world, page = asked.world, looker.page
    for stage, words_told in ((Stage.READY, "opens for replies"), (Stage.WITHDRAWN, "was called off")):
        with world.database.writing() as session:
            session.execute(update(Round).where(Round.id == world.round_id).values(stage=stage))
        enter(page, code)
        assert words_told in page.locator("main").inner_text()
        looker.inspect(f"round-{stage}")
    with world.database.writing() as session:
        session.execute(update(Round).where(Round.id == world.round_id).values(stage=Stage.OPEN))
    enter(page, code)
    page.goto("/question/group")
    world.move_to(end_of(DATES.closes_on) + timedelta(minutes=1))
    page.locator("[name=answer]").fill("Too late")
    go_on(page)
    # No sitting lasts so long: with the code comes the answer that it is too late, and the words.
    looker.inspect("sitting-over")
    page.get_by_label("Access code").fill(code)
    follow(page.get_by_role("button", name="Go on with what I entered"))
    assert "closed for replies on 19 November 2026" in page.locator("main").inner_text()
    assert "Too late" in page.locator("main").inner_text()
    looker.inspect("round-closed")
