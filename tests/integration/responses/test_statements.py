"""Whoever says "not us" or "we will not answer" is heard: a person sees to it, and no letter follows a no."""

import pytest
from sqlalchemy import update

from sampling.frame import Sector
from survey_app.models.cases.casework import Case, CaseEvent, Outcome
from survey_app.models.outbox import Message
from tests.fixtures.answering import Browser, application, case_of, renewed_code
from tests.fixtures.every_kind import ANSWERS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World


@pytest.fixture
def opened(embedded_world: World) -> World:
    return embedded_world.opened(bodies=4, charities=16)


@pytest.fixture
def browser(opened: World) -> Browser:
    return Browser(application(opened)).enter(case_of(opened, Sector.VOLUNTARY)[1])


def outcome(world: World) -> Outcome:
    case_id = case_of(world, Sector.VOLUNTARY)[0]
    return world.read(lambda session: session.get(Case, case_id).outcome)


def test_not_us_reaches_today_once_and_goes_when_somebody_has_seen_to_it(
    opened: World, browser: Browser
) -> None:
    case_id, code = case_of(opened, Sector.VOLUNTARY)
    for _ in range(2):
        assert browser.enter(code).page.xpath("//main//form[last()]//button")[0].text.strip() == (
            "The letter was not for us"
        )
        browser.send()
    assert browser.address == "/start"

    coordinator = Visitor(opened, "coordinator")
    today = words(coordinator.open("/today"))
    assert today.count("Find the right address") == 1
    assert "The letter was not for them" in words(coordinator.open(f"/cases/{case_id}"))

    coordinator.send(f"/cases/{case_id}/said", form_at=f"/cases/{case_id}")
    assert "Find the right address" not in words(coordinator.open("/today"))
    assert outcome(opened) is Outcome.NOT_STARTED


def test_not_us_from_a_page_whose_code_was_replaced_is_not_called_noted(
    opened: World, browser: Browser
) -> None:
    renewed_code(opened, case_of(opened, Sector.VOLUNTARY)[0])

    browser.send()

    assert browser.address == "/start"
    assert "We could not note that it was not for you. Enter the code again" in browser.text
    assert "Thank you" not in browser.text
    assert "Find the right address" not in words(Visitor(opened, "coordinator").open("/today"))


def test_whoever_typed_a_colleagues_code_types_another_and_says_nothing(
    opened: World, browser: Browser
) -> None:
    assert "enter the code from it" in browser.page.xpath("//main//a[@href='/start']")[0].text

    browser.get("/start").send({"code": case_of(opened, Sector.VOLUNTARY, 1)[1]})

    assert browser.address == "/welcome"
    assert "Find the right address" not in words(Visitor(opened, "coordinator").open("/today"))


def test_a_no_ends_the_letters_and_reaches_today(opened: World, browser: Browser) -> None:
    case_id, code = case_of(opened, Sector.VOLUNTARY)
    with opened.database.writing() as session:
        # A letter that was put off, as after a mailbox that was full.
        session.execute(update(Message).where(Message.case_id == case_id).values(state="waiting"))

    browser.get("/decline").send()

    assert browser.heading == "Thank you for telling us"
    assert outcome(opened) is Outcome.REFUSED
    states = opened.read(lambda session: session.query(Message.state).filter_by(case_id=case_id).all())
    assert {state for (state,) in states} == {"withdrawn"}
    assert "See who will not answer" in words(Visitor(opened, "coordinator").open("/today"))
    # Whoever thinks again is let in with the same code.
    assert browser.begin(code).send(ANSWERS["heard-of"]).status == 200


def test_what_was_said_is_kept_by_day_and_names_nobody(opened: World, browser: Browser) -> None:
    browser.get("/decline").send()

    event = opened.read(lambda session: session.query(CaseEvent).filter_by(kind="declined").one())
    assert event.actor == "respondent"


def test_an_interviewer_says_neither_in_anothers_place(opened: World) -> None:
    case_id = case_of(opened, Sector.VOLUNTARY)[0]
    browser = Browser(application(opened)).sign_in(opened, "interviewer")
    browser.post(f"/cases/{case_id}/telephone", browser.get("/start").hidden())

    not_us = browser.post("/not-us", browser.get("/check").hidden())
    assert (not_us.address, "Thank you" in not_us.text) == (f"/cases/{case_id}", False)
    assert browser.get("/decline").address == f"/cases/{case_id}"
    assert outcome(opened) is not Outcome.REFUSED
