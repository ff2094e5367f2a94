"""`compact panel`: what it prints, on SQLite."""

import json
from datetime import date
from functools import partial

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from survey_app.cli.main import compact
from survey_app.clock import SystemClock
from survey_app.models.panels import PanelStratum
from survey_app.services.frames import snapshots
from tests.conftest import KEYS
from tests.fixtures.panel_years import HEADER, charities, rows
from tests.fixtures.world import World, public_bodies


@pytest.fixture
def world(embedded_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A hundred charities and eight public bodies, in August 2026."""
    monkeypatch.setattr(SystemClock, "now", lambda _: embedded_world.clock.now())
    embedded_world.founded()
    embedded_world.imported("Charities", HEADER + charities(range(100)))
    embedded_world.imported("Bodies", public_bodies(8))
    with embedded_world.database.writing() as session:
        snapshots.make_frame(session, as_of=date(2026, 8, 24), context=embedded_world.context())
    return embedded_world


def run(world: World, *arguments: object, status: int = 0, group: str = "panel") -> str:
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}
    result: Result = CliRunner().invoke(compact, [group, *map(str, arguments)], env=environment)
    assert result.exit_code == status, result.output
    return result.output


def test_a_plan_is_shown_and_nothing_is_drawn(world: World) -> None:
    said = run(world, "plan", "--year", 2026, "--total", 20, "--pence", 250)

    assert "vco | London | under 10k" in said
    assert "8 public bodies and 20 VCOs; 13 replies, 7 hours, £70.00." in said
    assert rows(world, PanelStratum) == []


def test_a_plan_for_programs_holds_what_people_see(world: World) -> None:
    plan = json.loads(run(world, "plan", "--year", 2026, "--total", 20, "--reserve", 0.2, "--json"))

    (stratum,) = (line for line in plan["strata"] if line["stratum"].startswith("vco"))
    assert (stratum["ask"], stratum["pop_size"], stratum["reserve"], stratum["start"]) == (20, 100, 4, 0.0)
    assert {line["group"] for line in plan["groups"]} >= {"vco", "region:London", "small"}


def test_kept_plans_are_compared_and_drawn_by_name(world: World) -> None:
    run(world, "plan", "--year", 2026, "--total", 20, "--save", "Few")
    run(world, "plan", "--year", 2026, "--target", "vco=0.12", "--save", "Many")

    compared = run(world, "compare", "--year", 2026, "Few", "Many")
    drawn = run(world, "draw", "--year", 2026, "--plan", "Few")

    assert "Interval: All voluntary organisations" in compared
    assert "28 organisations drawn." in drawn
    assert set(json.loads(run(world, "compare", "--year", 2026, "Few", "Many", "--json"))) == {"Few", "Many"}
    assert "There is no plan for 2026 named 'Other' here." in run(
        world, "draw", "--year", 2026, "--plan", "Other", status=2
    )


def test_a_draw_says_who_stays_and_a_second_one_is_refused(world: World) -> None:
    first = run(world, "draw", "--year", 2026, "--total", 30)
    second = run(world, "draw", "--year", 2027, "--total", 30)

    assert "    30 of    100  vco | London | under 10k" in first
    assert "stay" not in first
    assert "28 were expected to stay." in second
    refused = run(world, "draw", "--year", 2027, "--total", 30, status=2)
    assert "The panel of 2027 is drawn already" in refused
    shown = run(world, "show", "--year", 2027, "--moves")
    assert "so it leaves by rotation" in shown
    assert json.loads(run(world, "show", "--year", 2027, "--json"))["previous"] == 2026
    assert json.loads(run(world, "show", "--year", 2026, "--json"))["previous"] is None
    assert "There is no panel of the year 2030 here." in run(world, "show", "--year", 2030, status=2)


def test_a_year_far_away_is_drawn_when_it_was_said_twice(world: World) -> None:
    for again in ((), ("--again", 2027)):
        refused = run(world, "draw", "--year", 2031, "--total", 30, *again, status=2)
        assert "2031 is neither this year nor the next. Nothing is drawn." in refused
    assert rows(world, PanelStratum) == []

    assert "38 organisations drawn." in run(world, "draw", "--year", 2031, "--total", 30, "--again", 2031)


def test_a_dry_run_draws_nothing(world: World) -> None:
    assert "28 organisations would be drawn." in run(
        world, "draw", "--year", 2026, "--total", 20, "--dry-run"
    )
    assert rows(world, PanelStratum) == []


def test_a_dry_run_says_who_would_stay_as_the_draw_then_does(world: World) -> None:
    run(world, "draw", "--year", 2026, "--total", 30)

    tried = run(world, "draw", "--year", 2027, "--total", 30, "--dry-run")
    drawn = run(world, "draw", "--year", 2027, "--total", 30)

    assert "28 were expected to stay." in tried
    assert tried.splitlines()[-1] == drawn.splitlines()[-1]


def test_another_survey_takes_public_bodies_when_the_command_says_so(world: World) -> None:
    local = ("draw", "--year", 2026, "--strand", "local_survey", "--total", 20, "--dry-run")

    assert "20 organisations would be drawn." in run(world, *local)
    assert "28 organisations would be drawn." in run(world, *local, "--public-bodies")
    assert "28 organisations would be drawn." in run(
        world, "draw", "--year", 2026, "--total", 20, "--dry-run"
    )


def test_a_frame_that_changed_has_to_be_confirmed(world: World) -> None:
    run(world, "draw", "--year", 2026, "--total", 20)
    world.imported("Charities", HEADER + charities(range(40)), dated=date(2026, 8, 20))
    with world.database.writing() as session:
        snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())

    refused = run(world, "draw", "--year", 2027, "--total", 20, status=2)
    run(world, "draw", "--year", 2027, "--total", 20, "--confirm-frame")

    assert "100 then, 40 now" in refused


def test_past_panels_are_worked_out_again(world: World) -> None:
    run(world, "draw", "--year", 2026, "--total", 20)
    run(world, "draw", "--year", 2027, "--total", 20)

    assert run(world, "verify").count("the same") == 2
    with world.database.writing() as session:
        session.execute(update(PanelStratum).values(start=0.5))
    said = run(world, "verify", "--year", 2027, status=1)
    assert "28 members in 9 strata, 0 in reserve: DIFFERS" in said
    assert json.loads(run(world, "verify", "--year", 2027, "--json", status=1))[0]["faults"] != []


def test_the_years_and_an_organisation_can_be_followed(world: World) -> None:
    run(world, "draw", "--year", 2026, "--total", 20)
    run(world, "draw", "--year", 2027, "--total", 20)

    years = json.loads(run(world, "history", "--json"))
    assert [(one["year"], one["public"], one["voluntary"]) for one in years] == [(2026, 8, 20), (2027, 8, 20)]
    assert "since 2026" in run(world, "history")
    body = run(world, "history", "--organisation", 101)
    assert "A public body: asked as part of a census" in body
    assert "Annual survey 2027" in body
    assert json.loads(run(world, "history", "--organisation", 101, "--json"))["sector"] == "public_body"
    assert "There is no organisation 999 here." in run(world, "history", "--organisation", 999, status=2)


def test_an_organisation_is_found_linked_and_what_it_was_asked_is_entered(world: World) -> None:
    command = partial(run, world, group="organisation")

    command("asked", 1, "--kind", "interview", "--minutes", 60, "--on", "2026-05-01")
    command("link", 1, 2, "--on", "2026-05-01", "--source", "The register")

    said = command("find", "charity 00000", "--year", 2026)
    assert "1 organisation, page 1 of 1" in said
    assert "60" in said
    assert "became part of Charity 00001 (The register)" in run(world, "history", "--organisation", 1)
    assert "linked already" in command("link", 1, 2, "--on", "2026-05-01", "--source", "It", status=2)
    wrong = command("asked", 999, "--kind", "other", "--minutes", 5, "--on", "2026-05-01", status=2)
    assert "There is no organisation 999 here." in wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--boost", "rural"), "--boost 'rural': write it as NAME=NUMBER."),
        (("--target", "=0.1"), "--target '=0.1': write it as NAME=NUMBER."),
        (("--size", "vco | London | under 10k=many"), "write it as NAME=NUMBER."),
        (("--rotation", "2"), "The rotation share is 2; it is 0 to 1."),
        (("--total", "3"), "cannot be met"),
    ],
)
def test_options_that_make_no_sense_are_told_in_words(
    world: World, arguments: tuple[str, ...], said: str
) -> None:
    assert said in run(world, "plan", "--year", 2026, *arguments, status=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--strand", "annual"), "'annual' is not a strand. Choose one of annual_survey, annual_review"),
        (("--year", 202), "The year is 202; it is 2000 to 2079."),
    ],
)
def test_a_slip_in_strand_or_year_draws_nothing(
    world: World, arguments: tuple[object, ...], said: str
) -> None:
    assert said in run(world, "draw", "--year", 2026, "--total", 20, *arguments, status=2)

    assert rows(world, PanelStratum) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--year", 10**20),
        ("plan", "--year", 2026, "--avoid", 10**20),
        ("history", "--organisation", 10**20),
    ],
)
def test_a_number_that_no_record_has_is_refused_in_words(world: World, arguments: tuple[object, ...]) -> None:
    assert "is not in the range" in run(world, *arguments, status=2)
