"""Questionnaires and rounds."""

from datetime import datetime
from pathlib import Path

import click

from scheduler.timetable import RoundDates, usual_dates
from survey_app.cli.installation import installation
from survey_app.errors import InvalidError, NotFoundError
from survey_app.services import panels as panel_service
from survey_app.services import questionnaires as questionnaire_service
from survey_app.services import rounds as round_service
from survey_app.services.rounds import RoundPlan

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def questionnaire() -> None:
    """Publish and list questionnaires."""


@questionnaire.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(files: tuple[Path, ...]) -> None:
    """Publish questionnaire FILES, or those that come with the product.

    A published version never changes; publishing it again does nothing.

    Example: compact questionnaire publish
    """
    here = installation()
    act = here.act(create=True)
    with here.database.writing() as session:
        if not files:
            questionnaire_service.publish_shipped(session, act=act)
        for file in files:
            try:
                document = file.read_text(encoding="utf-8")
            except UnicodeDecodeError as fault:
                raise InvalidError(f"{file.name} is not UTF-8 text: {fault}") from None
            questionnaire_service.publish(session, document=document, act=act)
        for line in questionnaire_service.versions(session):
            click.echo(f"{line.name} version {line.version}: {line.questions} questions, {line.sha256[:12]}")


@click.group("round")
def round_() -> None:
    """Plan, check, launch and list rounds."""


@round_.command()
@click.option("--title", required=True, help='What letters call it, as "Annual survey 2026".')
@click.option("--year", type=int, required=True, help="The year of its panel.")
@click.option("--opens", type=DAY, required=True, help="The first day, as 2026-09-01.")
@click.option("--first-reminder", type=DAY, help="Two weeks later if left out.")
@click.option("--second-reminder", type=DAY, help="Five weeks later if left out.")
@click.option("--closes", type=DAY, help="The last day for replies; ten weeks later if left out.")
def plan(
    title: str,
    year: int,
    opens: datetime,
    first_reminder: datetime | None,
    second_reminder: datetime | None,
    closes: datetime | None,
) -> None:
    """Plan a round on the panel of a year.

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
    act = here.act()
    with here.database.writing() as session:
        panels = panel_service.panels_of(session, act.programme_id or 0)
        panel_id = next((panel for panel, strand, y in panels if (strand, y) == ("annual", year)), None)
        if panel_id is None:
            raise NotFoundError("panel of the year", year)
        chosen = RoundPlan(title=title, panel_id=panel_id, dates=dates)
        round_id = round_service.plan_round(session, plan=chosen, act=act)
        check = round_service.check_round(session, round_id=round_id, act=act)
    click.echo(f"Round {round_id} is planned for {check.members:,} organisations.")
    for line in (*check.faults, *check.warnings):
        click.echo(f"  {line}")
    click.echo(f"Launch it with: compact round launch {round_id}")


@round_.command()
@click.argument("round_id", type=int)
def launch(round_id: int) -> None:
    """Launch a planned round: pin its panel and questionnaires. The worker does the rest.

    Example: compact round launch 1
    """
    here = installation()
    with here.database.writing() as session:
        round_service.launch_round(session, here.keys, round_id=round_id, act=here.act())
    click.echo("Launched. A running `compact worker` makes the cases, opens, reminds and closes.")


@round_.command("list")
def list_rounds() -> None:
    """Every round with its stage and dates.

    Example: compact round list
    """
    here = installation()
    with here.database.reading() as session:
        for found in round_service.rounds_of(session, here.act().programme_id or 0):
            dates = found.dates
            click.echo(f"{found.id}: {found.title}, {found.stage}, {dates.opens_on} to {dates.closes_on}")
