"""What is being typed on a small phone, and what happens meanwhile: afterwards the words are still there."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sampling.frame import Sector
from survey_app.clock import end_of
from survey_app.demo.respondents import answer_all
from survey_app.services.responses.saving import Save
from tests.browser.conftest import AXE, NARROW, Installation, follow, shoot, spills
from tests.fixtures.answering import case_of, renewed_code
from tests.fixtures.every_kind import opened_with_every_kind
from tests.fixtures.world import DATES, World

Contexts = Callable[..., BrowserContext]
WORDS = "Nine weeks, and <b>nobody</b> asked us.\nThen silence."


def enter(page: Page, code: str) -> None:
    page.goto("/start")
    page.get_by_label("Access code").fill(code)
    follow(page.get_by_role("button", name="Continue"))


def cookies_are_cleared(world: World, page: Page, place: int) -> None:
    page.context.clear_cookies()


def left_in_another_tab(world: World, page: Page, place: int) -> None:
    other = page.context.new_page()
    other.goto("/question/heard-of")
    follow(other.get_by_role("button", name="Save and come back later"))


def another_code_in_another_tab(world: World, page: Page, place: int) -> None:
    enter(page.context.new_page(), case_of(world, Sector.VOLUNTARY, place + 10)[1])


def code_is_replaced(world: World, page: Page, place: int) -> None:
    renewed_code(world, case_of(world, Sector.VOLUNTARY, place)[0])


def colleague_sends(world: World, page: Page, place: int) -> None:
    with world.database.writing() as session:
        rng, save = np.random.default_rng(7), Save(world.clock.now())
        answer_all(
            session, world.keys, case_id=case_of(world, Sector.VOLUNTARY, place)[0], rng=rng, save=save
        )


def round_closes(world: World, page: Page, place: int) -> None:
    world.move_to(end_of(DATES.closes_on))


CODE_HELPS = (cookies_are_cleared, left_in_another_tab, code_is_replaced, another_code_in_another_tab)


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_what_was_typed_is_there_whatever_happened_meanwhile(
    installation: Installation, contexts: Contexts, script: bool
) -> None:
    world = installation.world
    opened_with_every_kind(world)
    for place, meanwhile in enumerate((*CODE_HELPS, colleague_sends, round_closes)):
        page = contexts(script=script).new_page()
        page.set_viewport_size(NARROW)
        enter(page, case_of(world, Sector.VOLUNTARY, place)[1])
        page.goto("/question/comments")
        page.locator("textarea").fill(WORDS)
        meanwhile(world, page, place)

        follow(page.get_by_role("button", name="Save and continue"))

        expect(page.locator("main")).to_contain_text("Nine weeks, and <b>nobody</b> asked us.")
        assert not spills(page), meanwhile.__name__
        shoot(page, f"kept-{meanwhile.__name__}-{script}")
        if script:
            assert AXE.run(page).violations_count == 0, meanwhile.__name__
        if meanwhile in CODE_HELPS:
            page.get_by_label("Access code").fill(case_of(world, Sector.VOLUNTARY, place)[1])
            follow(page.get_by_role("button", name="Go on with what I entered"))
            expect(page.locator("textarea")).to_have_value(WORDS)
            shoot(page, f"kept-back-{meanwhile.__name__}-{script}")
