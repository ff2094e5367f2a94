"""Questionnaires and rounds."""

from datetime import datetime

import click
from sqlalchemy.orm import Session

from scheduler.strands import SURVEYS, Strand
from scheduler.timetable import RoundDates, usual_dates
from survey_app.cli.days import DAY
from survey_app.cli.installation import Installation, installation
from survey_app.cli.instruments import publish
from survey_app.cli.numbers import NUMBER
from survey_app.cli.processes import worker_of
from survey_app.cli.strands import STRAND_NAME
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.services.audit import AuditContext
from survey_app.services.destruction import requests
from survey_app.services.jobs import JobView
from survey_app.services.panels import drawing
from survey_app.services.people import accounts
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from survey_app.worker.wakings import run_job


@click.group()
def questionnaire() -> None:
    """Publish and list questionnaires."""


questionnaire.add_command(publish)


@click.group("round")
def round_() -> None:
    """Plan, check, launch and list rounds."""


@round_.command()
@click.option("--title", required=True, help='What letters call it, as "Annual survey 2026".')
@click.option("--year", type=NUMBER, required=True, help="The year of its panel.")
@click.option(
    "--strand",
    type=STRAND_NAME,
    default=Strand.ANNUAL_SURVEY.value,
    show_default=True,
    help="What it is a round of.",
)
@click.option("--opens", type=DAY, required=True, help="The first day, as 2026-09-01.")
@click.option("--first-reminder", type=DAY, help="Two weeks later if left out.")
@click.option("--second-reminder", type=DAY, help="Five weeks later if left out.")
@click.option("--closes", type=DAY, help="The last day for replies; ten weeks later if left out.")
def plan(
    title: str,
    year: int,
    strand: Strand,
    opens: datetime,
    first_reminder: datetime | None,
    second_reminder: datetime | None,
    closes: datetime | None,
) -> None:
    """Plan a round on the panel of a year. A strand that is no survey may have no panel.

    Example: compact round plan --title "Annual survey 2026" --year 2026 --opens 2026-09-01
    """
    usual = usual_dates(opens.date())
    dates = RoundDates(
        opens.date(),
        first_reminder.date() if first_reminder else usual.first_reminder_on,
        second_reminder.date() if second_reminder else usual.second_reminder_on,
        closes.date() if closes else usual.closes_on,
    )
    here = installation()
    context = here.context()
    with here.database.writing() as session:
        panel_id = _panel_id(session, context, strand, year)
        chosen = RoundPlan(title=title, panel_id=panel_id, dates=dates, strand=strand)
        round_id = lifecycle.plan_round(session, plan=chosen, context=context)
        if strand not in SURVEYS:
            click.echo(f"Round {round_id} is planned.\nPrepare it with: compact round prepare {round_id}")
            return
        check = lifecycle.check_round(
            session,
            round_id=round_id,
            fewest_replies=here.settings.disclosure_threshold,
            context=context,
        )
    click.echo(f"Round {round_id} is planned for {check.members:,} organisations.")
    for line in (*check.faults, *check.warnings):
        click.echo(f"  {line}")
    click.echo(f"Launch it with: compact round launch {round_id}")


def _panel_id(session: Session, context: AuditContext, strand: Strand, year: int) -> int | None:
    """The panel of a strand and year; none is no fault where the strand is no survey."""
    panels = drawing.panels_of(session, context.programme_id or 0)
    panel_id = next((panel for panel, *drawn in panels if drawn == [strand, year]), None)
    if panel_id is None and strand in SURVEYS:
        raise NotFoundError("panel of the year", year)
    return panel_id


@round_.command()
@click.argument("round_id", type=NUMBER)
def launch(round_id: int) -> None:
    """Launch a planned round: pin its panel and questionnaires. The worker does the rest.

    Example: compact round launch 1
    """
    here = installation()
    with here.database.writing() as session:
        lifecycle.launch_round(
            session,
            here.keys,
            round_id=round_id,
            fewest_replies=here.settings.disclosure_threshold,
            context=here.context(),
        )
    click.echo("Launched. A running `compact worker` makes the cases, opens, reminds and closes.")


@round_.command()
@click.argument("round_id", type=NUMBER)
def prepare(round_id: int) -> None:
    """Begin the preparation of a planned round that is no survey. The worker opens and closes it.

    Example: compact round prepare 2
    """
    here = installation()
    with here.database.writing() as session:
        lifecycle.prepare_round(session, round_id=round_id, context=here.context())
    click.echo("In preparation. A running `compact worker` opens and closes it on its days.")


@round_.command()
@click.argument("round_id", type=NUMBER)
@click.option("--by", "email", help="Who asks for it: the address that they sign in with.")
@click.option("--why", default="", help="Why; the second person reads it.")
def destroy(round_id: int, email: str | None, why: str) -> None:
    """Destroy the answers of a closed round for good; a second person has to agree on the site.

    Called first, it asks. Called once somebody has agreed, it destroys, as a running worker does
    by itself, and takes the bytes out of the database's files.

    Example: compact round destroy 1 --by jo@example.org --why "We keep answers for three years"
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        standing = requests.standing(session, round_id=round_id, context=context)
    if standing.agreed is None and standing.asked is None:
        _ask(here, round_id, email, why)
    elif standing.agreed is None:
        click.echo(f"A second person has to agree: {_page_of(here, round_id)}")
    else:
        _carry_out(here, round_id)


def _ask(here: Installation, round_id: int, email: str | None, why: str) -> None:
    if not email:
        raise InvalidError("Say who asks for it, with --by, and why, with --why.")
    with here.database.writing() as session:
        person_id = accounts.person_of(session, email=email)
        requests.ask(session, round_id=round_id, person_id=person_id, reason=why, context=here.context())
    click.echo(f"Nothing is destroyed yet. A second person has to agree: {_page_of(here, round_id)}")


def _page_of(here: Installation, round_id: int) -> str:
    return f"{here.settings.base_url.rstrip('/')}/rounds/{round_id}/destroy"


def _carry_out(here: Installation, round_id: int) -> None:
    """Do what was agreed to, unless a worker does already."""
    worker = worker_of(here)
    while (job := _standing(here, round_id).work) is not None:
        if not run_job(worker, job.id):
            raise ConflictError(_standing_still(_standing(here, round_id).work))
    click.echo("The answers were destroyed. Published figures stay, and so does who answered.")
    click.echo(f"It is noted in {here.settings.destruction_log}. Backups from before still hold the key.")


def _standing(here: Installation, round_id: int) -> requests.Standing:
    with here.database.reading() as session:
        return requests.standing(session, round_id=round_id, context=here.context())


def _standing_still(job: JobView | None) -> str:
    return (job and job.failure) or "A worker is at it. Call this again to see that it is done."


@round_.command("list")
def list_rounds() -> None:
    """Every round with its stage and dates.

    Example: compact round list
    """
    here = installation()
    with here.database.reading() as session:
        for round_view in lifecycle.rounds_of(session, here.context().programme_id or 0):
            days = f"{round_view.dates.opens_on} to {round_view.dates.closes_on}"
            click.echo(f"{round_view.id}: {round_view.title}, {round_view.stage}, {days}")
