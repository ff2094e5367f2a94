"""A copy of an installation's database, to be used up; the original is only read."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from survey_app.errors import InvalidError


@contextmanager
def copy_of(url: str) -> Iterator[str]:
    """The address of a copy, which is removed at the end.

    Raises:
        InvalidError: a PostgreSQL database is in use, or its user may make no other.
    """
    if make_url(url).get_backend_name() == "sqlite":
        with TemporaryDirectory(prefix="compact-rehearsal-") as folder:
            yield _copied_file(url, Path(folder))
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
    name = f"rehearsal_{uuid.uuid4().hex[:12]}"
    engine = create_engine(source.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        _run(engine, f'CREATE DATABASE "{name}" TEMPLATE "{source.database}"')
    except (OperationalError, ProgrammingError) as fault:
        engine.dispose()
        raise InvalidError(
            "It cannot be copied. Stop the website and the workers, and let its user make databases. "
            f"PostgreSQL says: {str(fault.orig).strip()}"
        ) from None
    try:
        yield source.set(database=name).render_as_string(hide_password=False)
    finally:
        _run(engine, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        engine.dispose()


def _run(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))
