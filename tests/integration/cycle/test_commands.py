"""`compact cycle`: ten years with their reasons, rules set in words that cannot be misread, days moved."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from scheduler.strands import Strand
from scheduler.timetable import spoken, usual_dates
from survey_app.cli.main import compact
from survey_app.clock import SystemClock, london_date
from survey_app.services.audit import AuditContext
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.conftest import KEYS
from tests.fixtures.world import World

Command = Callable[..., Result]


@pytest.fixture
def command(embedded_world: World, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A command of the world's installation."""
    settings = {
        "DATABASE_URL": embedded_world.settings.database_url,
        "SECURE_COOKIES": "no",
        "SMTP_TLS": "no",
    }
    for name, value in (KEYS | settings).items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(compact, ["cycle", *arguments])


def test_the_usual_cycle_is_set_and_shown_with_its_reasons(embedded_world: World, command: Command) -> None:
    embedded_world.founded()
    assert "No cycle is set." in command("show").output

    assert command("set", "--usual", "--first-year", "2040", "--opens", "03-01").exit_code == 0
    said = command("show", "--years", "50").output

    assert "Annual survey 2040 (to come): because it comes every year, on 1 March" in said
    assert "Focus groups 2041" in said
    assert "Waits for the results of the annual survey of 2040." in said
    assert "The table of bank holidays ends with 2036; after that only weekends are left out." in said
    # Ten years before its end there is nothing to bring.
    assert "Bring a newer version" not in said


def test_a_cadence_is_changed_and_what_is_left_out_stays(embedded_world: World, command: Command) -> None:
    embedded_world.founded()
    command("set", "--usual", "--first-year", "2040")

    assert command("set", "--strand", "focus_groups", "--every", "1").exit_code == 0

    said = command("show", "--years", "50").output
    assert "Focus groups 2041" in said
    assert "Focus groups 2042" in said
    assert "this follows 17 weeks later" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--strand", "deep_review", "--every", "50"], "may come every 2 to 5 years, not every 50."),
        (["--strand", "focus_groups", "--every", "0"], "not every 0."),
        (["--every", "2"], "Say which strand"),
        (["--strand", "local_survey"], "give this one a title"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    embedded_world: World, command: Command, arguments: list[str], words: str
) -> None:
    embedded_world.founded()

    refused = command("set", *arguments)

    assert refused.exit_code == 2
    assert words in refused.output


def test_days_are_moved_with_what_follows_shown(embedded_world: World, command: Command) -> None:
    world = embedded_world.founded()
    # Commands go by the machine's clock.
    now = SystemClock().now()
    dates = usual_dates(london_date(now) + timedelta(days=100))
    later = dates.closes_on + timedelta(days=15)
    with world.database.writing() as session:
        plan = RoundPlan("The review", None, dates, strand=Strand.ANNUAL_REVIEW)
        lifecycle.plan_round(session, plan=plan, context=AuditContext("a test", now, world.programme))

    moved = command("move", "1", "--closes", later.isoformat(), "--why", "The hall", "--yes")

    assert moved.exit_code == 0, moved.output
    said = f"The last day for replies moves from {spoken(dates.closes_on)} to {spoken(later)}."
    assert said in moved.output
    view = world.read(lambda s: lifecycle.get_round(s, round_id=1, programme_id=world.programme))
    assert view.dates.closes_on == later
    assert command("move", "1", "--closes", later.isoformat(), "--why", "x", "--yes").exit_code == 2
