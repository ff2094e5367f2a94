"""What is kept no longer than it is needed: shown first, then forgotten."""

import click

from survey_app.cli.installation import installation
from survey_app.database import Database
from survey_app.services.audit import AuditContext
from survey_app.services.destruction import retention as kept


@click.group()
def retention() -> None:
    """See what has been kept for long enough, and forget it."""


@retention.command()
def preview() -> None:
    """Show how much of each kind has been kept for long enough; changes nothing.

    Example: compact retention preview
    """
    here = installation()
    now = here.clock.now()
    with here.database.reading() as session:
        lines = kept.preview(session, here.settings, now=now)
        old = kept.old_answers(session, here.settings, now=now)
    for due in lines:
        click.echo(f"{due.rows:>9,}  {due.kind.words}")
        click.echo(f"           {due.kind.setting.upper()}={due.days}: before {due.before}")
    for one in old:
        click.echo(f"Answers of {one.title}, closed on {one.closed_on}, can go: two people destroy them,")
        click.echo(f"  compact round destroy {one.round_id}")
    if not lines and not old:
        click.echo("Everything is kept for good: no KEEP_..._DAYS is set.")


@retention.command()
def apply() -> None:
    """Forget what the preview shows, 500 rows at a time, and clear it out of the database's files.

    Answers stay: two people destroy them, round by round.

    Example: compact retention apply
    """
    here = installation()
    now = here.clock.now()
    with here.database.reading() as session:
        lines = kept.preview(session, here.settings, now=now)
    for due in lines:
        forgotten = 0
        while count := _some(here.database, due):
            forgotten += count
        if forgotten:
            with here.database.writing() as session:
                context = AuditContext("command line", now)
                kept.note_forgotten(session, due=due, rows=forgotten, context=context)
        click.echo(f"{forgotten:>9,}  {due.kind.words}")
    here.database.scrub()


def _some(database: Database, due: kept.Due) -> int:
    with database.writing() as session:
        return kept.delete_some(session, due=due)
