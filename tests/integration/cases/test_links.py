"""A case, its organisation and its panel lead to each other."""

import re

from tests.fixtures.staff import Visitor
from tests.fixtures.world import World

ORGANISATION = re.compile(r'href="/organisations/(\d+)"')


def test_case_organisation_and_panel_lead_to_each_other(embedded_world: World) -> None:
    world = embedded_world.launched()
    coordinator = Visitor(world, "coordinator")

    case = coordinator.open("/cases/1").text
    (organisation,) = ORGANISATION.findall(case)

    assert f'href="/panels/{world.panel_id}"' in case
    assert f'href="/rounds/{world.round_id}"' in case
    history = coordinator.open(f"/organisations/{organisation}").text
    assert 'href="/cases/1"' in history
    assert f'href="/panels/{world.panel_id}"' in history
    assert f'href="/rounds/{world.round_id}/cases"' in coordinator.open(f"/panels/{world.panel_id}").text


def test_a_case_leads_an_interviewer_only_where_they_may_go(embedded_world: World) -> None:
    case = Visitor(embedded_world.launched(), "interviewer").open("/cases/1").text

    assert ORGANISATION.findall(case) == []
    assert "/contacts" in case
    assert 'href="/panels/' not in case
