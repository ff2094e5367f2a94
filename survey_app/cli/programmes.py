"""Programmes: the national cycle and those of localities."""

import click

from survey_app.cli.installation import Installation, installation
from survey_app.services.programmes import registry
from survey_app.services.programmes.registry import NewProgramme

CODE = click.option("--code", required=True, help="The programme, as `compact programme list` names it.")


@click.group()
def programme() -> None:
    """Add, list, close and reopen programmes, and add the agreements they watch."""


@programme.command()
@click.option("--code", required=True, help="A short name for commands: small letters, digits, hyphens.")
@click.option("--name", required=True, help="Its name, as screens show it.")
@click.option("--below", default=registry.NATIONAL_CODE, help="The programme it belongs to.")
@click.option("--agreement", default="Compact", help="What it calls its agreement, after the word the.")
def add(code: str, name: str, below: str, agreement: str) -> None:
    """Add the programme of one locality, with its agreement.

    Example: compact programme add --code dorset --name Dorset
    """
    here = installation()
    context = here.context(create=True)
    with here.database.writing() as session:
        parent = registry.find_programme(session, below)
        new = NewProgramme(code=code, name=name, agreement_word=agreement, parent_id=parent.id)
        made = registry.add_locality(session, programme=new, context=context)
        title = f"{made.name} {agreement}"
        registry.add_agreement(session, programme_id=made.id, title=title, name=agreement, context=context)
    click.echo(f"{name} is a programme now. Give people roles in it with `compact people add` or `give`.")


@programme.command()
@CODE
@click.option("--title", required=True, help="Which agreement this is: Dorset Compact.")
@click.option("--name", required=True, help="What questions call it, after the word the: Compact.")
def agreement(code: str, title: str, name: str) -> None:
    """Add an agreement that a programme watches. Several may have one name, each has its own title.

    Example: compact programme agreement --code dorset --title "Poole Compact" --name Compact
    """
    here = installation()
    with here.database.writing() as session:
        registry.add_agreement(
            session,
            programme_id=registry.find_programme(session, code).id,
            title=title,
            name=name,
            context=here.context(programme=code),
        )
    click.echo(f"{title} is added.")


@programme.command("list")
def list_programmes() -> None:
    """Every programme, with what it calls its agreement.

    Example: compact programme list
    """
    here = installation()
    with here.database.reading() as session:
        for line in registry.programmes(session):
            state = "" if line.active else " (closed)"
            click.echo(f"{line.code}: {line.name}, the {line.agreement_word}{state}")


@programme.command()
@CODE
def close(code: str) -> None:
    """Close a programme: from now on people may look, and change nothing.

    Example: compact programme close --code dorset
    """
    _set_active(installation(), code, active=False)
    click.echo(f"{code} is closed.")


@programme.command()
@CODE
def reopen(code: str) -> None:
    """Open a programme again that was closed.

    Example: compact programme reopen --code dorset
    """
    _set_active(installation(), code, active=True)
    click.echo(f"{code} is open again.")


def _set_active(here: Installation, code: str, *, active: bool) -> None:
    context = here.context(programme=code)
    with here.database.writing() as session:
        programme_id = registry.find_programme(session, code).id
        registry.set_active(session, programme_id=programme_id, active=active, context=context)
