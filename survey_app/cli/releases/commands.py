"""`compact release`: check a release from its files."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import click

from survey_app.cli.releases import bundles, published
from survey_app.errors import InvalidError
from survey_app.reports.digits import as_printed
from survey_app.reports.long_csv import long_csv

MAX_SAID = 200


@click.group("release")
def release_() -> None:
    """Check a release from its files."""


@release_.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(folder: Path) -> None:
    """Check that the files of a release in a folder say one thing.

    Reads what `compact results files` wrote. With the bundle every figure, gap, change and rating is worked
    out again from the answers, and so are the replies of a sector, to 1e-9; the long CSV is compared with all
    that was released. Without it the long CSV is compared with the PDF, with the CSV of the tables and with
    any web page that was saved, and differences are held against their figures. Names every number that does
    not agree; the exit status is then 1, and 2 where a file is damaged.

    Example: compact release verify reports
    """
    faults = list(_faults(folder))
    for fault in faults[:MAX_SAID]:
        click.echo(fault)
    if len(faults) > MAX_SAID:
        click.echo(f"and {len(faults) - MAX_SAID:,} more")
    if faults:
        raise SystemExit(1)
    click.echo("Everything agrees.")


def _faults(folder: Path) -> Iterator[str]:
    long = _one(folder, "*-long.csv")
    if long is None:
        raise InvalidError(f"{folder} has no file that ends in -long.csv: take the files of one release.")
    rows = published.rows_of(_text(long), long.name)
    bundle = _one(folder, "*-bundle.zip")
    if bundle is not None:
        yield from _with_bundle(bundle, rows)
    yield from _with_each_other(folder, long, rows)
    yield from published.not_adding_up(rows)


def _with_bundle(bundle: Path, rows: list[published.Row]) -> Iterator[str]:
    files = bundles.opened(bundle.read_bytes(), bundle.name)
    contents = bundles.contents_of(files, bundle.name)
    expected = list(csv.DictReader(io.StringIO(long_csv(as_printed(contents)))))
    yield from published.unlike_rows(rows, expected)
    yield from bundles.differences(files, contents)


def _with_each_other(folder: Path, long: Path, rows: list[published.Row]) -> Iterator[str]:
    tables = folder / long.name.replace("-long.csv", ".csv")
    if tables.is_file():
        yield from published.unlike_tables(rows, _text(tables))
    for pdf in sorted(folder.glob("*.pdf")):
        text = published.pdf_text(pdf.read_bytes(), pdf.name)
        yield from published.not_printed(published.of_the_whole(rows), text, pdf.name)
    for page in sorted(folder.glob("*.html")):
        yield from published.not_printed(rows, published.page_text(_text(page)), page.name)


def _one(folder: Path, pattern: str) -> Path | None:
    matching = sorted(folder.glob(pattern))
    if len(matching) > 1:
        raise InvalidError(
            f"{folder} has files of more than one release: {', '.join(p.name for p in matching)}."
        )
    return matching[0] if matching else None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidError(f"{path.name} is damaged: it is not UTF-8.") from None
