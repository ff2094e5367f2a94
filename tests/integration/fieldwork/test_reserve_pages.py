"""A round's reserve on the screen, and organisations that no draw chose."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app.clock import at
from survey_app.models.cases.casework import AddedCase, Case
from survey_app.models.panels import PanelReserve, ReserveRelease
from survey_app.services.panels.plan import PanelPlan
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

# Four strata of ten charities: five members and three in reserve of each.
PLAN = PanelPlan(voluntary_total=20, minimum=2, reserve_share=0.6)
ADDED = {"route": "outreach", "called": "The Corner Shop Choir", "sector": "vco"}


@pytest.fixture
def opened(embedded_world: World) -> World:
    """An open round with a reserve, a week on, and nobody has answered."""
    world = embedded_world.drawn(plan=PLAN)
    world.in_fieldwork()
    return world


def test_a_stratum_that_is_behind_is_shown_and_some_of_its_reserve_released(opened: World) -> None:
    coordinator = Visitor(opened, "coordinator")
    assert 'href="/rounds/1/reserve"' in coordinator.open("/rounds/1").text
    page = coordinator.open("/rounds/1/reserve")
    assert "North East, £10,000 to £100,000 5 0 1 3 Behind Release some" in words(page)
    chosen = re.findall(r"stratum=(\d+)#release", page.text)[0]
    proposed = coordinator.open(f"/rounds/1/reserve?stratum={chosen}").text
    assert "0 answers where we expected 1" in proposed

    sent = coordinator.send(
        "/rounds/1/reserve/release", stratum=chosen, count="2", why="Few of them answered"
    )

    assert sent.location == "/rounds/1/reserve"
    said = words(coordinator.open("/rounds/1/reserve"))
    assert "Released so far, newest first" in said
    assert "2 Few of them answered coordinator@compact.invalid" in said
    waiting = select(func.count()).select_from(PanelReserve).where(PanelReserve.release_id.is_(None))
    assert opened.read(lambda s: s.scalar(waiting)) == 10


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": "4"}, ", under £10,000 has 3 left, not 4"),
        ({"count": "0"}, "enter a number from 1"),
        ({"why": ""}, "Say why they are released"),
        ({"why": "x" * 401}, "Why: at most 400 characters"),
        ({"stratum": "9999"}, "choose one from the list"),
        ({"stratum": "all"}, "choose one from the list"),
    ],
)
def test_a_release_that_cannot_be_is_explained_and_nobody_is_released(
    opened: World, changes: dict[str, str], said: str
) -> None:
    coordinator = Visitor(opened, "coordinator")
    chosen = re.findall(r"stratum=(\d+)#release", coordinator.open("/rounds/1/reserve").text)[0]
    given = {"stratum": chosen, "count": "1", "why": "Few answers"} | changes

    answer = coordinator.send("/rounds/1/reserve/release", **given)

    assert answer.status_code == 422
    assert said in words(answer)
    assert opened.read(lambda s: s.scalar(select(func.count()).select_from(ReserveRelease))) == 0


def test_a_rule_is_set_said_and_removed(opened: World) -> None:
    coordinator = Visitor(opened, "coordinator")
    day = {"from_day-day": "1", "from_day-month": "10", "from_day-year": "2026"}

    assert coordinator.send("/rounds/1/reserve/rule", **day, share="75").location == "/rounds/1/reserve"

    said = words(coordinator.open("/rounds/1/reserve"))
    assert "From 1 October 2026, every morning" in said
    assert "below 75% of those expected" in said
    late = coordinator.send("/rounds/1/reserve/rule", **(day | {"from_day-year": "2027"}), share="75")
    assert late.status_code == 422
    assert "Choose a day after 7 September 2026" in words(late)
    assert coordinator.send("/rounds/1/reserve/rule/remove").status_code == 302
    assert "There is no rule" in words(coordinator.open("/rounds/1/reserve"))


def test_a_panel_without_reserve_says_so(embedded_world: World) -> None:
    world = embedded_world.launched()

    said = words(Visitor(world, "coordinator").open("/rounds/1/reserve?stratum=1"))

    assert "drawn without a reserve" in said
    assert Visitor(world, "interviewer").open("/rounds/1/reserve").status_code == 403


def test_an_added_organisation_stands_apart_and_is_said_to_have_no_weight(opened: World) -> None:
    interviewer = Visitor(opened, "interviewer")
    assert 'href="/rounds/1/cases/add"' in interviewer.open("/rounds/1/cases").text

    added = interviewer.send(
        "/rounds/1/cases/add", **ADDED, region="London", band="under 10k", note="Rings back"
    )

    case_id = opened.read(lambda s: s.scalar(select(AddedCase.case_id)))
    assert added.location == f"/cases/{case_id}"
    assert "Added, never weighted Approached by us." in words(interviewer.open(f"/cases/{case_id}"))
    listed = words(interviewer.open("/rounds/1/cases"))
    assert "40 cases" in listed
    assert "The Corner Shop Choir Approached by us – Not started Rings back" in listed
    assert "Corner Shop" not in words(interviewer.open("/rounds/1/cases?search=Body"))


def test_who_was_named_by_a_case_is_added_from_there(opened: World) -> None:
    interviewer = Visitor(opened, "interviewer")
    address = "/rounds/1/cases/add?named_by=21"
    assert f'href="{address}"' in interviewer.open("/cases/21").text
    name = opened.read(lambda s: s.get_one(Case, 21).organisation_id)
    assert "Named by" in words(interviewer.open(address))

    interviewer.send(address, **(ADDED | {"route": "snowball"}))

    added = opened.read(lambda s: s.scalars(select(AddedCase)).one())
    assert added.referrer_case_id == 21
    assert name != added.case_id
    assert "Suggested by another Charity" in words(interviewer.open("/rounds/1/cases"))
    assert interviewer.open("/rounds/1/cases/add?named_by=99999").status_code == 404
    assert interviewer.open("/rounds/1/cases/add?named_by=-1").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"route": ""}, "Choose how we found it"),
        ({"called": ""}, "Give its name"),
        ({"called": "Body 001"}, "is known already"),
        ({"organisation": "many"}, "enter a whole number"),
        ({"called": "", "organisation": "2"}, "already"),
        ({"email": "nobody"}, "has no @"),
        ({"region": "Narnia"}, "choose one from the list"),
        ({"note": "x" * 2001}, "2,000 characters"),
    ],
)
def test_an_organisation_that_cannot_be_added_is_explained(
    opened: World, changes: dict[str, str], said: str
) -> None:
    answer = Visitor(opened, "interviewer").send("/rounds/1/cases/add", **(ADDED | changes))

    assert answer.status_code == 422
    assert said in words(answer)
    assert opened.read(lambda s: s.scalar(select(func.count()).select_from(AddedCase))) == 0


def test_nobody_is_added_once_a_round_is_closed(opened: World) -> None:
    opened.move_to(at(DATES.closes_on + timedelta(days=1), 10))
    coordinator = Visitor(opened, "coordinator")

    assert "Add an organisation" not in words(coordinator.open("/rounds/1/cases"))
    refused = coordinator.send("/rounds/1/cases/add", **ADDED)
    assert refused.status_code == 422
    assert "organisations are added while it is ready or open" in words(refused)
    late = coordinator.send("/rounds/1/reserve/release", stratum="1", count="1", why="Late")
    assert late.status_code == 422
    assert "A reserve is released while the round is ready or open" in words(late)
