"""A rehearsal asked for on the site: lived on a copy by a process beside the worker, read in plain words."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scheduler.rules import OnDay, usual_rules
from survey_app.clock import SetClock
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.casework import Case
from survey_app.models.jobs import Job
from survey_app.rehearsal import asked
from survey_app.rehearsal.copying import copy_of
from survey_app.services import jobs
from survey_app.services.cycle import rehearsals, rules
from survey_app.services.jobs import JobView
from survey_app.worker.wakings import Worker, tick
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

ASK = "/calendar/rehearsals"


def with_cycle(world: World) -> World:
    survey, review, *_ = usual_rules(2027, opens=OnDay(1, 15))
    with world.database.writing() as session:
        for rule in (survey, review):
            rules.set_rule(session, rule=rule, context=world.context())
    return world


class Ending(SetClock):
    """The clock of a process that is told to end when it looks for the fourth time."""

    looks = 0

    def now(self) -> datetime:
        self.looks += 1
        if self.looks == 4:
            raise SystemExit
        return super().now()


def claimed(world: World, visitor: Visitor) -> list[tuple[Worker, JobView]]:
    """Ask for a year, and what a worker that may rehearse is given of it."""
    assert visitor.send(ASK, form_at=ASK, years="1").status_code == 302
    given: list[tuple[Worker, JobView]] = []
    tick(replace(world.worker(), rehearse=lambda worker, job: given.append((worker, job))))
    return given


@pytest.fixture
def no_copy_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # A folder of the test's own: other rehearsals may be lived on this machine meanwhile.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert not list(tmp_path.glob("compact-rehearsal-*"))


def state(world: World) -> str:
    return world.read(lambda s: s.scalars(select(Job.state).where(Job.kind == rehearsals.LIVE)).one())


@pytest.mark.usefixtures("no_copy_stays")
def test_the_page_says_what_would_leave_when_and_what_would_wait_for_whom(embedded_world: World) -> None:
    world = with_cycle(embedded_world.framed(bodies=24, charities=24))
    coordinator = Visitor(world, "coordinator")
    ((worker, job),) = claimed(world, coordinator)
    assert "A worker begins in a moment." in words(coordinator.open(f"{ASK}/1"))

    asked.live(world.settings, job, worker=worker.name, clock=world.clock)

    said = words(coordinator.open(f"{ASK}/1"))
    assert "No event and no letter was lost, and none came twice." in said
    assert "Opens 15 January 2027" in said
    assert "Invitations 48 letters, 15 January 2027" in said
    assert "Annual review 2027 Opens 20 May 2027 Ends 2 July 2027" in said
    assert said.count("Approve and launch it: Annual survey 2027 Coordinator") == 1
    assert "Freeze its results: Annual survey 2027" in said
    acts = world.read(lambda s: set(s.scalars(select(AuditEntry.act))))
    assert {"rehearsal asked for", "rehearsal ended"} <= acts
    assert "round planned" not in acts
    assert world.read(lambda s: s.scalar(select(func.count()).select_from(Case))) == 0
    assert world.sent == []
    assert "Done" in words(coordinator.open(ASK))


@pytest.mark.usefixtures("no_copy_stays")
def test_one_that_is_stopped_ends_at_its_next_step_and_begins_again_when_somebody_says_so(
    embedded_world: World,
) -> None:
    world = with_cycle(embedded_world.framed(bodies=24, charities=24))
    coordinator = Visitor(world, "coordinator")
    ((worker, job),) = claimed(world, coordinator)
    assert "under way" in words(coordinator.send(ASK, form_at=ASK, years="2"))
    coordinator.send(f"{ASK}/1/stop", form_at=f"{ASK}/1")

    asked.live(world.settings, job, worker=worker.name, clock=Ending(world.clock.now()))

    assert state(world) == jobs.STOPPED
    assert "Begin again" in words(coordinator.open(f"{ASK}/1"))
    coordinator.send(f"{ASK}/1/resume", form_at=f"{ASK}/1")
    assert state(world) == jobs.WAITING


@pytest.mark.usefixtures("no_copy_stays")
def test_one_whose_worker_is_told_to_end_is_taken_up_at_once_by_another(embedded_world: World) -> None:
    world = with_cycle(embedded_world.framed(bodies=24, charities=24))
    ((worker, job),) = claimed(world, Visitor(world, "coordinator"))

    with pytest.raises(SystemExit):
        asked.live(world.settings, job, worker=worker.name, clock=Ending(world.clock.now()))

    assert world.read(lambda s: jobs.due_jobs(s, now=world.clock.now())) == [job.id]


def test_one_that_is_broken_off_again_and_again_fails_and_says_so(embedded_world: World) -> None:
    world = embedded_world.founded()
    coordinator = Visitor(world, "coordinator")
    ((worker, job),) = claimed(world, coordinator)

    asked.Starter()(worker, replace(job, attempts=jobs.MAX_ATTEMPTS + 1))

    assert asked.BROKEN_OFF in words(coordinator.open(f"{ASK}/1"))


def test_nobody_but_who_may_launch_rounds_asks_for_one(embedded_world: World) -> None:
    administrator = Visitor(embedded_world.founded(), "administrator")

    assert administrator.open(ASK).status_code == 403
    assert administrator.client.get(f"{ASK}/1").status_code == 403


@pytest.mark.parametrize("years", ["", "0", "7", "one"])
def test_years_that_cannot_be_rehearsed_are_refused_at_their_field(embedded_world: World, years: str) -> None:
    coordinator = Visitor(embedded_world.founded(), "coordinator")

    refused = coordinator.send(ASK, form_at=ASK, years=years)

    assert refused.status_code == 422
    assert 'id="years-error"' in refused.text
    assert world_has_none(embedded_world)


def world_has_none(world: World) -> bool:
    return world.read(lambda s: rehearsals.rehearsals(s, world.programme)) == []


def test_a_worker_that_was_given_nothing_to_rehearse_with_leaves_it(embedded_world: World) -> None:
    world = embedded_world.founded()
    Visitor(world, "coordinator").send(ASK, form_at=ASK, years="1")

    world.tick()

    job = world.read(lambda s: s.scalars(select(Job).where(Job.kind == rehearsals.LIVE)).one())
    assert (job.state, job.attempts) == (jobs.WAITING, 0)


def test_a_database_in_use_is_copied_whole(world: World) -> None:
    world.launched(bodies=24, charities=44)
    count = select(func.count()).select_from(Case)

    with world.database.reading() as held:
        ours = held.scalar(count)
        with copy_of(world.settings.database_url) as url:
            copied = replace(world, database=type(world.database)(url))
            there = copied.read(lambda s: s.scalar(count))
            copied.database.close()

    assert there == ours
    assert ours
