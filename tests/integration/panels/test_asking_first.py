"""What cannot be undone says what it will do, in numbers, and does nothing until that is answered."""

from sqlalchemy import func, select

from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

DAY = {"as_of-day": "24", "as_of-month": "8", "as_of-year": "2026"}


def count(world: World, table: type[object]) -> int:
    return world.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


def test_a_frame_is_made_only_when_its_numbers_were_seen(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    asked = coordinator.send("/frame", **DAY, sure="")
    assert "Frame 2 describes 60 organisations of the lists in force, as of 24 August 2026" in words(asked)
    assert 'name="as_of-month" value="8"' in asked.text
    assert count(world, Frame) == 1

    assert coordinator.send("/frame", **DAY).location == "/frame"
    assert count(world, Frame) == 2


def test_days_that_cannot_be_are_refused(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    for year in ("1900", "2099"):
        refused = coordinator.send("/frame", **DAY | {"as_of-year": year})
        assert refused.status_code == 422
        assert f"A frame cannot be of 24 August {year}" in words(refused)
    assert count(world, Frame) == 1


def plan(year: int) -> dict[str, str]:
    return {"strand": "annual_survey", "year": str(year), "total": "20", "minimum": "2"}


def test_a_panel_is_drawn_only_when_its_numbers_were_seen(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    asked = coordinator.send("/panels/plan", **plan(2027), sure="")
    assert "20 public bodies and 20 voluntary organisations are drawn for 2027" in words(asked)
    assert count(world, Panel) == 0

    assert coordinator.send("/panels/plan", **plan(2027)).status_code == 302
    assert count(world, Panel) == 1


def test_a_panel_for_a_year_far_away_has_its_year_typed_once_more(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    for said in ("", "2013"):
        refused = coordinator.send("/panels/plan", **plan(2031), said_again=said)
        assert refused.status_code == 422
        assert "Type 2031, or go back" in words(refused)
    assert count(world, Panel) == 0

    assert coordinator.send("/panels/plan", **plan(2031), said_again="2031").status_code == 302
    assert count(world, Panel) == 1
