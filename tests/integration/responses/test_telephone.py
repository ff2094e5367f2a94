"""An attack by telephone: an interviewer who opens a questionnaire that its respondent began on the web."""

import pytest
from sqlalchemy import select

from instruments.answering.answers import Answer
from instruments.schema import State
from sampling.frame import Sector
from survey_app.models.audit import AuditEntry
from survey_app.services.cases import casework
from survey_app.services.responses.calls import taken
from survey_app.services.responses.seats import digest
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.everything import answered, saved, stored
from tests.fixtures.world import World

# What the respondent wrote, as pages and fields would show it.
SECRETS = ("120,000", "120000", "800.50", "1200.50", "alert(1", "Minutes of the board", "as amended")


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def on_the_web(world: World) -> Browser:
    """The respondent, who answered all but the last question."""
    browser = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])
    return answered(browser, "comments")


def calling(world: World, said: str = "yes") -> Browser:
    """An interviewer in a call, who was told this when they asked whether to go on."""
    browser = Browser(application(world)).sign_in(world, "interviewer")
    return call_again(world, browser, said)


def call_again(world: World, browser: Browser, said: str = "yes") -> Browser:
    token = browser.get("/start").hidden()
    browser.post(f"/cases/{case_of(world, Sector.VOLUNTARY)[0]}/telephone", token)
    return browser.send({"agreed": said, "submit": "1"}) if said else browser


def html(browser: Browser) -> str:
    assert browser.response is not None
    return browser.response.get_data(as_text=True)


def test_nothing_is_opened_before_the_person_who_answers_agreed(world: World, on_the_web: Browser) -> None:
    interviewer = calling(world, said="")
    assert interviewer.heading == "Go on from what was saved?"
    assert interviewer.get("/check").address == "/start"

    call_again(world, interviewer, "no")
    assert "Nothing was opened" in interviewer.text
    assert interviewer.get("/check").address == "/start"
    acts = world.read(lambda s: set(s.scalars(select(AuditEntry.act))))
    assert "took answers by telephone" not in acts


def test_no_page_tells_an_interviewer_what_was_saved_on_the_web(world: World, on_the_web: Browser) -> None:
    sheet = stored(world)[1]
    interviewer = calling(world)
    marks = {digest(answer) for answer in sheet.answers.values()}

    pages = ["/welcome", "/check", "/receipt"]
    pages += [f"/question/{item}{change}" for item in sheet.answers for change in ("", "?change=1")]
    for page in pages:
        shown = html(interviewer.get(page))
        assert [secret for secret in SECRETS if secret in shown] == [], page
        assert not [mark for mark in marks if mark in shown], page
        assert not interviewer.page.xpath("//input[@checked]"), page


def test_a_call_goes_on_from_the_web_and_can_be_sent(world: World, on_the_web: Browser) -> None:
    interviewer = calling(world)
    assert interviewer.get("/question/group").address == "/question/heard-by-telephone"

    interviewer.send({"answer": "yes"})
    interviewer.get("/question/comments").send({"answer": "Said by telephone"})

    assert "Said by telephone" in interviewer.text
    assert interviewer.text.count("Answered before, not shown here") > 20
    assert saved(world, "group") == Answer(State.ANSWERED, ANSWERS["group"]["answer"])
    interviewer.send()
    assert interviewer.heading == "Your answers were sent"
    assert stored(world)[1].submitted_on is not None


def test_an_answer_of_a_hidden_question_cannot_be_overwritten_from_a_call(
    world: World, on_the_web: Browser
) -> None:
    interviewer = calling(world)
    sent = interviewer.get("/question/comments").hidden() | {"answer": "Put in its place"}

    interviewer.post("/question/group", sent)

    assert saved(world, "group") == Answer(State.ANSWERED, ANSWERS["group"]["answer"])


def test_what_was_taken_in_one_call_is_not_shown_in_the_next(world: World, on_the_web: Browser) -> None:
    interviewer = calling(world)
    interviewer.get("/question/comments").send({"answer": "Said by telephone"})
    assert "Said by telephone" in html(interviewer.get("/check"))

    call_again(world, interviewer)

    assert "Said by telephone" not in html(interviewer.get("/check"))


def test_what_is_saved_on_the_web_during_a_call_is_not_shown(world: World, on_the_web: Browser) -> None:
    interviewer = calling(world).get("/question/comments")
    on_the_web.send({"answer": "Written meanwhile"})

    shown = html(interviewer.send({"answer": "Said by telephone"}))

    assert "Written meanwhile" not in shown
    assert "Another answer was saved meanwhile" in shown
    assert "Written meanwhile" not in html(interviewer.get("/check"))
    assert saved(world, "comments") == Answer(State.ANSWERED, "Written meanwhile")


def test_that_they_agreed_is_kept_and_the_respondent_is_told(world: World, on_the_web: Browser) -> None:
    calling(world)
    case_id = case_of(world, Sector.VOLUNTARY)[0]

    shown = on_the_web.get("/welcome").text

    assert "Our interviewer opened it to go on by telephone" in shown
    entry = world.read(
        lambda s: s.scalars(select(AuditEntry).where(AuditEntry.act == "took answers by telephone")).one()
    )
    assert entry.detail == {"went_on": True}
    # Its minute is near that of the answers, so that it may not name the case.
    assert (entry.subject, entry.subject_id) == ("round", str(world.round_id))
    view = world.read(
        lambda s: casework.case_view(s, world.keys, case_id=case_id, programme_id=world.programme)
    )
    assert "agreed to go on by telephone" in {event.kind for event in view.events}


def test_a_save_that_only_touches_an_earlier_answer_does_not_make_it_the_calls() -> None:
    saves = [(1, {"cash": "web", "old": "web"}), (2, {"cash": "without its reason", "new": "call"})]

    assert taken(saves, revisions={2}) == {"new"}
    assert taken([*saves, (3, {"new": "web"})], revisions={2}) == frozenset()
    assert taken([*saves, (3, {"cash": None}), (4, {"cash": "call"})], revisions={2, 4}) == {"new", "cash"}
