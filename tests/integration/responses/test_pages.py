"""Every kind of question over HTTP: pages of several, other modes and people, what clashes."""

import pytest

from instruments.answering.answers import Answer
from instruments.schema import State
from sampling.frame import Sector
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.everything import answered, saved, stored
from tests.fixtures.world import World


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])


def test_every_question_is_met_once_answered_and_sent(world: World, browser: Browser) -> None:
    met = []
    while browser.address.startswith("/question/"):
        met.append(browser.address.removeprefix("/question/"))
        browser.send(ANSWERS[met[-1]])
        assert browser.status == 200, (met[-1], browser.text)

    assert met == list(ANSWERS)
    assert browser.send().address == "/receipt"
    assert stored(world)[1].submitted_on is not None


def test_a_page_of_several_questions_is_saved_as_one(world: World, browser: Browser) -> None:
    answered(browser, "share")
    assert browser.heading == "Numbers"
    assert "Questions 8 to 10 of 28" in browser.text

    browser.send(ANSWERS["share"])

    assert [saved(world, item) for item in ("share", "share-contracts", "income")] == [
        Answer(State.ANSWERED, 40),
        Answer(State.ANSWERED, 35),
        Answer(State.ANSWERED, 120050),
    ]
    assert browser.get("/question/income").heading == "Numbers"
    assert browser.page.xpath("//input[@name='income.answer']/@value") == ["1200.50"]


def test_faults_of_a_page_of_several_are_told_together_by_name_and_the_rest_is_saved(
    world: World, browser: Browser
) -> None:
    answered(browser, "share").send({"share.answer": "much", "share-contracts.pass": "dont_know"})

    assert browser.status == 422
    assert browser.summary == [
        ("Share from grants: enter a whole number, like 12 (between 0% and 100%)", "#share.answer"),
        ("Income: enter an amount in pounds", "#income.answer"),
    ]
    assert saved(world, "share-contracts") == Answer(State.DONT_KNOW)
    assert browser.page.xpath("//input[@name='share-contracts.pass'][@checked]")


def test_a_sum_over_a_page_is_checked_over_what_the_page_sends(world: World, browser: Browser) -> None:
    answered(browser, "share").send(ANSWERS["share"] | {"share.answer": "80"})

    assert browser.status == 422
    assert "add up to 115%. The most is 100%" in browser.summary[0][0]
    assert (saved(world, "share"), saved(world, "share-contracts")) == (Answer(State.ANSWERED, 80), None)


def test_who_stops_on_a_page_of_several_keeps_what_was_filled_in(world: World, browser: Browser) -> None:
    answered(browser, "share").send({"share.answer": "40", "later": "1"})

    assert browser.heading == "Come back when it suits you"
    assert saved(world, "share") == Answer(State.ANSWERED, 40)
    assert saved(world, "income") is None


def test_a_document_needs_a_title_unless_there_is_none(world: World, browser: Browser) -> None:
    answered(browser, "paper").send({"answer": "shown", "answer-where": "Page 4"})

    assert browser.summary == [("Enter the title of the document", "#answer-title")]
    assert browser.page.xpath("//input[@name='answer-where']/@value") == ["Page 4"]

    browser.send({"answer": "no_document"})
    paper = saved(world, "paper")
    assert paper is not None
    assert paper.value == {"finding": "no_document"}


def test_a_question_for_another_mode_is_not_asked(world: World, browser: Browser) -> None:
    answered(browser)

    assert "Can you hear us well?" not in browser.text
    assert browser.get("/question/heard-by-telephone").address == "/check"


def test_by_telephone_its_own_questions_and_guidance_are_shown(world: World) -> None:
    browser = by_telephone(world)

    answered(browser, "cash.council")
    assert "Read the name out slowly." in browser.text
    assert "best answered by whoever looks after the money." in browser.text
    answered(browser, "heard-by-telephone")
    assert browser.heading == "Can you hear us well?"
    answered(browser.send({"answer": "yes"})).send()
    assert browser.heading == "Your answers were sent"
    assert not browser.page.xpath("//dl")


def by_telephone(world: World) -> Browser:
    browser = Browser(application(world)).sign_in(world, "interviewer")
    token = browser.get("/start").hidden()
    browser.post(f"/cases/{case_of(world, Sector.VOLUNTARY)[0]}/telephone", token)
    return browser.get("/question/heard-of")


def test_who_else_could_answer_is_said_and_that_the_code_can_be_shared(browser: Browser) -> None:
    assert "best answered" not in browser.text

    answered(browser, "cash.council")
    assert "best answered by whoever looks after the money. You can share your access code" in browser.text
    assert "Read the name out slowly." not in browser.text
    answered(browser, "comments")
    assert "best answered by a trustee or a volunteer." in browser.text


def test_what_was_typed_for_a_question_that_is_asked_no_more_is_shown(world: World) -> None:
    app, (_, code) = application(world), case_of(world, Sector.VOLUNTARY)
    here, there = Browser(app).begin(code), Browser(app).begin(code)
    answered(here, "cash.council")
    there.get("/question/who-pays").send({"answer": "nobody"})

    here.send({"answer": "£77 <b>"})

    assert (here.status, here.heading) == (409, "This question is no longer asked")
    assert "£77 <b>" in here.text
    assert saved(world, "cash.council") is None


def test_of_a_page_of_several_only_what_clashes_is_to_be_chosen(world: World) -> None:
    app, (_, code) = application(world), case_of(world, Sector.VOLUNTARY)
    here, there = Browser(app).begin(code), Browser(app).begin(code)
    answered(here, "share")
    there.get("/question/share").send(ANSWERS["share"])
    assert there.status == 200

    here.send({"share.answer": "50", "share-contracts.answer": "35", "income.answer": "9"})

    assert here.status == 409
    assert here.page.xpath("//main//legend/h2/text()") == [
        "What share of your income is grants?",
        "What was your income?",
    ]
    here.send({"share.settle": "saved", "income.settle": "saved"})
    assert (here.status, saved(world, "share")) == (200, Answer(State.ANSWERED, 40))
    here.get("/question/share").send(
        {"share.answer": "1", "share-contracts.answer": "2", "income.answer": "3"}
    )
    assert saved(world, "income") == Answer(State.ANSWERED, 300)
