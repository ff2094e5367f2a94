"""Whether somebody knows the agreement is asked before anybody is told of it: the report's first test."""

import email
from email import policy
from pathlib import Path

import pytest

from instruments.versions.library import read
from sampling.frame import Sector
from survey_app.clock import at
from survey_app.mail.channels import Folder
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.world import DATES, World

CORES = ("annual-vco", "annual-public-body")
# What the right answer to "which describes it?" consists of, besides whom it is between.
TELLING = ("agreement", "work together")
BEFORE = ("/", "/start", "/privacy", "/help", "/accessibility")
# The agreement's name may stand in that of the product, which is a setting, and in no other place.
PRODUCT = "Compact Monitor"


def given_away(text: str) -> list[str]:
    """What of the first questions' answers a text tells: the name, or what the right option says."""
    seen = " ".join(text.replace(PRODUCT, "").lower().split())
    return [words for words in ("compact", *TELLING) if words in seen]


@pytest.mark.parametrize("core", CORES)
def test_the_right_option_says_what_is_looked_for(core: str) -> None:
    item = read(core, 1).questionnaire.items["knows-what"]
    right = next(option.label for option in item.options if option.value in item.counts_as)
    assert given_away(right) == list(TELLING)


def test_no_letter_tells_what_the_first_questions_ask(embedded_world: World, tmp_path: Path) -> None:
    world = embedded_world.launched()
    folder = Folder(tmp_path / "letters")
    for moment in (at(DATES.opens_on, 9), at(DATES.first_reminder_on, 9), at(DATES.second_reminder_on, 9)):
        world.clock.advance_to(moment)
        world.tick(lambda: folder)
    letters = [_read(path) for path in folder.path.iterdir()]
    assert len({subject for subject, _ in letters}) > 80
    assert [letter for letter in letters if given_away(" ".join(letter))] == []


def _read(path: Path) -> tuple[str, str]:
    letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    return letter["Subject"], letter.get_content()


@pytest.mark.parametrize("sector", list(Sector))
def test_no_page_before_the_first_question_tells_what_it_asks(embedded_world: World, sector: Sector) -> None:
    world = embedded_world.opened()
    browser = Browser(application(world))
    shown = [browser.get(path).text for path in ("/", "/start", "/privacy", "/help", "/accessibility")]
    browser.enter(case_of(world, sector)[1])
    shown.append(browser.text)
    assert "What we promise" in shown[-1]
    assert [given_away(text) for text in shown] == [[]] * len(shown)
