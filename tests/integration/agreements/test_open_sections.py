"""An open section: it says so before it begins, and lies apart from what is said in confidence."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from instruments.conduct import SeatKind
from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.crypto import unseal
from survey_app.models.agreements import Agreement, EntryKind, RegisterProposal
from survey_app.models.audit import AuditEntry
from survey_app.models.base import fresh_uuid
from survey_app.models.cases.back_checks import BackCheck, Reached
from survey_app.models.cases.casework import Seat
from survey_app.models.responses import Response, ResponseDraft, ResponseKind
from survey_app.services.material import ROUND, material_key
from tests.fixtures.answering import Browser, application, case_of, changes
from tests.fixtures.every_kind import OPENLY, SECRET, opened_with_register, with_second_agreement
from tests.fixtures.everything import stored
from tests.fixtures.staff import Visitor
from tests.fixtures.world import World

ANSWERS = {
    "heard": {"answer": "yes"},
    "trouble": {"answer": SECRET},
    "stage": {"answer": "being_developed"},
    "since": {"answer": "Last spring"},
    "news": {"answer": OPENLY},
}


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_register(embedded_world)


def answered(browser: Browser, until: str = "") -> Browser:
    while browser.address.startswith("/question/") and browser.address != f"/question/{until}":
        question = browser.address.removeprefix("/question/").partition(".")[0]
        browser.send(ANSWERS[question])
        assert browser.status == 200, browser.text
    return browser


def sent(world: World, place: int = 0) -> Browser:
    browser = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY, place)[1])
    return answered(browser).send()


def documents(world: World) -> dict[str, list[str]]:
    """All that is sealed under the round's key, read with it: confidential, open, drafts."""
    held: dict[str, list[str]] = {"confidential": [], "open": [], "draft": []}
    with world.database.reading() as session:
        key = material_key(session, world.keys, subject_kind=ROUND, subject_id=world.round_id)
        for row in session.scalars(select(Response)):
            held[row.kind.value].append(unseal(key, row.document, f"response {row.id}").decode())
        for row in session.scalars(select(ResponseDraft)):
            held["draft"].append(unseal(key, row.sealed, f"draft {row.id}").decode())
    return held


def test_an_open_section_says_what_it_is_before_its_first_question_and_not_before(world: World) -> None:
    browser = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])
    assert "This section is open" not in browser.text

    answered(browser, "stage.agreement")

    assert "This section is open" in browser.text
    assert "goes into the register of agreements with the name of Charity 0" in browser.text
    assert "Your answers are confidential" not in browser.text
    browser.send(ANSWERS["stage"])
    assert "This section is open" not in browser.text
    assert "Open section: answers here go into the register" in browser.text
    assert "This section is open: it goes into the register" in answered(browser).text


def test_the_confidential_document_never_holds_the_open_one_nor_the_open_one_it(world: World) -> None:
    sent(world)
    before = documents(world)
    world.settle()
    after = documents(world)

    for held in (before, after):
        assert all(SECRET in one and OPENLY not in one for one in held["confidential"])
        assert not any(SECRET in one for one in held["draft"] + held["open"])
    assert (len(before["confidential"]), len(before["open"])) == (1, 0)
    assert (len(after["confidential"]), len(after["open"])) == (1, 1)
    assert sum(OPENLY in one for one in before["draft"]) == 1
    assert (OPENLY in after["open"][0], after["draft"]) == (True, [])
    assert OPENLY not in json.dumps(changes(world))
    assert stored(world)[1].answers["news.agreement"].value == OPENLY


def test_what_was_said_openly_is_seen_by_nobody_before_the_pass_and_then_once(world: World) -> None:
    sent(world)

    def seen() -> tuple[int, int]:
        with world.database.reading() as session:
            forms = session.scalars(select(Response).where(Response.kind == ResponseKind.OPEN)).all()
            assert all(form.case_id and form.sent and form.seat_pseudonym is None for form in forms)
            return len(forms), len(session.scalars(select(RegisterProposal)).all())

    assert seen() == (0, 0)
    world.settle()
    world.settle(nightly=True)
    assert seen() == (1, 2)


def test_what_is_not_sent_or_not_said_proposes_nothing(world: World) -> None:
    answered(Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1]))
    world.settle()

    assert documents(world)["open"] == []
    assert world.read(lambda s: s.query(RegisterProposal).count()) == 0


def test_no_confidential_answer_becomes_a_proposal(world: World) -> None:
    sent(world)
    world.settle()

    proposed = world.read(lambda s: s.query(RegisterProposal).order_by(RegisterProposal.kind).all())
    assert [(one.kind.value, one.what) for one in proposed] == [
        ("publicity", OPENLY),
        ("stage", "being developed"),
    ]
    assert [answer for _, answer in proposed[0].said["answers"]] == [
        "It is being developed",
        "Last spring",
        OPENLY,
    ]
    assert SECRET not in json.dumps([one.said for one in proposed])
    assert proposed[0].said_by.startswith("Charity 0")


def test_questions_are_repeated_over_the_agreements_of_the_case_as_fixed_at_launch(world: World) -> None:
    added = with_second_agreement(world)
    browser = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])
    answered(browser, "stage.agreement-2")
    assert "How far is the Kent Compact?" in browser.heading
    answered(browser).send()
    world.settle()

    about = world.read(lambda s: [one.agreement_id for one in s.query(RegisterProposal)])
    assert sorted(about) == sorted([1, 1, added, added])


def test_an_agreement_whose_name_looks_like_a_pipe_leaves_the_questions_as_they_are(world: World) -> None:
    with world.database.writing() as session:
        session.execute(update(Agreement).values(name="{heard|x}"))
    browser = Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])

    assert answered(browser, "stage.agreement").status == 200


def test_by_telephone_it_is_read_out_and_lies_apart_as_well(world: World) -> None:
    interviewer = Browser(application(world)).sign_in(world, "interviewer")
    case_id = case_of(world, Sector.VOLUNTARY)[0]
    interviewer.post(f"/cases/{case_id}/telephone", interviewer.get("/start").hidden())
    interviewer.get(interviewer.page.xpath("//a[contains(@class, 'govuk-button--start')]")[0].get("href"))
    answered(interviewer, "stage.agreement")
    assert "Read this out before you ask" in interviewer.text
    answered(interviewer)

    held = documents(world)
    assert not any(SECRET in one and OPENLY in one for kind in held.values() for one in kind)
    interviewer.send()
    world.settle()

    assert [OPENLY in one for one in documents(world)["open"]] == [True]
    assert documents(world)["draft"] == []


def test_a_damaged_open_section_keeps_no_other_from_arriving(world: World) -> None:
    sent(world)
    with world.database.writing() as session:
        session.execute(update(ResponseDraft).values(sealed=b"damaged"))
    world.wait(timedelta(minutes=5))
    sent(world, 1)

    world.settle()

    assert len(documents_open(world)) == 1


def test_a_form_that_raises_as_nobody_foresaw_keeps_no_other_from_arriving_and_is_tried_again(
    world: World,
) -> None:
    for place in (0, 1):
        sent(world, place)
    case_id = case_of(world, Sector.VOLUNTARY, 0)[0]
    refusing = f"WHEN NEW.case_id = {case_id} BEGIN SELECT RAISE(ABORT, 'as nobody foresaw'); END"
    with world.database.writing() as session:
        session.execute(text(f"CREATE TRIGGER faulty BEFORE INSERT ON register_proposal {refusing}"))

    world.settle()

    assert len(documents_open(world)) == 1
    assert [OPENLY in one for one in documents(world)["draft"]] == [True]
    with world.database.writing() as session:
        session.execute(text("DROP TRIGGER faulty"))
    world.settle(nightly=True)
    assert len(documents_open(world)) == 2
    assert documents(world)["draft"] == []


def documents_open(world: World) -> list[Response]:
    return world.read(lambda s: s.query(Response).filter(Response.kind == ResponseKind.OPEN).all())


def given_back(world: World, case_id: int) -> None:
    """What two people agree to where nobody in the organisation knows of a call, done by the night's pass."""
    today = london_date(world.clock.now())
    asked = {"outcome": Reached.NOT_CONFIRMED, "asked_on": today, "asked_by": "b@compact.invalid"}
    with world.database.writing() as session:
        check = BackCheck(case_id=case_id, caller="a@compact.invalid", called_on=today, drawn_on=today)
        for name, value in {**asked, "sends_back_on": today}.items():
            setattr(check, name, value)
        session.add(check)
    world.settle(nightly=True)
    assert world.read(lambda s: s.scalars(select(BackCheck.sent_back_on)).all()) == [today]


def sent_anew(world: World, code: str, **answers: str) -> None:
    browser = Browser(application(world)).begin(code)
    for question, answer in answers.items():
        browser.get(f"/question/{question}.agreement?change=1").send({"answer": answer})
    browser.get("/check").send()
    world.settle()


def standing(world: World, kind: EntryKind) -> list[tuple[str, str]]:
    """What was proposed of this kind, with where it stands."""
    rows = world.read(lambda s: s.query(RegisterProposal).filter_by(kind=kind).order_by("id").all())
    return [(row.what, row.state.value) for row in rows]


def test_answers_given_back_and_sent_anew_stand_in_place_of_the_form_of_before(
    world: World,
) -> None:
    case_id, code = case_of(world, Sector.VOLUNTARY)
    sent(world)
    world.settle()
    given_back(world, case_id)

    sent_anew(world, code, stage="in_place")

    assert len(documents_open(world)) == 1
    assert "in_place" in documents(world)["open"][0]
    assert standing(world, EntryKind.STAGE) == [("being developed", "refused"), ("in place", "waiting")]
    acts = select(AuditEntry.actor, AuditEntry.detail).where(AuditEntry.act == "proposed change refused")
    rows = world.read(lambda s: s.execute(acts).all())
    assert sorted(detail["kind"] for _, detail in rows) == ["publicity", "stage"]
    assert {actor for actor, _ in rows} == {"worker"}


def test_what_the_register_took_over_is_not_proposed_again_by_answers_sent_anew(world: World) -> None:
    case_id, code = case_of(world, Sector.VOLUNTARY)
    sent(world)
    world.settle()
    clerk = Visitor(world, "coordinator")
    stage = world.read(lambda s: s.query(RegisterProposal).filter_by(kind=EntryKind.STAGE).one().id)
    day = {"began_on-day": "1", "began_on-month": "4", "began_on-year": "2026", "precision": "day"}
    page = f"/agreements/proposals/{stage}"
    said = {"choice": "being developed", "source": "What they said", **day}
    assert clerk.send(page, form_at=page, **said).status_code == 302
    given_back(world, case_id)

    sent_anew(world, code, stage="being_developed", news="Other news")

    assert standing(world, EntryKind.STAGE) == [("being developed", "taken over")]
    assert standing(world, EntryKind.PUBLICITY) == [(OPENLY, "refused"), ("Other news", "waiting")]


def test_what_a_colleague_of_the_same_case_proposed_goes_on_waiting(world: World) -> None:
    case_id, code = case_of(world, Sector.VOLUNTARY)
    sent(world)
    world.settle()
    with world.database.writing() as session:
        lead = session.scalars(select(Seat).where(Seat.case_id == case_id)).one()
        another = Seat(
            uuid=fresh_uuid(), case_id=case_id, kind=SeatKind.COLLEAGUE, created_on=lead.created_on
        )
        session.add(another)
        session.flush()
        mine = session.query(RegisterProposal).filter_by(kind=EntryKind.STAGE).one()
        held = {
            name: getattr(mine, name) for name in ("agreement_id", "said", "said_by", "source", "received_on")
        }
        theirs = {"case_id": case_id, "seat_id": another.id, "kind": EntryKind.STAGE, "what": "draft"}
        session.add(RegisterProposal(**held, **theirs))
    given_back(world, case_id)

    sent_anew(world, code, stage="in_place")

    assert ("draft", "waiting") in standing(world, EntryKind.STAGE)
    assert ("being developed", "refused") in standing(world, EntryKind.STAGE)


def test_the_round_s_key_alone_lays_no_waiting_open_answer_beside_the_confidential_ones(world: World) -> None:
    sent(world)
    with world.database.reading() as session:
        key = material_key(session, world.keys, subject_kind=ROUND, subject_id=world.round_id)
        (pseudonym,) = session.scalars(select(Response.seat_pseudonym))
        kept = {
            *session.scalars(select(ResponseDraft.id)),
            *session.scalars(select(ResponseDraft.seat_pseudonym)),
        }

    words = [f"open section|{what}|{pseudonym}".encode() for what in ("row", "name")]
    guessed = {hmac.new(key, word, hashlib.sha256).hexdigest()[:32] for word in words}
    assert kept
    assert not guessed & kept
    right = {hmac.new(world.keys.moments_key(key), word, hashlib.sha256).hexdigest()[:32] for word in words}
    assert right & kept
