"""Staff who put their own address in an organisation's place gain nothing by doing so early or often."""

from datetime import timedelta

import pytest

from survey_app.clock import at
from tests.fixtures.answering import Browser, application
from tests.fixtures.world import DATES, World
from tests.integration.fieldwork.test_new_codes import (
    OLD,
    ROGUE,
    answered,
    case,
    code_of_case,
    move_address,
    posted,
    renewed,
    send,
    with_two_interviewers,
)


@pytest.fixture
def opened(embedded_world: World) -> World:
    return with_two_interviewers(embedded_world.opened(bodies=4, charities=20))


def test_an_address_that_once_had_a_letter_gets_no_code_after_letters_moved_away_from_it(
    opened: World,
) -> None:
    case_id = case(opened)
    for address in (ROGUE, OLD):
        move_address(opened, case_id, address)
        renewed(opened, case_id)
        posted(opened)
        opened.clock.advance_to(opened.clock.now() + timedelta(hours=1))
        opened.tick()
    answered(opened, case_id, stop_after=6)
    move_address(opened, case_id, ROGUE)
    before = len(opened.sent)

    opened.move_to(at(DATES.first_reminder_on, 10))

    mine = [letter for letter in opened.sent[before:] if letter["To"] == ROGUE]
    assert [letter for letter in mine if "Your access code" in letter.get_content()] == []
    # Whoever is to agree to a new code sees that it would go elsewhere.
    assert not send(opened, case_id)


def test_words_that_are_kept_count_as_begun(opened: World) -> None:
    case_id = case(opened)
    browser = Browser(application(opened)).begin(code_of_case(opened, case_id))
    browser.get("/question/comments").send({"answer": "x" * 5_000})
    move_address(opened, case_id, ROGUE)

    assert not send(opened, case_id)
    mine = [letter for letter in posted(opened) if letter["To"] == ROGUE]
    assert [letter for letter in mine if "Your access code" in letter.get_content()] == []
