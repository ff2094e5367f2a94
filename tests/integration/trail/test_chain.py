"""The audit trail made fast: every row that is altered, removed or inserted is named, on both engines."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from survey_app.cli.main import compact
from survey_app.clock import SystemClock
from survey_app.errors import InvalidError
from survey_app.models.audit import AuditCheckpoint, AuditEntry
from survey_app.services.audit import record
from survey_app.services.trail import chain, retention
from survey_app.services.trail.chain import Report
from tests.conftest import KEYS
from tests.fixtures.world import World


def note(world: World, *acts: str, subject: str = "round") -> None:
    with world.database.writing() as session:
        for act in acts:
            record(session, world.context(), act, subject, 7)


def closed(world: World) -> None:
    """Let the worker close what waits."""
    world.wait(timedelta(minutes=2))


def checked(world: World, kept: str = "") -> Report:
    return world.read(lambda s: chain.verify(s, world.keys, now=world.clock.now(), kept=kept))


def attack(world: World, *statements: str) -> None:
    with world.database.writing() as session:
        for statement in statements:
            session.execute(text(statement))


def place_of(world: World, act: str) -> int:
    return world.read(lambda s: s.scalars(select(AuditEntry.place).where(AuditEntry.act == act)).one()) or 0


@pytest.fixture
def three(world: World) -> World:
    """Three acts in two checkpoints, with those of founding the programme."""
    world.founded()
    note(world, "first", "second")
    closed(world)
    note(world, "third")
    closed(world)
    return world


def test_rows_are_closed_after_a_minute_and_nothing_is_amiss(three: World) -> None:
    report = checked(three)

    assert report.faults == ()
    assert report.waiting == 0
    assert report.checkpoints == 2
    assert report.rows == len(three.read(lambda s: s.scalars(select(AuditEntry)).all()))


@pytest.mark.parametrize(
    "change",
    [
        "act = 'other'",
        "actor = 'somebody else'",
        "at = '2026-08-24 09:30:01'",
        "address = '203.0.113.9'",
        "subject_id = '8'",
        "seal = 'f'",
    ],
)
def test_a_row_that_was_altered_is_named_and_no_other(three: World, change: str) -> None:
    place = place_of(three, "second")

    attack(three, f"UPDATE audit_entry SET {change} WHERE act = 'second'")

    (fault,) = checked(three).faults
    assert fault.startswith(f"row {place} of checkpoint 1 was altered")


def test_a_row_that_was_removed_is_named_and_no_other(three: World) -> None:
    place = place_of(three, "second")

    attack(three, "DELETE FROM audit_entry WHERE act = 'second'")

    assert checked(three).faults == (f"row {place} of checkpoint 1 was removed",)


@pytest.mark.parametrize("place", ["NULL", "4000"])
def test_a_row_that_was_inserted_is_named(three: World, place: str) -> None:
    three.wait(timedelta(hours=3))
    note(three, "fourth")
    closed(three)
    attack(
        three,
        "INSERT INTO audit_entry (id, at, by_day, actor, address, act, subject, subject_id, detail, place)"
        f" VALUES (5, '2026-08-24 09:30:00', FALSE, 'x', '', 'forged', 'round', '7', '{{}}', {place})",
    )

    (fault,) = checked(three).faults
    assert fault.startswith("a row was inserted: 24 August 2026")

    if place == "NULL":
        closed(three)
        (fault,) = checked(three).faults
        assert "was inserted later: 24 August 2026" in fault


def test_many_rows_that_a_late_worker_closes_in_several_batches_are_amiss_for_nobody(three: World) -> None:
    note(three, *(f"act {number}" for number in range(chain.BATCH + 20)))
    with three.database.writing() as session:
        later = three.clock.now() + timedelta(days=3)
        while chain.close_batch(session, three.keys, now=later):
            pass

    assert checked(three).faults == ()


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("UPDATE audit_checkpoint SET head = 'f' WHERE number = 1",), "its signature is none of"),
        (("DELETE FROM audit_checkpoint WHERE number = 1",), "checkpoint 1: was removed"),
        (
            ("DELETE FROM audit_entry WHERE act = 'third'", "DELETE FROM audit_checkpoint WHERE number = 2"),
            "checkpoint 2: is not the one that was kept",
        ),
        (
            (
                "DELETE FROM audit_entry WHERE place IS NOT NULL AND act <> 'third'",
                "UPDATE audit_checkpoint SET removed_at = '2026-08-25 00:00:00' WHERE number = 1",
            ),
            "nobody signed that its rows were deleted",
        ),
    ],
)
def test_checkpoints_are_no_way_round(three: World, statements: tuple[str, ...], said: str) -> None:
    kept = checked(three).newest

    attack(three, *statements)

    assert any(said in fault for fault in checked(three, kept).faults)


def test_another_installation_cannot_sign(three: World) -> None:
    others = type(three.keys)("p", "another link key", "c", "d")

    report = three.read(lambda s: chain.verify(s, others, now=three.clock.now()))

    assert len(report.faults) == report.rows + report.checkpoints


def test_what_is_deleted_after_its_time_leaves_a_trail_that_can_be_checked(three: World) -> None:
    with three.database.writing() as session, pytest.raises(InvalidError):
        retention.delete_before(session, three.keys, before=date(2026, 8, 25), context=three.context())
    three.clock.advance_to(three.clock.now() + timedelta(days=366))
    note(three, "a year later")
    closed(three)

    with three.database.writing() as session:
        count = retention.delete_before(
            session, three.keys, before=date(2026, 8, 25), context=three.context()
        )
    closed(three)

    assert count > 2
    acts = set(three.read(lambda s: s.scalars(select(AuditEntry.act)).all()))
    assert {"a year later", "audit rows deleted"} <= acts
    assert not {"first", "second", "third"} & acts
    assert checked(three).faults == ()
    attack(three, "DELETE FROM audit_entry WHERE act = 'a year later'")
    assert len(checked(three).faults) == 1


def test_beside_a_case_no_time_stands_and_no_order_tells_it(world: World) -> None:
    world.founded()
    note(world, "morning")
    note(world, *(f"look {number}" for number in range(8)), subject="case")
    closed(world)
    cases = select(AuditEntry).where(AuditEntry.subject == "case")
    rows = world.read(lambda s: s.scalars(cases).all())
    assert {(row.at, row.by_day, row.place) for row in rows} == {
        (datetime(2026, 8, 23, 23, tzinfo=UTC), True, None)
    }

    world.wait(timedelta(days=1))

    rows = world.read(lambda s: s.scalars(cases.order_by(AuditEntry.place)).all())
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert [row.act for row in rows] != [f"look {number}" for number in range(8)]
    assert checked(world).faults == ()


def test_the_command_names_faults_and_ends_badly(
    embedded_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = embedded_world.founded()
    closed(world)
    now: Callable[[SystemClock], datetime] = lambda _: world.clock.now()  # noqa: E731
    monkeypatch.setattr(SystemClock, "now", now)
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(compact, ["audit", *arguments], env=environment)
        return done.exit_code, done.output

    status, output = run("verify")
    assert status == 0
    assert "Nothing was altered, removed or inserted." in output
    attack(world, "UPDATE audit_entry SET actor = 'x' WHERE place = 1")
    status, output = run("verify")
    assert status == 1
    assert "row 1 of checkpoint 1 was altered" in output
    assert run("prune", "--before", "2020-01-01") == (0, "0 rows would be deleted. Say --yes to do it.\n")
    assert run("prune", "--before", "2026-08-20", "--yes")[0] == 2
    assert world.read(lambda s: len(s.scalars(select(AuditCheckpoint)).all())) == 1
