"""Whatever happens while a page is being typed, its words are there afterwards: on a page, or as a draft."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

from sampling.frame import Sector
from survey_app.clock import end_of
from survey_app.demo.respondents import answer_all
from survey_app.models.responses import Response, ResponseChange, ResponseDraft
from survey_app.services.questionnaires import versions
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import lead_seat_of, sheet_of
from tests.fixtures.answering import Browser, Typed, application, case_of, renewed_code
from tests.fixtures.every_kind import ANSWERS, TEXT, opened_with_every_kind
from tests.fixtures.world import DATES, World

WORDS = "Nine weeks, and <b>nobody</b> asked us.\nThen silence."
SAID = "Nine weeks, and <b>nobody</b> asked us.Then silence."


@pytest.fixture
def asked(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def code(asked: World) -> str:
    return case_of(asked, Sector.VOLUNTARY)[1]


@pytest.fixture
def browser(asked: World, code: str) -> Browser:
    return Browser(application(asked)).begin(code)


def answers(world: World) -> dict[str, object]:
    """What is stored for the case, by item."""

    def look(session):  # type: ignore[no-untyped-def]
        seat = lead_seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY)[0])
        return {
            item: answer.value for item, answer in sheet_of(session, world.keys, seat=seat).answers.items()
        }

    return world.read(look)


def send_all(world: World, case_id: int) -> None:
    """A colleague answers everything and sends it."""
    with world.database.writing() as session:
        rng, save = np.random.default_rng(7), Save(world.clock.now())
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)


def sitting_ends(world: World, browser: Browser) -> None:
    with browser.client.session_transaction() as held:  # type: ignore[attr-defined]
        held.clear()


def left_in_another_tab(world: World, browser: Browser) -> None:
    browser.client.post("/stop", data=browser.hidden())  # type: ignore[attr-defined]


def code_is_replaced(world: World, browser: Browser) -> None:
    renewed_code(world, case_of(world, Sector.VOLUNTARY)[0])


def another_code_is_entered(world: World, browser: Browser) -> None:
    form = browser.hidden() | {"code": case_of(world, Sector.VOLUNTARY, 1)[1]}
    browser.client.post("/start", data=form)  # type: ignore[attr-defined]


def round_closes(world: World, browser: Browser) -> None:
    world.move_to(end_of(DATES.closes_on))


def colleague_sends(world: World, browser: Browser) -> None:
    send_all(world, case_of(world, Sector.VOLUNTARY)[0])


def sent_in_another_tab(world: World, browser: Browser) -> None:
    for page in [each for each in ANSWERS if each != "comments"]:
        browser.get(f"/question/{page}").send(ANSWERS[page])
    browser.get("/check").send()
    assert browser.address == "/receipt"


def page_is_too_old(world: World, browser: Browser) -> None:
    with browser.client.session_transaction() as held:  # type: ignore[attr-defined]
        held["csrf_token"] = "another"


def database_goes_away(world: World, browser: Browser) -> None:
    with world.database.writing() as session:
        session.execute(text("ALTER TABLE response_change RENAME TO away"))


Meanwhile = Callable[[World, Browser], None]
CODE_HELPS = [sitting_ends, left_in_another_tab]
SITUATIONS = [
    *CODE_HELPS,
    code_is_replaced,
    another_code_is_entered,
    round_closes,
    colleague_sends,
    sent_in_another_tab,
    page_is_too_old,
    database_goes_away,
]


@pytest.mark.parametrize("meanwhile", SITUATIONS, ids=lambda each: each.__name__)
def test_the_words_are_shown_with_what_happened_and_what_to_do(
    asked: World, browser: Browser, meanwhile: Meanwhile
) -> None:
    browser.get("/question/comments")
    form, address = browser.hidden() | {"answer": WORDS}, browser.address
    meanwhile(asked, browser)

    browser.post(address, form)

    assert SAID in browser.text
    assert browser.status in (400, 409, 503)
    assert "What to do next" in browser.text
    assert "comments" not in answers_if_readable(asked)


def answers_if_readable(world: World) -> dict[str, object]:
    with world.database.writing() as session:
        tables = set(session.scalars(text("SELECT name FROM sqlite_master")))
        if "away" in tables:
            session.execute(text("ALTER TABLE away RENAME TO response_change"))
    return answers(world)


@pytest.mark.parametrize("meanwhile", CODE_HELPS, ids=lambda each: each.__name__)
def test_the_code_puts_the_words_back_on_their_page(
    asked: World, browser: Browser, code: str, meanwhile: Meanwhile
) -> None:
    browser.get("/question/comments")
    form = browser.hidden() | {"answer": WORDS}
    meanwhile(asked, browser)

    browser.post("/question/comments", form).send({"code": "KX4M-20VB-9QZT"})
    assert (browser.status, SAID in browser.text) == (422, True)
    browser.send({"code": code})

    assert browser.address == "/question/comments"
    assert browser.page.xpath("//textarea")[0].text.strip() == WORDS
    assert "It is no answer until it is saved" in browser.text
    browser.send({"answer": WORDS})
    assert answers(asked)["comments"] == WORDS


def test_a_new_code_puts_the_words_back_as_well(asked: World, browser: Browser) -> None:
    browser.get("/question/comments")
    form = browser.hidden() | {"answer": WORDS}
    newer = renewed_code(asked, case_of(asked, Sector.VOLUNTARY)[0])

    browser.post("/question/comments", form).send({"code": newer})

    assert browser.page.xpath("//textarea")[0].text.strip() == WORDS


def test_words_for_one_organisation_never_reach_another(asked: World, browser: Browser) -> None:
    browser.get("/question/comments")
    form = browser.hidden() | {"answer": WORDS}
    sitting_ends(asked, browser)

    browser.post("/question/comments", form).send({"code": case_of(asked, Sector.VOLUNTARY, 1)[1]})

    assert browser.status == 422
    assert "What you entered is for another one" in browser.text
    assert SAID in browser.text
    assert asked.read(lambda session: session.query(ResponseDraft).count()) == 0


def test_a_page_that_was_open_too_long_is_saved_with_one_button(asked: World, browser: Browser) -> None:
    browser.get("/question/comments")
    form = browser.hidden() | {"answer": WORDS}
    page_is_too_old(asked, browser)

    browser.post("/question/comments", form).send()

    assert answers(asked)["comments"] == WORDS


def test_words_are_told_by_label_and_not_by_stored_value(asked: World, browser: Browser) -> None:
    browser.get("/question/say")
    form = browser.hidden() | ANSWERS["say"]
    sitting_ends(asked, browser)

    browser.post("/question/say", form)

    assert "dont_know" not in browser.text
    assert "Don’t know" in browser.text or "do not know" in browser.text.lower()


def test_nobody_reads_the_labels_of_a_version_that_was_not_asked_yet(asked: World, browser: Browser) -> None:
    text = TEXT.replace("\nversion: 1\n", "\nversion: 2\n").replace("Comments", "A secret")
    with asked.database.writing() as session:
        draft = versions.publish(session, document=text, context=asked.context())
    form = browser.get("/question/comments").hidden() | {"answer": WORDS, "version": str(draft)}
    sitting_ends(asked, browser)

    browser.post("/question/comments", form)

    assert SAID in browser.text
    assert "A secret" not in browser.text


INCOME: Typed = {"share.answer": "40", "share-contracts.answer": "about 50", "income.answer": "£1,200.50"}


def test_one_bad_field_keeps_the_good_ones_and_is_kept_itself(asked: World, browser: Browser) -> None:
    browser.get("/question/share").send(INCOME)

    assert browser.status == 422
    assert browser.response is not None
    assert browser.response.request.method == "GET"
    assert "a whole number" in browser.summary[0][0]
    assert answers(asked) == {"share": 40, "income": 120_050}
    assert browser.page.xpath("//input[@name='share-contracts.answer']/@value") == ["about 50"]

    browser.send(INCOME | {"share.answer": "45", "share-contracts.answer": "50"})
    assert answers(asked) == {"share": 45, "share-contracts": 50, "income": 120_050}
    assert "about 50" not in browser.get("/question/share").response.text  # type: ignore[union-attr]


def test_what_is_half_typed_waits_for_whoever_comes_back_later(
    asked: World, browser: Browser, code: str
) -> None:
    browser.get("/question/say").send({"answer-volunteers": "often", "later": "1"})

    assert browser.heading == "Come back when it suits you"
    assert "It is no answer yet" in browser.text
    assert answers(asked) == {}
    browser.begin(code)
    assert browser.address == "/question/say"
    assert browser.page.xpath("//input[@checked]/@value") == ["often"]


def test_nothing_unfinished_is_data_and_nothing_can_be_sent_over_it(asked: World, browser: Browser) -> None:
    browser.get("/question/comments").send({"answer": "x" * 5000})

    assert asked.read(
        lambda session: (session.query(Response).count(), session.query(ResponseChange).count())
    ) == (
        0,
        0,
    )
    for page, typed in ANSWERS.items():
        if page != "comments":
            browser.get(f"/question/{page}").send(typed)
    browser.get("/check")
    assert "You entered something that is not saved yet" in browser.text
    browser.send()
    assert browser.status == 422
    assert browser.get(browser.summary[0][1]).address.startswith("/question/comments")
    browser.send({"answer": "Short"}).get("/check").send()
    assert browser.address == "/receipt"
    assert asked.read(lambda session: session.query(ResponseDraft).count()) == 0


def test_what_is_unfinished_cannot_be_read_in_the_database(asked: World, browser: Browser) -> None:
    browser.get("/question/grants").send({"answer": "about fifty"})

    row = asked.read(lambda session: session.query(ResponseDraft).first())
    assert b"fifty" not in row.sealed
    assert b"grants" not in row.sealed + row.id.encode()


def test_an_optional_question_that_was_left_is_where_one_goes_on(
    asked: World, browser: Browser, code: str
) -> None:
    for page in ("heard-of", "status"):
        browser.get(f"/question/{page}").send(ANSWERS[page])
    browser.get("/question/comments").send({"later": "1"})

    assert browser.begin(code).address == "/question/comments"


def test_a_page_that_was_never_sent_is_not_called_saved(asked: World, browser: Browser) -> None:
    browser.send(ANSWERS["heard-of"])
    asked.clock.advance_to(asked.clock.now() + timedelta(minutes=1))

    assert "Your answer is saved when you continue" in browser.text
    assert "Saved today at" in browser.get("/question/heard-of").text
