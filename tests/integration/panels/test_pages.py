"""The frame and the panels on the screen: lists brought in, sizes tried, a panel drawn and taken along."""

import csv
import io
import re

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, voluntary

DESCRIBED = {
    "name": "New charities",
    "owner": "The regulator",
    "dated-day": "1",
    "dated-month": "August",
    "dated-year": "2026",
    "purpose": "To regulate them",
    "coverage": "Registered charities",
}


def bring_in(visitor: Visitor, content: bytes, name: str = "list.csv", **changes: str) -> TestResponse:
    return visitor.send("/frame/list", **DESCRIBED, **changes, file=(io.BytesIO(content), name))


def test_a_list_comes_in_and_a_frame_is_made_of_it(embedded_world: World) -> None:
    world = embedded_world.founded()
    coordinator = Visitor(world, "coordinator")

    assert bring_in(coordinator, voluntary(6).encode()).location == "/frame/lists/1"
    assert "6 voluntary organisations are on it" in words(coordinator.open("/frame"))
    assert coordinator.send("/frame/lists/1/take").location == "/frame"
    made = coordinator.send("/frame", **{"as_of-day": "24", "as_of-month": "8", "as_of-year": "2026"})

    assert made.location == "/frame"
    said = words(coordinator.open("/frame"))
    assert "Frame 1, as of 24 August 2026" in said
    assert "The regulator" in said


def test_faults_of_a_list_are_named_by_row_column_and_value_and_the_description_stays(
    embedded_world: World,
) -> None:
    text = "source_id,name,region,income_band\r\nA,One,Narnia,0\r\nB,,London,0\r\n"

    answer = bring_in(Visitor(embedded_world.founded(), "coordinator"), text.encode())

    assert answer.status_code == 422
    assert "Row 2, region 'Narnia': is not one of" in words(answer)
    assert "Row 3, name: is empty" in words(answer)
    assert 'value="The regulator"' in answer.text
    assert 'value="August"' in answer.text
    assert "The list has 2 faults" in words(answer)


def test_faulty_rows_are_set_aside_on_request(embedded_world: World) -> None:
    text = "source_id,name,region,income_band\r\nA,One,Narnia,0\r\nB,Two,London,0\r\n"
    coordinator = Visitor(embedded_world.founded(), "coordinator")

    assert bring_in(coordinator, text.encode(), quarantine="y").status_code == 302
    said = words(coordinator.open("/frame"))
    assert "1 voluntary organisations are on it" in said
    assert "1 faulty rows were set aside" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + bytes(400), "Excel workbook"),
        (bytes(range(256)), "not UTF-8"),
        (b"", "The file is empty"),
        (b"source_id;name;region;income_band\n", "separated by semicolons"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(embedded_world: World, content: bytes, said: str) -> None:
    answer = bring_in(Visitor(embedded_world.founded(), "coordinator"), content, "\x00\u2603.xlsx")

    assert answer.status_code == 422
    assert said in words(answer)


def test_a_request_beyond_the_limit_is_refused_before_it_is_read(embedded_world: World) -> None:
    visitor = Visitor(embedded_world.founded(), "coordinator")

    answer = visitor.client.post(
        "/frame/list",
        content_type="multipart/form-data; boundary=edge",
        environ_overrides={"CONTENT_LENGTH": "100000000"},
    )

    assert answer.status_code == 413
    assert "too large" in words(answer)


def test_the_planner_shows_what_a_plan_would_give_and_draws_nothing(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")

    said = words(coordinator.open("/panels/plan?total=20&minimum=2&method=proportional&year=2026"))

    assert "All voluntary organisations 40 20 8" in said
    assert "Draw this panel for 2026" in said
    assert world.read(lambda session: drawing.panels_of(session, world.programme)) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("total=many", "enter a whole number"),
        (f"total={'9' * 5000}", "enter a whole number"),
        ("total=20&minimum=2&method=sideways&year=2026", "choose one from the list"),
        ("total=0&minimum=2&method=equal&year=2026", "enter a number from 1"),
        ("total=20&minimum=2&method=equal&year=1999", "enter a number from 2000 to 2079"),
        ("total=2&minimum=5&method=equal&year=2026", "This plan cannot be met"),
    ],
)
def test_a_plan_that_cannot_be_is_explained(embedded_world: World, query: str, said: str) -> None:
    answer = Visitor(embedded_world.framed(), "coordinator").open(f"/panels/plan?{query}")

    assert answer.status_code == 422
    assert said in words(answer)


def test_a_panel_is_drawn_as_planned_and_its_file_holds_every_member(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")
    plan = {"year": "2026", "total": "20", "minimum": "2", "method": "proportional"}

    drawn = coordinator.send("/panels/plan", **plan)

    assert drawn.location == "/panels/1"
    assert "Voluntary organisations 20 of 40 on the frame" in words(coordinator.open("/panels/1"))
    file = coordinator.open("/panels/1/panel.csv")
    rows = list(csv.DictReader(io.StringIO(file.get_data().decode("utf-8-sig"))))
    assert len(rows) == 40
    assert sum(float(row["design_weight"]) for row in rows) == pytest.approx(60)


def test_a_press_that_draws_or_saves_works_the_plan_out_once(embedded_world: World) -> None:
    world = embedded_world.framed()
    coordinator = Visitor(world, "coordinator")
    plan = {"year": "2026", "total": "20", "minimum": "2", "method": "proportional"}
    read: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *others: object) -> None:
        # A plan begins with the whole frame, cell by cell.
        read.extend(["the frame"] if re.search(r"FROM frame_cell\s+WHERE", statement) else [])

    coordinator.send("/panels/plan/save", **plan, called="Kept")
    assert len(read) == 1
    coordinator.send("/panels/plan", **plan)
    event.remove(Engine, "before_cursor_execute", note)

    assert len(read) == 2
    assert len(world.read(lambda session: drawing.panels_of(session, world.programme))) == 1


def test_a_panel_is_never_drawn_again(embedded_world: World) -> None:
    world = embedded_world.drawn()
    coordinator = Visitor(world, "coordinator")
    plan = {"year": "2026", "total": "30", "minimum": "2", "method": "equal"}

    assert "drawn already" in words(
        coordinator.open("/panels/plan?total=30&minimum=2&method=equal&year=2026")
    )
    assert coordinator.send("/panels/plan", **plan).status_code == 409
    assert len(world.read(lambda session: drawing.panels_of(session, world.programme))) == 1


def test_without_a_list_there_is_no_frame_and_the_page_says_what_to_do(embedded_world: World) -> None:
    world = embedded_world.founded()
    coordinator = Visitor(world, "coordinator")

    assert "There is no frame yet" in words(coordinator.open("/frame"))
    refused = coordinator.send("/frame", **{"as_of-day": "1", "as_of-month": "8", "as_of-year": "2026"})
    assert "There is no list to make a frame of" in words(refused)
    assert world.read(lambda session: snapshots.newest_frame(session, world.programme)) is None


def test_rows_that_were_set_aside_are_downloaded_with_what_is_wrong(embedded_world: World) -> None:
    world = embedded_world.founded()
    text = "source_id,name,region,income_band,note\r\nA,One,Narnia,0,kept\r\nB,Two,London,0,\r\n"
    world.imported("Charities", text, quarantine=True)
    coordinator = Visitor(world, "coordinator")
    coordinator.send("/frame", **{"as_of-day": "24", "as_of-month": "8", "as_of-year": "2026"})

    assert "Download the 1 rows of Charities that were set aside" in words(coordinator.open("/frame"))
    given = coordinator.open("/frame/lists/1/aside.csv").text

    assert "row,wrong,source_id,name,region,income_band,note" in given
    assert "is not one of North East" in given
    assert "A,One,Narnia,0,kept" in given
    assert Visitor(world, "reviewer").open("/frame/lists/1/aside.csv").status_code == 403
