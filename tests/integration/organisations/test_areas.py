"""Organisations put in areas, one by one and from a file."""

from datetime import date

import pytest

from survey_app.errors import InvalidError
from survey_app.models.organisations import Organisation
from survey_app.services.organisations import areas
from survey_app.services.organisations.areas import NewStay, Stay
from survey_app.services.places.areas import find_area, load_shipped
from tests.fixtures.world import World, kept

HEAD = "organisation,area,began_on,ended_on,source\n"


@kept
def with_areas_and_organisations(world: World) -> World:
    world.framed(bodies=4, charities=8)
    with world.database.writing() as session:
        load_shipped(session, context=world.context())
    return world


@pytest.fixture
def world(world: World) -> World:
    return with_areas_and_organisations(world)


def stays(world: World) -> list[Stay]:
    return world.read(lambda session: areas.stays_of(session, organisation_id=1))


def put(world: World, code: str, began_on: date | None = None, ended_on: date | None = None) -> int:
    with world.database.writing() as session:
        new = NewStay(
            organisation_id=1, area_id=find_area(session, code).id, source="it", began_on=began_on,
            ended_on=ended_on,
        )  # fmt: skip
        return areas.put_in_area(session, new=new, context=world.context())


def taken(world: World, rows: str) -> int:
    with world.database.writing() as session:
        content = (HEAD + rows).encode()
        return areas.import_areas_of_organisations(session, content, context=world.context())


def test_an_organisation_moves_from_one_area_to_another_on_a_day(world: World) -> None:
    put(world, "ADU", date(2015, 4, 1), date(2020, 4, 1))
    put(world, "WOT", date(2020, 4, 1))

    assert [(one.area, one.ended_on) for one in stays(world)] == [
        ("Worthing", None), ("Adur", date(2020, 4, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("began_on", "ended_on", "said"),
    [
        (date(2021, 4, 1), date(2021, 4, 1), "It ended before it began"),
        (date(2016, 1, 1), None, "This overlaps what was entered of the same area"),
        (None, date(2015, 4, 2), "This overlaps what was entered of the same area"),
    ],
)
def test_days_that_cannot_be_are_refused(
    world: World, began_on: date | None, ended_on: date | None, said: str
) -> None:
    put(world, "ADU", date(2015, 4, 1), date(2020, 4, 1))

    with pytest.raises(InvalidError) as refused:
        put(world, "ADU", began_on, ended_on)

    assert said in refused.value.faults[0]
    assert len(stays(world)) == 1


def test_an_area_that_was_no_more_takes_nobody(world: World) -> None:
    with pytest.raises(InvalidError) as refused:
        put(world, "CMA", date(2023, 4, 1))

    assert "was no more from 2023-04-01 on" in refused.value.faults[0]


def test_a_file_is_taken_whole_and_by_name_or_number(world: World) -> None:
    name = world.read(lambda session: session.get_one(Organisation, 2).name)

    assert taken(world, f"1,Adur,2020-04-01,,a register\n{name},E07000229,,,a call\n") == 2

    assert [one.area for one in stays(world)] == ["Adur"]


def test_of_a_faulty_file_nothing_is_taken_and_every_fault_is_told(world: World) -> None:
    rows = [
        "1,Adur,2020-04-01,,a register",
        "1,Adur,2021-04-01,,a register",
        "Nobody at all,Adur,,,a register",
        "1,Nowhere,,,a register",
        "1,Worthing,2020-04-01,2020-03-31,a register",
        "1,Worthing,1 April,,",
    ]

    with pytest.raises(InvalidError) as refused:
        taken(world, "\n".join(rows))

    places = [" ".join(fault.split()[:3]).rstrip(":") for fault in refused.value.faults]
    assert places == [
        "row 3, began_on", "row 4, organisation", "row 5, area", "row 6, ended_on", "row 7, began_on",
        "row 7, source",
    ]  # fmt: skip
    assert stays(world) == []
