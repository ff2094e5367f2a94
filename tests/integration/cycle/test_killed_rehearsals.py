"""What a killed rehearsal left behind is deleted by the next, and nothing of one that goes on."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from survey_app.rehearsal.copying import copy_of
from survey_app.rehearsal.leftovers import held_folder
from tests.fixtures.world import World


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left(temporary: Path, name: str) -> Path:
    """The folder of a rehearsal whose process is no more: everything is in it, and nobody holds it."""
    folder = temporary / f"compact-rehearsal-{name}"
    folder.mkdir()
    (folder / "held").touch()
    (folder / "rehearsal.sqlite").write_text("wrapped keys")
    return folder


def test_a_copy_that_nobody_holds_is_deleted_and_one_that_is_lived_in_stays(
    embedded_world: World, temporary: Path, caplog: pytest.LogCaptureFixture
) -> None:
    killed, held = left(temporary, "killed"), left(temporary, "held")
    elsewhere = os.open(held / "held", os.O_RDWR)
    fcntl.flock(elsewhere, fcntl.LOCK_EX)

    with copy_of(embedded_world.founded().settings.database_url) as url, held_folder() as letters:
        assert Path(make_url(url).database or "").exists()
        assert letters.exists()
        assert (killed.exists(), held.exists()) == (False, True)

    os.close(elsewhere)
    assert list(temporary.glob("compact-rehearsal-*")) == [held]
    assert str(killed) in caplog.text


def test_a_folder_without_a_mark_is_deleted_when_it_is_a_day_old(temporary: Path) -> None:
    new, old, strange = (temporary / f"compact-rehearsal-{name}" for name in ("new", "old", "strange"))
    for folder in (new, old):
        folder.mkdir()
    strange.symlink_to(new)
    os.utime(old, (0, 0))

    with held_folder():
        assert sorted(temporary.glob("compact-rehearsal-[no]*")) == [new]
        assert strange.exists()


@pytest.fixture
def server(world: World) -> Iterator[Engine]:
    url = make_url(world.settings.database_url)
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    yield engine
    with engine.connect() as connection:
        for name in MADE:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
    engine.dispose()


KILLED, HELD, OTHER = MADE = ("rehearsal_0123456789ab", "rehearsal_ba9876543210", "rehearsal_of_ours")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_nobody_holds_is_deleted_and_none_that_is_held_or_no_copy(
    world: World, server: Engine
) -> None:
    world.founded()
    names = text("SELECT datname FROM pg_database WHERE datname ~ '^rehearsal_'")
    with server.connect() as connection, server.connect() as holding:
        for name in MADE:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        holding.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": HELD})

        with copy_of(world.settings.database_url) as url:
            during = set(connection.scalars(names))

        assert during >= {HELD, OTHER, make_url(url).database}
        assert KILLED not in during
        assert make_url(url).database not in set(connection.scalars(names))
