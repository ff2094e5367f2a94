"""The database as a whole: brought up to date, and marked for what it is."""

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.orm import Session

import survey_app
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.models.programmes import Installation
from survey_app.services.keys import fingerprints

# The folder is data to Alembic; asking the package for it keeps the import ladder whole.
REVISIONS = Path(survey_app.__file__).parent / "migrations"


def upgrade(database: Database, keys: Keyring | None = None) -> None:
    """Bring the tables to the newest revision; does nothing when they are there.

    Args:
        keys: what some revisions need where the database holds answers or files; an empty one needs none.

    Raises:
        MissingKeyError: a revision needs the keys, or was given others than those of this database.
        WrongKeyError: the keys are not those of this database.
    """
    current = is_current(database)
    with database.reshaping() as connection:
        command.upgrade(migrations(connection, keys), "head")
    if not current:
        # A revision may have sealed what lay in clear: nothing of it is to stay in the file.
        database.scrub(whole=True)
    if keys is not None:
        check_keys(database, keys)


def check_keys(database: Database, keys: Keyring) -> None:
    """Let pass the keys that the database was filled with; those of a new one are noted.

    Raises:
        WrongKeyError: it names each key that is another.
    """
    with database.reading() as session:
        if fingerprints.check_keys(session, keys):
            return
    with database.writing() as session:
        fingerprints.note_keys(session, keys)


def is_current(database: Database) -> bool:
    """Whether the tables are at the newest revision."""
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        return revision == ScriptDirectory.from_config(migrations(connection)).get_current_head()


def mark_installation(session: Session, *, synthetic: bool, now: datetime) -> None:
    """Say once, for good, whether this database is a demonstration."""
    if session.get(Installation, 1) is None:
        session.add(Installation(id=1, synthetic=synthetic, created_at=now))
        session.flush()


def is_synthetic(session: Session) -> bool:
    """Whether everything here is made up, and has to say so."""
    installation = session.get(Installation, 1)
    return installation is not None and installation.synthetic


def migrations(connection: Connection, keys: Keyring | None = None) -> Config:
    """Alembic's settings for one connection, with the keys for the revisions that need them."""
    config = Config()
    config.set_main_option("script_location", str(REVISIONS))
    config.attributes["connection"] = connection
    config.attributes["keys"] = keys
    return config
