"""A copy of an installation's database, to be used up; the original is only read."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from survey_app.database import Database
from survey_app.errors import InvalidError
from survey_app.rehearsal.leftovers import DATABASES, held_folder, hold_database
from survey_app.services.backup.tables import copy_in, copy_out
from survey_app.services.installation import migrations


@contextmanager
def copy_of(url: str) -> Iterator[str]:
    """The address of a copy, which is removed at the end.

    Raises:
        InvalidError: the user of a PostgreSQL database may make no other.
    """
    if make_url(url).get_backend_name() == "sqlite":
        with held_folder() as folder:
            yield _copied_file(url, folder)
    else:
        with _copied_database(url) as copied:
            yield copied


def _copied_file(url: str, folder: Path) -> str:
    path = folder / "rehearsal.sqlite"
    name = make_url(url).database or ""
    # The driver's own copy is whole while others write, which a copy of the file would not be.
    with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return f"sqlite:///{path}"


@contextmanager
def _copied_database(url: str) -> Iterator[str]:
    source = make_url(url)
    name = f"{DATABASES}{uuid.uuid4().hex[:12]}"
    engine = create_engine(source.set(database="postgres"), isolation_level="AUTOCOMMIT")
    target = source.set(database=name).render_as_string(hide_password=False)
    try:
        with _created(engine, name):
            _copy_tables(url, target)
            yield target
    finally:
        engine.dispose()


@contextmanager
def _created(engine: Engine, name: str) -> Iterator[None]:
    """A database that is dropped at the end, and until then held by a connection to another."""
    with engine.connect() as holding:
        hold_database(holding, name)
        try:
            holding.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        except (OperationalError, ProgrammingError) as fault:
            why = f"PostgreSQL says: {str(fault.orig).strip()}"
            raise InvalidError(f"It cannot be copied. Let its user make databases. {why}") from None
        try:
            yield
        finally:
            # Over a connection of its own, since years may have passed and the other be cut off.
            with engine.connect() as last:
                last.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _copy_tables(url: str, target: str) -> None:
    """Every row as it is at one moment, while websites and workers go on; they use the source as before."""
    ours, copy = Database(url), Database(target)
    try:
        with ours.engine.connect() as reading, copy.reshaping() as writing, ThreadPoolExecutor(1) as other:
            revision = MigrationContext.configure(reading).get_current_revision()
            command.upgrade(migrations(writing), str(revision))
            reading.rollback()
            ends = os.pipe()
            out = other.submit(_pour, reading, ends[1])
            with os.fdopen(ends[0], "rb") as stream:
                copy_in(writing, stream)
            out.result()
    finally:
        ours.close()
        copy.close()


def _pour(connection: Connection, into: int) -> None:
    with os.fdopen(into, "wb") as stream:
        copy_out(connection, stream)
