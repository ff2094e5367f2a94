"""An attack by telephone: an interviewer who opens a questionnaire that its respondent began on the web."""

import re

import pytest
from sqlalchemy import select

from instruments.answering.answers import Answer
from instruments.schema import State
from sampling.frame import Sector
from survey_app.models.audit import AuditEntry
from survey_app.models.responses import ResponseDraft
from survey_app.services.cases import casework
from survey_app.services.responses.calls import sheet_of_call
from survey_app.services.responses.checking import Sent
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import RacedError, Save, save_page
from survey_app.services.responses.seats import Sheet, digest, questionnaire_for
from tests.fixtures.answering import Browser, Typed, application, case_of, renewed_code
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.everything import answered, rows, saved, stored
from tests.fixtures.world import World


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def on_the_web(world: World) -> Browser:
    """The respondent, who answered all but the last question."""
    browser = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])
    return answered(browser, "comments")


def calling(world: World) -> Browser:
    """An interviewer in a call."""
    browser = Browser(application(world)).sign_in(world, "interviewer")
    return call_again(world, browser)


def call_again(world: World, browser: Browser) -> Browser:
    token = browser.get("/start").hidden()
    return browser.post(f"/cases/{case_of(world, Sector.VOLUNTARY)[0]}/telephone", token)


def html(browser: Browser) -> str:
    assert browser.response is not None
    return browser.response.get_data(as_text=True)


def seen(browser: Browser) -> list[str]:
    """What pages of a call hold, but the tokens that every page makes anew."""
    pages = ["/welcome", "/check", "/receipt"]
    pages += [f"/question/{item}" for item in ANSWERS]
    return [re.sub(r'name="csrf_token"[^>]*|nonce="[^"]*"', "", html(browser.get(page))) for page in pages]


def all_taken(browser: Browser, **other: Typed) -> Browser:
    """Every question of a call, from the first to the check."""
    answered(browser.get("/question/heard-of"), "heard-by-telephone", **other)
    return answered(browser.send({"answer": "yes"}), **other)


def test_a_call_is_the_same_page_by_page_whatever_was_answered_on_the_web(world: World) -> None:
    """Nobody on the line: an interviewer learns no answer, no route, no check, and not that there is any."""
    interviewer = calling(world)
    nothing = seen(interviewer)
    respondent = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])

    answered(respondent, "comments")
    assert seen(call_again(world, interviewer)) == nothing

    respondent.send({"answer": "The end"}).send()
    assert respondent.heading == "Your answers were sent"
    assert seen(call_again(world, interviewer)) == nothing


def test_a_number_is_checked_beside_those_of_the_call_alone(world: World, on_the_web: Browser) -> None:
    interviewer = calling(world).get("/question/heard-of")
    answered(interviewer, "late", grants={"answer": "60"})

    interviewer.send({"answer": "20"})

    # On the web 12 grants stand, of which 20 cannot be late.
    assert "That is many late payments" in interviewer.text
    assert interviewer.status == 422


def test_what_is_said_in_a_call_counts_and_the_rest_of_the_web_stays(
    world: World, on_the_web: Browser
) -> None:
    interviewer = calling(world).get("/question/heard-of")
    interviewer.send({"answer": "no"})
    assert saved(world, "heard-of") == Answer(State.ANSWERED, "no")
    assert saved(world, "group") == Answer(State.ANSWERED, ANSWERS["group"]["answer"])

    interviewer.get("/question/status").send({"answer": "none", "later": "1"})

    assert "The answers of" in interviewer.text
    fresh = Browser(application(world)).begin(renewed_code(world, case_of(world, Sector.VOLUNTARY)[0]))
    assert rows(fresh.get("/check"))["Where does the Compact stand?"].startswith("There is none")


def test_a_call_sends_what_is_complete_in_it_and_keeps_from_the_web_what_fits(
    world: World, on_the_web: Browser
) -> None:
    on_the_web.get("/question/comments").send({"answer": "Written on the web"})
    interviewer = all_taken(calling(world), grants={"answer": "2"}, late={"answer": "1"}, comments={})

    interviewer.get("/check").send()

    assert interviewer.heading == "Your answers were sent"
    assert "What you sent" not in interviewer.text
    assert stored(world)[1].submitted_on is not None
    assert saved(world, "grants") == Answer(State.ANSWERED, 2)
    assert saved(world, "comments") == Answer(State.ANSWERED, "Written on the web")


def test_a_call_after_the_answers_were_sent_changes_nothing_and_does_not_tell(
    world: World, on_the_web: Browser
) -> None:
    on_the_web.send({"answer": "The end"}).send()
    before = stored(world)[1]

    interviewer = all_taken(calling(world), heard_of={"answer": "no"}).get("/check").send()

    assert interviewer.heading == "Your answers were sent"
    assert "arrived on 7 September 2026 at 9:00am" in interviewer.text
    assert stored(world)[1] == before
    world.settle()
    assert call_again(world, interviewer).status == 409


def test_what_was_taken_in_one_call_is_not_shown_in_the_next(world: World, on_the_web: Browser) -> None:
    interviewer = calling(world)
    interviewer.get("/question/heard-of").send({"answer": "no"})
    interviewer.get("/question/comments").send({"answer": "Said by telephone"})
    assert "Said by telephone" in html(interviewer.get("/check"))

    call_again(world, interviewer)

    assert "Said by telephone" not in html(interviewer.get("/check"))
    assert saved(world, "comments") == Answer(State.ANSWERED, "Said by telephone")


def test_nothing_is_left_of_the_sheet_of_a_call_that_is_over(world: World) -> None:
    interviewer = calling(world)
    interviewer.get("/question/heard-of").send({"answer": "no"})
    # Beside the sheet stands where the respondent goes on, as it does of answers given on the web.
    theirs = stored(world)[0].seat_pseudonym
    assert sorted(one == theirs for one in drafts_of(world)) == [False, True]

    interviewer.get("/question/status").send({"later": "1"})

    assert drafts_of(world) == [theirs]


def drafts_of(world: World) -> list[str]:
    return world.read(lambda session: list(session.scalars(select(ResponseDraft.seat_pseudonym))))


def test_that_a_call_was_made_is_kept_and_the_respondent_sees_it(world: World, on_the_web: Browser) -> None:
    calling(world)
    case_id = case_of(world, Sector.VOLUNTARY)[0]

    assert "Our interviewer opened it to take answers by telephone" in on_the_web.get("/welcome").text
    entry = world.read(
        lambda s: s.scalars(select(AuditEntry).where(AuditEntry.act == "took answers by telephone")).one()
    )
    # Its minute is near that of the answers, so that it may not name the case.
    assert (entry.subject, entry.subject_id) == ("round", str(world.round_id))
    view = world.read(
        lambda s: casework.case_view(s, world.keys, case_id=case_id, programme_id=world.programme)
    )
    assert "opened by telephone" in {event.kind for event in view.events}


def test_two_windows_of_a_call_that_save_at_one_moment_lose_nothing(world: World) -> None:
    seat, own = stored(world)

    def saved_from(sheet: Sheet, question_id: str) -> Sheet:
        with world.database.writing() as session:
            asked = questionnaire_for(session, seat)
            journey = Journey(asked, sheet.answers, seat.facts)
            worded = journey.worded(asked.by_item(question_id))
            sent = [Sent(worded, {"answer": ["12" if question_id == "grants" else "yes"]}, digest(None))]
            save = Save(world.clock.now(), "telephone", "interviewer")
            return save_page(session, seat, sheet, journey=journey, sent=sent, save=save).sheet

    empty = world.read(lambda s: sheet_of_call(s, seat, own, call="one call"))
    first = saved_from(empty, "heard-of")
    with pytest.raises(RacedError):
        saved_from(empty, "grants")

    assert set(saved_from(first, "grants").answers) == {"heard-of", "grants"}
    assert set(stored(world)[1].answers) == {"heard-of", "grants"}
