"""Attacks with a code on paper that whoever printed it kept: it opens nothing that somebody else answered."""

import numpy as np
import pytest
from sqlalchemy import select

from sampling.frame import Sector
from survey_app.demo.respondents import answer_all
from survey_app.models.audit import AuditEntry
from survey_app.services.cases.seats import holder_of, lead_of
from survey_app.services.people import access
from survey_app.services.responses.saving import Save
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.world import World
from tests.integration.fieldwork.test_printed import begin, by_post, made, taken

WORD = "Marmalade 7"


@pytest.fixture
def world(embedded_world: World) -> World:
    """A round in which charities have letters on paper, and the codes are in somebody's hands."""
    world = by_post(embedded_world)
    taken(world, made(world))
    return world


def typing(world: World, code: str = "", place: int = 0) -> Browser:
    browser = Browser(application(world)).get("/start")
    return browser.send({"code": code or case_of(world, Sector.VOLUNTARY, place)[1]})


def come_in(world: World, place: int = 0) -> Browser:
    """The respondent, who uses the code first and answers the first questions."""
    browser = typing(world, place=place).send({"word": WORD})
    assert browser.address == "/welcome", browser.text
    return browser


def send_all(world: World, place: int = 0) -> None:
    """Every question answered, and sent."""
    with world.database.writing() as session:
        case_id, rng = case_of(world, Sector.VOLUNTARY, place)[0], np.random.default_rng(place)
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=Save(world.clock.now()))


def test_whoever_uses_a_code_first_chooses_a_word_and_comes_back_with_both(world: World) -> None:
    browser = typing(world)
    assert (browser.status, browser.heading) == (200, "Choose a word of your own")
    assert browser.get("/welcome").address == "/start"

    assert typing(world).send({"word": "short"}).summary[0][0].startswith("Your word must have 6 to 40")
    assert come_in(world).heading
    back = typing(world)
    assert back.heading == "Enter your word"
    # Capitals and blanks make no difference on an old telephone.
    assert back.send({"word": " marmalade7"}).address == "/welcome"


def test_a_code_that_was_kept_opens_nothing_once_its_respondent_has_begun(world: World) -> None:
    come_in(world)

    kept = typing(world)

    assert "Somebody used this code on 7 September 2026" in kept.text
    assert kept.get("/welcome").address == "/start"
    for guess in ("compact", "marmalade", WORD + "8"):
        wrong = typing(world).send({"word": guess})
        assert (wrong.status, wrong.get("/check").address) == (422, "/start")
    acts = world.read(lambda s: list(s.scalars(select(AuditEntry.act))))
    assert acts.count("word of a printed code refused") == 3


def test_words_are_not_guessed_without_end(world: World) -> None:
    come_in(world)
    for guess in range(5):
        typing(world).send({"word": f"guess-{guess}"})

    assert typing(world).send({"word": WORD}).status == 429


def test_a_word_that_stands_on_the_letter_is_refused(world: World) -> None:
    browser = typing(world)
    name = browser.page.xpath("//span[contains(@class, 'govuk-caption-l')]")[0].text

    assert "stands on the letter" in browser.send({"word": name[:8]}).text


def test_whoever_printed_and_comes_first_is_seen_and_reads_nothing_of_the_respondent(world: World) -> None:
    thief = typing(world).send({"word": "my own word"})
    assert thief.address == "/welcome"

    respondent = typing(world)

    assert "Somebody used this code on 7 September 2026" in respondent.text
    assert "If it was not you" in respondent.text
    assert typing(world).send({"word": WORD}).status == 422


def test_a_code_on_paper_does_not_open_what_was_answered_in_another_way(world: World) -> None:
    begin(world, 0)

    browser = typing(world)

    assert browser.heading == "This code does not open the questionnaire"
    assert browser.get("/welcome").address == "/start"
    # Nor with a word, if one is sent to the form all the same.
    form = Browser(application(world)).get("/start").hidden()
    code = case_of(world, Sector.VOLUNTARY)[1]
    assert browser.post("/start", form | {"code": code, "word": WORD}).get("/check").address == "/start"


def test_after_sending_the_code_says_when_and_shows_no_answer(world: World) -> None:
    come_in(world)
    send_all(world)

    kept = typing(world)

    assert "were sent on 7 September 2026" in kept.text
    assert kept.get("/receipt").address == "/start"
    assert typing(world).send({"word": WORD}).get("/receipt").heading == "Your answers were sent"


def test_a_new_code_goes_without_the_word_and_ends_both(world: World) -> None:
    come_in(world)
    case_id, old = case_of(world, Sector.VOLUNTARY)
    with world.database.writing() as session:
        newer, _ = access.renew(session, world.keys, holder=holder_of(lead_of(session, case_id)))

    assert typing(world, newer).address == "/welcome"
    assert typing(world, old).status == 422


def test_of_two_who_come_first_at_one_moment_one_does(world: World) -> None:
    first, second = typing(world), typing(world)

    first.send({"word": WORD})
    second.send({"word": "another word"})

    assert (first.address, second.heading) == ("/welcome", "Enter your word")
