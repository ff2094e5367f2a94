"""A round from its plan to its last day, on both engines."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, update

from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.casework import Case, CaseAgreement
from survey_app.models.jobs import Job
from survey_app.models.outbox import Message
from survey_app.models.panels import PanelMember
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.rounds import RoundInstrument
from survey_app.services import jobs as work
from survey_app.services.audit import AuditContext
from survey_app.services.cases import launch as case_launch
from survey_app.services.cases.casework import case_view
from survey_app.services.fieldwork import letters as fieldwork_letters
from survey_app.services.material import ROUND, material_key
from survey_app.services.responses.saving import Save
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from survey_app.worker import wakings
from tests.fixtures.world import DATES, World


def stage(world: World) -> Stage:
    return world.read(
        lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme_id)
    ).stage


def case_ids(world: World) -> list[int]:
    return world.read(lambda s: list(s.scalars(select(Case.id).order_by(Case.id))))


def letters(world: World) -> dict[str, int]:
    return world.read(lambda s: fieldwork_letters.count_by_state(s, round_id=world.round_id))


def answer(world: World, case_id: int, *, stop_after: int = 99) -> None:
    with world.database.writing() as session:
        answer_all(
            session,
            world.keys,
            case_id=case_id,
            rng=np.random.default_rng(case_id),
            save=Save(world.clock.now()),
            stop_after=stop_after,
        )
    world.settle()


def recipients(world: World, since: int = 0) -> Counter[str]:
    return Counter(str(letter["To"]) for letter in world.sent[since:])


def test_every_member_of_the_panel_is_invited_on_the_morning_of_the_opening(world: World) -> None:
    world.launched()
    assert (stage(world), world.sent) == (Stage.READY, [])

    world.move_to(at(DATES.opens_on, 9) - timedelta(seconds=1))
    assert (stage(world), world.sent) == (Stage.READY, [])
    world.move_to(at(DATES.opens_on, 9))

    assert stage(world) is Stage.OPEN
    assert len(recipients(world)) == len(world.sent) == 40


def test_a_launch_pins_what_is_asked_of_whom_and_makes_a_key(world: World) -> None:
    world.launched()

    with world.database.reading() as session:
        pinned = session.scalars(select(RoundInstrument)).all()
        assert {row.audience for row in pinned} == set(Sector)
        for row in pinned:
            version = session.get_one(InstrumentVersion, row.instrument_version_id)
            assert row.sha256 == hashlib.sha256(version.document.encode()).hexdigest()
            assert version.audiences == [row.audience.value]
        assert all(row.pinned_at == world.clock.now() for row in pinned)
        assert session.scalar(select(func.count()).select_from(CaseAgreement)) == 40
        key = material_key(session, world.keys, subject_kind=ROUND, subject_id=world.round_id)
        assert len(key) == 32


def test_launching_twice_changes_nothing(world: World) -> None:
    world.launched()
    before = world.read(lambda s: (s.scalars(select(Job.id)).all(), s.scalars(select(AuditEntry.id)).all()))

    world.launch()

    assert stage(world) is Stage.READY
    assert before == world.read(
        lambda s: (s.scalars(select(Job.id)).all(), s.scalars(select(AuditEntry.id)).all())
    )
    assert world.tick() == 0


def test_dates_that_run_backwards_are_refused_with_every_reason(world: World) -> None:
    world.drawn()
    dates = replace(DATES, opens_on=date(2026, 8, 1), closes_on=date(2026, 10, 1))

    with world.database.writing() as session, pytest.raises(InvalidError) as caught:
        lifecycle.plan_round(session, plan=RoundPlan("  ", world.panel_id, dates), context=world.context())

    assert len(caught.value.faults) == 3
    assert "1 August 2026, has passed" in caught.value.faults[0]
    assert "The last day for replies, 1 October 2026, is not after" in caught.value.faults[1]
    assert "title" in caught.value.faults[2]


def test_a_panel_of_another_programme_cannot_be_asked(world: World) -> None:
    world.drawn()
    stranger = replace(world.context(), programme_id=world.programme + 1)

    with world.database.writing() as session, pytest.raises(NotFoundError):
        lifecycle.plan_round(session, plan=RoundPlan("A title", world.panel_id, DATES), context=stranger)


def test_a_round_with_an_empty_panel_is_not_launched(world: World) -> None:
    world.planned()
    with world.database.writing() as session:
        session.query(PanelMember).delete()

    with world.database.writing() as session, pytest.raises(InvalidError, match="nobody would be asked"):
        lifecycle.launch_round(session, world.keys, round_id=world.round_id, context=world.context())

    assert stage(world) is Stage.PLANNED


def test_a_round_whose_opening_has_passed_is_not_launched(world: World) -> None:
    world.planned()
    world.clock.advance_to(at(DATES.opens_on + timedelta(days=1)))

    with pytest.raises(InvalidError, match="has passed"):
        world.launch()


def test_a_launched_round_cannot_be_withdrawn_and_a_withdrawn_one_cannot_be_launched(world: World) -> None:
    world.planned()
    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=world.round_id, context=world.context())
    world.launch()
    assert stage(world) is Stage.WITHDRAWN

    with world.database.writing() as session:
        second = lifecycle.plan_round(
            session, plan=RoundPlan("Again", world.panel_id, DATES), context=world.context()
        )
    world.round_id = second
    world.launch()
    with world.database.writing() as session, pytest.raises(StageError):
        lifecycle.withdraw_round(session, round_id=second, context=world.context())


def test_only_those_who_have_not_answered_are_reminded(world: World) -> None:
    world.opened()
    done, started, refused = case_ids(world)[:3]
    answer(world, done)
    answer(world, started, stop_after=2)
    with world.database.writing() as session:
        session.execute(update(Case).where(Case.id == refused).values(outcome="refused"))

    world.move_to(at(DATES.first_reminder_on, 9))
    assert len(world.sent) == 40 + 38
    answer(world, started)
    world.move_to(at(DATES.second_reminder_on, 9))

    assert len(world.sent) == 40 + 38 + 37
    assert sorted(Counter(recipients(world).values()).items()) == [(1, 2), (2, 1), (3, 37)]
    assert "Last reminder" in str(world.sent[-1]["Subject"])


def test_a_reminder_repeats_the_code_of_the_invitation(world: World) -> None:
    world.opened()
    world.move_to(at(DATES.first_reminder_on, 9))

    codes: dict[str, set[str]] = {}
    for letter in world.sent:
        line = next(text for text in letter.get_content().splitlines() if "access code" in text)
        codes.setdefault(str(letter["To"]), set()).add(line)

    assert {len(generations) for generations in codes.values()} == {1}
    assert len(set.union(*codes.values())) == 40


def test_a_round_closes_when_its_last_day_ends_and_letters_not_sent_are_withdrawn(world: World) -> None:
    world.opened()
    world.move_to(at(DATES.first_reminder_on, 9))
    world.move_to(at(DATES.second_reminder_on, 9))
    with world.database.writing() as session:
        session.execute(update(Message).where(Message.template == "second_reminder").values(state="waiting"))

    world.move_to(end_of(DATES.closes_on) - timedelta(seconds=1))
    assert stage(world) is Stage.OPEN
    with world.database.writing() as session:
        session.execute(update(Message).where(Message.template == "second_reminder").values(state="waiting"))
    world.move_to(end_of(DATES.closes_on))

    assert stage(world) is Stage.CLOSED
    assert letters(world) == {"sent": 80, "withdrawn": 40}
    world.wait(timedelta(days=1))  # the last pass over its answers
    assert world.wait(timedelta(days=30)) == 0


def test_a_worker_that_was_down_for_the_whole_round_writes_to_nobody(world: World) -> None:
    world.launched()

    world.move_to(end_of(DATES.closes_on) + timedelta(days=1))

    assert (stage(world), world.sent) == (Stage.CLOSED, [])
    assert letters(world)["withdrawn"] >= 40


def test_a_stopped_launch_goes_on_from_where_it_was(world: World) -> None:
    world.planned()
    world.launch()
    launch = world.read(lambda s: s.scalar(select(Job.id).where(Job.kind == "launch")))
    assert launch is not None
    with world.database.writing() as session:
        work.stop(session, job_id=launch, context=world.context())
    world.tick()
    assert case_ids(world) == []

    with world.database.writing() as session:
        work.resume(session, job_id=launch, context=world.context())
    world.tick()

    job = world.read(lambda s: work.view(s, launch))
    assert (len(case_ids(world)), job.done, job.total, job.state) == (40, 40, 40, "done")


def test_a_fault_in_one_job_is_kept_with_it_tried_again_and_given_up_in_the_end(world: World) -> None:
    world.planned()
    world.launch()
    with world.database.writing() as session:
        session.execute(update(Job).where(Job.kind == "launch").values(subject_id=999))

    for _ in range(work.MAX_ATTEMPTS):
        world.wait(timedelta(minutes=10))

    job = world.read(lambda s: s.scalars(select(Job).where(Job.kind == "launch")).one())
    assert (job.state, job.attempts, job.failure) == ("failed", 5, "There is no round 999 here.")


def test_the_history_of_a_case_holds_days_and_no_time_the_newest_first(world: World) -> None:
    world.opened()
    answer(world, case_ids(world)[0])

    shown = world.read(lambda s: case_view(s, world.keys, case_id=1, programme_id=world.programme_id))

    assert [event.kind for event in shown.events] == ["complete", "started", "invitation sent"]
    assert {event.day for event in shown.events} == {DATES.opens_on}


def test_a_worker_that_lost_its_lease_leaves_nothing_behind(world: World) -> None:
    world.planned()
    world.launch()
    slow, quick = world.worker(), world.worker()
    launch = world.read(lambda s: s.scalar(select(Job.id).where(Job.kind == "launch")))
    assert launch is not None
    with world.database.writing() as session:
        held = work.claim(session, job_id=launch, worker=slow.name, now=world.clock.now())
    assert held is not None
    assert wakings.tick(quick) == 0
    world.clock.advance_to(world.clock.now() + work.LEASE)
    with world.database.writing() as session:
        assert work.claim(session, job_id=launch, worker=quick.name, now=world.clock.now())

    wakings._launch(slow, held)

    assert case_ids(world) == []


def test_opening_and_closing_twice_leaves_one_entry_each_on_the_audit_trail(world: World) -> None:
    world.opened()
    for step in (case_launch.open_round, case_launch.close_round, case_launch.close_round):
        with world.database.writing() as session:
            round_view = lifecycle.get_round(
                session, round_id=world.round_id, programme_id=world.programme_id
            )
            step(
                session,
                round_view=round_view,
                context=AuditContext("worker", world.clock.now(), world.programme_id),
            )

    acts = world.read(lambda s: Counter(s.scalars(select(AuditEntry.act))))

    assert (acts["round opened"], acts["round closed"], acts["round launched"]) == (1, 1, 1)
