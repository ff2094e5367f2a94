"""What respondents may do wrong, twice, at once or too late: nothing is lost, every answer is a kind page."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from instruments.answering.answers import Answer
from sampling.frame import Sector
from survey_app.clock import at, end_of
from survey_app.models.cases.casework import Case
from survey_app.models.responses import Response
from survey_app.services.responses.seats import lead_seat_of, sheet_of
from survey_app.web.site import TOKEN
from tests.fixtures.answering import Browser, application, case_of, renewed_code, steps
from tests.fixtures.world import DATES, World

# Nobody's, with the right last symbol.
GUESSED = "KX4M-20VB-9QZB"


@pytest.fixture
def opened(embedded_world: World) -> World:
    return embedded_world.opened(bodies=4, charities=16)


@pytest.fixture
def code(opened: World) -> str:
    return case_of(opened, Sector.VOLUNTARY)[1]


@pytest.fixture
def browser(opened: World) -> Browser:
    return Browser(application(opened))


def saved(world: World, case_id: int) -> dict[str, Answer]:
    """What is stored for a case."""

    def look(session):  # type: ignore[no-untyped-def]
        seat = lead_seat_of(session, world.keys, case_id=case_id)
        return dict(sheet_of(session, world.keys, seat=seat).answers)

    return world.read(look)


def saved_first(world: World) -> dict[str, Answer]:
    return saved(world, case_of(world, Sector.VOLUNTARY)[0])


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "spaced", "bare"])
def test_a_code_is_known_however_it_is_typed(browser: Browser, code: str, typed: str) -> None:
    forms = {"lower": code.lower(), "spaced": code.replace("-", " "), "bare": code.replace("-", "")}

    browser.enter(forms.get(typed) or typed.format(code))

    assert browser.address == "/welcome"
    assert "You are answering for Charity" in browser.text


@pytest.mark.parametrize("typed", ["nonsense", "KX4M-20VB-9QZT", "'; --", "ÄÖÜ"])
def test_a_wrong_code_stays_in_its_field(browser: Browser, typed: str) -> None:
    browser.enter(typed)

    assert [field.get("value") for field in browser.page.xpath("//input[@name='code']")] == [typed]


@pytest.mark.parametrize("typed", ["", "nonsense", "KX4M-20VB-9QZT", "x" * 9000, "\x00\ud7ff'; --", "ÄÖÜ"])
def test_a_wrong_code_is_told_in_the_form(browser: Browser, typed: str) -> None:
    browser.enter(typed)

    assert browser.status == 422
    assert [href for _, href in browser.summary] == ["#code"]


def test_guessing_ends_and_starts_again_half_an_hour_later(opened: World, browser: Browser) -> None:
    for _ in range(20):
        assert browser.enter(GUESSED).status == 422

    assert browser.enter(GUESSED).status == 429

    opened.clock.advance_to(opened.clock.now() + timedelta(minutes=30))
    assert browser.enter(GUESSED).status == 422


def test_a_right_code_is_never_refused_because_others_guessed(browser: Browser, code: str) -> None:
    for _ in range(21):
        browser.enter(GUESSED)

    assert browser.enter(code).address == "/welcome"


@pytest.mark.parametrize("slip", ["swapped", "wrong", "missing"])
def test_a_slip_is_told_as_one_kept_and_not_counted(browser: Browser, code: str, slip: str) -> None:
    first, second = code[2], code[3]
    typed = {
        "swapped": code[:2] + (second + first if first != second else "ZZ") + code[4:],
        "wrong": ("2" if code[0] != "2" else "3") + code[1:],
        "missing": code[1:],
    }[slip]

    for _ in range(25):
        browser.enter(typed)

    assert browser.status == 422
    assert "There is a slip in this code" in browser.text
    assert browser.page.xpath("//input[@name='code']/@value") == [typed]


def test_before_the_day_and_after_it_the_page_says_when(embedded_world: World) -> None:
    world = embedded_world.launched(bodies=4, charities=16)
    code = case_of(world, Sector.VOLUNTARY)[1]
    browser = Browser(application(world)).enter(code)
    assert browser.status == 409
    assert "7 September 2026" in browser.text

    world.move_to(at(DATES.opens_on, 9))
    browser.begin(code).get("/check")
    world.move_to(at(DATES.closes_on, 20))
    browser.begin(code).send({"answer": "yes"})
    assert browser.status == 200
    world.move_to(end_of(DATES.closes_on))

    assert browser.send({"answer": "both-sectors"}).status == 409
    assert "closed for replies on 19 November 2026" in browser.text
    assert browser.enter(code).status == 409


def test_without_a_code_every_page_leads_to_the_start(browser: Browser) -> None:
    for address in ("/welcome", "/question/heard-of", "/check", "/receipt"):
        assert browser.get(address).address == "/start"


def test_a_code_that_was_replaced_ends_the_sitting(opened: World, browser: Browser, code: str) -> None:
    browser.begin(code)
    renewed_code(opened, case_of(opened, Sector.VOLUNTARY)[0])

    browser.get("/question/heard-of")

    assert browser.address == "/start"
    assert "Enter your code again" in browser.text
    assert browser.enter(code).status == 422


def test_a_fault_keeps_what_was_typed_and_links_to_its_input(browser: Browser, code: str) -> None:
    browser.begin(code).get("/question/public-income").send({"answer": "a lot"})

    assert browser.status == 422
    assert browser.summary == [("Enter a whole number, like 12 (between 0% and 100%)", "#answer")]
    assert browser.page.xpath("//input[@id='answer']/@value") == ["a lot"]
    assert browser.page.findtext(".//title").startswith("Error: ")


def test_an_answer_beside_a_way_to_pass_is_refused_and_both_stay(browser: Browser, code: str) -> None:
    browser.begin(code).get("/question/public-income").send({"answer": "40", "pass": "dont_know"})

    assert browser.status == 422
    assert "not both" in browser.summary[0][0]
    assert browser.page.xpath("//input[@name='answer']/@value") == ["40"]
    assert browser.page.xpath("//input[@name='pass'][@checked]/@value") == ["dont_know"]


def test_a_question_passed_shows_so_again(browser: Browser, code: str, opened: World) -> None:
    browser.begin(code).get("/question/public-income").send({"pass": "prefer_not_to_say"})

    browser.get("/question/public-income")

    assert saved_first(opened)["public-income"].state == "prefer_not_to_say"
    assert browser.page.xpath("//input[@checked]/@value") == ["prefer_not_to_say"]


def test_what_is_pasted_stays_text(browser: Browser, code: str, opened: World) -> None:
    pasted = "<script>alert(1)</script>\r\nsecond \x00line & {{ 7*7 }}"
    browser.begin(code).get("/question/comments").send({"answer": pasted})

    assert saved_first(opened)["comments"].value == "<script>alert(1)</script>\nsecond line & {{ 7*7 }}"
    browser.get("/question/comments")
    area = browser.page.xpath("//textarea")[0].text
    assert area.lstrip("\n") == "<script>alert(1)</script>\nsecond line & {{ 7*7 }}"
    assert not browser.page.xpath("//main//script")


def test_too_much_text_is_told_by_how_much_and_kept(browser: Browser, code: str) -> None:
    browser.begin(code).get("/question/comments").send({"answer": "x" * 5000})

    assert browser.status == 422
    assert "1,000 characters too long" in browser.summary[0][0]
    assert len(browser.page.xpath("//textarea")[0].text.strip()) == 5000


def test_a_megabyte_is_too_large_and_says_so(browser: Browser, code: str) -> None:
    browser.begin(code).get("/question/comments").send({"answer": "x" * 1_000_000})

    assert browser.status == 413
    assert "Nothing was saved" in browser.text


def test_a_question_off_the_route_leads_to_where_to_go_on(browser: Browser, code: str) -> None:
    browser.begin(code).send({"answer": "no"})

    browser.get("/question/knows-what")

    assert browser.address == "/question/your-role"
    assert "so it is not asked" in browser.text
    assert browser.get("/question/there-is-none").address == "/question/your-role"


def test_a_stale_page_shows_both_answers_and_either_can_be_kept(opened: World, code: str) -> None:
    app = application(opened)
    here, there = Browser(app).begin(code), Browser(app).begin(code)
    there.send({"answer": "no"})

    here.send({"answer": "yes"})

    assert here.status == 409
    said = here.page.xpath("//main//*[contains(@class, 'govuk-radios__hint')]")
    assert [each.text_content().strip() for each in said] == ["No", "Yes"]
    assert "The last change was saved today at" in here.text
    assert saved_first(opened)["heard-of"].value == "no"

    here.send({"settle": "typed"})
    assert here.address == "/question/knows-what"
    assert saved_first(opened)["heard-of"].value == "yes"


def test_the_same_answer_again_is_no_conflict_and_writes_nothing(opened: World, code: str) -> None:
    app = application(opened)
    here, there = Browser(app).begin(code), Browser(app).begin(code)
    there.send({"answer": "yes"})

    assert here.send({"answer": "yes"}).address == "/question/knows-what"
    assert len(steps(opened)) == 1


def test_a_page_of_another_case_saves_nothing_and_shows_the_words(opened: World, code: str) -> None:
    browser = Browser(application(opened)).begin(code).get("/question/comments")
    first = browser.hidden()
    browser.begin(case_of(opened, Sector.VOLUNTARY, 1)[1])

    browser.post("/question/comments", first | {"answer": "My <b>words</b>"})

    assert browser.status == 409
    assert browser.heading == "Another questionnaire is open in this browser"
    assert "My <b>words</b>" in browser.text
    assert saved_first(opened) == saved(opened, case_of(opened, Sector.VOLUNTARY, 1)[0]) == {}


def test_two_first_saves_at_once_both_arrive_or_are_shown_as_a_choice(opened: World, code: str) -> None:
    app = application(opened)
    here, there = Browser(app).begin(code), Browser(app).begin(code)
    there.get("/question/consulted")

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(each.send, {"answer": "yes"}) for each in (here, there)]

    assert [done.result().status for done in both] == [200, 200]
    assert set(saved_first(opened)) == {"heard-of", "consulted"}
    assert opened.read(lambda session: session.query(Response).count()) == 1


def test_sending_unfinished_answers_links_to_what_is_missing(browser: Browser, code: str) -> None:
    browser.begin(code).send({"answer": "no"}).get("/check").send()

    assert browser.status == 422
    message, link = browser.summary[0]
    assert "What is your main role in Charity" in message
    assert browser.get(link).heading.startswith("What is your main role")


def test_a_change_from_the_check_leads_back_through_what_it_opened(browser: Browser, code: str) -> None:
    browser.begin(code).send({"answer": "no"}).get("/check")
    change = browser.page.xpath("//a[contains(@href, 'heard-of')]/@href")[0]

    browser.get(change).send({"answer": "yes"})

    assert browser.address == "/question/knows-what?change=1"


def test_answers_off_the_route_are_kept_and_not_shown_in_the_check(
    browser: Browser, code: str, opened: World
) -> None:
    browser.begin(code).send({"answer": "yes"}).send({"answer": "fund"})
    browser.get("/question/heard-of").send({"answer": "no"}).get("/check")

    assert "A fund that gives grants" not in browser.text
    assert saved_first(opened)["knows-what"].value == "fund"


def test_come_back_later_saves_what_was_typed_and_forgets_the_code(
    browser: Browser, code: str, opened: World
) -> None:
    browser.begin(code).send({"answer": "yes", "later": "1"})

    assert browser.heading == "Come back when it suits you"
    assert saved_first(opened)["heard-of"].value == "yes"
    assert browser.get("/check").address == "/start"
    assert browser.begin(code).address == "/question/knows-what"


def test_come_back_later_with_nothing_typed_is_no_fault(browser: Browser, code: str) -> None:
    browser.begin(code).send({"later": "1"})

    assert browser.status == 200
    assert browser.heading == "Come back when it suits you"


def test_a_form_without_its_token_is_refused(browser: Browser, code: str, opened: World) -> None:
    browser.begin(code).post("/question/heard-of", {"answer": "yes"})

    assert browser.status == 400
    assert saved_first(opened) == {}


def test_the_session_holds_ids_and_no_answer(browser: Browser, code: str) -> None:
    browser.begin(code).get("/question/comments").send({"answer": "A secret"})

    with browser.client.session_transaction() as held:  # type: ignore[attr-defined]
        assert set(held) <= {"seat", "csrf_token", "_flashes"}
        known = {"token", "until", "seat_id", "generation", "mode", "by", "sent", "on_paper"}
        assert set(held["seat"]) == known


def test_answers_by_telephone_say_so_on_the_page_and_in_every_change(opened: World) -> None:
    case_id = case_of(opened, Sector.VOLUNTARY)[0]
    browser = Browser(application(opened)).sign_in(opened, "interviewer")
    browser.get("/start")

    browser.post(f"/cases/{case_id}/telephone", browser.hidden())
    browser.get("/question/heard-of")
    assert "You are entering answers by telephone for Charity" in browser.text
    browser.send({"answer": "yes"})

    assert [(step.mode, step.by) for step in steps(opened)] == [("telephone", "interviewer")]


def test_only_interviewers_sit_down_by_telephone(opened: World) -> None:
    case_id = case_of(opened, Sector.VOLUNTARY)[0]
    browser = Browser(application(opened)).sign_in(opened, "reviewer")

    assert browser.post(f"/cases/{case_id}/telephone", browser.get("/start").hidden()).status == 403
    assert browser.get("/question/heard-of").address == "/start"


def test_an_interviewer_who_is_signed_out_no_longer_sits(opened: World) -> None:
    case_id = case_of(opened, Sector.VOLUNTARY)[0]
    browser = Browser(application(opened)).sign_in(opened, "interviewer")
    browser.post(f"/cases/{case_id}/telephone", browser.get("/start").hidden())
    with browser.client.session_transaction() as held:  # type: ignore[attr-defined]
        del held[TOKEN]

    assert browser.get("/question/heard-of").address == "/start"


def test_a_case_that_does_not_exist_has_no_telephone(opened: World) -> None:
    browser = Browser(application(opened)).sign_in(opened, "interviewer")
    token = browser.get("/start").hidden()

    assert browser.post("/cases/4096/telephone", token).status == 404
    assert browser.post("/cases/99999999999999999999/telephone", token).status == 404


def test_the_first_save_starts_the_case_with_the_next_pass(opened: World, code: str) -> None:
    Browser(application(opened)).begin(code).send({"answer": "yes"})
    case_id = case_of(opened, Sector.VOLUNTARY)[0]
    assert opened.read(lambda session: session.get(Case, case_id).outcome) == "not_started"

    opened.settle()

    assert opened.read(lambda session: session.get(Case, case_id).outcome) == "started"
