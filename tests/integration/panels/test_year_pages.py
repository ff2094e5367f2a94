"""Panels over the years on the screen: planned, turned, explained, checked; organisations and their rule."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import TestResponse

from scheduler.strands import Strand
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing, saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from tests.fixtures.panel_years import contribute
from tests.fixtures.staff import Visitor, words
from tests.fixtures.two_rounds import next_edition
from tests.fixtures.world import World

PLAN = PanelPlan(voluntary_total=40, minimum=4)


@pytest.fixture
def turned(embedded_world: World) -> World:
    """A panel of 2026, and one of 2027 from the next edition of the list."""
    world = embedded_world.drawn(bodies=12, charities=120, plan=PLAN)
    world.imported("Charities", next_edition(120), dated=date(2026, 8, 20))
    with world.database.writing() as session:
        world.frame_id = snapshots.make_frame(session, as_of=date(2026, 8, 21), context=world.context())
        world.panel_id = drawing.draw_panel(
            session,
            request=PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, 2027, PLAN),
            context=world.context(),
        )
    return world


def test_each_organisation_says_why_it_stays_leaves_or_enters(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")

    said = words(coordinator.open("/panels/2/moves"))

    assert "Rotated out: its years in the panel are over" in said
    assert "Rotated in: its years in the panel begin" in said
    assert "Its stratum is asked whole" in said
    left = words(coordinator.open("/panels/2/moves?way=leaves&reason=rotated_out"))
    assert "Its random number is 0." in left
    assert "Body 001" not in left
    assert "Body 001 Stays" in words(coordinator.open("/panels/2/moves?text=body+001"))


@pytest.mark.parametrize(
    "query", ["way=sideways", "page=-3", "page=99999", "text=%00%27%22<b>", "reason=none"]
)
def test_nonsense_in_the_address_of_the_moves_asks_for_everything_or_nothing(
    turned: World, query: str
) -> None:
    answer = Visitor(turned, "coordinator").open(f"/panels/2/moves?{query}")

    assert answer.status_code == 200
    assert "<b>" not in answer.text


def test_the_first_panel_has_nothing_to_turn_from(embedded_world: World) -> None:
    world = embedded_world.drawn()

    assert "everybody is new" in words(Visitor(world, "coordinator").open("/panels/1/moves"))


def test_a_panel_is_found_again_from_what_is_kept(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")

    for panel_id in (1, 2):
        assert "It is the same panel" in words(coordinator.open(f"/panels/{panel_id}/check"))
    listed = words(coordinator.open("/panels"))
    assert "Panel of 2027" in listed
    assert "2026: " in listed


def test_an_organisation_shows_its_whole_history(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")
    contribute(turned, [2], minutes=50, note="Came to our office")

    assert "132 organisations" not in words(coordinator.open("/organisations?text=Body"))
    listed = words(coordinator.open("/organisations?text=Body+001"))
    assert "1 organisation with “Body 001” in the name" in listed
    said = words(coordinator.open("/organisations/2"))
    assert "Annual survey, 2027" in said
    assert "Annual survey, 2026" in said
    assert "Interview: Came to our office" in said
    assert "What it answered is not here" in said
    assert coordinator.open("/organisations/9999").status_code == 404


def test_the_rule_of_burden_is_set_kept_and_checked(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")
    rule = {"max_minutes": "60", "max_invitations": "", "term_years": "3", "holiday_years": "2"}

    assert coordinator.send("/burden", **rule).status_code == 302

    shown = coordinator.open("/burden")
    assert 'value="60"' in shown.text
    assert "Nobody has been asked for anything yet" in words(shown)
    contribute(turned, [30, 31], minutes=50)
    said = words(coordinator.open("/burden"))
    assert "The ceiling is 60." in said
    assert "1 to 20 0 21 to 40 0 41 to 60 2 Over 60 0" in said
    coordinator.send("/burden", **(rule | {"max_minutes": ""}))
    assert "There is no ceiling on the minutes" in words(coordinator.open("/burden"))
    refused = coordinator.send("/burden", **(rule | {"max_minutes": "many"}))
    assert refused.status_code == 422
    assert "enter a whole number" in words(refused)


def test_aims_boosts_and_turns_are_worked_out_and_two_plans_stand_side_by_side(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")
    one = "year=2028&total=30&minimum=2&method=proportional&rotation=0.5"
    other = "year=2028&total=30&minimum=2&method=proportional&rotation=0.25&aim_vco=20&reserve=50&cost=12"

    said = words(coordinator.open(f"/panels/plan?{other}"))
    assert "aim ±20.0" in said
    assert "Cost £" in said
    unmet = words(coordinator.open(f"/panels/plan?{one}&aim_region=1"))
    assert "2 aims that cannot be met" in unmet
    quoted = [text.replace("=", "%3D").replace("&", "%26") for text in (one, other)]
    compared = words(coordinator.open(f"/panels/plan/compare?one={quoted[0]}&other={quoted[1]}"))
    assert "Half: two years running A quarter: four years running" in compared
    assert "Interval aimed at: all voluntary organisations not chosen ±20 points" in compared
    assert "Go on with the second plan" in compared


def test_the_planner_begins_with_the_next_year_that_is_not_drawn(turned: World) -> None:
    said = words(Visitor(turned, "coordinator").open("/panels/plan"))

    assert "Draw this panel for 2028" in said


def test_the_planner_suggests_sizes_and_shows_who_is_asked_how_much_and_who_cannot_rest(
    turned: World,
) -> None:
    coordinator = Visitor(turned, "coordinator")
    base = "/panels/plan?year=2028&total=30&minimum=2&method=equal&rotation=0.5"

    said = words(coordinator.open(f"{base}&aim_vco=&suggest=5"))
    assert "aim ±5.0" in said
    assert "aim ±5.0" not in words(coordinator.open(f"{base}&aim_region=30&suggest=5"))
    assert "Suggest sizes" not in said
    assert "1 to 30" in said
    assert "No one over the ceiling" in said
    wide = words(coordinator.open(base.replace("total=30", "total=100")))
    assert "strata cannot give everybody a rest of 3 years" in wide
    assert "North East, £10,000 to £100,000" in wide


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("aim_vco=wide", "enter points, like 5"),
        ("aim_vco=sNaN", "enter points, like 5"),
        ("aim_region=-Infinity", "enter points, like 5"),
        ("aim_vco=50", "above 0 and below 50"),
        ("holiday=-1", "enter a whole number"),
        ("boost_bme_led=0", "enter a number from 1"),
        ("boost_led=0", "enter a number from 1"),
        ("strand=annul", "choose one from the list"),
        ("rotation=2", "choose one from the list"),
        ("reserve=301", "enter a number from 1 to 300"),
    ],
)
def test_a_choice_that_makes_no_sense_is_named(embedded_world: World, query: str, said: str) -> None:
    base = "year=2027&total=20&minimum=2&method=equal"
    answer = Visitor(embedded_world.framed(), "coordinator").open(f"/panels/plan?{base}&{query}")

    assert answer.status_code == 422
    assert said in words(answer)


def test_a_frame_that_shrank_by_half_is_drawn_from_only_when_somebody_says_it_is_right(
    embedded_world: World,
) -> None:
    world = embedded_world.drawn(bodies=12, charities=120, plan=PLAN)
    header, *rows = next_edition(120, new=0).splitlines()
    world.imported("Charities", "\r\n".join([header, *rows[:40]]) + "\r\n", dated=date(2026, 8, 20))
    with world.database.writing() as session:
        snapshots.make_frame(session, as_of=date(2026, 8, 21), context=world.context())
    coordinator = Visitor(world, "coordinator")
    plan = {"year": "2027", "total": "20", "minimum": "2", "method": "proportional"}

    asked = coordinator.send("/panels/plan", **plan)

    assert asked.status_code == 422
    assert "The frame has changed more than usual" in words(asked)
    coordinator.send("/panels/plan/save", **plan, called="Small")
    again = coordinator.send("/panels/plans/1/draw")
    assert again.status_code == 422
    assert "The frame is right: draw the panel for 2027" in words(again)
    assert coordinator.send("/panels/plans/1/draw", confirmed="y").status_code == 302


CHOICES = {
    "strand": "annual_survey",
    "year": "2028",
    "total": "30",
    "minimum": "2",
    "method": "proportional",
    "rotation": "0.5",
}


def save(coordinator: Visitor, name: str, **changes: str) -> TestResponse:
    return coordinator.send("/panels/plan/save", **(CHOICES | changes), called=name)


def test_a_plan_is_saved_listed_opened_again_and_compared(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")

    assert save(coordinator, "Half of them").location == "/panels/plans/1"
    assert save(coordinator, "A quarter", rotation="0.25", aim_band="20", reserve="50").status_code == 302

    assert "Half of them 2028 Plan" in words(coordinator.open("/panels"))
    kept = coordinator.open("/panels/plans/1")
    assert "30 voluntary organisations" in words(kept)
    (address,) = re.findall(r'href="(/panels/plan\?[^"]+)"', kept.text)
    assert dict(parse_qsl(urlsplit(unescape(address)).query)) == CHOICES
    compared = words(coordinator.open("/panels/plan/compare?one=1&other=2"))
    assert "First plan: Half of them" in compared
    assert "Interval aimed at: each band of income not chosen ±20 points" in compared
    assert coordinator.open("/panels/plan/compare?one=1&other=77").status_code == 404


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("", {}, "Give the plan a name"),
        ("x" * 81, {}, "Name of the plan: at most 80 characters"),
        ("Half of them", {}, "Choose another name"),
        ("Another", {"total": "many"}, "enter a whole number"),
        ("Another", {"total": "1", "minimum": "9"}, "This plan cannot be met"),
    ],
)
def test_a_plan_without_a_name_of_its_own_or_that_cannot_be_is_not_saved(
    turned: World, name: str, changes: dict[str, str], said: str
) -> None:
    coordinator = Visitor(turned, "coordinator")
    save(coordinator, "Half of them")

    answer = save(coordinator, name, **changes)

    assert answer.status_code == 422
    assert said in words(answer)
    assert "Another" not in words(coordinator.open("/panels"))


def test_a_saved_plan_is_drawn_once_and_then_stays(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")
    save(coordinator, "Half of them")
    save(coordinator, "Another")

    again = {"sure": "1", "said_again": "2028"}
    assert coordinator.send("/panels/plans/1/draw", **again).location == "/panels/3"

    assert "Half of them 2028 Drawn" in words(coordinator.open("/panels"))
    assert "was drawn from it" in words(coordinator.open("/panels/plans/1"))
    assert "was drawn from another plan" in words(coordinator.open("/panels/plans/2"))
    assert coordinator.send("/panels/plans/2/draw", **again).status_code == 409
    assert coordinator.send("/panels/plans/1/delete").status_code == 409
    assert coordinator.send("/panels/plans/2/delete").location == "/panels"
    assert coordinator.open("/panels/plans/2").status_code == 404


def test_a_saved_plan_opens_in_the_planner_with_all_that_was_chosen(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")
    chosen = {"boost_region": "9", "boost_band": "8", "maximum": "25", "term": "4", "aim_region": "40"}
    save(coordinator, "Everything", **chosen)

    kept = coordinator.open("/panels/plans/1")

    (address,) = re.findall(r'href="(/panels/plan\?[^"]+)"', kept.text)
    assert dict(parse_qsl(urlsplit(unescape(address)).query)) == CHOICES | chosen
    assert coordinator.open(unescape(address)).status_code == 200


def test_an_address_kept_from_before_its_choices_were_renamed_still_opens(turned: World) -> None:
    page = Visitor(turned, "coordinator").open("/panels/plan?year=2028&total=30&minimum=2&cap=25&least=7")

    assert page.status_code == 200
    assert 'name="maximum" value="25"' in page.text
    assert 'name="min_pop_size" value="7"' in page.text


def test_a_plan_for_another_survey_asks_public_bodies_when_told_to(turned: World) -> None:
    coordinator = Visitor(turned, "coordinator")
    local = "/panels/plan?strand=local_survey&year=2028&total=30&minimum=2&method=equal"

    assert "No public bodies and 30 voluntary" in words(coordinator.open(local))
    assert "12 public bodies, which is every one, and 30" in words(
        coordinator.open(f"{local}&public_bodies=y")
    )
    assert save(coordinator, "Local", strand="local_survey", public_bodies="y").status_code == 302
    kept = words(coordinator.open("/panels/plans/1"))
    assert "Local survey: plan for 2028" in kept
    assert "12 public bodies, which is every one" in kept
    assert "Open it in the planner" in kept


def test_choices_that_the_planner_has_no_field_for_are_said_to_be_the_commands(turned: World) -> None:
    request = PanelRequest(
        turned.frame_id, Strand.ANNUAL_SURVEY, 2028, replace(PLAN, method="power", power=0.3)
    )
    with turned.database.writing() as session:
        saved_plans.save_plan(session, name="Powered", request=request, context=turned.context())

    said = words(Visitor(turned, "coordinator").open("/panels/plans/1"))

    assert "changed by the command only" in said
    assert "Open it in the planner" not in said
