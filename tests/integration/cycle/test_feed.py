"""The calendar feed: whole days with lasting names, at an address that is secret, one's own, and ends."""

import re
from datetime import date, timedelta

from icalendar import Calendar

from scheduler.rules import OnDay
from scheduler.timetable import RoundDates
from survey_app.clock import at
from survey_app.services.cycle import rules
from survey_app.services.fieldwork import moving
from survey_app.services.people import accounts
from survey_app.services.rounds import lifecycle
from tests.fixtures.staff import Visitor
from tests.fixtures.world import World


def cycling(world: World) -> World:
    """The usual cycle, with its first survey in preparation."""
    world.framed()
    with world.database.writing() as session:
        rules.set_usual(session, start=2026, opens=OnDay(12, 1), context=world.context())
    world.move_to(at(date(2026, 10, 6), 12))
    return world


def address(visitor: Visitor) -> str:
    page = visitor.send("/calendar/feed", form_at="/calendar/cycle")
    named = re.search(r"(/calendar/feed/[\w-]+\.ics)", page.text)
    assert named
    return named[1]


def days(visitor: Visitor, path: str) -> dict[str, tuple[date, date, str]]:
    """Start, end and state of each event by its UID."""
    answer = visitor.open(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(one["UID"]): (one["DTSTART"].dt, one["DTEND"].dt, str(one["STATUS"])) for one in events}


def test_the_feed_has_every_day_to_come_under_a_lasting_name(embedded_world: World) -> None:
    world = cycling(embedded_world)
    coordinator, anybody = Visitor(world, "coordinator"), Visitor(world)
    path = address(coordinator)
    before = days(anybody, path)
    opening = next(uid for uid in before if uid.startswith("annual_survey.2026.open."))
    assert before[opening] == (date(2026, 12, 1), date(2026, 12, 2), "CONFIRMED")
    assert any(uid.startswith("focus_groups.2035.") for uid in before)
    assert not any("focus_groups" in uid and "reminder" in uid for uid in before)

    with world.database.writing() as session:
        view = lifecycle.get_round(session, round_id=1, programme_id=world.programme)
        later = RoundDates(*(day + timedelta(days=7) for _, day in view.dates.in_order()))
        moving.move_dates(session, round_view=view, wanted=later, why="The hall", context=world.context())
    assert days(anybody, path)[opening][0] == date(2026, 12, 8)
    assert days(anybody, path).keys() == before.keys()

    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=1, context=world.context())
    assert days(anybody, path)[opening][2] == "CANCELLED"


def test_lines_are_folded_and_end_as_calendars_ask(embedded_world: World) -> None:
    coordinator = Visitor(cycling(embedded_world), "coordinator")

    content = coordinator.open(address(coordinator)).data

    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert b"@bodies.invalid" not in content


def test_an_address_ends_with_the_next_and_with_its_owner(embedded_world: World) -> None:
    world = cycling(embedded_world)
    coordinator, anybody = Visitor(world, "coordinator"), Visitor(world)
    first = address(coordinator)
    second = address(coordinator)
    assert anybody.open(first).status_code == 404
    assert anybody.open(second).status_code == 200
    assert anybody.open("/calendar/feed/guessed.ics").status_code == 404

    world.person("administrator")
    with world.database.writing() as session:
        listed = accounts.listing(session, programme_id=world.programme)
        owner = next(one.id for one in listed if one.email == coordinator.email)
        accounts.deactivate(session, person_id=owner, context=world.context())

    assert anybody.open(second).status_code == 404
