"""`compact demo`: the whole of the product's main job, on a fresh machine, in a minute."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.application import keyring
from survey_app.cli.processes import channel
from survey_app.clock import SetClock, SystemClock, london_date
from survey_app.database import Database
from survey_app.demo.installation import environment_of, settings_of, sign_ins
from survey_app.demo.story import Demonstration, start_of, tell
from survey_app.errors import InvalidError
from survey_app.services.audit import AuditContext
from survey_app.services.cases import casework, codes
from survey_app.services.programmes.registry import find_programme
from survey_app.services.results import files, release
from survey_app.services.rounds import lifecycle
from survey_app.worker.wakings import Worker

WHAT = {"cases": "Cases made", "letters": "Letters sent", "replies": "Replies"}
CODES_SHOWN = 3


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: delete what an earlier demonstration made.")
@click.option("--no-serve", is_flag=True, help="Make everything and stop before serving.")
@click.option("--port", default=8000, show_default=True, help="Where to serve, on 127.0.0.1.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(".demo"), show_default=True,
    help="Where the demonstration lives.",
)  # fmt: skip
@click.option("--vcos", default=1200, show_default=True, help="Voluntary organisations to ask.")
def demo(fresh: bool, no_serve: bool, port: int, folder: Path, vcos: int) -> None:
    """See it work: real organisations, made-up answers, three years of a panel.

    Draws a panel from a real frame and runs its round through the calendar with synthetic
    respondents; does so again a year later with a third of the panel replaced, and measures the
    change; takes newer lists, opens this year's round, and serves the site.
    Started again, it offers what is there.

    Example: compact demo --fresh
    """
    folder = folder.resolve()
    if fresh:
        _delete(folder)
    folder.mkdir(parents=True, exist_ok=True)
    environment = environment_of(folder, port=port)
    _tell(folder, environment, vcos)
    pdf = _write_report(folder, environment)
    if no_serve:
        click.echo(f"The round summary: {pdf}")
        return
    _serve(folder, environment, pdf, port)


def _delete(folder: Path) -> None:
    # Only what a demonstration made is removed, should somebody name a folder of their own.
    if folder.exists() and any(folder.iterdir()) and not (folder / "keys").exists():
        raise InvalidError(f"{folder} holds something else than a demonstration. Name another folder.")
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Bars:
    """One progress bar for each kind of long work, shown as it comes up."""

    progress: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def report(self, kind: str, done: int, total: int) -> None:
        words = WHAT.get(kind, kind[:1].upper() + kind[1:])
        if kind not in self.tasks or (done <= 1 and total):
            self.tasks[kind] = self.progress.add_task(words, total=total or None)
        self.progress.update(self.tasks[kind], completed=done, total=total or None)


def _tell(folder: Path, environment: dict[str, str], vcos: int) -> None:
    settings = settings_of(environment)
    keys, database = keyring(settings), Database(settings.database_url)
    today = london_date(SystemClock().now())
    clock = SetClock(start_of(today))
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = Bars(progress)
        worker = Worker(database, keys, settings, clock, lambda: channel(settings), bars.report)
        tell(
            Demonstration(
                folder=folder,
                database=database,
                keys=keys,
                worker=worker,
                clock=clock,
                today=today,
                voluntary_total=vcos,
                report=bars.report,
            )
        )
    database.close()


def _write_report(folder: Path, environment: dict[str, str]) -> Path:
    settings = settings_of(environment)
    keys, database = keyring(settings), Database(settings.database_url)
    with database.writing() as session:
        context = AuditContext("command line", SystemClock().now(), find_programme(session).id)
        newest = release.releases_of(session, context.programme_id or 0)[0]
        if not newest.files:
            failure = newest.job.failure if newest.job else ""
            raise InvalidError(f"The round summary was not made. {failure}")
        pdf = files.file_of(session, keys, release_id=newest.id, kind=files.PDF, context=context)
    (folder / pdf.name).write_bytes(pdf.content)
    database.close()
    return folder / pdf.name


def _serve(folder: Path, environment: dict[str, str], pdf: Path, port: int) -> None:
    _say_where(folder, environment, pdf, port)
    surroundings = {**os.environ, **environment}
    command = [sys.executable, "-m", "survey_app.cli"]
    children = [
        subprocess.Popen([*command, *arguments], env=surroundings)  # noqa: S603 - our own program
        for arguments in (["serve", "--port", str(port)], ["worker"])
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        click.echo("The demonstration stopped: the site or the worker ended. Is the port in use?", err=True)
    except KeyboardInterrupt:
        click.echo("Stopped. Start it again to go on from here.")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def _say_where(folder: Path, environment: dict[str, str], pdf: Path, port: int) -> None:
    settings = settings_of(environment)
    keys, database = keyring(settings), Database(settings.database_url)
    address = f"http://127.0.0.1:{port}"
    with database.writing() as session:
        context = AuditContext("command line", SystemClock().now(), find_programme(session).id)
        newest = next(
            round_view
            for round_view in lifecycle.rounds_of(session, context.programme_id or 0)
            if round_view.stage is Stage.OPEN
        )
        waiting = casework.open_cases(session, round_id=newest.id)
        shown = [
            (sector, codes.code_of(session, keys, case_id=case_id, context=context))
            for case_id, sector, *_ in _one_of_each(waiting)
        ]
    database.close()
    click.echo(
        f"\nEverything you will see is synthetic but the names of the organisations.\n\nGo to {address}\n"
    )
    for role, (email, password) in sign_ins(folder).items():
        click.echo(f"  {role:20} {address}/sign-in   {email}   {password}")
    click.echo("  After the password the page itself shows the code that an authenticator would.")
    click.echo(f"\nTo answer as a respondent, {address}/start with one of these access codes:")
    for sector, code in shown:
        click.echo(f"  {code}   ({sector.value.replace('_', ' ')})")
    click.echo(f"\nThe round summary: {pdf}\nLetters: {folder / 'outbox'}\nCtrl-C stops.\n")


def _one_of_each(waiting: list[casework.OpenCase]) -> list[casework.OpenCase]:
    public = [case for case in waiting if case.sector is Sector.PUBLIC]
    voluntary = [case for case in waiting if case.sector is Sector.VOLUNTARY]
    return [*public[7:8], *voluntary[11 : 11 + CODES_SHOWN - 1]]
