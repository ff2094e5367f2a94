"""Rounds of strands that are no survey: planned without a panel, prepared, under way, closed."""

from datetime import date, timedelta

from click.testing import CliRunner

from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import usual_dates
from survey_app.cli.main import compact
from survey_app.clock import SystemClock, at, london_date
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.conftest import KEYS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World


def stage(world: World) -> Stage:
    return world.read(
        lambda session: lifecycle.get_round(session, round_id=1, programme_id=world.programme).stage
    )


def run(world: World, *arguments: str) -> str:
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}
    result = CliRunner().invoke(compact, list(arguments), env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_round_that_is_no_survey_is_prepared_and_under_way_on_its_day(embedded_world: World) -> None:
    world = embedded_world.founded()
    days = usual_dates(date(2026, 10, 5))
    with world.database.writing() as session:
        review = RoundPlan("Annual review 2026", None, days, strand=Strand.ANNUAL_REVIEW)
        lifecycle.plan_round(session, plan=review, context=world.context())
    coordinator = Visitor(world, "coordinator")

    page = coordinator.open("/rounds/1")
    assert "Begin the preparation" in words(page)
    assert "Check and launch" not in words(page)
    assert ">Reserve</a>" not in page.text
    assert coordinator.open("/rounds/1/check").location == "/rounds/1"
    coordinator.send("/rounds/1/prepare", form_at="/rounds/1")
    assert stage(world) is Stage.PREPARING
    assert "In preparation" in words(coordinator.open("/rounds/1"))
    world.move_to(at(days.opens_on, 9))
    coordinator.sign_in(world)

    assert "Under way" in words(coordinator.open("/rounds"))


def test_a_round_is_planned_and_prepared_by_command(embedded_world: World) -> None:
    world = embedded_world.founded()
    # Commands go by the machine's clock.
    opens = london_date(SystemClock().now()) + timedelta(days=100)
    command = ["round", "plan", "--title", "Groups", "--year", str(opens.year), "--strand", "focus_groups"]

    planned = run(world, *command, "--opens", opens.isoformat())
    prepared = run(world, "round", "prepare", "1")

    assert "Prepare it with: compact round prepare 1" in planned
    assert "opens and closes it on its days" in prepared
    assert stage(world) is Stage.PREPARING


def test_an_annual_survey_is_planned_on_a_panel_of_its_own(embedded_world: World) -> None:
    world = embedded_world.framed()
    request = PanelRequest(world.frame_id, Strand.FOCUS_GROUPS, 2026, PanelPlan(voluntary_total=20))
    with world.database.writing() as session:
        drawing.draw_panel(session, request=request, context=world.context())

    page = Visitor(world, "coordinator").open("/rounds/plan")

    assert "no panel is drawn yet" in words(page)
