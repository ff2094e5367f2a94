"""Six years in compressed time: every round in its year, each event and each letter exactly once."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from scheduler.rules import OnDay, Policy, usual_rules
from survey_app.cli.main import compact
from survey_app.models.audit import AuditEntry
from survey_app.rehearsal.report import Rehearsed, as_json, in_lines
from survey_app.rehearsal.run import Course, rehearse
from survey_app.services.cycle import rules
from tests.fixtures.world import World

NOTHING = {"events_lost": 0, "events_doubled": 0, "messages_lost": 0, "messages_doubled": 0}


def rehearsed(world: World, wanted: Course) -> Rehearsed:
    world.database.close()
    return rehearse(world.settings, wanted=wanted, now=world.clock.now())


@pytest.mark.slow
def test_six_years_hold_every_round_and_nothing_is_lost_or_doubled(embedded_world: World) -> None:
    world = embedded_world.framed(bodies=24, charities=44)
    before = world.read(lambda s: s.scalar(select(func.count()).select_from(AuditEntry)))

    lived = rehearsed(world, Course(years=6))

    said = json.loads(json.dumps(as_json(lived)))
    rounds = [one for year in said["years"] for one in year["rounds"]]
    assert Counter(one["strand"] for one in rounds) == {
        "annual_survey": 6,
        "annual_review": 6,
        "focus_groups": 3,
        "deep_review": 2,
    }
    assert [year["year"] for year in said["years"]] == [2027, 2028, 2029, 2030, 2031, 2032]
    assert said["faults"] == []
    assert said["totals"] == NOTHING | {"repeats": 0}
    for one in rounds:
        assert one["stage"] == "closed"
        assert one["events"] == (4 if one["strand"] == "annual_survey" else 2)
        assert (one["messages"] > 100) == (one["strand"] == "annual_survey")
    for year in said["years"]:
        did = year["waited_for_a_person"]
        assert (did["plan a session"], did["hold a session"]) == (1, 1)
        assert year["came_to_reviews"] == {"public_body": 3, "vco": 3}
    assert sum(year["waited_for_a_person"].get("settle an action", 0) for year in said["years"]) == 6
    assert any("Waited for a person: approve" in line for line in in_lines(lived))
    assert world.read(lambda s: s.scalar(select(func.count()).select_from(AuditEntry))) == before
    assert world.sent == []


def test_a_rehearsal_follows_the_cycle_that_is_set_and_is_the_same_with_the_same_seed(
    embedded_world: World,
) -> None:
    world = embedded_world.framed(bodies=24, charities=44)
    survey, review, *_ = usual_rules(2027, opens=OnDay(1, 15))
    with world.database.writing() as session:
        for rule in (replace(survey, policy=Policy.RUN), review):
            rules.set_rule(session, rule=rule, context=world.context())

    first, again = (as_json(rehearsed(world, Course(years=1, seed=5))) for _ in range(2))

    assert first == again
    (year,) = first["years"]
    assert [one["strand"] for one in year["rounds"]] == ["annual_survey", "annual_review"]
    assert year["rounds"][0]["timeline"][0]["day"] == "2027-01-15"
    assert "freeze" not in year["waited_for_a_person"]


@pytest.mark.slow
def test_workers_that_are_killed_lose_and_double_nothing(world: World) -> None:
    world.framed(bodies=24, charities=44)

    said = as_json(rehearsed(world, Course(years=1, workers=3, kills=3)))

    assert said["faults"] == []
    assert {name: said["totals"][name] for name in NOTHING} == NOTHING
    assert Counter(one["strand"] for year in said["years"] for one in year["rounds"]) == {
        "annual_survey": 1,
        "annual_review": 1,
    }


def test_years_that_cannot_be_rehearsed_are_refused_in_words(tmp_path: Path) -> None:
    answer = CliRunner().invoke(compact, ["rehearse", "--years", "11", "--demo", str(tmp_path)])

    assert answer.exit_code == 2
    assert "Give 1 to 10 years, not 11." in answer.output
