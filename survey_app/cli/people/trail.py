"""The audit trail: checked, and shortened after its time."""

from datetime import datetime

import click

from survey_app.cli.days import DAY
from survey_app.cli.installation import installation
from survey_app.services.trail import chain, retention


@click.group()
def audit() -> None:
    """Check that the audit trail is whole, and delete what is past its time."""


@audit.command()
@click.option("--kept", default="", help="A checkpoint that an earlier check printed and you kept elsewhere.")
@click.pass_context
def verify(ctx: click.Context, kept: str) -> None:
    """Name every row that was altered, removed or inserted; ends with status 1 where there is one.

    Example: compact audit verify --kept 17:9f86d081884c7d65...
    """
    here = installation()
    with here.database.reading() as session:
        report = chain.verify(session, here.keys, now=here.clock.now(), kept=kept)
    for fault in report.faults:
        click.echo(fault, err=True)
    click.echo(
        f"{report.rows:,} rows in {report.checkpoints:,} checkpoints were checked; "
        f"{report.waiting:,} wait for the worker."
    )
    if report.newest:
        click.echo(f"Keep this elsewhere, and give it as --kept next time:\n{report.newest}")
    if report.faults:
        ctx.exit(1)
    click.echo("Nothing was altered, removed or inserted.")


@audit.command()
@click.option("--before", required=True, type=DAY, help="The first day that is kept: 2026-01-01.")
@click.option("--yes", is_flag=True, help="Delete them. Without it, only say how many there are.")
def prune(before: datetime, yes: bool) -> None:
    """Delete rows that were closed before a day, at least a year ago. What is left can still be checked.

    Example: compact audit prune --before 2026-01-01 --yes
    """
    here = installation()
    day = before.date()
    context = here.context()
    if not yes:
        with here.database.reading() as session:
            count = retention.rows_before(session, before=day, now=context.now)
        click.echo(f"{count:,} rows would be deleted. Say --yes to do it.")
        return
    with here.database.writing() as session:
        count = retention.delete_before(session, here.keys, before=day, context=context)
    click.echo(f"{count:,} rows are deleted.")
