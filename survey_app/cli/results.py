"""Results: freeze a release, take its files."""

from pathlib import Path

import click

from survey_app.cli.installation import installation
from survey_app.cli.numbers import NUMBER
from survey_app.services.results import files as result_files
from survey_app.services.results import release


@click.group()
def results() -> None:
    """Freeze the results of a closed round, and take the files made from them."""


@results.command()
@click.argument("round_id", type=NUMBER)
def freeze(round_id: int) -> None:
    """Compute and freeze a release of a closed round; the worker makes its PDF and tables.

    Example: compact results freeze 1
    """
    here = installation()
    publisher = release.Publisher(here.settings.product, here.settings.disclosure_threshold)
    with here.database.writing() as session:
        release_id = release.freeze_release(
            session, here.keys, round_id=round_id, publisher=publisher, context=here.context()
        )
    click.echo(f"Release {release_id} is frozen.")


@results.command("list")
def list_releases() -> None:
    """Every release and its files.

    Example: compact results list
    """
    here = installation()
    with here.database.reading() as session:
        for line in result_files.releases_of(session, here.context().programme_id or 0):
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
    folder.mkdir(parents=True, exist_ok=True)
    with here.database.writing() as session:
        for kind in (*result_files.DOWNLOADS, *((result_files.BUNDLE,) if bundle else ())):
            name, _, content = result_files.file_of(
                session, release_id=release_id, kind=kind, context=here.context(), bundle=bundle
            )
            (folder / name).write_bytes(content)
            click.echo(str(folder / name))
