"""What a soft check asks about: shown, confirmed with a reason, and asked again when answers change."""

import pytest

from instruments.answering.answers import Answer
from instruments.schema import State
from sampling.frame import Sector
from survey_app.services.responses.seats import Sheet, lead_seat_of, sheet_of
from tests.fixtures.answering import Browser, application, case_of, changes, steps
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.world import World

TOLD = "That is more than £500,000"
CASH = "/question/cash.council"


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def browser(world: World) -> Browser:
    """Somebody who has come to the question whose answer a soft check may ask about."""
    return up_to(Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1]), CASH)


def up_to(browser: Browser, address: str) -> Browser:
    while browser.address != address:
        browser.send(ANSWERS[browser.address.removeprefix("/question/")])
        assert browser.status == 200
    return browser


def sheet(world: World) -> Sheet:
    def look(session):  # type: ignore[no-untyped-def]
        seat = lead_seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY)[0])
        return sheet_of(session, world.keys, seat=seat)

    return world.read(look)


def cash(world: World) -> Answer | None:
    return sheet(world).answers.get("cash.council")


def confirmed(browser: Browser, typed: str = "600,000", reason: str = "A new building") -> Browser:
    browser.get(CASH).send({"answer": typed})
    return browser.send({"answer": typed, "reason": reason})


def test_an_answer_that_a_soft_check_asks_about_is_not_saved_but_shown(
    world: World, browser: Browser
) -> None:
    browser.send({"answer": "600,000"})

    assert browser.status == 422
    assert browser.summary == []
    assert f"Please check your answer You answered £600,000. {TOLD}." in browser.text
    assert browser.page.xpath("//title/text()")[0].startswith("Please check: ")
    assert browser.page.xpath("//input[@id='answer']/@value") == ["600,000"]
    told_by = browser.page.xpath("//textarea[@id='reason']/@aria-describedby")[0]
    assert TOLD in browser.page.xpath("//*[@id=$id]", id=told_by)[0].text_content()
    assert cash(world) is None


def test_a_reason_confirms_it_and_is_kept_with_the_answer_and_in_the_history(
    world: World, browser: Browser
) -> None:
    confirmed(browser)

    assert browser.address == "/question/cash.health"
    assert cash(world) == Answer(State.ANSWERED, 60_000_000, "A new building")
    assert changes(world)[-1]["cash.council"]["answers"]["cash.council"]["reason"] == "A new building"


def test_a_confirmed_answer_is_not_asked_about_again(world: World, browser: Browser) -> None:
    confirmed(browser).get(CASH)

    assert "Please check" not in browser.text
    assert browser.page.xpath("//textarea[@id='reason']")[0].text.strip() == "A new building"
    revision = sheet(world).revision
    browser.send({"answer": "£600,000.00", "reason": "A new building"})
    assert browser.address == "/question/cash.health"
    assert sheet(world).revision == revision


def test_the_same_answer_sent_again_without_a_reason_keeps_the_one_it_has(
    world: World, browser: Browser
) -> None:
    stale = browser.hidden()
    confirmed(browser)

    browser.post(CASH, stale | {"answer": "600000"})

    assert (browser.status, cash(world)) == (200, Answer(State.ANSWERED, 60_000_000, "A new building"))


def test_no_reason_is_a_fault_that_leads_to_its_field(world: World, browser: Browser) -> None:
    browser.send({"answer": "600,000"}).send({"answer": "600,000", "reason": "  "})

    assert browser.status == 422
    assert browser.summary == [("Change the answer, or say why it is right", "#reason")]
    assert cash(world) is None


def test_an_answer_mended_needs_no_reason_and_keeps_none(world: World, browser: Browser) -> None:
    confirmed(browser).get(CASH).send({"answer": "6,000", "reason": "A new building"})

    assert browser.address == "/question/cash.health"
    assert cash(world) == Answer(State.ANSWERED, 600_000)


def test_another_answer_to_confirm_is_asked_about_anew_with_the_reason_still_there(
    world: World, browser: Browser
) -> None:
    confirmed(browser).get(CASH).send({"answer": "700,000", "reason": "A new building"})

    assert "You answered £700,000." in browser.text
    assert browser.page.xpath("//textarea[@id='reason']")[0].text.strip() == "A new building"
    browser.send({"answer": "700,000", "reason": "A new building"})
    assert cash(world) == Answer(State.ANSWERED, 70_000_000, "A new building")


def test_a_reason_too_long_is_told_and_kept_on_the_page(world: World, browser: Browser) -> None:
    browser.send({"answer": "600,000"}).send({"answer": "600,000", "reason": "x" * 501})

    assert browser.summary == [("Your reason can have up to 500 characters", "#reason")]
    assert len(browser.page.xpath("//textarea[@id='reason']")[0].text.strip()) == 501
    assert cash(world) is None


def test_a_reason_is_text_wherever_it_is_shown(browser: Browser) -> None:
    confirmed(browser, reason='<script>alert(1)</script> & "so"')

    browser.get("/check")
    assert 'You confirmed this: <script>alert(1)</script> & "so"' in browser.text
    assert not browser.page.xpath("//main//script")


def test_a_question_passed_fails_no_soft_check(world: World, browser: Browser) -> None:
    browser.send({"pass": "dont_know"})

    assert cash(world) == Answer(State.DONT_KNOW)


def test_who_stops_with_an_answer_to_confirm_keeps_it_and_is_asked_before_sending(
    world: World, browser: Browser
) -> None:
    browser.send({"answer": "600,000", "later": "1"})
    assert cash(world) == Answer(State.ANSWERED, 60_000_000)

    browser.begin(case_of(world, Sector.VOLUNTARY)[1])
    up_to(browser, "/check").send()

    assert browser.status == 422
    message, link = browser.summary[0]
    assert message.startswith("Change or confirm your answer to “About how much did they pay")
    assert "(1 of 2: The council)" in message
    browser.get(link).send({"answer": "600,000", "reason": "A new building"})
    assert browser.address == "/check"
    assert browser.send().address == "/receipt"


def test_an_answer_is_asked_about_again_once_what_its_soft_check_rests_on_has_changed(
    world: World, browser: Browser
) -> None:
    browser.get("/question/grants").send({"answer": "100"}).send({"answer": "20"})
    browser.send({"answer": "20", "reason": "A strike at the bank"})
    up_to(browser.get(CASH), "/check")
    assert "You confirmed this: A strike at the bank" in browser.text
    assert "Please look again" not in browser.text

    browser.get("/question/grants").send({"answer": "90"})
    browser.get("/check")

    assert "A strike at the bank" not in browser.text
    assert "Please check: That is many late payments" in browser.text
    assert set(changes(world)[-1]) == {"grants", "late"}


def test_a_confirmation_outlives_changes_that_its_soft_check_does_not_rest_on(
    world: World, browser: Browser
) -> None:
    up_to(confirmed(browser), "/check")

    browser.get("/question/grants").send({"answer": "20"})

    assert cash(world) == Answer(State.ANSWERED, 60_000_000, "A new building")


def test_by_telephone_a_soft_check_is_confirmed_and_the_history_says_by_whom(world: World) -> None:
    browser = Browser(application(world)).sign_in(world, "interviewer")
    token = browser.get("/start").hidden()
    browser.post(f"/cases/{case_of(world, Sector.VOLUNTARY)[0]}/telephone", token).get("/question/heard-of")
    up_to(browser, CASH)

    confirmed(browser, reason="Read from the accounts")

    assert cash(world) == Answer(State.ANSWERED, 60_000_000, "Read from the accounts")
    last = steps(world)[-1]
    assert (last.mode, last.by) == ("telephone", "interviewer")


def test_two_who_confirm_with_other_reasons_are_shown_both(world: World, browser: Browser) -> None:
    other = Browser(browser.app).enter(case_of(world, Sector.VOLUNTARY)[1])
    other.get(CASH).send({"answer": "600,000"})
    confirmed(browser)

    other.send({"answer": "600,000", "reason": "Another reason"})

    assert other.status == 409
    assert cash(world) == Answer(State.ANSWERED, 60_000_000, "A new building")
    assert "A new building" in other.text
    assert "Another reason" in other.text
