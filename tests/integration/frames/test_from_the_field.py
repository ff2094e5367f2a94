"""Lists that comparable systems met in the field and got wrong, brought in as they came."""

from datetime import date
from pathlib import Path

import pytest

from survey_app.services.frames.editions import RenumberedError
from survey_app.services.organisations import history
from tests.fixtures.world import World

FIELD = Path(__file__).parents[2] / "fixtures" / "field"
FIRST, NEXT = date(2025, 6, 1), date(2026, 6, 1)


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def bring(world: World, name: str, dated: date) -> None:
    world.imported("Charities", (FIELD / name).read_bytes(), dated=dated)


def met(world: World, text: str) -> list[str]:
    lines = world.read(lambda s: history.organisations(s, text=text, year=2026))
    return [line.name for line in lines.lines]


def test_13_a_renamed_organisation_is_met_under_both_names(world: World) -> None:
    bring(world, "13-2025.csv", FIRST)
    bring(world, "13-2026.csv", NEXT)

    assert met(world, "New Name 1") == ["New Name 1"]
    assert "New Name 1" in met(world, "Old Name 1")


def test_14_names_are_met_with_and_without_accents_in_any_case(world: World) -> None:
    bring(world, "14-accents.csv", FIRST)

    numbers = [len(met(world, text)) for text in ("Tŷ", "école", "O'Neill", "Age Concern Hull", "ty gwyr")]
    assert numbers == [2, 1, 1, 2, 2]


def test_16_noughts_that_a_spreadsheet_took_off_make_no_births_and_deaths(world: World) -> None:
    bring(world, "16-2025.csv", FIRST)

    with pytest.raises(RenumberedError) as caught:
        bring(world, "16-2026.csv", NEXT)
    assert len(caught.value.faults) == 3
