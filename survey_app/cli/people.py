"""People who sign in."""

import click

from survey_app.cli.installation import installation
from survey_app.services.people import accounts, passwords
from survey_app.services.people.permissions import ROLES

PASSWORD = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="12 characters or more. Leave it out to be asked: then it is in no history.",
)


@click.group()
def people() -> None:
    """Add and list the people who sign in, and give new passwords."""


@people.command()
@click.option("--email", required=True, help="The address they sign in with.")
@click.option("--name", required=True, help="Their name, as screens show it.")
@click.option("--role", required=True, type=click.Choice(list(ROLES)), help="What they may do.")
@PASSWORD
def add(email: str, name: str, role: str, password: str) -> None:
    """Add somebody with one role.

    Example: compact people add --email jo@example.org --name "Jo Bird" --role coordinator
    """
    here = installation()
    context = here.context(create=True)
    with here.database.writing() as session:
        accounts.add_person(session, email=email, name=name, password=password, role=role, context=context)
    click.echo(f"{name} can sign in as {email.strip().lower()}, {role}.")


@people.command()
@click.option("--email", required=True, help="The address they sign in with.")
@PASSWORD
def password(email: str, password: str) -> None:
    """Give somebody a new password; they are signed out everywhere.

    Example: compact people password --email jo@example.org
    """
    here = installation()
    context, made = here.context(), passwords.hashed(password)
    with here.database.writing() as session:
        person_id = accounts.find_by_email(session, email=email, programme_id=context.programme_id or 0)
        passwords.replace_password(session, here.keys, person_id=person_id, made=made, context=context)
    click.echo(f"{email.strip().lower()} has a new password and is signed out everywhere.")


@people.command("list")
def list_people() -> None:
    """Everybody, with their roles.

    Example: compact people list
    """
    here = installation()
    with here.database.reading() as session:
        for line in accounts.listing(session, programme_id=here.context().programme_id or 0):
            state = "" if line.active else " (deactivated)"
            click.echo(f"{line.name} <{line.email}>: {', '.join(line.roles)}{state}")
