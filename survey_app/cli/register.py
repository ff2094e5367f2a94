"""The register of agreements: filled from files, and counted."""

from datetime import datetime
from pathlib import Path

import click

from survey_app.cli.days import DAY
from survey_app.cli.installation import installation
from survey_app.clock import in_words, london_date
from survey_app.services.agreements import files
from survey_app.services.agreements.overview import Overview, overview
from survey_app.services.agreements.rules import LIVE
from survey_app.services.logs.files import import_logs
from survey_app.services.programmes.registry import NATIONAL_CODE, find_programme

CODE = click.option(
    "--code", default=NATIONAL_CODE, help="The programme, as `compact programme list` names it."
)


@click.group()
def register() -> None:
    """The register of agreements, and the logs beside it."""


@register.command("import")
@CODE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path, code: str) -> None:
    """Take entries of the register from a CSV file: all of it, or nothing.

    Columns: agreement, kind, what, began_on, source; level (for a new agreement), name, state, area, field,
    department, languages, pounds, local, precision, ended_on, reason. Kinds: stage, flag, area, signatory,
    code of practice, champion, resource, publicity, review.

    Example: compact register import agreements.csv
    """
    here = installation()
    context = here.context(create=code == NATIONAL_CODE, programme=code)
    with here.database.writing() as session:
        word = find_programme(session, code).agreement_word
        taken = files.import_register(session, file.read_bytes(), word=word, context=context)
    click.echo(f"{taken.entries:,} entries were taken; {taken.agreements:,} agreements are new.")


@register.command("import-logs")
@CODE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_log_file(file: Path, code: str) -> None:
    """Take entries of the logs from a CSV file: all of it, or nothing.

    Columns: kind, title, began_on, source; area, agreement, organisation, upstream, state, ended_on, due_on,
    account, and what each kind asks besides, as the page "Many from a CSV file" lists it.

    Example: compact register import-logs consultations.csv
    """
    here = installation()
    context = here.context(programme=code)
    with here.database.writing() as session:
        taken = import_logs(session, file.read_bytes(), context=context)
    click.echo(f"{taken:,} entries were taken.")


@register.command()
@CODE
@click.option("--on", "day", type=DAY, help="As at this day, else today.")
def state(code: str, day: datetime | None) -> None:
    """The state of play on a day, as it is known now.

    Example: compact register state --on 2026-03-31
    """
    here = installation()
    now = here.clock.now()
    with here.database.reading() as session:
        programme = find_programme(session, code)
        on = day.date() if day else london_date(now)
        _print(overview(session, programme_id=programme.id, day=on, known_by=now))


def _print(seen: Overview) -> None:
    play = seen.play
    click.echo(f"On {in_words(seen.day)}, by authority, by locality, by agreement:")
    for standing, count in play.by_authority.items():
        click.echo(
            f"{standing.value}: {count:,}, {play.by_locality[standing]:,}, {play.by_agreement[standing]:,}"
        )
    click.echo(play.reconciliation)
    click.echo(f"{LIVE}: {seen.live:,} agreements ({seen.rule.in_words})")
