"""A list is looked at beside the edition before it and then taken, or given up; what waits is shown."""

import io
from datetime import timedelta

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import Organisation
from survey_app.services.frames.lists import WAITS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, voluntary

DESCRIBED = {
    "name": "Charities",
    "owner": "The owner",
    "dated-day": "20",
    "dated-month": "8",
    "dated-year": "2026",
    "purpose": "To ask them",
    "coverage": "Everybody",
}
DAY = {"as_of-day": "24", "as_of-month": "8", "as_of-year": "2026"}


def bring_in(visitor: Visitor, text: str, **changes: str) -> TestResponse:
    return visitor.send("/frame/list", **DESCRIBED | changes, file=(io.BytesIO(text.encode()), "list.csv"))


def newer() -> str:
    """One gone, one new, one moved to another region and renamed."""
    text = voluntary(41).replace("Charity 00007,North West", "Charity Seven,London")
    return "\r\n".join(line for line in text.splitlines() if "V00003" not in line)


def test_an_edition_shows_new_changed_and_gone_and_changes_nothing_until_it_is_taken(
    embedded_world: World,
) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    assert bring_in(coordinator, newer()).location == "/frame/lists/3"
    said = words(coordinator.open("/frame/lists/3"))
    assert "Waits to be taken" in said
    assert "New 1 were not on it Changed 1 say something else Gone 1 are left out" in said
    assert "Charity 00003 V00003 Gone" in said
    assert "name: Charity 00007 → Charity Seven; region: North West → London" in said
    assert "Charity 00040" not in words(coordinator.open("/frame/lists/3?show=gone"))
    file = coordinator.open("/frame/lists/3/differences.csv").text
    assert [line.split(",")[0] for line in file.splitlines()[1:]] == ["gone", "new", "changed"]
    assert "Lists that wait to be taken" in words(coordinator.open("/frame"))
    assert "Frame 2 describes 60 organisations" in words(coordinator.send("/frame", **DAY, sure=""))
    renamed = select(func.count(Organisation.id)).where(Organisation.name == "Charity Seven")
    assert world.read(lambda s: s.scalar(renamed)) == 0

    assert coordinator.send("/frame/lists/3/take").location == "/frame"
    said = words(coordinator.open("/frame"))
    assert "Lists that wait for a frame Charities, as of 20 August 2026 : 40 rows" in said
    assert world.read(lambda s: s.scalar(renamed)) == 1
    assert coordinator.send("/frame/lists/3/take").status_code == 409


def test_an_edition_that_differs_much_is_taken_for_a_reason_only(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")
    bring_in(coordinator, voluntary(10))

    assert "30 of 40 organisations are gone" in words(coordinator.open("/frame/lists/3"))
    refused = coordinator.send("/frame/lists/3/take")
    assert refused.status_code == 422
    assert "Enter why so much is different" in words(refused)
    assert coordinator.send("/frame/lists/3/take", why="The register was cleaned").status_code == 302


def test_an_edition_that_is_given_up_or_forgotten_leaves_nothing(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    bring_in(coordinator, voluntary(41))
    again = bring_in(coordinator, voluntary(41))
    assert "waits to be taken. Take it, or give it up, first" in words(again)
    assert coordinator.send("/frame/lists/3/give-up").location == "/frame/lists"
    bring_in(coordinator, voluntary(41))
    world.wait(WAITS - timedelta(hours=1))
    assert count(world) == (3, 101)
    world.wait(timedelta(hours=1))

    assert count(world) == (2, 60)


def count(world: World) -> tuple[int, int]:
    lists, rows = (select(func.count()).select_from(table) for table in (SourceList, SourceRecord))
    return world.read(lambda s: (s.scalar(lists) or 0, s.scalar(rows) or 0))


def test_frames_and_lists_of_any_day_can_be_opened_and_taken_back_without_a_command(
    embedded_world: World,
) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")
    bring_in(coordinator, voluntary(41))
    coordinator.send("/frame/lists/3/take")
    coordinator.send("/frame", **DAY)

    assert 'href="/frame/1"' in coordinator.open("/frame").text
    assert "Frame 1, as of" in words(coordinator.open("/frame/1"))
    assert "An older edition" in words(coordinator.open("/frame/lists/2"))
    assert coordinator.open("/frame/lists/2/rows.csv").text.count("Charity") == 40
    assert "Frame 2 is made of it" in words(coordinator.send("/frame/lists/3/give-back"))

    asked = words(coordinator.send("/frame/2/discard", sure=""))
    assert "Panels are drawn from frame 1 again" in asked
    assert "Enter the reason" in words(coordinator.send("/frame/2/discard", said_why=""))
    assert coordinator.send("/frame/2/discard").location == "/frame"
    assert "1 organisation that came with it goes" in words(
        coordinator.send("/frame/lists/3/give-back", sure="")
    )
    assert coordinator.send("/frame/lists/3/give-back").location == "/frame/lists"
    assert coordinator.open("/frame/2").status_code == 404
    assert coordinator.open("/frame/lists/3").status_code == 404
    assert count(world) == (2, 60)


def test_a_panel_is_undrawn_on_its_page_and_a_reviewer_cannot(embedded_world: World) -> None:
    world = embedded_world.drawn()
    coordinator = Visitor(world, "coordinator")

    assert "Undraw this panel" in words(coordinator.open("/panels/1"))
    assert "40 organisations, is taken away" in words(coordinator.send("/panels/1/undraw", sure=""))
    assert Visitor(world, "reviewer").send("/panels/1/undraw").status_code == 403
    assert coordinator.send("/panels/1/undraw").location == "/panels"
    assert coordinator.open("/panels/1").status_code == 404
