"""Backups and their return."""

import os
from contextlib import closing
from pathlib import Path

import click

from config import Settings
from survey_app.application import keyring
from survey_app.cli.installation import installation
from survey_app.clock import SystemClock
from survey_app.services.audit import AuditContext
from survey_app.services.backup import restoring, taking
from survey_app.services.backup.restoring import Restoring
from survey_app.services.destruction import log

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def secret_of(settings: Settings) -> str:
    """What backups are sealed under: BACKUP_KEY, or DATA_KEY where there is none."""
    return settings.backup_key or settings.data_key


@click.command("backup")
@FILE
def take(file: Path) -> None:
    """Write the whole database into FILE, sealed. Everything may run meanwhile.

    Example: compact backup /backup/monday.compact
    """
    here = installation()
    with closing(here.database) as database:
        size = taking.take(database, file, secret=secret_of(here.settings), now=here.clock.now())
    sealed_under = "BACKUP_KEY" if here.settings.backup_key else "DATA_KEY"
    click.echo(f"{file}: {size:,} bytes, sealed under {sealed_under}. Keep the keys somewhere else.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the database in FILE where DATABASE_URL says; nothing may be there.

    No letter leaves until somebody says so, and what was destroyed since is destroyed again.

    Example: compact restore /backup/monday.compact
    """
    settings = Settings.from_environment(os.environ)
    given = Restoring(
        secret=secret_of(settings),
        keys=keyring(settings),
        destroyed=log.read(Path(settings.destruction_log)),
        context=AuditContext("command line", SystemClock().now()),
    )
    restored = restoring.restore(settings.database_url, file, given)
    click.echo(f"The database is as it was at {restored.taken}.")
    for title in restored.destroyed:
        click.echo(f"Destroyed again, as {settings.destruction_log} says: the answers of {title}.")
    click.echo("Letters stand still. When you know which have left meanwhile: compact outbox resume")
