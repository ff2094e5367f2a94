"""The logs on the screen: a short consultation entered, an action carried on, and a file of entries."""

import io

import pytest

from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.logs.kent import logs_begun_in_kent

SHORT = {
    "title": "Bus routes",
    "area": "Kent",
    "began_on-day": "1",
    "began_on-month": "3",
    "began_on-year": "2025",
    "ended_on-day": "31",
    "ended_on-month": "3",
    "ended_on-year": "2025",
    "source": "minutes",
}


@pytest.fixture
def clerk(embedded_world: World) -> Visitor:
    world = embedded_world
    logs_begun_in_kent(world)
    return Visitor(world, "coordinator")


def test_a_short_consultation_is_entered_once_its_reason_is_given(clerk: Visitor) -> None:
    path = "/logs/add/consultation"

    refused = clerk.send(path, form_at=path, **SHORT)
    saved = clerk.send(path, form_at=path, **SHORT, reason="imposed by central timetable", replies="1,041")

    assert refused.status_code == 422
    assert 'href="#reason' in refused.text
    assert 'value="Bus routes"' in refused.text
    assert saved.location == "/logs/1"
    page, listed = words(clerk.open("/logs/1")), words(clerk.open("/logs?kind=consultation"))
    assert "4, less than the 12 asked for" in page
    assert "All entries about this area , or only what else changed there" in page
    assert "1,041" in page
    assert "4 weeks: imposed by central timetable" in listed


def test_what_became_of_an_action_is_typed_over_what_was_known(clerk: Visitor) -> None:
    due = {"due_on-day": "1", "due_on-month": "6", "due_on-year": "2025"}
    begun = {name: value for name, value in SHORT.items() if not name.startswith("ended")} | due
    clerk.send("/logs/add/action", form_at="/logs/add/action", **begun, state="under way")
    assert "Overdue" in clerk.open("/logs?kind=action").text
    assert "Follow up actions: 1 action" in clerk.open("/today").text
    assert "Bus routes" in clerk.open("/logs?kind=action&due=1").text

    path = "/logs/1/replace"
    done = {**SHORT, **due, "state": "done"}
    moved = clerk.send(path, form_at=path, **done)
    again = clerk.send(path, form_at=path, **done)

    assert moved.location == "/logs/2"
    assert "Done" in words(clerk.open("/logs/1")).split("History")[0]
    assert (again.status_code, "Look at it again" in again.text) == (422, True)
    assert words(clerk.open("/logs?kind=action")).count("Bus routes") == 1
    assert "Follow up actions" not in clerk.open("/today").text
    assert "Bus routes" not in clerk.open("/logs?kind=action&due=1").text


def test_a_file_is_taken_or_refused_with_its_rows(clerk: Visitor) -> None:
    header = b"kind,title,began_on,source,area,state,weight\n"
    bad, good = (
        header + b"dispute,Rent,2025-01-01,us,KEN,,\n",
        header + b"dispute,Rent,2025-01-01,us,KEN,open,major\n",
    )
    sent = [
        clerk.send("/logs/file", form_at="/logs/file", file=(io.BytesIO(content), "disputes.csv"))
        for content in (bad, good)
    ]

    assert [one.status_code for one in sent] == [422, 302]
    assert "row 2, state" in sent[0].text
    assert "no place is ranked" in clerk.open("/logs?kind=dispute").text


def test_an_entry_that_was_taken_back_is_shown_as_that_and_listed_no_more(clerk: Visitor) -> None:
    path = "/logs/add/event"
    clerk.send(path, form_at=path, **SHORT, initiative="Sure Start")
    clerk.send("/logs/1/take-back", form_at="/logs/1/take-back", why="another Kent")

    assert "Taken back" in clerk.open("/logs/1").text
    assert "Nothing of this is entered" in words(clerk.open("/logs?kind=event"))


def test_logs_are_closed_to_who_only_reads_results(embedded_world: World, clerk: Visitor) -> None:
    reviewer = Visitor(embedded_world, "reviewer")

    assert [reviewer.open(path).status_code for path in ("/logs", "/logs/add/event")] == [403, 403]
