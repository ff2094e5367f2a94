"""Several people press the button at one moment, on both engines: nothing is lost, nobody meets a fault."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, local

import pytest
from flask import Flask
from sqlalchemy import func, select

from instruments.answering.answers import Answer
from instruments.schema import State
from sampling.frame import Sector
from survey_app.application import create_app
from survey_app.clock import SetClock
from survey_app.models.cases.casework import Case
from survey_app.models.responses import Response
from survey_app.services.responses.seats import Sheet, lead_seat_of, sheet_of
from tests.fixtures.answering import Browser, Typed, case_of, steps
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.world import World

LONG_ENOUGH = 20


class MeetingClock(SetClock):
    """A clock at which people meet: each waits at the first look until all have looked.

    A page is read before the clock is looked at and written after it, so all have read when the first writes.
    """

    def __init__(self, instant: datetime) -> None:
        super().__init__(instant)
        self._together: Barrier | None = None
        self._met = local()

    def meet(self, people: int) -> None:
        self._together, self._met = Barrier(people), local()

    def now(self) -> datetime:
        if self._together is not None and not getattr(self._met, "already", False):
            self._met.already = True
            self._together.wait(LONG_ENOUGH)
        return super().now()


@pytest.fixture
def asked(world: World) -> World:
    return opened_with_every_kind(world.drawn(bodies=4, charities=16))


@pytest.fixture
def clock_to_meet_at(asked: World) -> MeetingClock:
    return MeetingClock(asked.clock.now())


@pytest.fixture
def app(asked: World, clock_to_meet_at: MeetingClock) -> Iterator[Flask]:
    made = create_app(asked.settings, clock=clock_to_meet_at)
    yield made
    made.extensions["compact"].database.close()


@pytest.fixture
def code(asked: World) -> str:
    return case_of(asked, Sector.VOLUNTARY)[1]


def people(app: Flask, code: str, pages: Sequence[str]) -> list[Browser]:
    """One browser for each page, open at it."""
    return [Browser(app).begin(code).get(page) for page in pages]


def at_once(clock: MeetingClock, browsers: Sequence[Browser], typed: Sequence[Typed]) -> list[int]:
    """Everybody sends what they typed; the statuses, with 302 for a page that leads on."""
    sent = [
        (browser, browser.address, browser.hidden() | each)
        for browser, each in zip(browsers, typed, strict=True)
    ]
    clock.meet(len(sent))

    def press(browser: Browser, address: str, data: Typed) -> int:
        return browser._kept(browser.client.post(address, data=data)).status  # type: ignore[attr-defined]

    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(lambda each: press(*each), sent))


def sheet(world: World) -> Sheet:
    def look(session):  # type: ignore[no-untyped-def]
        seat = lead_seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY)[0])
        return sheet_of(session, world.keys, seat=seat)

    return world.read(look)


@pytest.mark.parametrize("begun", [False, True])
def test_the_same_answer_at_once_is_saved_once_and_both_go_on(
    asked: World, app: Flask, clock_to_meet_at: MeetingClock, code: str, begun: bool
) -> None:
    if begun:
        Browser(app).begin(code).get("/question/status").send(ANSWERS["status"])
    both = people(app, code, ["/question/heard-of"] * 2)

    assert at_once(clock_to_meet_at, both, [{"answer": "yes"}] * 2) == [302, 302]

    assert sheet(asked).answers["heard-of"] == Answer(State.ANSWERED, "yes")
    assert len(steps(asked)) == (2 if begun else 1)
    assert asked.read(lambda session: session.scalar(select(func.count()).select_from(Response))) == 1


@pytest.mark.parametrize("begun", [False, True])
def test_other_answers_at_once_are_one_saved_and_one_choice(
    asked: World, app: Flask, clock_to_meet_at: MeetingClock, code: str, begun: bool
) -> None:
    if begun:
        Browser(app).begin(code).get("/question/status").send(ANSWERS["status"])
    both = people(app, code, ["/question/heard-of"] * 2)

    statuses = at_once(clock_to_meet_at, both, [{"answer": "yes"}, {"answer": "no"}])

    assert sorted(statuses) == [302, 303]
    loser = both[statuses.index(303)]
    clock_to_meet_at.meet(1)
    assert loser.get("/question/heard-of").status == 409
    saved, typed = loser.page.xpath("//main//*[contains(@class, 'govuk-radios__hint')]")
    kept = sheet(asked).answers["heard-of"].value
    assert {saved.text_content().strip(), typed.text_content().strip()} == {"Yes", "No"}
    assert saved.text_content().strip().lower() == kept
    clock_to_meet_at.meet(1)
    assert loser.send({"settle": "typed"}).status == 200
    assert sheet(asked).answers["heard-of"].value != kept


@pytest.mark.parametrize("begun", [False, True])
def test_answers_to_four_questions_at_once_all_arrive(
    asked: World, app: Flask, clock_to_meet_at: MeetingClock, code: str, begun: bool
) -> None:
    if begun:
        Browser(app).begin(code).get("/question/group").send(ANSWERS["group"])
    questions = ["heard-of", "status", "relationship", "grants"]
    everybody = people(app, code, [f"/question/{each}" for each in questions])

    statuses = at_once(clock_to_meet_at, everybody, [ANSWERS[each] for each in questions])

    assert statuses == [302] * 4
    assert set(questions) <= set(sheet(asked).answers)
    assert len(steps(asked)) == 4 + begun


def test_a_save_and_the_sending_at_once_leave_a_whole_questionnaire(
    asked: World, app: Flask, clock_to_meet_at: MeetingClock, code: str
) -> None:
    sender = Browser(app).begin(code)
    while sender.address.startswith("/question/"):
        sender.send(ANSWERS[sender.address.removeprefix("/question/")])
    saver = Browser(app).enter(code).get("/question/comments")

    saved, sent = at_once(clock_to_meet_at, [saver, sender], [{"answer": "At the last moment"}, {}])

    left = sheet(asked)
    assert (sent, left.submitted_on is not None) == (302, True)
    assert (left.answers["comments"].value == "At the last moment") is (saved == 302)
    assert saved in (302, 409)
    asked.settle()
    outcome = select(Case.outcome).where(Case.id == case_of(asked, Sector.VOLUNTARY)[0])
    assert asked.read(lambda session: session.scalar(outcome)) == "complete"
