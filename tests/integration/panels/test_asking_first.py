"""What cannot be undone says what it will do, in numbers, and does nothing until that is answered."""

from sqlalchemy import func, select

from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel
from survey_app.services.panels.plan import PanelPlan
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

    for year, why in (
        ("1900", "must be in a year from 1980 to 2079"),
        ("2099", "must be in a year from 1980 to 2079"),
        ("1999", "A frame cannot be of 24 August 1999"),
        ("2028", "A frame cannot be of 24 August 2028"),
    ):
        refused = coordinator.send("/frame", **DAY | {"as_of-year": year})
        assert refused.status_code == 422
        assert why in words(refused)
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


def test_a_ceiling_is_set_only_when_its_numbers_were_seen_and_for_a_reason(embedded_world: World) -> None:
    coordinator = Visitor(embedded_world.drawn(), "coordinator")
    rule = {"max_minutes": "60", "max_invitations": "", "term_years": "3", "holiday_years": "2"}

    asked = words(coordinator.send("/burden", **rule, sure=""))
    assert "Most minutes a year: 60, and 90 until now." in asked
    assert "0 voluntary organisations have been asked for more in 2026 already." in asked
    assert "Enter the reason" in words(coordinator.send("/burden", **rule, said_why=" "))
    assert 'value="90"' in coordinator.open("/burden").text
    assert coordinator.send("/burden", **rule).status_code == 302
    assert 'value="60"' in coordinator.open("/burden").text


def test_a_plan_says_what_is_beyond_what_there_is_and_opens_what_is_wrong(
    embedded_world: World,
) -> None:
    coordinator = Visitor(embedded_world.framed(), "coordinator")
    address = "/panels/plan?strand=annual_survey&year=2027&minimum=2&method=proportional&rotation=0.5"

    said = words(coordinator.open(f"{address}&total=5000&reserve=200"))
    assert "5,000 voluntary organisations are to be asked, and the frame has 40. 40 are asked." in said
    said = words(coordinator.open(f"{address}&total=30&reserve=200"))
    assert "The reserve is to be 60, and in some strata fewer are left after the draw. It is 10." in said
    assert "Reserve 10 drawn now, asked only when somebody releases them" in said
    wrong = coordinator.open(f"{address}&total=30&minutes=many").text
    at = wrong.index('id="minutes"')
    assert "open" in wrong[wrong.rindex("<details", 0, at) : wrong.rindex("<summary", 0, at)]


def test_the_page_of_a_panel_shows_its_reserve_and_all_that_was_chosen(embedded_world: World) -> None:
    plan = PanelPlan(voluntary_total=20, minimum=2, reserve_share=0.5, minutes=25)
    said = words(Visitor(embedded_world.drawn(plan=plan), "coordinator").open("/panels/1"))

    assert "Reserve 12 wait to be released" in said
    assert "Reserve, per cent of each stratum 50" in said
    assert "Minutes to answer 25" in said
