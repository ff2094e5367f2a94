"""Results: freeze a release, take its files."""

import time
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from survey_app.cli.installation import Installation, installation
from survey_app.cli.numbers import NUMBER
from survey_app.cli.processes import worker_of
from survey_app.errors import ConflictError, InvalidError
from survey_app.services import jobs
from survey_app.services.jobs import JobView
from survey_app.services.results import files as result_files
from survey_app.services.results import freezing, release
from survey_app.worker.wakings import run_job

LOOK_AGAIN_SECONDS = 1.0


@click.group()
def results() -> None:
    """Freeze the results of a closed round, and take the files made from them."""


@results.command()
@click.argument("round_id", type=NUMBER)
@click.option("--reason", default="", help="Why another release is needed, where there is one already.")
def freeze(round_id: int, reason: str) -> None:
    """Work out and freeze a release of a closed round; waits, and shows how far it is.

    The work is a job like others: a running worker may take it, and goes on with it when this command
    is stopped. The worker makes the PDF and the tables.

    Example: compact results freeze 1
    """
    here = installation()
    with here.database.writing() as session:
        release_id = freezing.schedule_freeze(
            session, round_id=round_id, reason=reason, context=here.context()
        )
    _wait(here, release_id)
    click.echo(f"Release {release_id} is frozen.")


def _wait(here: Installation, release_id: int) -> None:
    """Do the work where nobody else does, and show how far it is until it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("Working out the results", total=None)

        def show(_: str, done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total or None)

        worker = replace(worker_of(here), report=show)
        while not (job := _job(here, release_id)).finished_at:
            show(job.kind, job.done, job.total)
            _refuse(job)
            if not run_job(worker, job.id):
                time.sleep(LOOK_AGAIN_SECONDS)
        show(job.kind, job.total, job.total)


def _job(here: Installation, release_id: int) -> JobView:
    with here.database.reading() as session:
        return freezing.freezing_job(session, release_id=release_id)


def _refuse(job: JobView) -> None:
    """Say why nothing goes on.

    Raises:
        ConflictError: somebody stopped it.
        InvalidError: it failed.
    """
    if job.state == jobs.STOPPED:
        raise ConflictError("Somebody stopped the freezing. Freeze again to go on.")
    if job.failure:
        raise InvalidError(job.failure)


@results.command("list")
def list_releases() -> None:
    """Every release and its files.

    Example: compact results list
    """
    here = installation()
    with here.database.reading() as session:
        for line in release.releases_of(session, here.context().programme_id or 0):
            names = ", ".join(file.name for file in line.files) or "its report is being made"
            click.echo(f"{line.id}: {line.round_title}, release {line.number}: {names}")


@results.command()
@click.argument("release_id", type=NUMBER)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path(), help="Where to write; here if left out."
)
@click.option("--bundle", is_flag=True, help="The bundle too: single answers, not for publication.")
def files(release_id: int, folder: Path, bundle: bool) -> None:
    """Write a release's PDF and tables into a folder.

    Example: compact results files 1 --folder reports
    """
    here = installation()
    context = here.context()
    folder.mkdir(parents=True, exist_ok=True)
    with here.database.writing() as session:
        taken = [
            result_files.file_of(session, here.keys, release_id=release_id, kind=kind, context=context)
            for kind in result_files.downloads_of(session, release_id=release_id)
        ]
        if bundle:
            taken.append(result_files.bundle_of(session, here.keys, release_id=release_id, context=context))
    for file in taken:
        (folder / file.name).write_bytes(file.content)
        click.echo(str(folder / file.name))
