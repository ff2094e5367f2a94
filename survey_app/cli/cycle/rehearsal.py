"""`compact rehearse`: years of the cycle in minutes, on a copy."""

import json
import os
from pathlib import Path

import click

from config import Settings
from survey_app.cli.numbers import NUMBER
from survey_app.clock import SystemClock
from survey_app.demo.installation import environment_of
from survey_app.errors import InvalidError
from survey_app.rehearsal.report import as_json, in_lines
from survey_app.rehearsal.run import Course, rehearse

MAX_YEARS, MAX_WORKERS, MAX_KILLS = 10, 8, 10_000


@click.command("rehearse")
@click.option("--years", type=NUMBER, default=6, show_default=True, help="Years from the next 1 January.")
@click.option(
    "--demo",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder of a demonstration, instead of this installation.",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the same as JSON to this file."
)
@click.option("--seed", type=NUMBER, default=1, show_default=True, help="The same seed gives the same years.")
@click.option("--workers", type=NUMBER, default=1, show_default=True, help="Workers that share the work.")
@click.option(
    "--kills",
    type=click.IntRange(0, MAX_KILLS),
    default=0,
    show_default=True,
    help="Workers that are killed meanwhile.",
)
def rehearse_years(
    years: int, demo: Path | None, report: Path | None, seed: int, workers: int, kills: int
) -> None:
    """Live through years of the cycle in minutes, on a copy, with synthetic respondents. No letter leaves.

    Follows the cycle that is set; where none is, the usual one. Says year by year what happened when,
    what was asked of whom, what waited for a person, and whether anything was lost or came twice.

    Example: compact rehearse --years 6 --demo .demo --report rehearsal.json
    """
    if not 1 <= years <= MAX_YEARS:
        raise InvalidError(f"Give 1 to {MAX_YEARS} years, not {years}.")
    if not 1 <= workers <= MAX_WORKERS:
        raise InvalidError(f"Give 1 to {MAX_WORKERS} workers, not {workers}.")
    environment = environment_of(demo.resolve(), port=8000) if demo else dict(os.environ)
    rehearsed = rehearse(
        Settings.from_environment(environment),
        wanted=Course(years=years, seed=seed, workers=workers, kills=kills),
        now=SystemClock().now(),
        say=lambda words: click.echo(words, err=True),
    )
    if report:
        report.write_text(json.dumps(as_json(rehearsed), indent=2) + "\n", encoding="utf-8")
    for line in in_lines(rehearsed):
        click.echo(line)
