"""Repeats, computed values and pipes over HTTP, and the listing of all that was said."""

from datetime import timedelta

import pytest

from instruments.answering.answers import Answer
from instruments.answering.routing import states
from instruments.schema import State
from sampling.frame import Sector
from survey_app.services.responses.seats import questionnaire_for
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.everything import answered, rows, stored
from tests.fixtures.world import World

DAYS_TO_CLOSE = timedelta(days=75)


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])


def test_each_instance_of_a_repeat_says_what_it_is_about(browser: Browser) -> None:
    answered(browser, "cash.council")

    assert browser.heading == "1 of 2: The council About how much did they pay for work on the Compact?"
    assert browser.page.xpath("//label[@for='answer']//span/text()") == ["1 of 2: The council"]
    browser.send(ANSWERS["cash.council"])
    assert browser.heading.startswith("2 of 2: A health trust & its “partners”")
    answered(browser, "met.council")
    assert browser.heading.startswith("1 of 2: The council How many meetings")
    assert "working with The council" in browser.text


def test_changing_what_a_repeat_is_over_keeps_answers_out_of_reach_and_takes_them_up_again(
    world: World, browser: Browser
) -> None:
    answered(browser).get("/question/who-pays").send({"answer": ["police", "health"]})
    browser.get("/question/cash.police").send({"answer": "5"})

    seat, sheet = stored(world)
    standing = world.read(lambda s: states(questionnaire_for(s, seat), sheet.answers, seat.facts))
    assert sheet.answers["cash.council"] == Answer(State.ANSWERED, 12_000_000)
    assert standing["cash.council"] is standing["useful.council"] is State.ROUTED_OUT
    assert browser.heading.startswith("2 of 2: A health trust")
    assert "£120,000" not in browser.get("/check").text
    assert rows(browser)["All cash Worked out from your answers"] == "£805.50"

    browser.get("/question/who-pays").send({"answer": ["council", "health"]})
    assert rows(browser.get("/check"))["All cash Worked out from your answers"] == "£120,800.50"


def test_nobody_pays_and_nobody_is_asked_about(browser: Browser) -> None:
    answered(browser, "signed", who_pays={"answer": "nobody"})

    assert browser.address == "/question/signed"


def test_a_computed_value_decides_on_the_route_and_is_said_in_a_wording(browser: Browser) -> None:
    assert answered(browser, "spent-well").heading == "Was the £120,800.50 spent well?"

    browser.get("/question/cash.council").send({"answer": "10"}).send(ANSWERS["cash.health"])

    assert browser.address == "/question/met.council"


def test_what_was_typed_is_said_in_later_wordings_as_text(browser: Browser) -> None:
    answered(browser, "uses-code.funding")

    assert "Does <script>alert(1)</script> & “Co” work with the code on Funding?" in browser.heading
    assert not browser.page.xpath("//main//script")
    titles = browser.page.xpath("//title/text()")
    assert "Does <script>alert(1)</script> & “Co” work" in titles[0]


@pytest.mark.parametrize(
    "typed", ["{grants|x}", "{nothing}", "{{ 7*7 }}", "{% raw %}", '"><b onclick="x">', "&lt;"]
)
def test_what_was_typed_is_never_read_as_a_pipe_a_template_or_markup(browser: Browser, typed: str) -> None:
    answered(browser, "uses-code.funding", group={"answer": typed})

    assert f"Does {typed} work with" in browser.heading
    assert not browser.page.xpath("//*[@onclick]")
    assert browser.get("/check").status == 200


def test_the_check_shows_grids_documents_and_numbers_worked_out_line_by_line(browser: Browser) -> None:
    shown = rows(answered(browser))

    assert shown["How often do these people have as much say as others?"] == (
        "Volunteers: Often Small community groups: Never People who use services: Do not know"
    )
    assert shown["Does a document show that the Compact was agreed?"] == (
        "Yes, a document shows it Title of the document: Minutes of the board Its date: March 2025 "
        "Page or paragraph: Page 4 The words that show it: Agreed: the Compactas amended"
    )
    assert shown["Codes known Worked out from your answers"] == "2"
    assert shown["About how much did they pay for work on the Compact? 1 of 2: The council"] == "£120,000"
    assert "Much cash" not in browser.text
    assert "1 of 2: The council" in browser.text.split("Working with The council")[1]


def test_the_receipt_has_a_copy_while_the_round_is_open(world: World, browser: Browser) -> None:
    answered(browser).send()

    assert rows(browser)["What was your income?"] == "£1,200.50"
    assert not browser.page.xpath("//dl//a")

    world.wait(DAYS_TO_CLOSE)

    assert "£1,200.50" not in browser.enter(case_of(world, Sector.VOLUNTARY)[1]).text
    assert browser.heading == "Your answers were sent"


def test_an_answer_that_others_have_made_wrong_is_told_before_sending(world: World, browser: Browser) -> None:
    answered(browser).get("/question/grants").send({"answer": "2"})

    browser.get("/check").send()

    assert browser.status == 422
    assert [link for _, link in browser.summary] == ["/question/late?change=1"]
    assert "Correct this: “Grants paid late” is 3. The most is 2" in browser.text
    browser.get("/question/late?change=1")
    assert browser.summary == [("“Grants paid late” is 3. The most is 2", "#answer")]
    assert browser.send({"answer": "1"}).address == "/check"
    assert browser.send().address == "/receipt"


def test_a_question_that_waits_for_others_says_so_and_one_that_is_passed_by_says_that(
    browser: Browser,
) -> None:
    browser.get("/question/cash.police")
    assert browser.address == "/question/heard-of"
    assert "Answer those first." in browser.text

    answered(browser, "signed", who_pays={"answer": "nobody"}).get("/question/cash.police")
    assert "so it is not asked" in browser.text


def test_what_is_asked_of_each_agreement_names_it_in_faults_too(browser: Browser) -> None:
    assert answered(browser, "local.agreement").heading == "How often did you use the Compact?"

    browser.send({"answer": "366"})

    assert browser.summary == [("“Uses of the Compact” is 366. The most is 365", "#answer")]
