"""Answers saved, resumed, in conflict, sent and destroyed, on both engines."""

from threading import Barrier, Thread

import numpy as np
import pytest
from sqlalchemy import func, select, update

from instruments.answering.answers import Answer
from instruments.answering.routing import first_unanswered
from instruments.schema import Question, State
from survey_app.clock import end_of
from survey_app.crypto import unseal
from survey_app.demo.respondents import answer_all
from survey_app.errors import ConflictError, DestroyedError, StageError
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.outbox import Message
from survey_app.models.responses import Response, ResponseChange
from survey_app.services.cases.seats import holder_of, lead_of
from survey_app.services.material import ROUND, destroy_material
from survey_app.services.people.access import code_of
from survey_app.services.responses import saving, seats
from survey_app.services.responses.checking import Sent, UnsoundError
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import RacedError, Save, StaleAnswerError, UnfinishedError
from survey_app.services.responses.seats import NotInTimeError, Seat, Sheet, UnknownCodeError
from tests.fixtures.answering import changes, renewed_code, steps
from tests.fixtures.world import DATES, World

NOTHING = seats.digest(None)


@pytest.fixture
def opened(world: World) -> World:
    return world.opened(bodies=4, charities=20)


def charity(world: World) -> str:
    """The access code of one VCO."""
    query = (
        select(Case).join(Message, Message.case_id == Case.id).order_by(Case.organisation_id.desc()).limit(1)
    )
    case = world.read(lambda s: s.scalars(query).one())
    return world.read(lambda s: code_of(s, world.keys, holder=holder_of(lead_of(s, case.id))))


def arrive(world: World, code: str) -> tuple[Seat, Sheet]:
    with world.database.reading() as session:
        seat = seats.seat_for_code(session, world.keys, code=code)
        return seat, seats.sheet_of(session, world.keys, seat=seat)


def page(world: World, seat: Seat, sheet: Sheet, item: str) -> Question:
    with world.database.reading() as session:
        journey = Journey(seats.questionnaire_for(session, seat), sheet.answers, seat.facts)
    return next(journey.worded(question) for question in journey.asked if question.id == item)


def save(
    world: World, seat: Seat, sheet: Sheet, value: str, *, item: str = "heard-of", seen: str = NOTHING
) -> Sheet:
    question = page(world, seat, sheet, item)
    with world.database.writing() as session:
        journey = Journey(seats.questionnaire_for(session, seat), sheet.answers, seat.facts)
        sent = Sent(question, {"answer": [value]}, seen)
        at = Save(world.clock.now())
        return saving.save_page(session, seat, sheet, journey=journey, sent=[sent], save=at).sheet


def send(world: World, seat: Seat, sheet: Sheet) -> Sheet:
    with world.database.writing() as session:
        questionnaire = seats.questionnaire_for(session, seat)
        return saving.submit(session, seat, sheet, questionnaire=questionnaire, save=Save(world.clock.now()))


def complete(world: World, code: str, *, stop_after: int = 99) -> None:
    seat, _ = arrive(world, code)
    with world.database.writing() as session:
        answer_all(
            session,
            world.keys,
            case_id=seat.case_id,
            rng=np.random.default_rng(1),
            save=Save(world.clock.now()),
            stop_after=stop_after,
        )


def finished(world: World, code: str) -> tuple[Seat, Sheet]:
    """All that is asked has an answer, and nothing was sent."""
    seat, sheet = arrive(world, code)
    questionnaire = world.read(lambda s: seats.questionnaire_for(s, seat))
    while Journey(questionnaire, sheet.answers, seat.facts).open:
        complete(world, code, stop_after=1)
        seat, sheet = arrive(world, code)
    return seat, sheet


def test_a_code_lets_in_however_it_is_typed_and_another_does_not(opened: World) -> None:
    code = charity(opened)

    seat, sheet = arrive(opened, f" {code.lower().replace('-', ' ')} ")

    assert (seat.organisation.startswith("Charity"), sheet.revision, dict(sheet.answers)) == (True, 0, {})
    with pytest.raises(UnknownCodeError):
        arrive(opened, "0000-0000-0000")


def test_what_was_saved_is_there_when_the_respondent_comes_back(opened: World) -> None:
    code = charity(opened)
    seat, sheet = arrive(opened, code)
    save(opened, seat, sheet, "yes")
    opened.settle()

    again, resumed = arrive(opened, code)

    assert again.outcome is Outcome.STARTED
    assert (resumed.revision > 0, resumed.answers) == (True, {"heard-of": Answer(State.ANSWERED, "yes")})
    with opened.database.reading() as session:
        missing = first_unanswered(seats.questionnaire_for(session, again), resumed.answers, again.facts)
    assert missing is not None
    assert missing.id == "knows-what"


def test_the_same_answer_again_changes_nothing(opened: World) -> None:
    code = charity(opened)
    seat, sheet = arrive(opened, code)
    saved = save(opened, seat, sheet, "yes")

    assert save(opened, seat, saved, "yes", seen="whatever") is saved
    assert len(steps(opened)) == 1


def test_every_save_leaves_its_mark_in_the_history(opened: World) -> None:
    seat, sheet = arrive(opened, charity(opened))
    first = save(opened, seat, sheet, "yes")
    save(opened, seat, first, "no", seen=seats.digest(first.answers["heard-of"]))

    assert ["'yes'" in str(change) for change in changes(opened)] == [True, False]
    assert {(step.mode, step.by) for step in steps(opened)} == {("web", "respondent")}


def test_a_stale_page_is_a_conflict_and_loses_nothing(opened: World) -> None:
    code = charity(opened)
    seat, sheet = arrive(opened, code)
    save(opened, seat, sheet, "yes")
    seat, colleague = arrive(opened, code)

    with pytest.raises(StaleAnswerError):
        save(opened, seat, colleague, "no")

    assert arrive(opened, code)[1].answers["heard-of"].value == "yes"


def test_a_save_that_was_overtaken_is_a_conflict_and_loses_nothing(opened: World) -> None:
    code = charity(opened)
    seat, sheet = arrive(opened, code)
    first = save(opened, seat, sheet, "yes")
    seen = seats.digest(first.answers["heard-of"])
    save(opened, seat, first, "no", seen=seen)

    with pytest.raises(RacedError):
        save(opened, seat, first, "dont_know", seen=seen)

    assert (arrive(opened, code)[1].answers["heard-of"].value, len(steps(opened))) == ("no", 2)


def test_of_two_first_saves_at_one_moment_one_stands_and_the_other_is_told(opened: World) -> None:
    code = charity(opened)
    seat, sheet = arrive(opened, code)
    save_at_once = Barrier(2)
    outcomes: list[object] = []

    def respond(value: str) -> None:
        save_at_once.wait()
        try:
            outcomes.append(type(save(opened, seat, sheet, value)))
        except ConflictError as refusal:
            outcomes.append(type(refusal))

    threads = [Thread(target=respond, args=(value,)) for value in ("yes", "no")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(outcomes) == {Sheet, RacedError}
    assert len(steps(opened)) == 1


def test_what_is_no_answer_is_refused(opened: World) -> None:
    seat, sheet = arrive(opened, charity(opened))

    with pytest.raises(UnsoundError) as caught:
        save(opened, seat, sheet, "perhaps")

    assert list(caught.value.answers_at_fault) == ["heard-of"]

    assert steps(opened) == []


def test_an_unfinished_questionnaire_is_not_sent(opened: World) -> None:
    code = charity(opened)
    seat, sheet = arrive(opened, code)
    with pytest.raises(UnfinishedError) as caught:
        send(opened, seat, sheet)
    assert caught.value.question_id == "heard-of"

    saved = save(opened, seat, sheet, "yes")
    with pytest.raises(UnfinishedError) as caught:
        send(opened, seat, saved)

    assert caught.value.question_id == "knows-what"


def test_sending_completes_the_case_and_withdraws_its_letters(opened: World) -> None:
    code = charity(opened)
    case_id = arrive(opened, code)[0].case_id
    with opened.database.writing() as session:
        session.execute(update(Message).where(Message.case_id == case_id).values(state="waiting"))

    complete(opened, code)
    opened.settle()

    seat, sheet = arrive(opened, code)
    assert (seat.outcome, sheet.submitted_on) == (Outcome.COMPLETE, DATES.opens_on)
    state = opened.read(lambda s: s.scalar(select(Message.state).where(Message.case_id == case_id)))
    assert state == "withdrawn"


def test_sending_twice_changes_nothing_and_nothing_can_be_saved_after_it(opened: World) -> None:
    code = charity(opened)
    complete(opened, code)
    seat, sheet = arrive(opened, code)
    before = steps(opened)

    assert send(opened, seat, sheet) is sheet
    with pytest.raises(StageError, match="sent already"):
        save(opened, seat, sheet, "no", seen=seats.digest(sheet.answers["heard-of"]))

    assert steps(opened) == before


def test_a_save_that_began_before_the_sending_does_not_come_after_it(opened: World) -> None:
    code = charity(opened)
    complete(opened, code, stop_after=1)
    seat, sheet = arrive(opened, code)
    complete(opened, code)
    shown = sheet.answers["heard-of"]

    with pytest.raises(RacedError):
        save(opened, seat, sheet, "no" if shown.value == "yes" else "yes", seen=seats.digest(shown))

    assert arrive(opened, code)[1].answers["heard-of"] == shown


def test_what_is_sent_is_what_was_checked_and_nothing_saved_since(opened: World) -> None:
    code = charity(opened)
    seat, sheet = finished(opened, code)
    shown = sheet.answers["heard-of"]
    other = "no" if shown.value == "yes" else "yes"
    save(opened, seat, sheet, other, seen=seats.digest(shown))

    with pytest.raises(RacedError):
        send(opened, seat, sheet)

    seat, sheet = arrive(opened, code)
    assert (sheet.submitted_on, sheet.answers["heard-of"].value) == (None, other)


def test_a_round_that_is_not_open_takes_nothing(world: World) -> None:
    world.launched(bodies=4, charities=20)
    code = charity(world)
    seat, sheet = arrive(world, code)
    with pytest.raises(NotInTimeError, match="opens for replies on 7 September 2026"):
        save(world, seat, sheet, "yes")

    world.move_to(end_of(DATES.closes_on))
    seat, sheet = arrive(world, code)
    with pytest.raises(NotInTimeError) as caught:
        save(world, seat, sheet, "yes")

    assert caught.value.closed


def test_answers_of_one_round_are_not_seen_in_another(opened: World) -> None:
    code = charity(opened)
    complete(opened, code)
    seat, sheet = arrive(opened, code)
    elsewhere = Seat(**{**seat.__dict__, "round_id": opened.round_id + 1})

    with opened.database.reading() as session, pytest.raises(DestroyedError):
        seats.sheet_of(session, opened.keys, seat=elsewhere)

    assert sheet.answers


def test_a_code_that_was_replaced_lets_nobody_in(opened: World) -> None:
    old = charity(opened)
    seat, sheet = arrive(opened, old)
    save(opened, seat, sheet, "yes")
    new = renewed_code(opened, seat.case_id)

    with pytest.raises(UnknownCodeError):
        arrive(opened, old)

    assert arrive(opened, new)[1].answers["heard-of"].value == "yes"


def test_destroying_the_key_of_a_round_destroys_its_answers(opened: World) -> None:
    code = charity(opened)
    complete(opened, code)
    with opened.database.writing() as session:
        context = opened.context()
        destroy_material(session, subject_kind=ROUND, subject_id=opened.round_id, context=context)

    with pytest.raises(DestroyedError, match="destroyed"):
        arrive(opened, code)

    stored = opened.read(lambda s: s.scalars(select(Response)).one())
    with pytest.raises(DestroyedError):
        unseal(bytes(32), stored.document, f"response {stored.id}")


def test_no_row_of_answers_points_at_an_organisation_or_tells_one(opened: World) -> None:
    code = charity(opened)
    complete(opened, code)
    seat, _ = arrive(opened, code)

    tables = {key.column.table.name for key in Response.__table__.foreign_keys}
    row = opened.read(lambda s: s.scalars(select(Response)).one())

    assert tables == {"round", "instrument_version", "case", "seat", "form_edition"}
    assert (row.kind, row.case_id, row.seat_id, row.edition_id) == ("confidential", None, None, None)
    assert seat.uuid not in row.id
    assert b"heard-of" not in row.document
    assert opened.read(lambda s: s.scalar(select(func.count()).select_from(ResponseChange))) == 1
