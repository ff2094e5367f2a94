"""A backup is sealed, comes back as it was, and lets nothing old happen again."""

import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import MetaData, create_engine, func, select

from survey_app.cli.main import compact
from survey_app.clock import SetClock
from survey_app.database import Database
from survey_app.models.audit import AuditEntry
from survey_app.models.keys import MaterialKey
from survey_app.models.people.sessions import StaffSession
from survey_app.models.rounds import Round
from survey_app.services.destruction.log import Destroyed, append
from survey_app.services.fieldwork import outbox
from tests.conftest import KEYS
from tests.fixtures.engines import Cluster
from tests.fixtures.two_rounds import answer_most
from tests.fixtures.world import World, with_database

# What a restore writes in, or empties.
CHANGED = {"audit_entry", "outbox", "staff_session", "sitting", "password_link"}
BACKUP_KEY = "a key for backups and for nothing else"


def run(url: str, *arguments: object, status: int = 0, **settings: str) -> str:
    environment = {"DATABASE_URL": url, "DESTRUCTION_LOG": "/nonexistent/none.log"} | settings
    result: Result = CliRunner().invoke(compact, [*map(str, arguments)], env=KEYS | environment)
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def elsewhere(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a place with no database yet, of the world's engine."""
    if world.database.embedded:
        yield f"sqlite:///{tmp_path / 'restored.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.fresh("template0")
    yield cluster.url(name)
    cluster.drop(name)


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those that a restore adds to."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    known = MetaData()
    known.reflect(engine)
    with engine.connect() as connection:
        held = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in known.sorted_tables
            if table.name
            not in {"audit", "audit_entry", "outbox", "staff_session", "sitting", "password_link"}
        }
    engine.dispose()
    return held


def test_everything_comes_back_as_it_was_and_can_be_gone_on_with(
    world: World, elsewhere: str, tmp_path: Path
) -> None:
    world.opened()
    answer_most(world, world.round_id)
    url, file = world.settings.database_url, tmp_path / "monday.compact"

    said = run(url, "backup", file)
    run(elsewhere, "restore", file)

    assert "sealed under DATA_KEY" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert rows(elsewhere) == rows(url)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with_rows = Database(elsewhere)
    with with_rows.writing() as session:
        session.add(MaterialKey(subject_kind="round", subject_id=4711, context="x", wrapped=b"y"))
    with_rows.close()


def test_a_backup_cannot_be_read_without_its_key_nor_after_a_byte_was_changed(
    embedded_world: World, tmp_path: Path
) -> None:
    embedded_world.framed()
    url, file = embedded_world.settings.database_url, tmp_path / "monday.compact"
    target = tmp_path / "restored.sqlite"
    run(url, "backup", file, BACKUP_KEY=BACKUP_KEY)
    content = file.read_bytes()

    assert b"SQLite format" not in content
    assert b"Charity 001" not in content
    assert "another key" in run(f"sqlite:///{target}", "restore", file, status=2)
    changed = content[:300] + bytes([content[300] ^ 1]) + content[301:]
    for damaged in (content[:-20], changed, b"{}\n" + content):
        file.write_bytes(damaged)
        run(f"sqlite:///{target}", "restore", file, status=2, BACKUP_KEY=BACKUP_KEY)
        assert not target.exists()


def test_a_restored_installation_sends_no_old_letter_and_nobody_is_signed_in(
    world: World, elsewhere: str, tmp_path: Path
) -> None:
    world.launched()
    world.person("coordinator")
    world.session_of("coordinator@compact.invalid")
    run(world.settings.database_url, "backup", tmp_path / "monday.compact")

    said = run(elsewhere, "restore", tmp_path / "monday.compact")

    assert "compact outbox resume" in said
    again = back_in(world, elsewhere)
    try:
        again.move_to(again.clock.now() + timedelta(days=14))
        assert again.sent == []
        assert again.read(lambda session: session.scalar(select(func.count()).select_from(StaffSession))) == 0
        with again.database.writing() as session:
            outbox.resume(session, context=again.context())
        again.tick()
        assert len(again.sent) == 40
    finally:
        again.database.close()


def back_in(world: World, url: str) -> World:
    """The world that a restore made."""
    return World(
        Database(url),
        world.keys,
        with_database(world.settings, url),
        SetClock(world.clock.now()),
        programme_id=world.programme_id,
        round_id=world.round_id,
    )


def test_what_was_destroyed_since_is_destroyed_again(world: World, elsewhere: str, tmp_path: Path) -> None:
    world.opened()
    answer_most(world, world.round_id)
    log, file = tmp_path / "destructions.log", tmp_path / "monday.compact"
    run(world.settings.database_url, "backup", file)
    uuid = world.read(lambda session: session.scalar(select(Round.uuid)))
    append(log, Destroyed(str(uuid), date(2026, 12, 1), "Jo and Sam"))

    said = run(elsewhere, "restore", file, DESTRUCTION_LOG=str(log))

    assert "Destroyed again" in said
    assert "Annual survey 2026" in said
    again = back_in(world, elsewhere)
    wrapped = again.read(lambda session: session.scalars(select(MaterialKey.wrapped)).all())
    acts = again.read(lambda session: session.scalars(select(AuditEntry.act)).all())
    again.database.close()
    assert wrapped == [None]
    assert "backup restored" in acts


def test_nothing_is_restored_over_a_database_nor_backed_up_over_a_file(world: World, tmp_path: Path) -> None:
    world.founded()
    url, file = world.settings.database_url, tmp_path / "monday.compact"
    run(url, "backup", file)
    before = rows(url)

    assert "already" in run(url, "backup", file, status=2)
    assert "already" in run(url, "restore", file, status=2)
    assert rows(url) == before
