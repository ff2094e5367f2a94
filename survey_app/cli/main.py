"""`compact`: every command of the product, each brought in when it is called."""

from importlib import import_module
from typing import Any

import click

from config import SettingsError
from survey_app.errors import CompactError

# Name -> module, attribute, what the list of commands says. Storage, numbers and charts take seconds to
# bring in, and most commands need but one of them.
COMMANDS = {
    "demo": ("demonstration", "demo", "See it work: real organisations, made-up answers, three years."),
    "settings": ("settings", "settings", "See what can be set, and make fresh keys."),
    "keys": ("custody.keys", "keys", "Replace DATA_KEY while everything runs, and take a new CODE_KEY."),
    "retention": ("custody.retention", "retention", "See what has been kept for long enough, and forget it."),
    "database": ("settings", "database", "Make or renew the tables."),
    "programme": ("programmes", "programme", "Add, close and list the programmes of localities."),
    "places": ("places", "places", "Load areas of England, add more, look one up."),
    "register": (
        "register",
        "register",
        "Fill the register of agreements and the logs, count what is in place.",
    ),
    "audit": ("people.trail", "audit", "Check the audit trail, and delete what is past its time."),
    "people": ("people.accounts", "people", "Add and list the people who sign in."),
    "frame": ("frames", "frame", "Bring in source lists and take dated frames of them."),
    "panel": ("panels.commands", "panel", "Plan, draw, check and look back at panels."),
    "organisation": ("organisations", "organisation", "Find organisations, and enter what they were asked."),
    "instrument": ("instruments", "instrument", "Check questionnaire files, and see what they cover."),
    "questionnaire": ("rounds", "questionnaire", "Publish and list questionnaires."),
    "round": ("rounds", "round_", "Plan, check, launch and list rounds."),
    "results": ("results", "results", "Freeze the results of a closed round, and take the files."),
    "release": ("releases.commands", "release_", "Check that the files of a release agree."),
    "analyse": ("analyse", "analyse_command", "Answer one specification: estimates, plans, draws, change."),
    "outbox": ("outbox", "outbox", "Pause letters, let them leave again, and see whether they do."),
    "cycle": (
        "cycle.commands",
        "cycle",
        "See the rounds of ten years, set what the cycle follows, move days.",
    ),
    "rehearse": (
        "cycle.rehearsal",
        "rehearse_years",
        "Live through years of the cycle in minutes, on a copy.",
    ),
    "backup": ("running.backups", "take", "Write the whole database into a sealed file."),
    "restore": ("running.backups", "restore", "Put a backup in place; no old letter leaves."),
    "serve": ("processes", "serve", "Serve the website."),
    "worker": ("processes", "worker", "Run a worker: it opens, reminds and closes rounds, sends letters."),
    "tick": ("processes", "tick_once", "Do once everything that is due now, then end."),
}


class Commands(click.Group):
    """A group that brings its commands in when they are called, and tells faults in words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"survey_app.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CompactError, SettingsError) as fault:
            title = getattr(fault, "title", "")
            click.echo(f"{title}: {fault}" if title else str(fault), err=True)
            ctx.exit(2)
        except Exception as fault:
            # Brought in only now: most commands need no database.
            from survey_app.cli.running.database_faults import in_words

            if (said := in_words(fault)) is None:
                raise
            click.echo(said, err=True)
            ctx.exit(1)


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
