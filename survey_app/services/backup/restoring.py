"""A backup put in the place of a database that is not there: checked, brought up to date and made safe first.

What was true when the backup was taken is not true now. So letters stand still until somebody lets them
leave; answers that were destroyed since are destroyed again, by the log outside the database; nobody is
signed in, and no link to choose a password is good.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import delete, inspect
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.errors import InvalidError
from survey_app.models.people.sessions import PasswordLink, Sitting, StaffSession
from survey_app.services.audit import AuditContext, record
from survey_app.services.backup import sealed
from survey_app.services.backup.tables import copy_in
from survey_app.services.backup.taking import file_of
from survey_app.services.destruction.log import Destroyed
from survey_app.services.destruction.rounds import destroy_again
from survey_app.services.fieldwork import outbox
from survey_app.services.installation import check_keys, migrations, upgrade


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back: when it was taken, and the rounds whose answers were destroyed again."""

    taken: str
    destroyed: list[str]


@dataclass(frozen=True, kw_only=True)
class Restoring:
    """What a restore needs beside the file: keys, what was destroyed, and who restores when."""

    secret: str
    keys: Keyring
    destroyed: Iterable[Destroyed]
    context: AuditContext


def restore(url: str, path: Path, given: Restoring) -> Restored:
    """Put a backup where `url` says. Nothing is there before all of it is well.

    Raises:
        InvalidError: there is a database already, or the file is no backup, damaged, of the other engine, or
            sealed under another key.
        WrongKeyError: the keys are not those of the backup's installation.
    """
    database = Database(url)
    try:
        with path.open("rb") as file, sealed.reading(file, given.secret) as (about, stream):
            if about["engine"] != database.engine.dialect.name:
                here = database.engine.dialect.name
                raise InvalidError(f"The backup is of {about['engine']}, and DATABASE_URL names {here}.")
            _check_revision(about["revision"])
            put = _put_file if database.embedded else _put_tables
            return Restored(taken=about["taken"], destroyed=put(database, stream, about["revision"], given))
    except (EOFError, OSError) as fault:
        raise InvalidError(f"The backup {path} cannot be read: {fault}.") from None
    finally:
        database.close()


def _check_revision(revision: str) -> None:
    """Let pass what this program can bring up to date."""
    with Database("sqlite://").engine.connect() as connection:
        known = {
            script.revision for script in ScriptDirectory.from_config(migrations(connection)).walk_revisions()
        }
    if revision not in known:
        raise InvalidError(f"The backup is of a newer program (revision {revision}). Install that one first.")


def _put_file(database: Database, stream: IO[bytes], _revision: str, given: Restoring) -> list[str]:
    target = file_of(database)
    if target.exists():
        raise InvalidError(f"There is a database at {target} already. Move it away, then restore.")
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=target.parent) as folder:
        copy = Path(folder) / "copy.sqlite"
        with copy.open("wb") as file:
            shutil.copyfileobj(stream, file, sealed.PIECE)
        _check_file(copy)
        aside = Database(f"sqlite:///{copy}")
        try:
            upgrade(aside, given.keys)
            with aside.writing() as session:
                destroyed = _make_safe(session, given)
            aside.scrub()
        finally:
            aside.close()
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        copy.chmod(0o600)
        # A link, and not a move: it fails where somebody made a database meanwhile.
        os.link(copy, target)
    return destroyed


def _check_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        try:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as fault:
            said = str(fault)
    if said != "ok":
        raise InvalidError(f"The database in the backup is damaged: {said}. Nothing was changed.")


def _put_tables(database: Database, stream: IO[bytes], revision: str, given: Restoring) -> list[str]:
    with database.reshaping() as connection:
        if inspect(connection).get_table_names():
            raise InvalidError(
                "The database that DATABASE_URL names holds tables already. Make an empty one."
            )
        command.upgrade(migrations(connection), revision)
        copy_in(connection, stream)
        command.upgrade(migrations(connection, given.keys), "head")
        with Session(connection, join_transaction_mode="rollback_only") as session:
            destroyed = _make_safe(session, given)
            session.flush()
    check_keys(database, given.keys)
    database.scrub()
    return destroyed


def _make_safe(session: Session, given: Restoring) -> list[str]:
    """Let nothing old happen again; the rounds whose answers were destroyed once more."""
    outbox.pause(session, context=given.context)
    for stands in (StaffSession, Sitting, PasswordLink):
        session.execute(delete(stands))
    destroyed = destroy_again(session, lines=given.destroyed, context=given.context)
    record(session, given.context, "backup restored", "installation", 1, destroyed=len(destroyed))
    return destroyed
