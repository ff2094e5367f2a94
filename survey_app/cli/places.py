"""Areas: those that ship, more from files, and what is known of one."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import click

from survey_app.cli.days import DAY
from survey_app.cli.installation import Installation, installation
from survey_app.clock import in_words, london_date
from survey_app.services.places import areas, files
from survey_app.services.places.areas import AreaPage, Membership

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
ON = click.option("--on", "day", type=DAY, help="As at this day; today if left out.")


@click.group()
def places() -> None:
    """Areas of England, what they lie in and who governs them."""


@places.command()
def load() -> None:
    """Bring in the areas that ship with the program, and correct those that are there.

    Example: compact places load
    """
    here = installation()
    context = here.context(create=True)
    with here.database.writing() as session:
        new = areas.load_shipped(session, context=context)
    click.echo(f"{new:,} areas are new.")


@places.command("import")
@click.option("--what", type=click.Choice(["areas", "memberships", "control"]), required=True)
@click.option("--synthetic", is_flag=True, help="The political control in it is made up.")
@FILE
def import_file(file: Path, what: str, synthetic: bool) -> None:
    """Take areas, memberships or political control from a CSV file: all of it, or nothing.

    Columns of areas: code, name, kind, source, began_on, ended_on, rural_urban; of memberships: area, whole,
    source, extent, began_on, ended_on; of control: area, control, began_on, source. An end is the first day
    on which something was no more.

    Example: compact places import --what control control.csv
    """
    here = installation()
    content, context = file.read_bytes(), here.context(create=True)
    with here.database.writing() as session:
        if what == "control":
            rows = files.import_control(session, content, synthetic=synthetic, context=context)
        else:
            take = files.import_areas if what == "areas" else files.import_memberships
            rows = take(session, content, context=context)
    click.echo(f"{rows:,} rows were taken.")


@places.command()
@click.argument("text")
@ON
def find(text: str, day: datetime | None) -> None:
    """The areas of a day whose name holds a text, with their codes.

    Example: compact places find dorset --on 2018-06-01
    """
    here = installation()
    on = _as_at(here, day)
    with here.database.reading() as session:
        for area in areas.areas(session, day=on, text=text):
            click.echo(f"{area.code}: {area.name}, {area.kind.value}")


@places.command()
@click.argument("code")
@ON
def show(code: str, day: datetime | None) -> None:
    """One area as at a day: what it lies in, what lies in it, what came before and after.

    Example: compact places show E10000009 --on 2018-06-01
    """
    here = installation()
    on = _as_at(here, day)
    with here.database.reading() as session:
        area_id = areas.find_area(session, code).id
        _print(areas.area_page(session, area_id=area_id, day=on))


def _as_at(here: Installation, day: datetime | None) -> date:
    return day.date() if day else london_date(here.clock.now())


def _print(page: AreaPage) -> None:
    area = page.area
    click.echo(f"{area.name} ({area.code}), {area.kind.value}, {area.tier}")
    if area.began_on:
        click.echo(f"since {in_words(area.began_on)}")
    if area.ended_on:
        click.echo(f"no more from {in_words(area.ended_on)} on")
    _names("codes", page.codes)
    _names("lies in", map(_member, page.wholes))
    _names("holds", map(_member, page.parts))
    _names("followed", (one.name for one in page.predecessors))
    _names("followed by", (one.name for one in page.successors))
    if page.control:
        click.echo(f"control: {page.control.value}")


def _member(membership: Membership) -> str:
    return membership.area.name + (" (part)" if membership.extent.value == "part" else "")


def _names(label: str, names: Iterable[str]) -> None:
    joined = ", ".join(names)
    if joined:
        click.echo(f"{label}: {joined}")
