"""The cycle set on the screen: what follows is shown in numbers first, and nothing that has begun moves."""

from dataclasses import replace
from datetime import date
from html import unescape

from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler.rules import OnDay, Policy, usual_rules
from scheduler.stages import Stage
from survey_app.clock import at
from survey_app.models.audit import AuditEntry
from survey_app.services.cycle import rules, tasks
from survey_app.services.rounds import lifecycle
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

START = "/calendar/cycle/start"
FIRST, SECOND = "/calendar/cycle/rules/1", "/calendar/cycle/rules/2"
GROUPS = {
    "comes": "yes", "every": "1", "first_year": "2027", "last_year": "", "opens": "after", "day": "",
    "month": "1", "after": "annual_review", "anchor": "close", "weeks": "17", "years_before": "1",
    "policy": "prepare", "months": "18",
}  # fmt: skip


def seen(page: TestResponse) -> str:
    return unescape(page.text.split('name="seen"')[1].split('value="')[1].split('"')[0])


def shown(visitor: Visitor, address: str, typed: dict[str, str]) -> TestResponse:
    return visitor.send(address, form_at=address, **typed, submit="yes")


def confirmed(visitor: Visitor, address: str, typed: dict[str, str]) -> TestResponse:
    looked_at = seen(shown(visitor, address, typed))
    return visitor.send(address, form_at=address, **typed, confirm="yes", seen=looked_at)


def kept(world: World) -> list[rules.KeptRule]:
    return world.read(lambda s: rules.rules_of(s, world.programme))


def test_the_usual_cycle_is_shown_and_then_set_by_a_coordinator(embedded_world: World) -> None:
    world = embedded_world.founded()
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")
    assert "Set the usual cycle" in words(coordinator.open("/calendar/cycle"))
    assert interviewer.open(START).status_code == 403
    typed = {"first_year": "2027", "day": "1", "month": "3"}

    looked = words(shown(coordinator, START, typed))
    assert "25 are new, 0 come no more, 0 open on another day and 0 stay." in looked
    assert "Annual survey 2027 comes and opens on 1 March 2027." in looked
    assert kept(world) == []
    assert confirmed(coordinator, START, typed).status_code == 302

    assert [one.rule for one in kept(world)] == list(usual_rules(2027))
    act = select(AuditEntry.actor).where(AuditEntry.act == "cycle rule set")
    assert world.read(lambda s: list(s.scalars(act))) == ["coordinator@compact.invalid"] * 4


def set_usual(world: World) -> None:
    with world.database.writing() as session:
        rules.set_usual(session, start=2027, opens=OnDay(3, 1), context=world.context())


def test_a_changed_cadence_says_which_rounds_come_and_go(embedded_world: World) -> None:
    world = embedded_world.founded()
    set_usual(world)
    coordinator = Visitor(world, "coordinator")
    groups = "/calendar/cycle/rules/3"

    looked = words(shown(coordinator, groups, GROUPS))
    assert "4 are new, 0 come no more" in looked
    assert "Focus groups 2029 comes and opens on" in looked
    confirmed(coordinator, groups, GROUPS)

    assert kept(world)[2].rule.every == 1
    assert "Focus groups: every year from 2027" in words(coordinator.open("/calendar/cycle"))


REFUSED = [
    ({"every": "50"}, "may come every year, or at most 2 years apart, not every 50"),
    ({"every": "0"}, "Years from one round to the next: enter a number from 1 to 50"),
    ({"after": "focus_groups"}, "cannot wait for itself"),
    ({"opens": "day", "day": "", "month": "2"}, "There is no day 0 in month 2"),
    ({"opens": "day", "day": "29", "month": "2"}, "29 February comes only every fourth year"),
    ({"last_year": "2020"}, "The last year, 2020, has to be 2027 or later"),
]


def test_a_rule_that_cannot_be_followed_is_refused_with_what_was_typed(embedded_world: World) -> None:
    world = embedded_world.founded()
    set_usual(world)
    coordinator = Visitor(world, "coordinator")

    for typed, fault in REFUSED:
        refused = shown(coordinator, "/calendar/cycle/rules/3", GROUPS | typed)
        assert (refused.status_code, fault in words(refused)) == (422, True), words(refused)
    assert [one.rule for one in kept(world)] == list(usual_rules(2027))


def test_what_another_coordinator_set_meanwhile_is_shown_anew(embedded_world: World) -> None:
    world = embedded_world.founded()
    set_usual(world)
    coordinator = Visitor(world, "coordinator")
    groups = "/calendar/cycle/rules/3"
    looked_at = seen(shown(coordinator, groups, GROUPS))
    with world.database.writing() as session:
        other = replace(usual_rules(2027)[2], every=1)
        rules.set_rule(session, rule=other, context=world.context("other@compact.invalid"))

    answer = coordinator.send(groups, form_at=groups, **GROUPS, confirm="yes", seen=looked_at)

    assert "0 are new" in words(answer)


def test_a_local_survey_is_added_by_its_title(embedded_world: World) -> None:
    world = embedded_world.founded()
    coordinator, address = Visitor(world, "coordinator"), "/calendar/cycle/rules/add"
    local = GROUPS | {"strand": "local_survey", "title": "", "opens": "day", "day": "1", "month": "10"}
    assert "give this one a title" in words(shown(coordinator, address, local))

    confirmed(coordinator, address, local | {"title": "Leeds"})

    (one,) = kept(world)
    assert (one.rule.title, one.rule.opens) == ("Leeds", OnDay(10, 1))


def test_a_strand_that_is_switched_off_ends_no_round_and_launches_no_plan(world: World) -> None:
    world.framed(bodies=4, charities=16)
    survey = replace(usual_rules(2026, opens=OnDay(12, 1))[0], policy=Policy.RUN)
    with world.database.writing() as session:
        rules.set_rule(session, rule=survey, context=world.context())
    world.move_to(at(date(2026, 10, 6), 12))
    with world.database.writing() as session:
        rules.set_rule(session, rule=replace(survey, active=False), context=world.context())

    world.move_to(at(date(2026, 11, 30), 12))

    (planned,) = world.read(lambda s: lifecycle.rounds_of(s, world.programme))
    assert planned.stage is Stage.PLANNED
    (task,) = world.read(lambda s: tasks.waiting(s, world.programme))
    assert task.what == "Its strand was switched off in the cycle. Withdraw the plan, or launch it yourself."
