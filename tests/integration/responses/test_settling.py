"""Cases come to what their answers say, in passes: nothing lost, nothing doubled, nobody reminded in vain."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import at
from survey_app.demo.respondents import answer_all
from survey_app.models.burden import BurdenEntry, BurdenKind
from survey_app.models.cases.casework import Case, CaseEvent, Outcome
from survey_app.models.outbox import Message
from survey_app.models.responses import Response
from survey_app.services.cases.casework import record_outcome
from survey_app.services.responses import shuffling
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import lead_seat_of
from survey_app.worker import passes
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

DONE = ["complete", "invitation sent", "started"]


def answer(world: World, place: int, *, stop_after: int = 99) -> int:
    """Let a charity answer; its case."""
    case_id = case_of(world, Sector.VOLUNTARY, place)[0]
    with world.database.writing() as session:
        save, rng = Save(world.clock.now()), np.random.default_rng(place)
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=save, stop_after=stop_after)
    return case_id


def outcome(world: World, case_id: int) -> tuple[Outcome, object]:
    case = world.read(lambda s: s.get_one(Case, case_id))
    return case.outcome, case.outcome_on


def history(world: World, case_id: int) -> list[str]:
    query = select(CaseEvent.kind).where(CaseEvent.case_id == case_id)
    return sorted(world.read(lambda s: s.scalars(query).all()))


def minutes_entered(world: World) -> int:
    query = select(func.count()).where(BurdenEntry.kind == BurdenKind.MINUTES_ANSWERED)
    return world.read(lambda s: s.scalar(query)) or 0


def test_a_pass_writes_what_is_missing_and_another_writes_nothing(world: World) -> None:
    world.opened()
    sent, begun = answer(world, 0), answer(world, 1, stop_after=3)

    assert [world.settle(), world.settle()] == [2, 0]

    assert outcome(world, sent) == (Outcome.COMPLETE, DATES.opens_on)
    assert outcome(world, begun) == (Outcome.STARTED, DATES.opens_on)
    assert (history(world, sent), minutes_entered(world)) == (DONE, 1)


def test_a_pass_that_is_cut_off_leaves_nothing_half_done_and_the_next_makes_it_good(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.opened()
    cases = [answer(world, place) for place in range(3)]

    def cut_off(session: Session, *, round_id: int) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(shuffling, "shuffle", cut_off)
        with pytest.raises(SystemExit):
            world.settle(nightly=True)
    assert {outcome(world, case_id)[0] for case_id in cases} == {Outcome.NOT_STARTED}

    world.settle(nightly=True)

    assert [history(world, case_id) for case_id in cases] == [DONE] * 3
    assert minutes_entered(world) == 3


def test_a_row_that_was_damaged_keeps_no_other_case_from_its_answers_and_no_letter_from_leaving(
    embedded_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = embedded_world.opened()
    sound, damaged = answer(world, 0), answer(world, 1)
    with world.database.writing() as session:
        seat = lead_seat_of(session, world.keys, case_id=damaged)
        broken = update(Response).where(Response.seat_pseudonym == seat.seat_pseudonym)
        session.execute(broken.values(moments=b"damaged on its way"))

    world.move_to(at(DATES.first_reminder_on, 9))

    assert [outcome(world, case_id)[0] for case_id in (sound, damaged)] == [
        Outcome.COMPLETE,
        Outcome.NOT_STARTED,
    ]
    assert "cannot be read: their case stays as it is" in caplog.text
    reminded = select(Message.case_id).where(Message.event == "first_reminder", Message.state == "sent")
    letters = world.read(lambda s: s.scalars(reminded).all())
    assert len(letters) == 38
    assert not {sound, damaged} & set(letters)


def test_a_round_that_cannot_be_settled_keeps_no_letter_from_leaving(
    embedded_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = embedded_world.opened()
    world.clock.advance_to(at(DATES.first_reminder_on, 9))
    world.tick()
    world.sent.clear()
    with world.database.writing() as session:
        again = {"state": "waiting", "due_at": world.clock.now(), "lease_until": world.clock.now()}
        session.execute(update(Message).where(Message.event == "first_reminder").values(again))
    answered = answer(world, 0)

    def broken(*_: object, **__: object) -> int:
        raise RuntimeError("as nobody foresaw")

    monkeypatch.setattr(passes, "settle_round", broken)
    world.tick()

    assert len(world.sent) == 39
    assert outcome(world, answered)[0] is Outcome.NOT_STARTED


def test_the_day_of_a_case_is_that_of_its_answers_and_not_of_the_pass(world: World) -> None:
    world.opened()
    case_id = answer(world, 0)

    world.move_to(at(DATES.opens_on + timedelta(days=1), 4))

    assert outcome(world, case_id) == (Outcome.COMPLETE, DATES.opens_on)


def test_nobody_who_has_answered_is_reminded_also_without_a_pass_since(world: World) -> None:
    world.opened()
    world.clock.advance_to(at(DATES.first_reminder_on, 8))
    case_id = answer(world, 0)

    world.move_to(at(DATES.first_reminder_on, 9))

    letters = world.read(lambda s: s.scalars(select(Message).where(Message.event == "first_reminder")).all())
    assert Counter(letter.state for letter in letters) == {"sent": 39}
    assert case_id not in {letter.case_id for letter in letters}
    assert outcome(world, case_id)[0] is Outcome.COMPLETE


def test_answers_go_on_beside_a_night_and_none_is_lost(world: World) -> None:
    world.opened()

    with ThreadPoolExecutor(1) as other:
        answering = other.submit(lambda: [answer(world, place, stop_after=2) for place in range(12)])
        while not answering.done():
            world.settle(nightly=True)
    world.settle(nightly=True)

    assert {outcome(world, case_id)[0] for case_id in answering.result()} == {Outcome.STARTED}
    assert world.read(lambda s: s.scalar(select(func.count()).select_from(Response))) == 12


def test_what_staff_recorded_since_stands_against_a_start_and_not_against_what_was_sent(world: World) -> None:
    world.opened()
    begun, sent = answer(world, 0, stop_after=3), answer(world, 1)
    for case_id in (begun, sent):
        with world.database.writing() as session:
            record_outcome(
                session, world.keys, case_id=case_id, outcome="refused", note="", context=world.context()
            )

    world.settle()

    assert [outcome(world, case_id)[0] for case_id in (begun, sent)] == [Outcome.REFUSED, Outcome.COMPLETE]


def test_what_staff_see_of_answers_does_not_change_between_two_passes(embedded_world: World) -> None:
    """Else whoever looks again and again learns the minute."""
    world = embedded_world.opened()
    case_id = case_of(world, Sector.VOLUNTARY, 0)[0]
    coordinator = Visitor(world, "coordinator")
    pages = [f"/cases/{case_id}", "/rounds/1", "/rounds/1/cases", "/rounds/1/printed", "/today"]
    pages += ["/rounds/1/not-answered.csv", "/rounds/1/reserve"]
    before = [words(coordinator.open(page)) for page in pages]

    answer(world, 0, stop_after=3)
    assert [words(coordinator.open(page)) for page in pages] == before
    answer(world, 0)
    assert [words(coordinator.open(page)) for page in pages] == before

    world.settle()
    assert "State Sent" in words(coordinator.open(f"/cases/{case_id}"))


def test_what_staff_do_between_two_passes_does_not_tell_them_that_answers_were_sent(
    embedded_world: World,
) -> None:
    world = embedded_world.opened()
    answered, silent = answer(world, 0), case_of(world, Sector.VOLUNTARY, 1)[0]
    coordinator = Visitor(world, "coordinator")

    for act, typed in (
        ("outcome", {"outcome": "called", "note": "Call again on Tuesday"}),
        ("outcome", {"outcome": "refused"}),
        ("code", {}),
    ):
        answers = [_answer_to(coordinator, case_id, act, typed) for case_id in (answered, silent)]
        assert answers[0] == answers[1], act

    world.settle()
    assert [outcome(world, case_id)[0] for case_id in (answered, silent)] == [
        Outcome.COMPLETE,
        Outcome.REFUSED,
    ]


def _answer_to(visitor: Visitor, case_id: int, act: str, typed: dict[str, str]) -> tuple[int, list[str]]:
    """What an act about a case answers, and what its page says after it, whichever case it is."""
    page = f"/cases/{case_id}"
    status = visitor.send(f"{page}/{act}", form_at=page, **typed).status_code
    shown = words(visitor.open(page))
    shown = shown.partition("Where it stands")[2]
    # The lines of one day stand in no order.
    return status, sorted(re.sub(r"Yearly income .*? Email|\S+@\S+", "", shown).split())
