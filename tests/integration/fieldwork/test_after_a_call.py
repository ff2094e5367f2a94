"""Attacks with a code from before a call: what a call took opens only with a code that was made after it."""

import pytest

from sampling.frame import Sector
from survey_app.services.responses.seats import lead_seat_of, questionnaire_for
from tests.fixtures.answering import Browser, application, case_of, plain, renewed_code
from tests.fixtures.world import DATES, World, at
from tests.integration.fieldwork.test_printed import by_post, made, taken

WORD, REFUSED = "my own word", "Answers were given by telephone"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.opened(bodies=4, charities=16)


def entered(world: World, code: str, **more: str) -> Browser:
    browser = Browser(application(world)).get("/start").send({"code": code})
    return browser.send(dict(more)) if more else browser


def taking(world: World, *, pages: int = 99, by: Browser | None = None) -> Browser:
    """An interviewer who takes so many pages by telephone."""
    case_id = case_of(world, Sector.VOLUNTARY)[0]
    browser = by or Browser(application(world)).sign_in(world, "interviewer")
    browser.post(f"/cases/{case_id}/telephone", browser.get("/start").hidden())
    browser.get(browser.page.xpath("//a[contains(@class, 'govuk-button--start')]")[0].get("href"))
    seat = world.read(lambda s: lead_seat_of(s, world.keys, case_id=case_id))
    asked = world.read(lambda s: questionnaire_for(s, seat))
    while browser.address.startswith("/question/") and pages:
        shown = browser.address.split("/question/")[1].split("?")[0]
        page = next(page for page in asked.pages if any(one.id == shown for one in page.questions))
        browser.send({name: text for one in page.questions for name, text in plain(one).items()})
        pages -= 1
    return browser


def assert_shut(browser: Browser) -> None:
    """No page of answers, nor the receipt or its PDF, opens in this browser."""
    assert browser.heading == REFUSED
    for address in ("/check", "/receipt", "/receipt.pdf", "/question/heard-of", "/welcome"):
        assert browser.get(address).address == "/start"


def test_whoever_printed_a_code_and_used_it_first_reads_nothing_of_a_call(embedded_world: World) -> None:
    world = by_post(embedded_world)
    taken(world, made(world))
    code = case_of(world, Sector.VOLUNTARY)[1]
    thief = entered(world, code, word=WORD)
    assert thief.address == "/welcome"

    taking(world, pages=1)

    assert_shut(thief.get("/check"))
    assert_shut(entered(world, code))
    # Nor with a word, if one is sent to the form all the same.
    back = Browser(application(world)).get("/start")
    assert_shut(back.send({"code": code, "word": WORD}))


def test_whoever_holds_an_e_mailed_code_reads_nothing_of_a_call(world: World) -> None:
    code = case_of(world, Sector.VOLUNTARY)[1]
    holder = entered(world, code)
    call = taking(world)
    assert_shut(holder.get("/check"))
    assert "on 7 September 2026" in entered(world, code).text

    assert call.send().heading == "Your answers were sent"

    after = entered(world, code)
    assert "sent" in after.text
    assert_shut(after)


def test_a_code_made_after_the_call_opens_what_it_took_until_the_next_call(world: World) -> None:
    interviewer = taking(world, pages=1)
    fresh = entered(world, renewed_code(world, case_of(world, Sector.VOLUNTARY)[0]))
    assert fresh.get("/check").address == "/check"

    # The same answers once more: that they are the same is not to be read from it either.
    taking(world, pages=1, by=interviewer)

    assert fresh.get("/check").heading == REFUSED


def test_a_call_that_took_nothing_yet_shuts_nobody_out(world: World) -> None:
    respondent = entered(world, case_of(world, Sector.VOLUNTARY)[1])
    taking(world, pages=0)

    assert respondent.get("/check").address == "/check"


def test_words_that_were_on_their_way_when_a_call_took_answers_can_be_copied(world: World) -> None:
    respondent = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])
    taking(world, pages=1)

    respondent.send({"answer": "yes"})

    assert (respondent.status, respondent.heading) == (409, REFUSED)
    assert "Yes" in respondent.text


def test_no_letter_brings_a_code_that_opens_nothing_any_more(world: World) -> None:
    code = case_of(world, Sector.VOLUNTARY)[1]
    taking(world, pages=1)

    world.move_to(at(DATES.first_reminder_on, 9))

    letters = [letter.get_body(("plain",)).get_content() for letter in world.sent]
    reminders = [text for text in letters if "We have not had your answers yet" in text]
    about = [text for text in reminders if "Some answers were given by telephone" in text]
    assert len(about) == 1
    assert not [text for text in about if code in text or "Your access code:" in text]
    assert [text for text in reminders if "Your access code:" in text]
