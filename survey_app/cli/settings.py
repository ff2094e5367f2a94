"""Settings and the database itself."""

import secrets

import click

from config import documented
from survey_app.cli.connections import database_state, log_state, mail_state
from survey_app.cli.installation import installation
from survey_app.database import Database
from survey_app.errors import CompactError, InvalidError
from survey_app.services.installation import upgrade as upgrade_tables


@click.group()
def settings() -> None:
    """See what can be set, and make fresh keys."""


@settings.command("list")
def list_settings() -> None:
    """Every setting with its default and meaning.

    Example: compact settings list
    """
    for variable, default, meaning in documented():
        click.echo(f"{variable}\n    {meaning}\n    Default: {default}\n")


@settings.command()
def keys() -> None:
    """Print fresh keys, to be kept where only the administrator reads.

    Example: compact settings keys > keys.env
    """
    for variable, default, _ in documented():
        if default == "required":
            click.echo(f"{variable}={secrets.token_urlsafe(48)}")


@settings.command()
def check() -> None:
    """Check the settings in the environment: connects to the database and to the mail server.

    It sends nothing, and makes nothing.

    Example: compact settings check
    """
    here = installation()
    click.echo("The settings are sound.")
    faults = []
    for look in (database_state, mail_state, log_state):
        try:
            click.echo(look(here))
        except CompactError as fault:
            faults.append(str(fault))
    if faults:
        raise InvalidError("Something that the settings name is not right:", tuple(faults))


@click.group()
def database() -> None:
    """Make or renew the tables."""


@database.command()
def upgrade() -> None:
    """Bring the tables to the newest revision; does nothing when they are there.

    Example: compact database upgrade
    """
    here = installation()
    upgrade_tables(Database(here.settings.database_url), here.keys)
    click.echo("The tables are up to date.")
