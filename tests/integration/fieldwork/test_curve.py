"""A round is behind only what last year leads one to expect by the day, and not while that is little."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from sampling.frame import Sector
from survey_app.clock import at, end_of
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.organisations import Organisation
from survey_app.services.fieldwork import curve, progress
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.world import DATES, World

YEAR = timedelta(days=364)


def view(world: World) -> RoundView:
    return world.read(lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme))


def replied(world: World, *, after_days: int, count: int, skip: int = 0) -> None:
    """So many public bodies answered on that day of the round."""
    bodies = (
        select(Case.id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(Organisation.sector == Sector.PUBLIC)
        .order_by(Case.id)
        .offset(skip)
        .limit(count)
    )
    with world.database.writing() as session:
        chosen = list(session.scalars(bodies))
        values = {"outcome": Outcome.COMPLETE, "outcome_on": DATES.opens_on + timedelta(days=after_days)}
        session.execute(update(Case).where(Case.id.in_(chosen)).values(values))


def states(world: World, days: int) -> set[str]:
    with world.database.reading() as session:
        board = progress.dashboard(
            session,
            round_id=world.round_id,
            programme_id=world.programme,
            now=at(DATES.opens_on + timedelta(days=days), 12),
        )
    return {line.state for line in board.strata if line.sector is Sector.PUBLIC}


def test_what_is_expected_by_a_day_is_what_had_come_by_then_last_year(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=40, charities=16)
    replied(world, after_days=3, count=8)
    replied(world, after_days=60, count=24, skip=8)
    world.move_to(end_of(DATES.closes_on))
    days = [day + YEAR for _, day in DATES.in_order()]
    this_year = replace(view(world), id=99, follows_id=world.round_id, dates=type(DATES)(*days))

    def expected(days: int) -> float:
        now = at(DATES.opens_on + YEAR + timedelta(days=days))
        with world.database.reading() as session:
            return curve.expected_by(session, round_view=this_year, now=now)[Sector.PUBLIC]

    assert [expected(days) for days in (1, 3, 4, 40, 61, 80)] == [0, 0, 0.25, 0.25, 1, 1]
    with world.database.reading() as session:
        now = at(DATES.opens_on + YEAR + timedelta(days=37))
        # Nobody of the other sector replied, so time alone speaks of it.
        share = curve.expected_by(session, round_view=this_year, now=now)[Sector.VOLUNTARY]
    assert share == pytest.approx(0.5, abs=0.01)


def test_a_group_of_which_little_is_expected_is_not_behind(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=40, charities=16)

    assert states(world, 20) == {"On course"}
    replied(world, after_days=1, count=1)
    assert states(world, 70) == {"On course"}


def test_a_group_that_falls_short_of_what_is_expected_is_behind(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=80, charities=16)

    assert "Behind" in states(world, 70)
    assert "Behind" not in states(world, 5)
