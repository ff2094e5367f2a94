"""From the code in the letter to the receipt, page by page."""

import pytest

from instruments.versions.library import read
from sampling.frame import Sector
from tests.fixtures.answering import Browser, application, case_of, plain
from tests.fixtures.world import World


@pytest.fixture
def opened(embedded_world: World) -> World:
    return embedded_world.opened(bodies=4, charities=16)


@pytest.mark.parametrize(
    ("sector", "name"), [(Sector.VOLUNTARY, "annual-vco"), (Sector.PUBLIC, "annual-public-body")]
)
def test_the_whole_questionnaire_is_answered_sent_and_receipted(
    opened: World, sector: Sector, name: str
) -> None:
    questionnaire = read(name, 1).questionnaire
    browser = Browser(application(opened)).begin(case_of(opened, sector)[1])
    seen = []
    while browser.address.startswith("/question/"):
        question = questionnaire.question(browser.address.removeprefix("/question/"))
        seen.append(question.id)
        assert f"Question {len(seen)} of " in browser.text
        browser.send(plain(question))
        assert browser.status == 200, browser.text

    assert browser.address == "/check"
    assert [question.id for question in questionnaire.questions] == seen
    assert "Words, <b>in plain</b> text" in browser.text

    browser.send()

    assert browser.address == "/receipt"
    assert "7 September 2026" in browser.text
    assert browser.get("/question/heard-of").address == "/receipt"
