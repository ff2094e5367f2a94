"""Plans, panels and histories as tables for people, and as values for programs."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from sampling.frame import Sector
from sampling.panels.moves import Way
from scheduler.strands import WORDS as STRANDS
from scheduler.strands import Strand
from survey_app.clock import in_words
from survey_app.services.organisations.history import OrganisationHistory
from survey_app.services.panels.moves import Moves
from survey_app.services.panels.planner import PlanView
from survey_app.services.panels.verification import Verification
from survey_app.services.panels.years import PanelYear


def tell_verification(one: Verification) -> None:
    """What a panel worked out again was found to be."""
    state = "the same" if one.sound else "DIFFERS"
    click.echo(
        f"{STRANDS[one.strand]} {one.year}: {one.members:,} members in {one.strata:,} strata, "
        f"{one.reserve:,} in reserve: {state}"
    )
    for fault in one.faults:
        click.echo(f"  {fault}")


def tell_years(strand: Strand, years: list[PanelYear]) -> None:
    """The panels of a strand, a line each."""
    rows = [
        (
            str(one.year),
            f"{one.public:,}",
            f"{one.voluntary:,}",
            "" if one.kept is None else f"{one.kept:,}",
            f"{one.breaches:,}",
            ", ".join(f"{count:,} since {year}" for year, count in one.members_of),
        )
        for one in years
    ]
    columns = ("Year", "Public bodies", "VCOs", "Were in the one before", "Breaches", "Members")
    table(f"Panels: {STRANDS[strand]}", columns, rows)


def tell_organisation(organisation: OrganisationHistory) -> None:
    """All that is kept of one organisation."""
    click.echo(f"{organisation.name} (number {organisation.id}), random number {organisation.prn:.6f}")
    if organisation.exempt:
        click.echo("A public body: asked as part of a census, and exempt from ceilings and rests.")
    rows = [
        (
            f"{STRANDS[one.strand]} {one.year}",
            one.stratum,
            f"{one.sample_size:,} of {one.pop_size:,}",
            f"{one.inclusion_probability:.4f}",
            ", ".join(breach.rule for breach in one.breaches),
        )
        for one in organisation.memberships
    ]
    table("Panels", ("Panel", "Stratum", "Drawn", "Probability", "Breaches"), rows)
    years = [
        (str(x.year), f"{x.invitations}", f"{x.reminders}", f"{x.minutes_asked}", f"{x.minutes_answered}",
         "yes" if x.too_much else "")
        for x in organisation.years
    ]  # fmt: skip
    columns = ("Year", "Invitations", "Reminders", "Minutes asked", "Minutes answered", "Above a ceiling")
    table("What it was asked", columns, years)
    for link in organisation.links:
        way = "became part of" if link.onward else "took in"
        click.echo(f"{in_words(link.happened_on)}: {link.kind}, {way} {link.other_name} ({link.source})")


def tell_plan(view: PlanView) -> None:
    """A plan, stratum by stratum and group by group."""
    rows = [
        (
            line.stratum.name, f"{line.sample_size:,}", f"{line.pop_size:,}", percent(line.response),
            f"{line.replies:,.1f}", points(line.half_width), "yes" if line.rotation.holiday else "NO",
        )
        for line in view.lines
    ]  # fmt: skip
    columns = ("Stratum", "Ask", "Of", "Response", "Replies", "Interval", "Rest")
    table(f"Plan for {STRANDS[view.request.strand]} {view.request.year}", columns, rows)
    groups = [
        (
            line.outcome.name, f"{line.outcome.ask:,.0f}", f"{line.outcome.replies:,.0f}",
            points(line.outcome.half_width), points(line.target.half_width if line.target else None),
            points(line.outcome.visible),
        )
        for line in view.groups
    ]  # fmt: skip
    of_groups = ("Group", "Ask", "Replies", "Interval", "Wanted", "Change seen from")
    table("What it says of each group", of_groups, groups)
    warn(view)
    click.echo(
        f"{view.asked(Sector.PUBLIC):,} public bodies and {view.asked(Sector.VOLUNTARY):,} VCOs; "
        f"{view.replies:,.0f} replies, {view.minutes / 60:,.0f} hours, £{view.pence / 100:,.2f}."
    )
    if view.previous_year is not None:
        kept = view.outlook.kept
        click.echo(f"{kept:,.0f} of the panel of {view.previous_year} ({view.outlook.before:,}) would stay.")


def warn(view: PlanView) -> None:
    """What ought to be known before a draw."""
    for line in (*view.unmet, *view.warnings):
        click.echo(f"! {line}")
    if view.overasked:
        click.echo(f"! {view.overasked:,} VCOs have been asked enough this year and go to the back.")


def tell_overlap(moved: Moves) -> None:
    """How many stay, leave and enter."""
    ways = {way: sum(n for (one, _), n in moved.counts.items() if one is way) for way in Way}
    click.echo(
        f"{ways[Way.STAYS]:,} stay, {ways[Way.LEAVES]:,} leave and {ways[Way.ENTERS]:,} enter since "
        f"{moved.previous_year}; {moved.expected_kept:,.0f} were expected to stay."
    )


def plan_values(view: PlanView) -> dict[str, Any]:
    """A plan for programs."""
    return {
        "ask": view.ask,
        "replies": view.replies,
        "minutes": view.minutes,
        "pence": view.pence,
        "previous_year": view.previous_year,
        "kept": view.outlook.kept,
        "unmet": view.unmet,
        "warnings": view.warnings,
        "strata": [
            {
                "stratum": line.stratum.name, "ask": line.sample_size, "pop_size": line.pop_size,
                "response": line.response, "replies": line.replies, "half_width": line.half_width,
                "start": line.start, "reserve": line.reserve, "holiday": line.rotation.holiday,
                "largest_with_holiday": line.rotation.largest, "overasked": line.overasked,
            }
            for line in view.lines
        ],
        "groups": [{"group": line.key} | asdict(line.outcome) for line in view.groups],
    }  # fmt: skip


def moves_values(moved: Moves | None) -> dict[str, Any]:
    """Moves for programs."""
    if moved is None:
        return {"previous": None}
    return {
        "previous": moved.previous_year,
        "kept": moved.kept,
        "expected_kept": moved.expected_kept,
        "moves": [asdict(line) for line in moved.lines],
    }


def percent(share: float | None) -> str:
    """A share as people read it."""
    return "" if share is None else f"{share:.0%}"


def points(half_width: float | None) -> str:
    """Half an interval, in points."""
    return "" if half_width is None else f"±{100 * half_width:.1f}"


def write_json(values: Any) -> None:
    """Values for programs."""
    click.echo(json.dumps(values, indent=1, default=str))


def table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A table that is cut to the screen, and not cut at all in a file."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
