"""What a command needs of an installation: settings from the environment, database, keys, programme."""

import getpass
import os
from dataclasses import dataclass
from functools import cached_property

from config import Settings
from survey_app.application import keyring
from survey_app.clock import SystemClock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.errors import CompactError
from survey_app.services.audit import AuditContext
from survey_app.services.installation import check_keys, is_current
from survey_app.services.programmes.registry import NATIONAL_CODE, ensure_national, find_programme

# As many letters as the audit trail keeps of a name.
MAX_ACTOR = 200


class NotUpgradedError(CompactError):
    """The tables are older than the program."""

    title = "The database is not ready"


@dataclass(frozen=True)
class Installation:
    """One installation, as its settings describe it."""

    settings: Settings

    @cached_property
    def database(self) -> Database:
        database = Database(self.settings.database_url)
        if not is_current(database):
            raise NotUpgradedError("Run `compact database upgrade` first; it makes or renews the tables.")
        check_keys(database, self.keys)
        return database

    @cached_property
    def keys(self) -> Keyring:
        return keyring(self.settings)

    @cached_property
    def clock(self) -> SystemClock:
        return SystemClock()

    def context(self, *, create: bool = False, programme: str = NATIONAL_CODE) -> AuditContext:
        """An act of the command line in a programme; the first import makes the national one."""
        now = self.clock.now()
        if create:
            with self.database.writing() as session:
                ensure_national(
                    session, agreement=self.settings.agreement, context=AuditContext(actor(), now)
                )
        with self.database.reading() as session:
            return AuditContext(actor(), now, find_programme(session, programme).id)


def actor() -> str:
    """Who uses the command line, by the name that the system knows them under."""
    try:
        return f"command line, {getpass.getuser()}"[:MAX_ACTOR]
    except (KeyError, OSError):
        return f"command line, user {os.getuid()}"


def installation() -> Installation:
    """The installation that the environment describes.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    return Installation(Settings.from_environment(os.environ))
