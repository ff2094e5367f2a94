"""`compact`: every command of the product."""

from typing import Any

import click

from config import SettingsError
from survey_app.analysis.command import analyse_command
from survey_app.cli import demonstration, frames, instruments, people, processes, results, rounds, settings
from survey_app.errors import CompactError


class Commands(click.Group):
    """A group that tells faults in words, never as a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CompactError, SettingsError) as fault:
            title = getattr(fault, "title", "")
            click.echo(f"{title}: {fault}" if title else str(fault), err=True)
            ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="Compact Monitor")
def compact() -> None:
    """Compact Monitor runs the yearly cycle that asks public bodies and voluntary
    organisations in England how well the agreement between them is kept.

    \b
    New here?       compact demo
    For real:       compact settings keys, then compact database upgrade
    The usual path: frame import, frame make, panel draw, questionnaire publish,
                    round plan, round launch; a running `compact worker` does the rest.

    Settings come from the environment: compact settings list
    """


for command in (
    demonstration.demo,
    settings.settings,
    settings.database,
    people.people,
    frames.frame,
    frames.panel,
    instruments.instrument,
    rounds.questionnaire,
    rounds.round_,
    results.results,
    analyse_command,
    processes.serve,
    processes.worker,
    processes.tick_once,
):
    compact.add_command(command)
