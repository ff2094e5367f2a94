"""A backup taken while everything runs: sealed from the first byte that leaves the database."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO

from alembic.migration import MigrationContext

from survey_app.database import Database
from survey_app.errors import InvalidError
from survey_app.services.backup import sealed
from survey_app.services.backup.tables import copy_out


def take(database: Database, path: Path, *, secret: str, now: datetime) -> int:
    """Write the whole database into a new file that only its owner reads; its size in bytes.

    The file is there when it is whole. Nothing of it is ever on a disk unsealed, but a copy of SQLite's file
    beside that file, for as long as this takes.

    Raises:
        InvalidError: there is such a file, or it cannot be written.
    """
    if path.exists():
        raise InvalidError(f"There is a file {path} already. Give another name, or move it away.")
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            _write(database, file, secret, now)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise InvalidError(f"The backup {path} cannot be written: {fault.strerror or fault}.") from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path.stat().st_size


def _write(database: Database, file: IO[bytes], secret: str, now: datetime) -> None:
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    engine = database.engine.dialect.name
    about = {"engine": engine, "revision": str(revision), "taken": now.isoformat(timespec="seconds")}
    with sealed.writing(file, secret, about) as stream:
        if database.embedded:
            _copy_file(database, stream)
        else:
            with database.engine.connect() as connection:
                copy_out(connection, stream)


def _copy_file(database: Database, stream: IO[bytes]) -> None:
    """SQLite's own way of copying a database that is written to meanwhile."""
    path = file_of(database)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        copy = Path(folder) / "copy.sqlite"
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with copy.open("rb") as whole:
            shutil.copyfileobj(whole, stream, sealed.PIECE)


def file_of(database: Database) -> Path:
    """Where an SQLite database is."""
    return Path(database.engine.url.database or "").absolute()
