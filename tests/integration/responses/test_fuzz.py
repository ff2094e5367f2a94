"""Nonsense in every field of every question: an answer of ours each time, and never a fault of ours."""

import random

import pytest

from instruments.answering.routing import states
from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire, State
from instruments.versions.library import read
from sampling.frame import Sector
from survey_app.services.responses.seats import lead_seat_of, questionnaire_for, sheet_of
from tests.fixtures.answering import Browser, application, case_of, plain
from tests.fixtures.every_kind import ANSWERS, TEXT, opened_with_every_kind
from tests.fixtures.world import World

NONSENSE = (
    "", " ", "\x00", "-1", "0", "1e9", "99999999999999999999", "٣", "½", "<b>", "'; DROP TABLE --",
    "{{ 7*7 }}", "{organisation}", "\U0001f600", "\u202e",
    "yes", "no", "dont_know", "not_applicable", "10", "11", "always", "x" * 4001,
    "\n\r\n", "31", "Feb", "2026",
)  # fmt: skip
NAMES = (
    "answer", "pass", "seen", "later", "answer-day", "answer-month", "answer-year", "answer-", "answer-x",
    "answer-title", "answer-dated", "answer-where", "answer-extract", "reason", "confirmation_token",
    "settled", "keep", "share.answer", "share-contracts.pass", "income.answer", "income.reason", ".answer",
    "income.",
)  # fmt: skip


def questionnaire_of(name: str) -> Questionnaire:
    return parse(TEXT) if name == "every-kind" else read(name, 1).questionnaire


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sector", "name"),
    [
        (Sector.VOLUNTARY, "annual-vco"),
        (Sector.PUBLIC, "annual-public-body"),
        (Sector.VOLUNTARY, "every-kind"),
    ],
)
def test_nonsense_is_answered_with_a_page_and_leaves_sound_answers(
    embedded_world: World, sector: Sector, name: str
) -> None:
    if name == "every-kind":
        world = opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))
    else:
        world = embedded_world.opened(bodies=4, charities=16)
    chance = random.Random(2026)
    case_id, code = case_of(world, sector)
    browser = Browser(application(world)).begin(code)
    known = browser.hidden()
    met = set()
    for question in questionnaire_of(name).questions:
        rows = [f"answer-{row.value}" for row in question.rows]
        sane = [option.value for option in (*question.options, *question.escapes)]
        for _ in range(4):
            names = chance.sample([*NAMES, *rows], k=chance.randint(1, 4)) + rows * chance.randint(0, 1)
            typed = {each: chance.choices([*NONSENSE, *sane], k=chance.randint(1, 2)) for each in names}
            browser.begin(code) if browser.address == "/start" or browser.heading.startswith("Come") else None
            met.add(browser.post(f"/question/{question.id}", known | typed).status)
        browser.begin(code) if browser.address == "/start" else None
        met.add(browser.get(f"/question/{question.id}").status)
        if browser.address == f"/question/{question.id}":
            # Sound answers too, so that pages behind others are met.
            sound = ANSWERS.get(question.id) if name == "every-kind" else plain(question)
            met.add(browser.send(sound).status)
    met.add(browser.get("/check").status)

    assert met <= {200, 409, 422}
    assert 422 in met

    def look(session):  # type: ignore[no-untyped-def]
        seat = lead_seat_of(session, world.keys, case_id=case_id)
        sheet = sheet_of(session, world.keys, seat=seat)
        return states(questionnaire_for(session, seat), sheet.answers, seat.facts)

    kept = world.read(look)
    assert len(kept) == len(questionnaire_of(name).questions)
    assert list(kept.values()).count(State.ANSWERED) >= 10
