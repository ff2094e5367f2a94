"""A release as a page: its words beside its stored drawings, its tables under the figures they belong to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from survey_app.reports.contents import Contents, since_baseline
from survey_app.reports.printed import LOW, bracketed
from survey_app.reports.round_summary import statements
from survey_app.reports.round_summary.figures import LOW_WORDS, MARK_WORDS, Figure, Figures, published_figures
from survey_app.reports.round_summary.layout import Table
from survey_app.reports.round_summary.tables import CLEAR, PublishedTables, published_tables


@dataclass(frozen=True)
class FigureBlock:
    """One figure on the page: its words, its stored drawing in two widths, the tables shown under it.

    `level` is that of its heading; `first_change` that figures of change begin with it.
    """

    words: Figure
    wide: Markup
    narrow: Markup
    tables: tuple[Table, ...]
    level: int = 2
    first_change: bool = False


@dataclass(frozen=True)
class SummaryPage:
    """The figures in order, the tables that stand under none of them, and what the marks mean.

    `since` names the earlier round, `lead` counts the changes and `compared` says how they were estimated;
    `baseline` says that there is no earlier round, `represented` is the table of replies beside the frame.
    `since_baseline` says what the baseline is, where it is another round; `intervals` what an interval means.
    """

    figures: tuple[FigureBlock, ...]
    since: str
    lead: str
    compared: tuple[str, ...]
    baseline: str
    represented: Table | None
    since_baseline: tuple[str, ...]
    baseline_table: Table | None
    more_tables: tuple[tuple[str, tuple[Table, ...]], ...]
    marks: tuple[tuple[str, str], ...]
    intervals: str


def summary_page(contents: Contents, charts: Mapping[str, str]) -> SummaryPage:
    """The page of a release.

    Args:
        charts: drawings by name, `figure-1` and `figure-1-phone`, and their `layout`; empty while they
            are being made.
    """
    tables = published_tables(contents)
    # Only words are asked of these figures, so nothing is drawn here.
    words = published_figures(contents, tables, layout=charts.get("layout", ""))
    figures = tuple(_blocks(words, charts)) if charts else ()
    shown = {table.number for block in figures for table in block.tables}
    return SummaryPage(
        figures,
        since=statements.since(contents),
        lead=statements.changes_lead(contents.items),
        compared=tuple(_compared(contents)),
        baseline=statements.BASELINE if contents.baseline else "",
        represented=tables.represented,
        since_baseline=tuple(_since_baseline(contents)),
        baseline_table=tables.since_baseline,
        more_tables=tuple(_others(tables, shown)),
        marks=tuple(_marks(contents)),
        intervals=statements.intervals_suppose(contents),
    )


def _blocks(words: Figures, charts: Mapping[str, str]) -> Iterator[FigureBlock]:
    last_use = {each.table.number: each.number for each in words.all() if each.table}
    for each in words.all():
        name = f"figure-{each.number}"
        if name not in charts:
            continue
        own = (each.table,) if each.table and last_use[each.table.number] == each.number else ()
        yield FigureBlock(
            each,
            inline(charts[name]),
            inline(charts.get(f"{name}-phone", "")),
            own,
            level=3 if each in words.changes else 2,
            first_change=each in words.changes[:1],
        )


def _compared(contents: Contents) -> Iterator[str]:
    if contents.earlier is not None:
        yield contents.earlier.method
        yield statements.both_rounds(contents)
        yield statements.chance_of_many(contents.items, contents.tests)


def _since_baseline(contents: Contents) -> Iterator[str]:
    if contents.frozen_baseline is not None:
        yield contents.frozen_baseline.method
        yield statements.both_rounds(since_baseline(contents))


def inline(svg: str) -> Markup:
    """A drawing for the middle of a page: without a size of its own, so that it takes the column's."""
    sized = re.sub(r'^(<svg\b[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)
    return Markup(sized)  # noqa: S704 - drawn by the release's own charts, which escape what they print


def _others(tables: PublishedTables, shown: set[int]) -> Iterator[tuple[str, tuple[Table, ...]]]:
    left = tuple(table for table in tables.national() if table.number not in shown)
    if left:
        yield "The whole country" if not shown else "More numbers", left
    for section, held in tables.regions:
        yield f"By region: {section}", tuple(table for table in held if table.number not in shown)


def _marks(contents: Contents) -> Iterator[tuple[str, str]]:
    for mark, words in MARK_WORDS.items():
        yield bracketed(mark), f"{words[:1].upper()}{words[1:]}."
    yield LOW, LOW_WORDS
    what = "gap or change" if contents.earlier else "gap"
    yield CLEAR, f"A {what} that chance alone would seldom make, tested together with all the others."
