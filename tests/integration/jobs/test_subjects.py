"""A job is about one subject, and is done once for it, or once for each occurrence."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from survey_app.services import jobs
from tests.fixtures.world import World


def schedule(world: World, subject_kind: str, kind: str = "open", occurrence: int = 0) -> None:
    with world.database.writing() as session:
        jobs.add_job(
            session,
            kind=kind,
            subject_kind=subject_kind,
            subject_id=1,
            occurrence=occurrence,
            due_at=world.clock.now(),
            context=world.context(),
        )


def test_the_same_work_is_scheduled_once_for_each_subject_and_occurrence(world: World) -> None:
    world.founded()
    schedule(world, jobs.ROUND)
    schedule(world, jobs.RELEASE)
    schedule(world, jobs.ROUND, occurrence=1)

    with pytest.raises(IntegrityError):
        schedule(world, jobs.ROUND, occurrence=1)


def test_only_work_of_the_round_waits_for_its_launch(world: World) -> None:
    world.founded()
    for subject_kind in (jobs.ROUND, jobs.RELEASE):
        schedule(world, subject_kind, "launch")
        world.clock.advance_to(world.clock.now() + timedelta(seconds=1))
        schedule(world, subject_kind, "open")
    now = world.clock.now()

    with world.database.writing() as session:
        due = [jobs.view(session, job_id) for job_id in jobs.due_jobs(session, now=now)]
        claimed = {
            (job.subject_kind, job.kind): jobs.claim(session, job_id=job.id, worker="w", now=now) is not None
            for job in due
        }

    assert claimed == {
        (jobs.ROUND, "launch"): True,
        (jobs.ROUND, "open"): False,
        (jobs.RELEASE, "launch"): True,
        (jobs.RELEASE, "open"): True,
    }


def test_a_failure_keeps_no_address(world: World) -> None:
    world.founded()
    with world.database.writing() as session:
        jobs.add_job(
            session,
            kind="look",
            subject_kind="round",
            subject_id=1,
            due_at=world.clock.now(),
            context=world.context(),
        )
        (job_id,) = jobs.due_jobs(session, now=world.clock.now())
        jobs.note_fault(session, job_id=job_id, fault="no room for <jo@x.invalid>", now=world.clock.now())

    assert world.read(lambda s: jobs.view(s, job_id)).failure == "no room for (address)"
