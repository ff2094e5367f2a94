"""A closed round takes answers again when two people say so, until a release of it is checked."""

from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import update

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import EventKind, EventState
from survey_app.clock import end_of
from survey_app.errors import InvalidError, NotAllowedError, StageError
from survey_app.models.results import Release, ReleaseState
from survey_app.services import jobs
from survey_app.services.cycle import reopening
from survey_app.services.people import accounts
from survey_app.services.responses import seats
from survey_app.services.results import freezing
from survey_app.services.rounds import events, lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

AGAIN = DATES.closes_on + timedelta(days=14)
ADDRESS = "/rounds/1/reopen"


def closed(world: World) -> World:
    world.opened(bodies=4, charities=16)
    world.move_to(end_of(DATES.closes_on))
    return world


def view(world: World) -> RoundView:
    return world.read(lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme))


def person(world: World, role: str) -> int:
    email = world.person(role)
    return world.read(lambda s: accounts.person_of(s, email=email))


def ask(world: World, who: int, until: date = AGAIN, why: str = "The post was on strike") -> int:
    with world.database.writing() as session:
        return reopening.ask(
            session, round_view=view(world), until=until, why=why, person_id=who, context=world.context()
        )


def agree(world: World, approval_id: int, who: int) -> None:
    with world.database.writing() as session:
        reopening.agree(
            session, round_view=view(world), approval_id=approval_id, person_id=who, context=world.context()
        )


def second_coordinator(world: World) -> int:
    with world.database.writing() as session:
        accounts.add_person(
            session,
            email="second@compact.invalid",
            name="Second",
            role="coordinator",
            made="no password",
            context=world.context(),
        )
        return accounts.person_of(session, email="second@compact.invalid")


def test_a_second_person_reopens_it_and_it_closes_again_on_its_new_day(world: World) -> None:
    closed(world)
    first, second = person(world, "coordinator"), second_coordinator(world)
    asked = ask(world, first)
    assert view(world).stage is Stage.CLOSED
    with pytest.raises(NotAllowedError):
        agree(world, asked, first)
    sent = len(world.sent)

    agree(world, asked, second)

    seat = world.read(lambda s: seats.lead_seat_of(s, world.keys, case_id=case_of(world, Sector.PUBLIC)[0]))
    seats.check_open(seat)
    assert (view(world).stage, seat.closes_on) == (Stage.OPEN, AGAIN)
    end = world.read(lambda s: events.events_of(s, round_id=world.round_id))[-1]
    assert (end.kind, end.state, end.day, end.moved_from) == (
        EventKind.CLOSE,
        EventState.PLANNED,
        AGAIN,
        DATES.closes_on,
    )
    assert end.why == "The post was on strike (asked for by Coordinator)"
    world.move_to(end_of(AGAIN) - timedelta(minutes=1))
    assert view(world).stage is Stage.OPEN
    world.move_to(end_of(AGAIN))
    assert (view(world).stage, len(world.sent)) == (Stage.CLOSED, sent)


def test_a_round_that_others_rest_on_stays_closed(world: World) -> None:
    closed(world)
    first = person(world, "coordinator")
    with world.database.writing() as session:
        release_id = freezing.schedule_freeze(session, round_id=world.round_id, context=world.context())
    with pytest.raises(StageError, match="Results are being worked out"):
        ask(world, first)
    with world.database.writing() as session:
        freezing.stop_freezing(session, release_id=release_id, context=world.context())
    asked = ask(world, first)

    with world.database.writing() as session:
        session.execute(
            update(Release).values(
                state=ReleaseState.CHECKED, contents={"schema": 1}, frozen_at=world.clock.now()
            )
        )
    second = second_coordinator(world)
    with pytest.raises(StageError, match="Release 1 rests on the answers"):
        agree(world, asked, second)

    assert view(world).stage is Stage.CLOSED


def test_results_that_were_stopped_are_not_worked_out_while_it_takes_answers_again(world: World) -> None:
    closed(world)
    first, second = person(world, "coordinator"), second_coordinator(world)
    with world.database.writing() as session:
        release_id = freezing.schedule_freeze(session, round_id=world.round_id, context=world.context())
        freezing.stop_freezing(session, release_id=release_id, context=world.context())
    agree(world, ask(world, first), second)

    with world.database.writing() as session:
        freezing.resume_freezing(session, release_id=release_id, context=world.context())
    world.tick()

    job = world.read(lambda s: freezing.freezing_job(s, release_id=release_id))
    assert (job.state, job.failure) == (
        jobs.FAILED,
        "Annual survey 2026 takes answers again. Freeze its results when it has closed.",
    )


def test_what_makes_no_sense_is_refused_in_words(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    first = person(world, "coordinator")
    with pytest.raises(StageError, match=r"is open\. A round that is closed can be reopened"):
        ask(world, first)
    world.move_to(end_of(DATES.closes_on))

    with pytest.raises(InvalidError, match="has passed"):
        ask(world, first, until=DATES.closes_on)
    with pytest.raises(InvalidError, match="more than 90 days away"):
        ask(world, first, until=DATES.closes_on + timedelta(days=120))
    with pytest.raises(InvalidError, match="Say why"):
        ask(world, first, why=" ")


def fields(until: date, **also: str) -> dict[str, object]:
    parts = {"until-day": until.day, "until-month": until.month, "until-year": until.year}
    return {**parts, "why": "The post was on strike", **also}


def seen_of(page: str) -> str:
    return unescape(page.split('name="seen"')[1].split('value="')[1].split('"')[0])


def test_the_pages_show_what_follows_first_and_let_only_another_person_agree(embedded_world: World) -> None:
    world = closed(embedded_world)
    coordinator = Visitor(world, "coordinator")

    shown = coordinator.send(ADDRESS, form_at=ADDRESS, **fields(AGAIN, submit="yes"))
    assert "takes answers again, as soon as a second person agrees, until the end of 3 December" in words(
        shown
    )
    assert "12 organisations without an answer can use the code that they have." in words(shown)
    coordinator.send(ADDRESS, form_at=ADDRESS, **fields(AGAIN, confirm="yes", seen=seen_of(shown.text)))

    assert "A second coordinator has to agree." in words(coordinator.open(ADDRESS))
    assert "Agree to reopening the round" not in words(coordinator.open("/today"))
    second_coordinator(world)
    other = Visitor(world)
    other.email = "second@compact.invalid"
    other.sign_in(world)
    assert "Agree to reopening the round: Annual survey 2026" in words(other.open("/today"))
    assert "Reason: The post was on strike" in words(other.open(ADDRESS))
    refused = other.send(f"{ADDRESS}/1", form_at=ADDRESS, refuse="1")
    assert refused.status_code == 422
    other.send(f"{ADDRESS}/1", form_at=ADDRESS, agree="1")
    assert view(world).stage is Stage.OPEN
    assert "asked for by Coordinator" in words(other.open("/rounds/1/dates"))


def test_the_page_of_more_time_shows_what_follows_and_gives_it_only_then(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")
    address = "/rounds/1/dates/more-time?case=1"
    assert "Give more time" in words(coordinator.open("/cases/1"))
    assert "Give more time" not in words(interviewer.open("/cases/1"))
    chosen = {**fields(AGAIN), "whose": "one", "case": "1", "region": ""}

    faulty = coordinator.send(address, form_at=address, **(chosen | {"case": ""}), submit="yes")
    assert "Enter the number of the case" in words(faulty)
    shown = coordinator.send(address, form_at=address, **chosen, submit="yes")
    assert "may answer until the end of 3 December 2026" in words(shown)
    other = coordinator.send(address, form_at=address, **chosen, confirm="yes", seen="of other organisations")
    assert "What follows" in words(other)
    assert "More time for some" not in words(coordinator.open("/rounds/1/dates"))
    given = coordinator.send(address, form_at=address, **chosen, confirm="yes", seen=seen_of(shown.text))

    assert given.status_code == 302
    assert "By coordinator@compact.invalid on 7 September 2026: The post was on strike" in words(
        coordinator.open("/rounds/1/dates")
    )
    assert "It has more time than the round: until the end of 3 December 2026." in words(
        coordinator.open("/cases/1")
    )
