"""The cycle: what it follows, which rounds come when and why, and days moved by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import click

from scheduler.rules import After, Anchor, OnDay, Policy, Rule
from scheduler.strands import WORDS, Strand
from scheduler.timetable import spoken
from scheduler.working_days import england
from survey_app.cli.days import DAY
from survey_app.cli.installation import installation
from survey_app.cli.numbers import NUMBER
from survey_app.cli.strands import STRAND_NAME
from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.services.cycle import derived, rules
from survey_app.services.fieldwork import moving
from survey_app.services.rounds import lifecycle

MONTH_DAY = click.DateTime(formats=["%m-%d"])


@click.group()
def cycle() -> None:
    """See the rounds of ten years, set what the cycle follows, move days."""


@cycle.command()
@click.option(
    "--years", type=click.IntRange(1, 50), default=10, show_default=True, help="How many, from this one."
)
def show(years: int) -> None:
    """Every round that is there or to come, with its days and why it comes then.

    Example: compact cycle show
    """
    here = installation()
    today = london_date(here.clock.now())
    with here.database.reading() as session:
        programme_id = here.context().programme_id or 0
        derived_cycle = derived.cycle_of(
            session, programme_id=programme_id, today=today, first_year=today.year, years=years
        )
        kept = rules.rules_of(session, programme_id)
    if not kept:
        click.echo("No cycle is set. Set the usual one with: compact cycle set --usual --first-year 2027")
    for one in derived_cycle.occurrences:
        waits = f" Waits for {one.waits_for}." if one.waits_for else ""
        blocked = f" {one.blocked}." if one.blocked else ""
        days = f"{one.dates.opens_on} to {one.dates.closes_on}"
        click.echo(f"{days}  {one.name} ({one.stage or 'to come'}): {one.because}.{waits}{blocked}")
    for gap in derived_cycle.gaps:
        click.echo(gap)
    click.echo(
        f"The table of bank holidays ends with {england().last_year}; after that only weekends are left out."
    )
    if warning := england().warning(today.year):
        click.echo(warning)


@cycle.command("set")
@click.option("--usual", is_flag=True, help="The cycle that the report describes: four strands at once.")
@click.option("--strand", type=STRAND_NAME, help="The strand whose rule is set.")
@click.option("--title", default="", help="Of a local survey or a commissioned study: which one.")
@click.option("--every", type=click.INT, help="Years between two rounds.")
@click.option("--first-year", type=NUMBER, help="The first year that counts; this one if left out.")
@click.option("--last-year", type=NUMBER, help="The last year, where it ends.")
@click.option("--opens", type=MONTH_DAY, help="The day of the year on which it opens, as 03-01.")
@click.option("--after", type=STRAND_NAME, help="The strand that it follows, instead of a day.")
@click.option(
    "--anchor",
    type=click.Choice([anchor.value for anchor in Anchor]),
    help="Whether it follows that round's end or the publication of its results.",
)
@click.option("--weeks", type=click.INT, help="How many weeks later.")
@click.option("--years-before", type=click.INT, help="0: the round of the same year; 1: of the year before.")
@click.option(
    "--policy",
    type=click.Choice([policy.value for policy in Policy]),
    help="How far the worker takes a round by itself.",
)
@click.option("--lists-valid-months", type=NUMBER, help="How old a list may be when a panel is drawn.")
@click.option("--on/--off", "active", default=None, help="Whether new rounds come.")
def set_(usual: bool, **given: Any) -> None:
    """Set the rule of a strand: how often, from when, on which day or after what, how far by itself.

    What is left out stays as it is. Rounds that have begun are never touched.

    Example: compact cycle set --strand focus_groups --every 1
    """
    here = installation()
    context = here.context()
    with here.database.writing() as session:
        if usual:
            opens = given["opens"] or date(2000, 3, 1)
            start = given["first_year"] or london_date(context.now).year
            rules.set_usual(session, start=start, opens=OnDay(opens.month, opens.day), context=context)
        else:
            kept = rules.rules_of(session, context.programme_id or 0)
            rule, months = _changed(kept, given, london_date(context.now).year)
            rules.set_rule(session, rule=rule, lists_valid_months=months, context=context)
    click.echo("Set. See what follows with: compact cycle show")


def _changed(kept: list[rules.KeptRule], given: Mapping[str, Any], year: int) -> tuple[Rule, int]:
    """The rule as it is to be, and for how many months lists are valid."""
    strand, title = given["strand"], given["title"]
    if strand is None:
        raise InvalidError("Say which strand: --strand focus_groups. Or set all: --usual.")
    there = next((one for one in kept if (one.rule.strand, one.rule.title) == (strand, title)), None)
    rule = (
        there.rule if there else Rule(strand=strand, every=1, first_year=year, opens=OnDay(3, 1), title=title)
    )
    changes = {
        name: given[name]
        for name in ("every", "first_year", "last_year", "active")
        if given[name] is not None
    }
    if given["policy"]:
        changes["policy"] = Policy(given["policy"])
    months = given["lists_valid_months"] or (there.lists_valid_months if there else rules.USUAL_VALID_MONTHS)
    return replace(rule, opens=_opening(rule, given), **changes), months


def _opening(rule: Rule, given: Mapping[str, Any]) -> OnDay | After:
    if given["opens"]:
        return OnDay(given["opens"].month, given["opens"].day)
    before = rule.opens if isinstance(rule.opens, After) else None
    strand: Strand | None = given["after"] or (before.strand if before else None)
    if strand is None:
        return rule.opens
    known = before or After(strand, Anchor.CLOSE, 0)
    changes = {"weeks": given["weeks"], "years_before": given["years_before"]}
    return replace(
        known,
        strand=strand,
        anchor=Anchor(given["anchor"]) if given["anchor"] else known.anchor,
        **{name: value for name, value in changes.items() if value is not None},
    )


@cycle.command()
@click.argument("round_id", type=NUMBER)
@click.option("--opens", type=DAY, help="The first day, as 2027-03-01.")
@click.option("--first-reminder", type=DAY)
@click.option("--second-reminder", type=DAY)
@click.option("--closes", type=DAY, help="The last day for replies.")
@click.option("--why", required=True, help="Kept with the dates.")
@click.option("--yes", is_flag=True, help="Move without asking once more.")
def move(
    round_id: int,
    opens: datetime | None,
    first_reminder: datetime | None,
    second_reminder: datetime | None,
    closes: datetime | None,
    why: str,
    yes: bool,
) -> None:
    """Move days of a round: what follows is shown first.

    Example: compact cycle move 3 --closes 2027-06-04 --why "Replies come late"
    """
    here = installation()
    context = here.context()
    with here.database.reading() as session:
        round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
        days = round_view.dates
        wanted = replace(
            days,
            opens_on=opens.date() if opens else days.opens_on,
            first_reminder_on=first_reminder.date() if first_reminder else days.first_reminder_on,
            second_reminder_on=second_reminder.date() if second_reminder else days.second_reminder_on,
            closes_on=closes.date() if closes else days.closes_on,
        )
        follows = moving.consequences(session, round_view=round_view, wanted=wanted, context=context)
    for sentence in (*follows.follows, *follows.warnings):
        click.echo(sentence)
    if not yes:
        click.confirm(f"Move these days of {WORDS[round_view.strand]} {round_view.number}?", abort=True)
    with here.database.writing() as session:
        moving.move_dates(session, round_view=round_view, wanted=wanted, why=why, context=context)
    click.echo(f"Moved. It opens on {spoken(wanted.opens_on)} and ends on {spoken(wanted.closes_on)}.")
