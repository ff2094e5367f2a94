"""People who sign in."""

import click

from scheduler.strands import Strand
from survey_app.cli.installation import Installation, installation
from survey_app.services.people import (
    accounts,
    grants,
    independence,
    password_links,
    second_factor,
    sessions,
    sign_in,
)
from survey_app.services.people.permissions import ROLES
from survey_app.services.programmes.registry import NATIONAL_CODE

EMAIL = click.option("--email", required=True, help="The address they sign in with.")
ROLE = click.option("--role", required=True, type=click.Choice(list(ROLES)), help="What they may do.")
PROGRAMME = click.option(
    "--programme", default=NATIONAL_CODE, help="Where: a code of `compact programme list`. Usually: england."
)
STRAND = click.option(
    "--strand",
    type=click.Choice([strand.value for strand in Strand]),
    callback=lambda _context, _option, value: Strand(value) if value else None,
    help="For one strand only. Usually: for all of them.",
)


@click.group()
def people() -> None:
    """Add and list the people who sign in, and give links for new passwords."""


@people.command()
@EMAIL
@click.option("--name", required=True, help="Their name, as screens show it.")
@ROLE
@PROGRAMME
@STRAND
def add(email: str, name: str, role: str, programme: str, strand: Strand | None) -> None:
    """Add somebody with one role, and print the link by which they choose a password.

    Example: compact people add --email jo@example.org --name "Jo Bird" --role coordinator
    """
    here = installation()
    context = here.context(create=True, programme=programme)
    with here.database.writing() as session:
        person_id = accounts.add_person(
            session, email=email, name=name, role=role, strand=strand, context=context
        )
        token = password_links.new_link(session, person_id=person_id, context=context)
    click.echo(f"{name} can sign in as {email.strip().lower()}, {role}, with a password of their own choice.")
    _say_link(here, token)


@people.command()
@EMAIL
@ROLE
@PROGRAMME
@STRAND
def give(email: str, role: str, programme: str, strand: Strand | None) -> None:
    """Give somebody who signs in already another role, or a role in another programme.

    Example: compact people give --email jo@example.org --role coordinator --programme dorset
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.writing() as session:
        person_id = accounts.person_of(session, email=email)
        grants.give_role(
            session,
            person_id=person_id,
            role=role,
            strand=strand,
            context=context,
        )
    click.echo(f"{email.strip().lower()} is {role} in {programme} now.")


@people.command()
@EMAIL
@PROGRAMME
def password(email: str, programme: str) -> None:
    """Print a link by which somebody chooses a new password. The one they have works until then.

    Example: compact people password --email jo@example.org
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.writing() as session:
        person_id = accounts.find_by_email(session, email=email, programme_id=context.programme_id or 0)
        token = password_links.new_link(session, person_id=person_id, context=context)
    _say_link(here, token)


def _say_link(here: Installation, token: str) -> None:
    address = f"{here.settings.base_url.rstrip('/')}/choose-password/{token}"
    click.echo(f"Pass this link on; it opens once, within 24 hours:\n{address}")


@people.command()
@EMAIL
@PROGRAMME
def unlock(email: str, programme: str) -> None:
    """Let somebody try again at once who was slowed after too many wrong passwords.

    Example: compact people unlock --email jo@example.org
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.writing() as session:
        person_id = accounts.find_by_email(session, email=email, programme_id=context.programme_id or 0)
        sign_in.unlock_person(session, here.keys, person_id=person_id, context=context)
    click.echo(f"{email.strip().lower()} can try to sign in again.")


@people.command()
@EMAIL
@PROGRAMME
def vouch(email: str, programme: str) -> None:
    """Say that an account that one administrator made alone is a person of its own.

    Until then it agrees to nothing that this administrator asks for, nor the other way round. Accounts made
    by two administrators, or by these commands, need no word.

    Example: compact people vouch --email jo@example.org
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.writing() as session:
        person_id = accounts.find_by_email(session, email=email, programme_id=context.programme_id or 0)
        independence.vouch(session, person_id=person_id, context=context)
    click.echo(f"{email.strip().lower()} is vouched for.")


@people.command("reset-second-factor")
@EMAIL
@PROGRAMME
def reset_second_factor(email: str, programme: str) -> None:
    """Let somebody who lost phone and recovery codes set up another authenticator at their next sign-in.

    Example: compact people reset-second-factor --email jo@example.org
    """
    here = installation()
    context = here.context(programme=programme)
    with here.database.writing() as session:
        person_id = accounts.find_by_email(session, email=email, programme_id=context.programme_id or 0)
        second_factor.remove(session, person_id=person_id, context=context)
        sessions.end_others(session, person_id=person_id)
    click.echo(f"{email.strip().lower()} sets up another authenticator at the next sign-in.")


@people.command("list")
@PROGRAMME
def list_people(programme: str) -> None:
    """Everybody, with their roles.

    Example: compact people list
    """
    here = installation()
    with here.database.reading() as session:
        programme_id = here.context(programme=programme).programme_id or 0
        for line in accounts.listing(session, programme_id=programme_id):
            state = "" if line.active else " (deactivated)"
            roles = [*line.roles, *(f"{role} ({strand})" for strand, role in line.limited)]
            click.echo(f"{line.name} <{line.email}>: {', '.join(roles)}{state}")
