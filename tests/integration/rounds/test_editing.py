"""A planned round is edited in place until its launch; days that nobody can mean are refused."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from scheduler.strands import Strand
from survey_app.cli.main import compact
from survey_app.errors import StageError
from survey_app.models.audit import AuditEntry
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.rounds import editing, lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

DAYS = {
    f"{name}-{part}": value
    for name, day in {
        "opens_on": "14 9 2026",
        "first_reminder_on": "28 9 2026",
        "second_reminder_on": "19 10 2026",
        "closes_on": "26 11 2026",
    }.items()
    for part, value in zip(("day", "month", "year"), day.split(), strict=True)
}


def plan_of(world: World) -> RoundView:
    return world.read(lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme))


def test_title_panel_and_days_are_edited_in_place_until_the_launch(embedded_world: World) -> None:
    world = embedded_world.planned()
    request = PanelRequest(
        world.frame_id, Strand.ANNUAL_SURVEY, 2027, PanelPlan(voluntary_total=10, minimum=2)
    )
    with world.database.writing() as session:
        other = drawing.draw_panel(session, request=request, context=world.context())
    coordinator = Visitor(world, "coordinator")
    sent = {"title": "Survey of 2027", "panel": str(other), **DAYS}

    assert "Edit title, panel and dates" in words(coordinator.open("/rounds/1"))
    assert coordinator.send("/rounds/1/edit", **sent).location == "/rounds/1"

    edited = plan_of(world)
    assert (edited.title, edited.panel_id, edited.year) == ("Survey of 2027", other, 2027)
    assert edited.dates.closes_on.isoformat() == "2026-11-26"
    noted = select(AuditEntry.detail).where(AuditEntry.act == "plan of a round changed")
    assert world.read(lambda s: s.scalar(noted))["title"] == ["Annual survey 2026", "Survey of 2027"]
    assert "This is what the plan says already" in words(coordinator.send("/rounds/1/edit", **sent))

    world.launch()
    assert coordinator.send("/rounds/1/edit", **sent | {"title": "Too late"}).location == "/rounds/1"
    assert plan_of(world).title == "Survey of 2027"


def test_a_plan_that_was_opened_before_the_launch_is_not_edited_after_it(embedded_world: World) -> None:
    world = embedded_world.planned()
    seen = plan_of(world)
    wanted = RoundPlan("Too late", seen.panel_id, seen.dates)
    world.launch()

    with pytest.raises(StageError, match="is past planning"), world.database.writing() as session:
        editing.edit_round(session, round_view=seen, plan=wanted, context=world.context())

    assert plan_of(world).title == seen.title


@pytest.mark.parametrize("year", ["1900", "0025", "9999", "2099"])
def test_a_year_that_nobody_can_mean_is_refused_on_every_page(embedded_world: World, year: str) -> None:
    world = embedded_world.planned()
    coordinator = Visitor(world, "coordinator")
    form = {"title": "A title", "panel": "1", **DAYS, "closes_on-year": year}
    moved = {**DAYS, "closes_on-year": year, "why": "A slip"}

    for path, sent in (("/rounds/1/edit", form), ("/rounds/plan", form), ("/rounds/1/dates/move", moved)):
        refused = coordinator.send(path, **sent)
        assert refused.status_code == 422
        assert "The last day for replies must be in a year from 1980 to 2079" in words(refused)


def test_a_round_five_years_away_is_a_slip(embedded_world: World) -> None:
    world = embedded_world.planned()
    refused = Visitor(world, "coordinator").send(
        "/rounds/1/edit", title="A title", panel="1", **DAYS | {"closes_on-year": "2036"}
    )

    assert "26 November 2036, is more than five years away" in words(refused)


@pytest.mark.parametrize("day", ["1900-01-01", "0025-01-01", "9999-12-31", "2099-01-01"])
def test_such_a_day_is_refused_on_the_command_line(day: str) -> None:
    refused = CliRunner().invoke(compact, ["frame", "make", "--as-of", day])

    assert refused.exit_code == 2
    assert "is not in a year from 1980 to 2079" in refused.output
