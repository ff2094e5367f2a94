"""Everything that can be asked, over HTTP: pages of several, repeats, computed values, the listing."""

from datetime import timedelta

import pytest

from instruments.answers import Answer
from instruments.routing import states
from instruments.schema import State
from sampling.frame import Sector
from survey_app.services.responses import Seat, Sheet, questionnaire_for, seat_of, sheet_of
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.integration.web.answering import Browser, Typed, application, case_of
from tests.world import World

DAYS_TO_CLOSE = timedelta(days=75)


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])


def stored(world: World) -> tuple[Seat, Sheet]:
    def look(session):  # type: ignore[no-untyped-def]
        seat = seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY)[0])
        return seat, sheet_of(session, world.keys, seat=seat)

    return world.read(look)


def saved(world: World, item: str) -> Answer | None:
    return stored(world)[1].answers.get(item)


def answered(browser: Browser, until: str = "", **other: Typed) -> Browser:
    """Answer page by page, up to the page `until` or to the check; `other` answers stand before the usual."""
    while browser.address.startswith("/question/"):
        question = browser.address.removeprefix("/question/")
        if question == until:
            return browser
        browser.send(other.get(question.replace("-", "_"), ANSWERS[question]))
        assert browser.status == 200, (question, browser.text)
    return browser


def rows(browser: Browser) -> dict[str, str]:
    """The lines of a listing: what each key says."""
    cells = (row.xpath("./dt | ./dd[1]") for row in browser.page.xpath("//dl/div"))
    return {words(key): words(value) for key, value in cells}


def words(element) -> str:  # type: ignore[no-untyped-def]
    return " ".join(element.text_content().split())


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


def test_faults_of_a_page_of_several_are_told_together_by_name_and_nothing_is_saved(
    world: World, browser: Browser
) -> None:
    answered(browser, "share").send({"share.answer": "much", "share-contracts.pass": "dont_know"})

    assert browser.status == 422
    assert browser.summary == [
        ("Share from grants: enter a whole number, like 12", "#share.answer"),
        ("Income: enter an answer", "#income.answer"),
    ]
    assert saved(world, "share-contracts") is None
    assert browser.page.xpath("//input[@name='share-contracts.pass'][@checked]")


def test_a_sum_over_a_page_is_checked_over_what_the_page_sends(world: World, browser: Browser) -> None:
    answered(browser, "share").send(ANSWERS["share"] | {"share.answer": "80"})

    assert browser.status == 422
    assert "add up to 115%. The most is 100%" in browser.summary[0][0]
    assert saved(world, "share") is None


def test_who_stops_on_a_page_of_several_keeps_what_was_filled_in(world: World, browser: Browser) -> None:
    answered(browser, "share").send({"share.answer": "40", "later": "1"})

    assert browser.heading == "Come back when it suits you"
    assert saved(world, "share") == Answer(State.ANSWERED, 40)
    assert saved(world, "income") is None


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
    found = rows(answered(browser))

    assert found["How often do these people have as much say as others?"] == (
        "Volunteers: Often Small community groups: Never People who use services: Do not know"
    )
    assert found["Does a document show that the Compact was agreed?"] == (
        "Yes, a document shows it Title of the document: Minutes of the board Its date: March 2025 "
        "Page or paragraph: Page 4 The words that show it: Agreed: the Compactas amended"
    )
    assert found["Codes known Worked out from your answers"] == "2"
    assert found["About how much did they pay for work on the Compact? 1 of 2: The council"] == "£120,000"
    assert "Much cash" not in browser.text
    assert "1 of 2: The council" in browser.text.split("Working with The council")[1]


def test_the_receipt_has_a_copy_while_the_round_is_open(world: World, browser: Browser) -> None:
    answered(browser).send()

    assert rows(browser)["What was your income?"] == "£1,200.50"
    assert not browser.page.xpath("//dl//a")

    world.wait(DAYS_TO_CLOSE)

    assert "£1,200.50" not in browser.get("/receipt").text
    assert browser.heading == "Your answers were sent"


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
    assert here.page.xpath("//main//h2/text()") == [
        "What share of your income is grants?",
        "What was your income?",
    ]
    here.send({"keep": "saved"})
    assert (here.status, saved(world, "share")) == (200, Answer(State.ANSWERED, 40))
    here.get("/question/share").send(
        {"share.answer": "1", "share-contracts.answer": "2", "income.answer": "3"}
    )
    assert saved(world, "income") == Answer(State.ANSWERED, 300)


def test_an_answer_that_others_have_made_wrong_is_told_before_sending(world: World, browser: Browser) -> None:
    answered(browser).get("/question/grants").send({"answer": "2"})

    browser.get("/check").send()

    assert browser.status == 422
    assert [link for _, link in browser.summary] == ["/question/late?change=1"]
    assert "To mend: “Grants paid late” is 3. The most is 2" in browser.text
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
