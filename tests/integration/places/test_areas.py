"""Areas in the database: as at a day, and what files add."""

from datetime import date

import pytest

from survey_app.demo.agreements import control_text
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.places import AreaControl, AreaKind, Control, Extent
from survey_app.services.places import areas, files
from survey_app.services.places.areas import AreaPage
from tests.fixtures.world import World, kept

TODAY = date(2026, 11, 30)


@pytest.fixture
def places(world: World) -> World:
    return with_areas(world)


@kept
def with_areas(world: World) -> World:
    world.founded()
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
    return world


def page(world: World, code: str, day: date = TODAY) -> AreaPage:
    return world.read(lambda s: areas.area_page(s, area_id=areas.find_area(s, code).id, day=day))


def names(members: tuple[areas.Membership, ...]) -> list[str]:
    return [member.area.name for member in members]


def imported(world: World, what: str, text: str) -> int:
    take = {"areas": files.import_areas, "memberships": files.import_memberships}[what]
    with world.database.writing() as session:
        return take(session, text.encode(), context=world.context())


def faults_of(world: World, what: str, text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidError) as refused:
        imported(world, what, text)
    return refused.value.faults


def test_loading_again_changes_nothing(places: World) -> None:
    with places.database.writing() as session:
        assert areas.load_shipped(session, context=places.context()) == 0

    assert names(page(places, "DST").wholes) == ["South West"]


def test_a_county_holds_its_districts_until_the_day_on_which_they_ended(places: World) -> None:
    before, after = (page(places, "CMA", day) for day in (date(2023, 3, 31), date(2023, 4, 1)))

    assert names(before.parts) == [
        "Allerdale",
        "Barrow-in-Furness",
        "Carlisle",
        "Copeland",
        "Eden",
        "South Lakeland",
    ]
    assert after.parts == ()
    assert [area.code for area in before.successors] == ["CBD", "WAF"]


def test_an_area_that_ended_is_met_on_its_days_alone(places: World) -> None:
    def codes(day: date) -> list[str]:
        return [area.code for area in places.read(lambda s: areas.areas(s, day=day, text="POOLE"))]

    assert (codes(date(2019, 3, 31)), codes(date(2019, 4, 1))) == (["POL"], ["BPC"])


def test_any_code_that_a_boundary_had_leads_to_its_area(places: World) -> None:
    assert page(places, "E08000020").area.name == page(places, "E08000037").area.name == "Gateshead"
    with pytest.raises(NotFoundError):
        page(places, "E99999999")


def test_a_health_area_lies_partly_in_several(places: World) -> None:
    imported(places, "areas", "code,name,kind,source\nH1,Wessex Health,health area,NHS\n")
    imported(places, "memberships", "area,whole,source,extent\nDST,H1,NHS,whole\nHAM,H1,NHS,part\n")

    parts = page(places, "H1").parts
    assert [(part.area.name, part.extent) for part in parts] == [
        ("Dorset Council", Extent.WHOLE),
        ("Hampshire", Extent.PART),
    ]
    assert page(places, "H1").area.kind is AreaKind.HEALTH


def test_areas_cannot_lie_in_each_other_by_way_of_others(places: World) -> None:
    text = "area,whole,source\nsouth-west,ADU,none\nengland,WSX,none\nWSX,ADU,none\n"

    faults = faults_of(places, "memberships", text)

    assert [fault.split(":")[0] for fault in faults] == ["row 3, whole 'WSX'", "row 4, whole 'ADU'"]


def test_two_times_of_one_membership_cannot_overlap(places: World) -> None:
    head = "area,whole,source,began_on,ended_on\n"
    imported(places, "memberships", f"{head}BPC,DST,us,2019-04-01,2022-01-01\n")

    (fault,) = faults_of(places, "memberships", f"{head}BPC,DST,us,2021-12-31,\n")
    assert "row 2, began_on '2021-12-31': overlaps" in fault
    assert imported(places, "memberships", f"{head}BPC,DST,us,2022-01-01,\n") == 1


FAULTY = """code,name,kind,source,began_on,ended_on
X1,Ashwell,parish,us,2003-04-01,2001-01-01
X1,,hamlet,,soon,
E08000020,B,parish,us,,
X9,Sound,parish,us,,
"""


def test_every_fault_of_a_file_is_told_and_nothing_is_taken(places: World) -> None:
    faults = faults_of(places, "areas", FAULTY)

    where = [" ".join(fault.replace(":", "").split()[1:3]) for fault in faults]
    assert where == ["2, ended_on", "3, name", "3, kind", "3, source", "3, began_on", "3, code", "4, code"]
    with pytest.raises(NotFoundError):
        page(places, "X9")


CONTROL = b"""area,control,began_on,source
E06000059,conservative,2019-05-02,made up
DST,Liberal Democrat,2024-05-02,made up
"""


def test_control_holds_from_its_day_until_the_next(places: World) -> None:
    with places.database.writing() as session:
        files.import_control(session, CONTROL, synthetic=True, context=places.context())

    days = (date(2019, 5, 1), date(2024, 5, 1), date(2024, 5, 2))
    held = [page(places, "DST", day).control for day in days]
    assert held == [
        None,
        Control.CONSERVATIVE,
        Control.LIBERAL_DEMOCRAT,
    ]


def test_the_control_of_the_demonstration_is_taken_and_known_as_made_up(places: World) -> None:
    with places.database.writing() as session:
        text = control_text(today=TODAY)
        rows = files.import_control(session, text, synthetic=True, context=places.context())

    assert rows > 250
    assert page(places, "KEN").control is not None
    assert places.read(lambda s: s.query(AreaControl).filter(AreaControl.synthetic.is_(False)).count()) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code;name;kind;source\n", "The column code is missing."),
        ("code,name,kind,source,colour\n", "The column 'colour' is not known."),
        ("code,code,name,kind,source\n", "The column code is there twice."),
    ],
)
def test_a_header_that_is_not_understood_is_told_with_all_columns(
    places: World, text: str, said: str
) -> None:
    assert said in faults_of(places, "areas", text)
