"""Whoever watches the machines is told whether all is well, and nothing else; the log says what is amiss."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from survey_app.cli.installation import Installation
from survey_app.cli.processes import SignOfLife
from survey_app.models.outbox import Message
from survey_app.services import readiness
from tests.fixtures.answering import application
from tests.fixtures.read_only import read_only
from tests.fixtures.world import World

READY, NOT_READY = (200, "ready\n"), (503, "not ready\n")
Asks = Callable[[], tuple[int, str]]


def watched(world: World) -> Asks:
    """Asks whether the installation is ready, some seconds after the last time."""
    client = application(world).test_client()

    def ask() -> tuple[int, str]:
        world.clock.advance_to(world.clock.now() + timedelta(seconds=6))
        answer = client.get("/readyz")
        return answer.status_code, answer.text

    return ask


def beat(world: World) -> None:
    with world.database.writing() as session:
        readiness.beat(session, now=world.clock.now())


def test_a_site_is_ready_while_a_worker_is_at_work_and_letters_leave(embedded_world: World) -> None:
    world = embedded_world.opened()
    ask = watched(world)

    assert ask() == NOT_READY
    beat(world)
    assert ask() == READY
    world.clock.advance_to(world.clock.now() + timedelta(minutes=6))
    assert ask() == NOT_READY
    beat(world)
    assert ask() == READY
    with world.database.writing() as session:
        due_at = world.clock.now() - timedelta(hours=2)
        session.execute(update(Message).values(due_at=due_at, state="waiting"))
    assert ask() == NOT_READY


def test_it_lives_also_when_the_database_is_gone_and_says_that_it_is_not_ready(
    embedded_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    embedded_world.founded()
    beat(embedded_world)
    client, ask = application(embedded_world).test_client(), watched(embedded_world)
    with embedded_world.database.writing() as session:
        session.execute(text("DROP TABLE heartbeat"))

    with caplog.at_level(logging.WARNING):
        assert ask() == NOT_READY
    assert client.get("/healthz").text == "well\n"
    # Requests are noted as well where an earlier test has let the loggers write.
    warned = [record.facts for record in caplog.records if record.levelno == logging.WARNING]  # type: ignore[attr-defined]
    assert warned == [{"amiss": ("database",)}]


def test_tables_of_another_revision_are_not_ready(embedded_world: World) -> None:
    world = embedded_world.founded()
    beat(world)
    ask = watched(world)
    with world.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert ask() == NOT_READY


def test_a_database_that_takes_no_writes_is_not_ready(world: World) -> None:
    world.founded()
    beat(world)
    locked = read_only(world)

    assert world.database.takes_writes()
    assert not locked.database.takes_writes()
    locked.database.close()
    if world.database.embedded:
        assert watched(world)() == READY
        assert watched(locked)() == NOT_READY


def test_each_request_leaves_a_line_with_its_route_and_not_its_address(
    embedded_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    client = application(embedded_world.founded()).test_client()

    with caplog.at_level(logging.INFO, logger="survey_app"):
        answer = client.get("/cases/4711?code=KX4M-20VB-9QZT", headers={"X-Request-Id": "0" * 32})
        client.get("/jo@example.org")

    lines = [record.facts for record in caplog.records]  # type: ignore[attr-defined]
    assert [line["route"] for line in lines] == ["/cases/<int(max=2147483647):case_id>", "none"]
    assert lines[0]["request"] == answer.headers["X-Request-Id"] != "0" * 32
    assert (lines[0]["method"], lines[0]["status"]) == ("GET", 302)
    assert lines[0]["milliseconds"] > 0
    said = json.dumps(lines)
    assert "4711" not in said
    assert "KX4M" not in said
    assert "example.org" not in said


def test_a_worker_says_now_and_then_that_it_is_at_work(embedded_world: World) -> None:
    embedded_world.founded()
    here = Installation(embedded_world.settings)
    here.__dict__.update(clock=embedded_world.clock, database=embedded_world.database)
    sign = SignOfLife(here)

    assert silent(embedded_world)
    sign.give()
    assert not silent(embedded_world)
    embedded_world.clock.advance_to(embedded_world.clock.now() + timedelta(hours=1))
    assert silent(embedded_world)
    sign.give()
    assert not silent(embedded_world)


def silent(world: World) -> bool:
    return bool(world.read(lambda session: readiness.late(session, now=world.clock.now(), wake_seconds=15)))
