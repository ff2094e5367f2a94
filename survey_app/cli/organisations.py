"""Organisations: found by name, linked to what they became, and what they were asked outside a round."""

from datetime import datetime
from pathlib import Path

import click

from scheduler.strands import Strand
from survey_app.cli.days import DAY
from survey_app.cli.installation import installation
from survey_app.cli.numbers import NUMBER
from survey_app.cli.panels.tables import table
from survey_app.cli.people.accounts import PROGRAMME
from survey_app.cli.strands import STRAND_NAME
from survey_app.clock import london_date
from survey_app.services.burden import ledger
from survey_app.services.burden.ledger import BY_HAND, Contribution
from survey_app.services.fieldwork import second_person
from survey_app.services.organisations.areas import import_areas_of_organisations
from survey_app.services.organisations.history import organisations
from survey_app.services.organisations.successors import KINDS, link_organisations

# Whoever runs the machine has no account, and entered nothing.
NOBODY = 0


@click.group()
def organisation() -> None:
    """Find organisations, say what became of them, and enter what they were asked."""


@organisation.command()
@click.argument("text", default="")
@click.option("--year", type=NUMBER, help="The year whose minutes are shown; this one if left out.")
@click.option("--page", default=1, help="Fifty to a page.")
def find(text: str, year: int | None, page: int) -> None:
    """List organisations whose name holds TEXT, with what each was asked in a year.

    Example: compact organisation find carers
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        listed = organisations(session, year=year or london_date(context.now).year, text=text, page=page)
    rows = [
        (str(x.id), x.name, x.sector.value, f"{x.minutes:,}", f"{x.invitations:,}", f"{x.panels:,}")
        for x in listed.lines
    ]
    columns = ("Number", "Name", "Sector", "Minutes asked", "Invitations", "Panels")
    many = "organisation" if listed.total == 1 else "organisations"
    table(f"{listed.total:,} {many}, page {listed.page} of {listed.pages}", columns, rows)


@organisation.command()
@PROGRAMME
def waiting(programme: str) -> None:
    """List addresses and organisations that one of the staff entered, and that wait for a second person.

    Example: compact organisation waiting
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.reading() as session:
        lines = second_person.waiting(
            session, here.keys, person_id=NOBODY, programme_id=context.programme_id or 0
        )
    rows = [
        (str(x.id), x.organisation, x.email, " ".join(x.post.split()), x.asked_by, str(len(x.more)))
        for x in lines
    ]
    columns = ("Number", "Organisation", "Email", "Postal address", "Entered by", "More of the same list")
    table(f"{len(rows):,} waiting", columns, rows)


@organisation.command()
@click.argument("numbers", type=NUMBER, nargs=-1, required=True)
@click.option("--how", required=True, help="How you know that the addresses are the organisations' own.")
@PROGRAMME
def vouch(numbers: tuple[int, ...], how: str, programme: str) -> None:
    """Answer for addresses by their NUMBERS in `compact organisation waiting`, where nobody else could agree.

    Letters that waited leave. Look each address up elsewhere first. The audit trail has your system's user.

    Example: compact organisation vouch 12 --how "On the website of the council"
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.writing() as session:
        count = second_person.vouch(session, chosen=set(numbers), how=how, context=context)
    click.echo(f"{count:,} vouched for. Letters that waited for that leave.")


@organisation.command()
@click.argument("old", type=NUMBER)
@click.argument("new", type=NUMBER)
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True)
@click.option("--on", "day", type=DAY, required=True, help="When it happened, as 2026-05-01.")
@click.option("--source", required=True, help="How we know.")
def link(old: int, new: int, kind: str, day: datetime, source: str) -> None:
    """Note that OLD, by its number, became NEW or part of it. Both keep their random number.

    Example: compact organisation link 4711 4712 --on 2026-05-01 --source "The register"
    """
    here = installation()
    with here.database.writing() as session:
        link_organisations(
            session, predecessor_id=old, successor_id=new, kind=kind, happened_on=day.date(), source=source,
            context=here.context(),
        )  # fmt: skip
    click.echo("Noted.")


@organisation.command("areas")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def put_in_areas(file: Path) -> None:
    """Put organisations in areas from a CSV file: all of it is taken, or nothing and every fault is told.

    Columns: organisation (its name, or its number in the directory), area (name or code), source; began_on,
    ended_on. An end is the first day on which it was no more so.

    Example: compact organisation areas who-is-where.csv
    """
    here = installation()
    content, context = file.read_bytes(), here.context()
    with here.database.writing() as session:
        rows = import_areas_of_organisations(session, content, context=context)
    click.echo(f"{rows:,} rows were taken.")


@organisation.command()
@click.argument("number", type=NUMBER)
@click.option("--kind", type=click.Choice([kind.value for kind in BY_HAND]), required=True)
@click.option("--minutes", type=int, required=True, help="That it took.")
@click.option("--on", "day", type=DAY, required=True, help="The day, as 2026-05-01.")
@click.option(
    "--strand", type=STRAND_NAME, default="focus_groups", show_default=True, help="Which strand it was for."
)
@click.option("--note", default="", help="What it was.")
def asked(number: int, kind: str, minutes: int, day: datetime, strand: Strand, note: str) -> None:
    """Enter in the burden ledger what the organisation with this NUMBER was asked outside a round.

    Example: compact organisation asked 4711 --kind interview --minutes 60 --on 2026-05-01
    """
    here = installation()
    given = Contribution(number, kind, strand, day.date(), minutes, note)
    with here.database.writing() as session:
        ledger.note_contribution(session, given=given, context=here.context())
    click.echo("Entered.")
