"""Plans that are kept: listed, drawn, deleted, compared; on both engines."""

from dataclasses import replace

import pytest

from scheduler.strands import Strand
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.services.panels import drawing, saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.drawing import draw_panel
from survey_app.services.panels.plan import PanelPlan
from tests.fixtures.plans import PLAN
from tests.fixtures.world import World


def keep(world: World, name: str, plan: PanelPlan = PLAN, *, year: int = 2026) -> int:
    request = PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, year, plan)
    with world.database.writing() as session:
        return saved_plans.save_plan(session, name=name, request=request, context=world.context())


def test_a_saved_plan_is_listed_drawn_and_then_kept_with_its_panel(thousand: World) -> None:
    plan_id = keep(thousand, "Wide", replace(PLAN, fixed={"vco | North East | 0": 33}))

    with thousand.database.writing() as session:
        panel_id = draw_panel(
            session,
            request=saved_plans.plan_of(session, plan_id=plan_id, programme_id=thousand.programme).request,
            plan_id=plan_id,
            context=thousand.context(),
        )

    (line,) = thousand.read(lambda s: saved_plans.plans_of(s, thousand.programme))
    assert (line.name, line.year, line.frame_number, line.panel_id) == ("Wide", 2026, 1, panel_id)
    strata = thousand.read(lambda s: drawing.strata_of(s, panel_id))
    assert {one.sample_size for one in strata if one.name == "vco | North East | 0"} == {33}
    with thousand.database.writing() as session, pytest.raises(ConflictError, match="was drawn from 'Wide'"):
        saved_plans.delete_plan(session, plan_id=plan_id, context=thousand.context())


def test_a_saved_plan_that_was_not_drawn_can_be_deleted(thousand: World) -> None:
    plan_id = keep(thousand, "Wide")

    with thousand.database.writing() as session:
        saved_plans.delete_plan(session, plan_id=plan_id, context=thousand.context())

    assert thousand.read(lambda s: saved_plans.plans_of(s, thousand.programme)) == []
    with thousand.database.writing() as session, pytest.raises(NotFoundError):
        saved_plans.delete_plan(session, plan_id=plan_id, context=thousand.context())


def test_a_plan_is_kept_under_a_name_of_its_own_and_only_if_it_can_be_met(thousand: World) -> None:
    keep(thousand, "Wide")
    keep(thousand, "Wide", year=2027)

    with pytest.raises(ConflictError, match="This year has a plan of this name already"):
        keep(thousand, " Wide ")
    with pytest.raises(InvalidError, match="a name of 1 to 80 characters"):
        keep(thousand, "  ")
    with pytest.raises(InvalidError, match="cannot be met"):
        keep(thousand, "Impossible", replace(PLAN, maximum=1, minimum=0))

    assert len(thousand.read(lambda s: saved_plans.plans_of(s, thousand.programme))) == 2


def test_two_plans_stand_side_by_side_also_where_their_strata_differ(thousand: World) -> None:
    first, second = (
        PanelRequest(thousand.frame_id, Strand.ANNUAL_SURVEY, 2026, plan)
        for plan in (PLAN, replace(PLAN, by=("region",)))
    )

    compared = thousand.read(
        lambda s: saved_plans.compare(s, first=first, second=second, programme_id=thousand.programme)
    )

    assert (compared.first.ask, compared.second.ask) == (308, 308)
    only_first = [line.name for line in compared.strata if line.second is None]
    only_second = [line.name for line in compared.strata if line.first is None]
    assert (len(only_first), len(only_second)) == (12, 3)
    assert all(line.first is not None and line.second is not None for line in compared.groups)
