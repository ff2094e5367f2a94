"""A release as a page: its words beside its stored drawings, its tables under the figures they belong to."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from markupsafe import Markup

from survey_app.reports.contents import Contents
from survey_app.reports.figures import MARK_WORDS, published_figures
from survey_app.reports.printed import bracketed
from survey_app.reports.tables import PublishedTables, Table, published_tables


@dataclass(frozen=True)
class FigureWords:
    """What stands around a drawing; `table` is the number of the table that holds its numbers."""

    number: int
    title: str
    subtitle: str
    notes: tuple[str, ...]
    table: int | None


@dataclass(frozen=True)
class FigureBlock:
    """One figure on the page: its words, its drawing in two widths, the tables shown under it."""

    words: FigureWords
    wide: Markup
    narrow: Markup
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class SummaryPage:
    """The figures in order, the tables that stand under none of them, and what the marks mean."""

    figures: tuple[FigureBlock, ...]
    more_tables: tuple[tuple[str, tuple[Table, ...]], ...]
    marks: tuple[tuple[str, str], ...]


# The drawing library keeps its settings for the whole process: two threads must not draw at once.
_drawing = Lock()


def summary_page(contents: Contents, charts: Mapping[str, str]) -> SummaryPage:
    """The page of a release.

    Args:
        charts: drawings by name, `figure-1` and `figure-1-phone`; empty while they are being made.
    """
    tables = published_tables(contents)
    figures = tuple(_blocks(figure_words(contents), tables, charts)) if charts else ()
    shown = {table.number for block in figures for table in block.tables}
    return SummaryPage(figures, tuple(_others(tables, shown)), tuple(_marks(contents)))


@lru_cache(maxsize=16)
def figure_words(contents: Contents) -> tuple[FigureWords, ...]:
    """The words of a release's figures; worked out once in a process, since a release cannot change."""
    with _drawing:
        drawn = published_figures(contents, published_tables(contents)).all()
    return tuple(
        FigureWords(
            each.number, each.title, each.subtitle, each.notes, each.table.number if each.table else None
        )
        for each in drawn
    )


def _blocks(
    words: Sequence[FigureWords], tables: PublishedTables, charts: Mapping[str, str]
) -> Iterator[FigureBlock]:
    by_number = {table.number: table for table in tables.all()}
    last_use = {each.table: each.number for each in words}
    for each in words:
        name = f"figure-{each.number}"
        if name in charts:
            held = by_number.get(each.table or 0)
            own = (held,) if held is not None and last_use[each.table] == each.number else ()
            yield FigureBlock(each, inline(charts[name]), inline(charts.get(f"{name}-phone", "")), own)


def inline(svg: str) -> Markup:
    """A drawing for the middle of a page: without a size of its own, so that it takes the column's."""
    sized = re.sub(r'^(<svg\b[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)
    return Markup(sized)  # noqa: S704 - drawn by the release's own charts, which escape what they print


def _others(tables: PublishedTables, shown: set[int]) -> Iterator[tuple[str, tuple[Table, ...]]]:
    national = (tables.response, tables.shares, tables.averages, tables.ratings)
    left = tuple(table for table in national if table is not None and table.number not in shown)
    if left:
        yield "The whole country" if not shown else "More numbers", left
    for section, held in tables.regions:
        yield f"By region: {section}", tuple(table for table in held if table.number not in shown)


def _marks(contents: Contents) -> Iterator[tuple[str, str]]:
    for mark, words in MARK_WORDS.items():
        yield bracketed(mark), f"{words[:1].upper()}{words[1:]}."
    yield "*", "A clear gap: its 95% interval leaves out 0."
