"""Source lists and frames."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import yaml

from sampling.frame import Sector
from sampling.source_lists import MAX_FILE_BYTES
from survey_app.cli.days import DAY
from survey_app.cli.installation import Installation, installation
from survey_app.clock import in_words, london_date
from survey_app.errors import InvalidError
from survey_app.services.audit import AuditContext
from survey_app.services.frames import snapshots, taking, taking_back
from survey_app.services.frames.differences import Differences, Way, differences
from survey_app.services.frames.editions import Renumbered
from survey_app.services.frames.lists import Arrival, ImportChoices, ListDescription, arrival_of

MAX_REASON = 400
# Of a shorter list a fifth is a handful, and whoever types the command has all of it before their eyes.
LONG = 50
DESCRIBED = ("owner", "dated", "purpose", "coverage", "licence", "known_defects")


@click.group()
def frame() -> None:
    """Bring in source lists and take dated frames of them."""


@frame.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "name", required=True, help="What to call the list.")
@click.option("--owner", help="Who gave us the list.")
@click.option("--dated", type=DAY, help="The list's own date, as 2025-11-01.")
@click.option("--purpose", help="What the list was made for.")
@click.option("--coverage", help="Whom it covers, and whom it misses.")
@click.option("--licence", help="On what terms we may use it.")
@click.option("--known-defects", help="What is known to be wrong with it.")
@click.option("--quarantine", is_flag=True, help="Set faulty rows aside instead of refusing the list.")
@click.option(
    "--sector",
    type=click.Choice([one.value for one in Sector]),
    help="Whom it names, if its columns do not say.",
)
@click.option(
    "--renumbered",
    type=click.Choice([one.value for one in Renumbered]),
    help="Whether organisations under another identifier are the same ones or others, when you are asked.",
)
@click.option("--why", default="", help="Why more than a fifth is different, for the trail.")
def import_file(file: Path, name: str, why: str, **options: Any) -> None:
    """Bring in a CSV list of public bodies or of voluntary organisations.

    It says what an edition changes. Where more than a fifth of 50 rows or more differs, it needs --why.

    Owner, date, purpose and coverage come as options, or from a YAML file beside the
    list with the same name (bodies.csv, bodies.yaml).

    Example: compact frame import bodies.csv --list "Register 2025" --owner "The regulator"
    --dated 2025-11-01 --purpose census --coverage "England, all bodies"
    """
    if file.stat().st_size > MAX_FILE_BYTES:
        raise InvalidError(f"The file has {file.stat().st_size:,} bytes; the most is {MAX_FILE_BYTES:,}.")
    here = installation()
    context = here.context(create=True)
    choices = _choices(options)
    description = _description(file, name, options)
    arrival = arrival_of(
        here.keys,
        content=file.read_bytes(),
        file_name=file.name,
        description=description,
        choices=choices,
        context=context,
    )
    differing = _taken(here, arrival, why.strip(), context)
    report = arrival.report
    if differing.before is not None:
        ways = ", ".join(f"{len(differing.of(way)):,} {way.value}" for way in Way)
        click.echo(f"Beside the edition as of {in_words(differing.before)}: {ways}.")
    click.echo(f"{report.imported:,} {report.sector.words} imported, {report.in_scope:,} in scope.")
    for column, count in report.gaps.items():
        click.echo(f"  without {column}: {count:,}")
    for column, count in report.unread.items():
        click.echo(f"  {column} not understood: {count:,}")
    if report.quarantined:
        click.echo(f"{report.quarantined:,} rows set aside:")
        for fault in report.faults:
            click.echo(f"  {fault}")


def _taken(here: Installation, arrival: Arrival, why: str, context: AuditContext) -> Differences:
    """Put a list in force; one that differs much from the edition before needs a reason, as on the screen."""
    in_turns = partial(here.database.in_turns, now=here.clock.now)
    if len(why) > MAX_REASON:
        raise InvalidError(f"The reason has {len(why)} characters; the most is {MAX_REASON}.")
    in_turns(arrival.steps_to_wait())
    list_id, programme_id = arrival.source.id, context.programme_id or 0
    with here.database.reading() as session:
        differing = differences(session, list_id=list_id, programme_id=programme_id)
    if differing.unusual and differing.before_rows >= LONG and not why:
        in_turns(taking_back.give_up(here.keys, list_id=list_id, context=context))
        raise InvalidError(
            "Nothing was imported: much is different from the edition before. If it is right, say why: --why",
            differing.unusual,
        )
    in_turns(taking.take(here.keys, list_id=list_id, why=why, context=context))
    return differing


def _choices(options: dict[str, Any]) -> ImportChoices:
    sector, renumbered = options.pop("sector"), options.pop("renumbered")
    return ImportChoices(
        quarantine=options.pop("quarantine"),
        sector=Sector(sector) if sector else None,
        renumbered=Renumbered(renumbered) if renumbered else None,
    )


def _description(file: Path, name: str, options: dict[str, Any]) -> ListDescription:
    given = _beside(file) | {key: value for key, value in options.items() if value is not None}
    missing = [f"--{key}" for key in DESCRIBED[:4] if key not in given]
    if missing:
        raise InvalidError(
            f"Say more about the list: {', '.join(missing)} (or in {file.with_suffix('.yaml').name})."
        )
    dated = given["dated"]
    if isinstance(dated, datetime):
        dated = dated.date()
    if not isinstance(dated, date):
        raise InvalidError(f"The list's date is {dated!r}; write it as 2025-11-01.")
    words = {key: str(given.get(key, "")) for key in DESCRIBED if key != "dated"}
    return ListDescription(name=name, dated=dated, **words)


def _beside(file: Path) -> dict[str, Any]:
    path = file.with_suffix(".yaml")
    if not path.exists() or path == file:
        return {}
    try:
        description = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise InvalidError(f"{path.name} is no sound YAML: {fault}") from None
    unknown = set(description) - set(DESCRIBED) if isinstance(description, dict) else {"(no names)"}
    if unknown:
        raise InvalidError(f"{path.name}: unknown {', '.join(sorted(map(str, unknown)))}; known: {DESCRIBED}")
    return dict(description)


@frame.command("make")
@click.option("--as-of", type=DAY, help="The day that the frame describes; today if left out.")
def make(as_of: datetime | None) -> None:
    """Take a dated snapshot of every organisation on the lists.

    Example: compact frame make --as-of 2026-07-01
    """
    here = installation()
    context = here.context()
    day = as_of.date() if as_of else london_date(context.now)
    making = snapshots.FrameMaking(as_of=day, context=context)
    here.database.in_turns(making.steps(), here.clock.now)
    with here.database.reading() as session:
        page = snapshots.frame_page(session, frame_id=making.frame_id, programme_id=context.programme_id or 0)
    click.echo(f"Frame {page.number} as of {in_words(page.as_of)}: {page.organisations:,} organisations.")
    for sector, count in page.in_scope.items():
        click.echo(f"  {sector.value}: {count:,} in scope")
    for gap, count in page.gaps:
        click.echo(f"  {gap}: {count:,}")
