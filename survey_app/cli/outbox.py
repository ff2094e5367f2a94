"""Whether letters leave, from the command line."""

from datetime import datetime

import click

from survey_app.cli.installation import installation
from survey_app.clock import LONDON
from survey_app.services import timekeeping
from survey_app.services.fieldwork import letter_counts
from survey_app.services.fieldwork import outbox as standing_of


@click.group()
def outbox() -> None:
    """Pause letters and let them leave again, see whether they do, and confirm a clock that jumped."""


@outbox.command()
def show() -> None:
    """Whether letters leave; if not, why.

    Example: compact outbox show
    """
    here = installation()
    with here.database.reading() as session:
        standing = standing_of.view(session)
        jump = timekeeping.jump_of(session)
        counts = letter_counts.counts_of_all(session, now=here.clock.now())
    if standing.paused_at is not None:
        click.echo(f"Paused by {standing.paused_by}, {_moment(standing.paused_at)}.")
    elif standing.fault:
        click.echo(f"The mail server takes no letters: {standing.fault}")
    else:
        click.echo("Letters leave.")
    if jump:
        click.echo(
            f"The clock is in doubt: it shows {_moment(jump.shows)}, after {_moment(jump.seen_at)}. "
            "If it is right: compact outbox confirm-clock"
        )
    click.echo(f"{counts.due:,} due, {counts.later:,} for a later day, {counts.failed:,} could not be sent.")


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(LONDON):%d %B %Y %H:%M}"


@outbox.command()
def pause() -> None:
    """Let no letter leave until somebody says so.

    Example: compact outbox pause
    """
    here = installation()
    with here.database.writing() as session:
        standing_of.pause(session, context=here.context())
    click.echo("Paused. Let letters leave again with: compact outbox resume")


@outbox.command()
def resume() -> None:
    """Let letters leave again, and try a mail server that failed at once.

    Example: compact outbox resume
    """
    here = installation()
    with here.database.writing() as session:
        standing_of.resume(session, context=here.context())
    click.echo("Letters leave again at the next waking of a worker.")


@outbox.command("confirm-clock")
def confirm_clock() -> None:
    """Say that a clock which jumped forward is right: rounds and letters go on.

    Example: compact outbox confirm-clock
    """
    here = installation()
    with here.database.writing() as session:
        timekeeping.confirm(session, context=here.context())
    click.echo("Confirmed. Rounds and letters go on at the next waking of a worker.")
