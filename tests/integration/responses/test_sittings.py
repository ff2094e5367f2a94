"""Whoever answers leaves on the server too: a copy of the cookie opens nothing after that."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from sampling.frame import Sector
from survey_app.models.people.sessions import Sitting
from survey_app.services.responses.seats import lead_seat_of
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import opened_with_every_kind
from tests.fixtures.everything import answered
from tests.fixtures.world import World


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def code(world: World) -> str:
    return case_of(world, Sector.VOLUNTARY)[1]


@pytest.fixture
def browser(world: World, code: str) -> Browser:
    return Browser(application(world)).begin(code)


def copied(browser: Browser) -> Browser:
    other = Browser(browser.app)
    other.client.set_cookie("compact", browser.client.get_cookie("compact").value)  # type: ignore[attr-defined]
    return other


def test_a_cookie_signed_anew_sits_in_no_other_seat(world: World, code: str, browser: Browser) -> None:
    case_id, _ = case_of(world, Sector.VOLUNTARY, 5)
    other = world.read(lambda s: lead_seat_of(s, world.keys, case_id=case_id))

    with browser.client.session_transaction() as held:
        held["seat"] = {**held["seat"], "seat_id": other.id, "generation": other.generation}

    assert browser.get("/check").address == "/start"


def sittings(world: World) -> list[Sitting]:
    return list(world.read(lambda s: s.scalars(select(Sitting)).all()))


@pytest.mark.parametrize("leave", ["/stop", "/not-us"])
def test_a_copied_cookie_opens_nothing_after_its_owner_left(
    world: World, browser: Browser, leave: str
) -> None:
    thief = copied(browser)
    assert thief.get("/check").address == "/check"

    browser.post(leave, browser.hidden())

    assert thief.get("/check").address == "/start"
    assert sittings(world) == []


def test_a_copied_cookie_opens_not_even_the_receipt_once_the_answers_were_sent(
    world: World, browser: Browser, code: str
) -> None:
    answered(browser)
    thief, colleague = copied(browser), Browser(browser.app).begin(code)

    assert browser.send().address == "/receipt"

    assert browser.get("/receipt").address == "/receipt"
    assert thief.get("/receipt").address == "/start"
    # Whoever came in with the code before it was sent types it again to see what was sent.
    assert colleague.get("/receipt").address == "/start"
    assert colleague.enter(code).address == "/receipt"
    world.clock.advance_to(world.clock.now() + timedelta(hours=2))
    assert browser.get("/receipt").address == "/start"


def test_a_sitting_ends_after_a_day_however_busy(world: World, browser: Browser) -> None:
    for _ in range(24):
        assert browser.get("/check").address == "/check"
        world.clock.advance_to(world.clock.now() + timedelta(hours=1))

    assert browser.get("/check").address == "/start"
    world.clock.advance_to(world.clock.now() + timedelta(days=1))
    world.tick()
    assert sittings(world) == []


def test_a_sitting_says_neither_whose_it_is_nor_when_it_began(world: World, browser: Browser) -> None:
    (row,) = sittings(world)
    columns = world.read(lambda s: [one["name"] for one in inspect(s.connection()).get_columns("sitting")])

    assert sorted(columns) == ["ends_on", "token_hash"]
    assert row.ends_on == (world.clock.now() + timedelta(days=1)).date()
