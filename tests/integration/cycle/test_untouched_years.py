"""Lists, a plan and the policy *run*: three years that nobody of the staff touches."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.rules import OnDay, Policy, usual_rules
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.clock import at
from survey_app.models.audit import AuditEntry
from survey_app.rehearsal.people import Respondents
from survey_app.services import stored_files
from survey_app.services.cycle import reckoning, rules, tasks
from survey_app.services.panels import saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.results import files, release
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.world import World

YEARS = range(2027, 2030)
MAX_SLEEP = timedelta(days=14)


def set_up(world: World) -> None:
    """All that anybody ever does: a plan, and the rule."""
    request = PanelRequest(
        world.frame_id, Strand.ANNUAL_SURVEY, 2027, PanelPlan(voluntary_total=22, minimum=2)
    )
    rule = replace(usual_rules(2027, opens=OnDay(3, 1))[0], policy=Policy.RUN)
    with world.database.writing() as session:
        saved_plans.save_plan(session, name="The usual", request=request, context=world.context())
        rules.set_rule(session, rule=rule, lists_valid_months=36, context=world.context())


def next_moment(rounds: list[RoundView], replies_at: datetime | None, now: datetime) -> datetime:
    """When something of a round falls due, or somebody answers; at the latest in a fortnight."""
    days = [at(day, 9) for one in rounds if not one.stage.is_over for _, day in one.dates.in_order()]
    coming = [moment for moment in (*days, replies_at) if moment is not None and moment > now]
    return min([*coming, now + MAX_SLEEP])


def faults(session: Session, world: World) -> reckoning.Totals:
    left, now = reckoning.sent_letters(session), world.clock.now()
    return reckoning.totals(session, programme_id=world.programme, years=YEARS, left=left, now=now)


@pytest.mark.slow
def test_three_years_run_by_themselves_and_three_summaries_are_made(embedded_world: World) -> None:
    world = embedded_world.framed(bodies=24, charities=44)
    set_up(world)
    respondents = Respondents(world.database, world.keys, world.programme, seed=1, beat=lambda moment: None)
    begun = world.clock.now()

    while (now := world.clock.now()) < at(date(YEARS.stop, 1, 1)):
        world.tick()
        rounds = world.read(lambda s: lifecycle.rounds_of(s, world.programme))
        respondents.act(rounds, now)
        world.clock.advance_to(next_moment(rounds, respondents.next_after(rounds, now), now))

    surveys = sorted(
        (one for one in rounds if one.slot and one.slot.year in YEARS), key=lambda one: one.title
    )
    assert [(one.title, one.stage) for one in surveys] == [
        (f"Annual survey {year}", Stage.CLOSED) for year in YEARS
    ]
    releases = world.read(lambda s: release.releases_of(s, world.programme))
    assert sorted(one.round_title for one in releases) == [one.title for one in surveys]
    made = world.read(
        lambda s: stored_files.files_of(
            s, owner_kind=files.RELEASE, owner_ids=[one.id for one in releases], kinds=(files.PDF,)
        )
    )
    assert len(made) == len(releases)
    assert world.read(lambda s: faults(s, world)) == reckoning.Totals((), (), (), ())
    assert world.read(lambda s: tasks.waiting(s, world.programme)) == []
    assert not world.read(
        lambda s: s.scalars(
            select(AuditEntry.act).where(AuditEntry.actor.startswith("coordinator"), AuditEntry.at > begun)
        ).all()
    )
