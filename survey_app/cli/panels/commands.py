"""Panels: planned, drawn, shown, compared, worked out again, and followed over the years."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy.orm import Session

from scheduler.strands import WORDS as STRANDS
from scheduler.strands import Strand
from survey_app.cli.installation import installation
from survey_app.cli.numbers import NUMBER
from survey_app.cli.panels.options import choices, plan_from
from survey_app.cli.panels.tables import (
    moves_values,
    percent,
    plan_values,
    points,
    table,
    tell_organisation,
    tell_overlap,
    tell_plan,
    tell_verification,
    tell_years,
    warn,
    write_json,
)
from survey_app.cli.strands import STRAND_NAME
from survey_app.clock import london_date
from survey_app.errors import InvalidError, NotFoundError
from survey_app.services.audit import AuditContext
from survey_app.services.frames import snapshots
from survey_app.services.organisations.history import organisation_history
from survey_app.services.panels import drawing, planner, saved_plans
from survey_app.services.panels.basis import PanelRequest, misnamed
from survey_app.services.panels.cautions import far_away
from survey_app.services.panels.moves import panel_moves, planned_moves
from survey_app.services.panels.verification import verify_panel
from survey_app.services.panels.years import panel_years

YEAR = click.option("--year", type=NUMBER, required=True, help="The year the panel is for.")
STRAND = click.option(
    "--strand",
    type=STRAND_NAME,
    default="annual_survey",
    show_default=True,
    help="Which strand it serves.",
)
AVOID = click.option(
    "--avoid", type=NUMBER, help="Number of a panel whose members are left alone if possible."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs, not for people.")


@click.group()
def panel() -> None:
    """Plan, draw and follow panels."""


@panel.command()
@YEAR
@STRAND
@choices
@AVOID
@click.option("--save", "name", help="Keep the plan under this name.")
@AS_JSON
def plan(year: int, strand: Strand, avoid: int | None, name: str | None, as_json: bool, **given: Any) -> None:
    """Say what a plan would ask, give and cost. Nothing is drawn.

    Example: compact panel plan --year 2027 --total 1500 --boost rural=300 --target small=0.07
    """
    here = installation()
    context = here.context()
    with here.database.writing() as session:
        request = PanelRequest(_frame(session, context), strand, year, plan_from(given), avoid)
        view = planner.look_at(session, request=request, programme_id=context.programme_id or 0)
        if name is not None:
            saved_plans.save_plan(session, name=name, request=request, context=context)
    if as_json:
        write_json(plan_values(view))
        return
    tell_plan(view)
    if name is not None:
        click.echo(f"Kept as {name!r}. Draw it with: compact panel draw --year {year} --plan {name!r}")


def _frame(session: Session, context: AuditContext) -> int:
    frame_id = snapshots.newest_frame(session, context.programme_id or 0)
    if frame_id is None:
        raise InvalidError("There is no frame to draw from. Run `compact frame make` first.")
    return frame_id


@panel.command()
@YEAR
@STRAND
@choices
@AVOID
@click.option("--plan", "name", help="A kept plan, instead of options.")
@click.option("--confirm-frame", is_flag=True, help="The frame has changed a great deal, and it is right.")
@click.option("--why", default="", help="Why some are taken although a rule is broken; kept with each.")
@click.option("--again", type=NUMBER, help="The year once more, where it is neither this nor the next.")
@click.option("--dry-run", is_flag=True, help="Show the sizes, and how many would stay; draw nothing.")
def draw(
    year: int,
    strand: Strand,
    avoid: int | None,
    name: str | None,
    confirm_frame: bool,
    why: str,
    again: int | None,
    dry_run: bool,
    **given: Any,
) -> None:
    """Draw the panel of a year, on from the one before; a year has one.

    A year that is neither this nor the next is given twice, with --again.

    Example: compact panel draw --year 2026 --total 1500 --minimum 5
    """
    here = installation()
    context = here.context()
    programme_id = context.programme_id or 0
    with here.database.reading() as session:
        request, plan_id = _request(session, context, year, strand, name, plan_from(given), avoid)
        view = planner.look_at(session, request=request, programme_id=programme_id)
        moved = planned_moves(session, request=request, programme_id=programme_id) if dry_run else None
    if not dry_run:
        _check_meant(request, again, context)
        drawn = drawing.Drawing(
            request=request, context=context, confirmed_shrink=confirm_frame, why=why, plan_id=plan_id
        )
        here.database.in_turns(drawn.steps(), here.clock.now)
        with here.database.reading() as session:
            moved = panel_moves(session, panel_id=drawn.panel_id, programme_id=programme_id)
    for line in view.lines:
        click.echo(f"{line.sample_size:6,} of {line.pop_size:6,}  {line.stratum.name}")
    warn(view)
    click.echo(f"{view.ask:,} organisations {'would be drawn' if dry_run else 'drawn'}.")
    if moved is not None:
        tell_overlap(moved)


def _check_meant(request: PanelRequest, again: int | None, context: AuditContext) -> None:
    """Let pass a year that was given twice where it is far away; one that cannot be is refused anyway."""
    year = request.year
    if far_away(year, today=london_date(context.now)) and again != year and not misnamed(request):
        raise InvalidError(
            f"{year} is neither this year nor the next. Nothing is drawn. If you mean it, say it once more: "
            f"--again {year}"
        )


def _request(
    session: Session,
    context: AuditContext,
    year: int,
    strand: Strand,
    name: str | None,
    plan: Any,
    avoid: int | None,
) -> tuple[PanelRequest, int | None]:
    if name is None:
        return PanelRequest(_frame(session, context), strand, year, plan, avoid), None
    plan_id = _plan_named(session, context, strand, year, name)
    return saved_plans.plan_of(session, plan_id=plan_id, programme_id=context.programme_id).request, plan_id


def _plan_named(session: Session, context: AuditContext, strand: Strand, year: int, name: str) -> int:
    for line in saved_plans.plans_of(session, context.programme_id or 0):
        if (line.strand, line.year, line.name) == (strand, year, name):
            return line.id
    raise NotFoundError(f"plan for {year} named", name)


@panel.command()
@YEAR
@STRAND
@click.option("--moves", is_flag=True, help="Everybody who stays, leaves or enters, and why.")
@AS_JSON
def show(year: int, strand: Strand, moves: bool, as_json: bool) -> None:
    """Show a drawn panel: its strata, and how it differs from the one before.

    Example: compact panel show --year 2027 --moves
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        panel_id = _panel_of(session, context, strand, year)
        page = drawing.panel_page(session, panel_id=panel_id, programme_id=context.programme_id or 0)
        moved = panel_moves(session, panel_id=panel_id, programme_id=context.programme_id or 0)
    if as_json:
        write_json(
            {"panel": panel_id, "strata": [asdict(line) for line in page.strata]} | moves_values(moved)
        )
        return
    rows = [(f"{x.sample_size:,}", f"{x.pop_size:,}", x.name) for x in page.strata]
    table(f"Panel {panel_id}, {STRANDS[strand]} {year}", ("Asked", "Of", "Stratum"), rows)
    if moved is not None:
        tell_overlap(moved)
        for line in moved.lines if moves else ():
            click.echo(f"{line.way:6}  {line.name}: {line.words}")


@panel.command()
@YEAR
@STRAND
@click.argument("first")
@click.argument("second")
@AS_JSON
def compare(year: int, strand: Strand, first: str, second: str, as_json: bool) -> None:
    """Put two kept plans of a year, FIRST and SECOND, side by side.

    Example: compact panel compare --year 2027 Wide Deep
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        requests = [
            saved_plans.plan_of(
                session,
                plan_id=_plan_named(session, context, strand, year, name),
                programme_id=context.programme_id,
            ).request
            for name in (first, second)
        ]
        compared = saved_plans.compare(
            session, first=requests[0], second=requests[1], programme_id=context.programme_id or 0
        )
    if as_json:
        write_json({first: plan_values(compared.first), second: plan_values(compared.second)})
        return
    views = (compared.first, compared.second)
    rows = [
        ("Asked", *(f"{view.ask:,}" for view in views)),
        ("Replies expected", *(f"{view.replies:,.0f}" for view in views)),
        ("Hours asked of all", *(f"{view.minutes / 60:,.0f}" for view in views)),
        ("Cost", *(f"£{view.pence / 100:,.2f}" for view in views)),
        ("Of the year before", *(percent(view.outlook.overlap) for view in views)),
    ]
    rows += [
        (f"Interval: {name}", *(points(side.outcome.half_width if side else None) for side in sides))
        for name, sides in _groups(compared)
    ]
    table(f"Plans for {year}", ("", first, second), rows)


def _groups(compared: saved_plans.Comparison) -> Iterable[tuple[str, tuple[Any, Any]]]:
    for line in compared.groups:
        known = line.first or line.second
        yield (known.outcome.name if known else line.key), (line.first, line.second)


@panel.command()
@click.option("--year", type=NUMBER, help="One year; every panel if left out.")
@STRAND
@AS_JSON
def verify(year: int | None, strand: Strand, as_json: bool) -> None:
    """Draw past panels again from what is kept, and compare. Ends with status 1 when one differs.

    Example: compact panel verify
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        verified = [
            verify_panel(session, panel_id=panel_id, programme_id=context.programme_id or 0)
            for panel_id, its_strand, its_year in drawing.panels_of(session, context.programme_id or 0)
            if its_strand == strand and year in (None, its_year)
        ]
    if not verified:
        raise NotFoundError("panel of the year", year or STRANDS[strand])
    if as_json:
        write_json([asdict(one) for one in verified])
    else:
        for one in verified:
            tell_verification(one)
    if not all(one.sound for one in verified):
        raise click.exceptions.Exit(1)


@panel.command()
@STRAND
@click.option("--organisation", type=NUMBER, help="The history of one organisation, by its number.")
@AS_JSON
def history(strand: Strand, organisation: int | None, as_json: bool) -> None:
    """Follow a strand's panels over the years, or one organisation through all that it was asked.

    Example: compact panel history --organisation 4711
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        if organisation is not None:
            organisation_seen = organisation_history(session, organisation_id=organisation)
            write_json(asdict(organisation_seen)) if as_json else tell_organisation(organisation_seen)
            return
        years = panel_years(session, programme_id=context.programme_id or 0, strand=strand)
    write_json([asdict(one) for one in years]) if as_json else tell_years(strand, years)


def _panel_of(session: Session, context: AuditContext, strand: Strand, year: int) -> int:
    for panel_id, its_strand, its_year in drawing.panels_of(session, context.programme_id or 0):
        if (its_strand, its_year) == (strand, year):
            return panel_id
    raise NotFoundError("panel of the year", year)
