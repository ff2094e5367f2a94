"""More time for a group, or for one: shown first, kept with who and why, and for nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import EventKind, EventState
from survey_app.clock import at, end_of
from survey_app.errors import InvalidError, StageError
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.outbox import Message
from survey_app.services.fieldwork import extending, new_codes
from survey_app.services.fieldwork.extending import MoreTime
from survey_app.services.responses import seats
from survey_app.services.responses.seats import NotInTimeError, Seat
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.answering import case_of
from tests.fixtures.world import DATES, World

LATER = date(2026, 12, 3)
LATEST = date(2026, 12, 17)


def view(world: World) -> RoundView:
    return world.read(lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme))


def give(world: World, wanted: MoreTime, *, why: str = "Their office was flooded") -> int:
    with world.database.writing() as session:
        return extending.give(
            session, round_view=view(world), wanted=wanted, why=why, context=world.context()
        )


def follows(world: World, wanted: MoreTime) -> str:
    with world.database.reading() as session:
        shown = extending.consequences(
            session, round_view=view(world), wanted=wanted, context=world.context()
        )
    return " ".join((*shown.follows, *shown.warnings))


def seat(world: World, case_id: int) -> Seat:
    return world.read(lambda s: seats.lead_seat_of(s, world.keys, case_id=case_id))


def may_answer(world: World, case_id: int) -> bool:
    try:
        seats.check_open(seat(world, case_id))
    except NotInTimeError:
        return False
    return True


def answered(world: World, case_id: int) -> None:
    with world.database.writing() as session:
        session.execute(update(Case).where(Case.id == case_id).values(outcome=Outcome.COMPLETE))


def reminded(world: World) -> int:
    """How many second reminders have left."""
    sent = (Message.event == "second_reminder", Message.state == "sent")
    return len(world.read(lambda s: list(s.scalars(select(Message.id).where(*sent)))))


def test_one_organisation_answers_on_when_the_round_has_ended_for_all_others(world: World) -> None:
    world.opened(bodies=4, charities=16)
    (late, _), (other, _) = case_of(world, Sector.PUBLIC), case_of(world, Sector.PUBLIC, 1)
    assert give(world, MoreTime(until=LATER, case_id=late)) == 1
    assert seat(world, late).closes_on == LATER

    world.move_to(end_of(DATES.closes_on))

    assert (view(world).stage, may_answer(world, late), may_answer(world, other)) == (Stage.OPEN, True, False)
    assert view(world).takes_cases is False
    closing = world.read(lambda s: events.events_of(s, round_id=world.round_id))[-1]
    assert (closing.kind, closing.state, closing.day) == (EventKind.CLOSE, EventState.DONE, DATES.closes_on)
    with world.database.writing() as session, pytest.raises(StageError, match="Give it more time first"):
        new_codes.send_code(session, world.keys, case_id=other, person_id=1, context=world.context())
    world.move_to(end_of(LATER))
    assert (view(world).stage, may_answer(world, late)) == (Stage.CLOSED, False)


def test_a_round_closes_for_each_group_on_its_day_and_waits_for_nobody_who_has_answered(world: World) -> None:
    world.opened(bodies=4, charities=16)
    (charity, _), (body, _) = case_of(world, Sector.VOLUNTARY), case_of(world, Sector.PUBLIC)
    give(world, MoreTime(until=LATER, sector=Sector.PUBLIC))
    give(world, MoreTime(until=LATEST, case_id=charity))

    world.move_to(end_of(DATES.closes_on))
    world.move_to(end_of(LATER))
    assert (view(world).stage, may_answer(world, body), may_answer(world, charity)) == (
        Stage.OPEN,
        False,
        True,
    )
    # More time once more, while only one is waited for.
    give(world, MoreTime(until=LATER + timedelta(days=3), case_id=body))
    assert may_answer(world, body)
    answered(world, charity)
    world.move_to(end_of(LATER + timedelta(days=3)))

    assert view(world).stage is Stage.CLOSED


def test_a_group_is_reminded_on_its_own_day_once(world: World) -> None:
    world.opened(bodies=4, charities=16)
    wanted = MoreTime(until=LATER, remind_on=date(2026, 10, 26), sector=Sector.PUBLIC)
    assert "Their second reminder leaves on 26 October 2026 instead of 12 October 2026." in follows(
        world, wanted
    )
    give(world, wanted)

    world.move_to(at(DATES.first_reminder_on, 9))
    world.move_to(at(DATES.second_reminder_on, 9))
    second = Message.event == "second_reminder"
    assert (
        len(world.read(lambda s: list(s.scalars(select(Message.id).where(second, Message.state == "sent")))))
        == 8
    )
    world.move_to(at(date(2026, 10, 26), 9))
    assert (
        len(world.read(lambda s: list(s.scalars(select(Message.id).where(second, Message.state == "sent")))))
        == 12
    )
    assert "Last day for replies: 3 December 2026" in world.sent[-1].get_content()

    again = replace(wanted, until=LATEST, remind_on=date(2026, 12, 1))
    assert "They are reminded once more, on 1 December 2026" in follows(world, again)
    give(world, again)
    world.move_to(end_of(DATES.closes_on))
    sent = len(world.sent)
    world.move_to(at(date(2026, 12, 1), 9))
    assert len(world.sent) == sent + 4


def test_what_follows_is_said_in_numbers_before_anything_changes(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    answered(world, case_of(world, Sector.PUBLIC)[0])

    said = follows(world, MoreTime(until=LATER, sector=Sector.PUBLIC, remind_on=date(2026, 10, 25)))

    assert "Public bodies: 3 organisations without an answer" in said
    assert "may answer until the end of 3 December 2026 instead of 19 November 2026." in said
    assert "Letters that have left them (3) said 19 November 2026." in said
    assert "Letters rest on 25 October 2026" in said
    assert world.read(lambda s: s.scalar(select(Case.id).where(Case.answers_until.is_not(None)))) is None


REFUSED = [
    (MoreTime(until=DATES.closes_on), "is not after the round’s own, 19 November 2026"),
    (MoreTime(until=date(2026, 9, 1)), "1 September 2026, has passed"),
    (MoreTime(until=date(2027, 6, 1)), "more than 90 days"),
    (MoreTime(until=LATER, remind_on=DATES.first_reminder_on), "within 3 days of another letter"),
    (MoreTime(until=LATER, remind_on=date(2026, 12, 2)), "Leave at least 3 days"),
    (MoreTime(until=LATER, case_id=4711), "Nobody of these is still to answer"),
    (MoreTime(until=LATER, region="Wales"), "Nobody of these is still to answer"),
]


def test_more_time_that_makes_no_sense_is_refused_in_words(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)

    for wanted, fault in REFUSED:
        with pytest.raises(InvalidError) as refused:
            follows(world, wanted)
        assert fault in " ".join((str(refused.value), *refused.value.faults))


def test_nothing_is_given_without_a_reason_or_before_the_opening(
    world: World,
) -> None:
    world.launched(bodies=4, charities=16)
    wanted = MoreTime(until=LATER, sector=Sector.PUBLIC)
    with pytest.raises(StageError, match="More time is given while it is open"):
        give(world, wanted)
    world.move_to(at(DATES.opens_on, 9))

    with pytest.raises(InvalidError, match="Say why"):
        give(world, wanted, why=" ")
    assert world.read(lambda s: extending.extensions_of(s, round_id=world.round_id)) == []
