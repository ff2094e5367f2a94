"""An organisation put in an area by hand on its page."""

import pytest
from sqlalchemy import select

from survey_app.models.audit import AuditEntry
from survey_app.services.organisations import areas
from survey_app.services.organisations.areas import Stay
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.organisations.test_areas import with_areas_and_organisations

PATH = "/organisations/1/areas/add"
SINCE = {"began_on-day": "1", "began_on-month": "4", "began_on-year": "2020"}
TYPED = {"area": "Adur", "source": "a register", **SINCE}


@pytest.fixture
def world(embedded_world: World) -> World:
    return with_areas_and_organisations(embedded_world)


def stays(world: World) -> list[Stay]:
    return world.read(lambda session: areas.stays_of(session, organisation_id=1))


def test_on_the_screen_an_organisation_is_put_in_an_area_changed_and_taken_away(world: World) -> None:
    coordinator = Visitor(world, "coordinator")

    coordinator.send(PATH, form_at=PATH, **TYPED)
    assert "Adur (district), since 1 Apr 2020: a register" in words(coordinator.open("/organisations/1"))
    change = "/organisations/areas/1"
    ending = {"ended_on-day": "1", "ended_on-month": "4", "ended_on-year": "2024"}
    coordinator.send(change, form_at=change, **TYPED, **ending)
    assert "until 1 Apr 2024" in words(coordinator.open("/organisations/1"))
    away = f"{change}/take-away"
    asked = coordinator.send(away, form_at=change, sure="", said_why="")
    coordinator.send(away, form_at=change, said_why="Another body of that name")

    assert "Why is it taken away?" in words(asked)
    assert stays(world) == []
    acts = world.read(lambda s: set(s.scalars(select(AuditEntry.act))))
    assert acts >= {
        "organisation put in an area", "area of an organisation changed",
        "area of an organisation taken away",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"area": "Nowhere"}, "No one area is called"),
        ({"area": ""}, "Enter the name or code of an area"),
        ({"source": ""}, "Say how we know"),
        ({"began_on-month": "13"}, "month"),
    ],
)
def test_what_cannot_be_entered_is_said_and_what_was_typed_stays(
    world: World, typed: dict[str, str], said: str
) -> None:
    refused = Visitor(world, "coordinator").send(PATH, form_at=PATH, **TYPED | typed)

    assert (refused.status_code, said in refused.text) == (422, True)
    assert 'value="2020"' in refused.text
    assert stays(world) == []


def test_an_interviewer_puts_nobody_in_an_area(world: World) -> None:
    assert Visitor(world, "interviewer").open(PATH).status_code == 403
