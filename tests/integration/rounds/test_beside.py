"""What else goes on beside a round: refused where it asks the same, named where it asks at the same time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.errors import StageError
from survey_app.models.burden import BurdenEntry, BurdenKind
from survey_app.models.organisations import Organisation
from survey_app.models.panels import PanelMember
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.fixtures.world import DATES, World

GROUPS = RoundPlan("Groups of 2026", None, DATES, strand=Strand.FOCUS_GROUPS)


def plan(world: World, wanted: RoundPlan) -> int:
    with world.database.writing() as session:
        return lifecycle.plan_round(session, plan=wanted, context=world.context())


def prepare(world: World, round_id: int) -> None:
    with world.database.writing() as session:
        lifecycle.prepare_round(session, round_id=round_id, context=world.context())


def warnings(world: World) -> str:
    with world.database.reading() as session:
        check = lifecycle.check_round(session, round_id=world.round_id, context=world.context())
    return " ".join(check.warnings)


def asked_before(world: World, day: date, minutes: int) -> None:
    """One VCO of the panel was asked by something else, in the survey year before this one."""
    with world.database.writing() as session:
        member = session.scalar(
            select(PanelMember.organisation_id)
            .join(Organisation, Organisation.id == PanelMember.organisation_id)
            .where(Organisation.sector == Sector.VOLUNTARY)
            .limit(1)
        )
        session.add(
            BurdenEntry(
                organisation_id=member,
                programme_id=world.programme,
                strand=Strand.FOCUS_GROUPS,
                year=2025,
                day=day,
                kind=BurdenKind.FOCUS_GROUP,
                minutes=minutes,
            )
        )


def test_one_round_of_a_title_and_year_is_under_way_at_a_time(world: World) -> None:
    world.founded()
    first, second = plan(world, GROUPS), plan(world, replace(GROUPS, title="groups of 2026 "))
    prepare(world, first)

    with pytest.raises(StageError, match=r"Groups of 2026 \(preparing\) is under way"):
        prepare(world, second)
    prepare(world, plan(world, replace(GROUPS, title="Groups on the Compact’s funding code")))

    stage = world.read(lambda s: lifecycle.get_round(s, round_id=second, programme_id=world.programme).stage)
    assert stage is Stage.PLANNED


def test_the_check_names_what_is_in_the_field_at_the_same_time(embedded_world: World) -> None:
    world = embedded_world.planned(bodies=4, charities=16)
    plan(world, GROUPS)
    later = replace(DATES, opens_on=DATES.closes_on + timedelta(days=1))
    days = [later.opens_on + timedelta(days=14 * place) for place in range(4)]
    plan(world, replace(GROUPS, title="Groups after it", dates=type(DATES)(*days)))

    said = warnings(world)

    named = "Groups of 2026 (focus groups) is in the field at the same time"
    assert f"{named}, 7 September 2026 to 19 November 2026." in said
    assert "Groups after it" not in said


def test_minutes_count_by_the_days_on_which_somebody_is_asked_too(embedded_world: World) -> None:
    world = embedded_world.planned(bodies=4, charities=16)
    asked_before(world, DATES.opens_on - timedelta(days=365), 85)
    assert "within twelve months" not in warnings(world)

    asked_before(world, DATES.opens_on - timedelta(days=364), 85)

    assert (
        "1 organisation of the panel would be asked for more than 90 minutes within twelve months, "
        "8 September 2025 to 7 September 2026 (voluntary organisations)." in warnings(world)
    )
