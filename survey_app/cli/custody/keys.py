"""Keys of the installation: replaced, and accepted where they may change."""

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from survey_app.cli.installation import Installation, actor, installation
from survey_app.database import Database
from survey_app.services.audit import AuditContext
from survey_app.services.keys import codes, rotation


@click.group()
def keys() -> None:
    """Replace DATA_KEY while everything runs, and take a new CODE_KEY."""


@keys.command()
def rotate() -> None:
    """Seal under DATA_KEY whatever is sealed under DATA_KEY_BEFORE; shows how far it is.

    Website and workers go on meanwhile, with both keys. Stopped, it goes on where it was when it is
    called again. Take DATA_KEY_BEFORE out of the settings afterwards, and start them once more.

    Example: compact keys rotate
    """
    here = installation()
    rotation.check_rotation(here.keys)
    # What a process wrote that has the old key alone is met by the pass after it.
    while _pass(here):
        pass
    with here.database.writing() as session:
        rotation.finish(session, here.keys, context=AuditContext(actor(), here.clock.now()))
    here.database.scrub()
    click.echo("Everything is sealed under the new DATA_KEY. Take DATA_KEY_BEFORE out of the settings, and")
    click.echo("start website and workers again. Backups from before still need the old key.")


def _pass(here: Installation) -> int:
    """Go through every table once; how many rows were sealed anew."""
    renewed = 0
    with here.database.reading() as session:
        total = rotation.count_rows(session)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("Sealing anew", total=total)
        for model in rotation.MODELS:
            step = rotation.Step(None, 1, 0)
            while step.rows:
                with here.database.writing() as session:
                    step = rotation.reseal_some(session, here.keys, model=model, after=step.after)
                renewed += step.renewed
                progress.update(bar, advance=step.rows)
    return renewed


@keys.command("accept")
@click.argument("name", type=click.Choice(["CODE_KEY"]))
def accept(name: str) -> None:
    """Take the CODE_KEY of the settings as the one of this database, while no round gives out codes.

    Codes that were sent before open nothing any more.

    Example: compact keys accept CODE_KEY
    """
    here = installation()
    # Opened by itself: an installation refuses to begin under another key.
    database = Database(here.settings.database_url)
    with database.writing() as session:
        codes.accept_code_key(session, here.keys, context=AuditContext(actor(), here.clock.now()))
    database.close()
    click.echo(f"{name} is taken. Codes that were made with the one before open nothing any more.")
