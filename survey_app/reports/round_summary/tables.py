"""The published tables, as one structure that PDF and web page print."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count as count_from
from itertools import groupby

from sampling.frame import Sector
from survey_app.reports.contents import (
    Breakdown,
    Cell,
    Change,
    Contents,
    EarlierRound,
    ItemChange,
    ItemResult,
    Mark,
    RatingShares,
    RegionCells,
    since_baseline,
)
from survey_app.reports.printed import (
    BANDS,
    PROPORTION,
    SECTOR_NAMES,
    SUPPRESSING,
    base,
    bracketed,
    change_shown,
    change_with_interval,
    count,
    gap_with_interval,
    is_clear,
    moved,
    number,
    wave_names,
    with_interval,
    within_a_sentence,
    year_since,
)
from survey_app.reports.rated import POINTS, suppressed, totals
from survey_app.reports.round_summary.layout import (
    Column,
    Row,
    RowGroup,
    Table,
    or_mark,
    pairs,
    place_and_year,
)
from survey_app.reports.round_summary.response_tables import (
    other_routes_table,
    representation_table,
    response_table,
)
from survey_app.reports.round_summary.words import is_option, label_of, option_of

SIDES = (
    (Column("Everyone", "estimate"), Column("Base", "base")),
    (Column("Public bodies", "estimate"), Column("Public base", "base")),
    (Column("Voluntary", "estimate"), Column("Vol. base", "base")),
)
ALL_SIDES = (0, 1, 2)
CLEAR = "clear"
NOT_TOLD = Cell(None, None, None, None, Mark.NOT_AVAILABLE)
NOT_DIVIDED = Cell(None, None, None, None, Mark.NOT_APPLICABLE)


@dataclass(frozen=True)
class PublishedTables:
    """All tables of a release in the order of their numbers.

    `represented` is None in releases of before, `averages` and `ratings` where nothing was asked that gives
    them, `changes` where there is no earlier round, `since_baseline` where there is no other baseline,
    `other_routes` where nobody came but by chance. `regions` holds one table to an item that has regions, by
    section.
    """

    response: Table
    shares: Table
    averages: Table | None
    ratings: Table | None
    represented: Table | None
    changes: Table | None
    since_baseline: Table | None
    other_routes: Table | None
    regions: tuple[tuple[str, tuple[Table, ...]], ...]

    def all(self) -> tuple[Table, ...]:
        """Every table, by number."""
        by_region = (table for _, tables in self.regions for table in tables)
        return (*self.national(), *by_region)

    def national(self) -> tuple[Table, ...]:
        """Those of the whole, by number."""
        longer = (self.ratings, self.represented, self.changes, self.since_baseline, self.other_routes)
        return (*self.short(), *(table for table in longer if table is not None))

    def short(self) -> tuple[Table, ...]:
        """Those that the PDF prints, by number; the others are too long for it."""
        tables = (self.response, self.shares, self.averages)
        return tuple(table for table in tables if table is not None)


def published_tables(contents: Contents) -> PublishedTables:
    """Every table of the release, numbered in the order in which the summary prints them."""
    shares = [item for item in contents.items if item.statistic == PROPORTION]
    averages = [item for item in contents.items if item.statistic != PROPORTION]
    rated = [item for item in averages if item.ratings]
    numbers = count_from(1)
    return PublishedTables(
        response=response_table(next(numbers), contents),
        shares=_items_table(next(numbers), "Every question answered with a share", shares, contents),
        averages=_items_table(next(numbers), "Every question answered with a number", averages, contents)
        if averages
        else None,
        ratings=_ratings_table(next(numbers), rated, contents) if rated else None,
        represented=representation_table(next(numbers), contents) if contents.representation else None,
        changes=_changes_table(next(numbers), contents, contents.earlier) if contents.earlier else None,
        since_baseline=_since_baseline_table(next(numbers), contents, contents.frozen_baseline)
        if contents.frozen_baseline
        else None,
        other_routes=other_routes_table(next(numbers), contents, contents.other_routes)
        if contents.other_routes
        else None,
        regions=tuple(_by_section(contents, numbers)),
    )


def side_by_side(table: Table) -> Table:
    """A table as it is printed: without both sectors together, which leaves room for the words."""
    if not any(column.words == SIDES[0][0].words for column in table.head):
        return table
    groups = tuple(
        replace(group, rows=tuple(replace(row, cells=row.cells[2:]) for row in group.rows))
        for group in table.groups
    )
    return replace(table, head=(table.head[0], *table.head[3:]), groups=groups)


def _items_table(number_: int, title: str, items: Sequence[ItemResult], contents: Contents) -> Table:
    unit = "Average" if items and items[0].statistic != PROPORTION else "Per cent"
    return Table(
        number=number_,
        title=title,
        subtitle=f"{unit} with 95% interval, and unweighted base, {place_and_year(contents)}",
        head=(Column("Question", "stub"), *_side_columns(), Column("Gap", "gap")),
        groups=tuple(_item_groups(items)),
        notes=(
            "Gap: public bodies less voluntary organisations, worked out before rounding. "
            f"“{CLEAR}” follows a clear gap; without it the gap could be chance.",
        ),
    )


def _item_groups(items: Sequence[ItemResult]) -> Iterator[RowGroup]:
    """Each section's whole questions, then each question with parts under a heading of its own.

    So a part needs only its own words, and not the question's before it on every line.
    """
    for section, members in groupby(items, key=lambda item: item.section):
        asked = list(members)
        whole = [item for item in asked if not _is_part(item)]
        if whole:
            yield RowGroup(
                section, tuple(_item_row(item, label_of(item) + counted_in(item)) for item in whole)
            )
        parts = [item for item in asked if _is_part(item)]
        for _, of_one in groupby(parts, key=lambda item: item.item.partition(".")[0]):
            rows = list(of_one)
            question = rows[0].short.partition(": ")[0]
            heading = f"{section}: {within_a_sentence(question)}"
            named = ((item, option_of(item) + counted_in(item)) for item in rows)
            yield RowGroup(heading, tuple(_item_row(item, label) for item, label in named))


def counted_in(item: ItemResult) -> str:
    """What an average is an average of, after its name; nothing for shares, and in releases of before."""
    return f" ({item.unit})" if item.unit and item.statistic != PROPORTION else ""


def _is_part(item: ItemResult) -> bool:
    """Whether this is one choice or line of a question, named after the question: `Question: part`."""
    return is_option(item) and ": " in item.short


def _side_columns(sides: Sequence[int] = ALL_SIDES) -> tuple[Column, ...]:
    """An estimate and a base for each side: everyone, public bodies, voluntary organisations."""
    return tuple(column for side in sides for column in SIDES[side])


def _item_row(item: ItemResult, label: str) -> Row:
    cells = pairs((item.everyone, item.public, item.voluntary), item.statistic)
    return Row(label, (*cells, gap_cell(item)))


def gap_cell(item: ItemResult) -> str:
    """`29 (25 to 33) clear` where it is; the mark of the side that suppresses it where there is no gap, and
    [z] where the sectors were not asked the same."""
    if item.gap is not None:
        return _verdict(gap_with_interval(item.gap, item.statistic), clear=item.gap.clear)
    if not item.mirrored:
        return bracketed(Mark.NOT_APPLICABLE)
    marks = {item.public.mark, item.voluntary.mark} & SUPPRESSING
    first = next((mark for mark in Mark if mark in marks), Mark.NOT_AVAILABLE)
    return bracketed(Mark.WITHHELD if first in BANDS else first)


def _verdict(words: str, *, clear: bool) -> str:
    return f"{words} {CLEAR}" if clear else words


def _ratings_table(number_: int, items: Sequence[ItemResult], contents: Contents) -> Table:
    return Table(
        number=number_,
        title="Ratings at each point",
        subtitle=f"Per cent of those rating, from 1 (poor) to 5 (good), {place_and_year(contents)}",
        head=(
            Column("Sector", "stub"),
            *(Column(point, "point") for point in POINTS),
            *(Column(words, "sum") for words in ("Below 3", "Above 3")),
            Column("Base", "base"),
        ),
        groups=tuple(RowGroup(item.short, tuple(_rating_row(row) for row in item.ratings)) for item in items),
        notes=("Parts may not add up to 100 because each is rounded.",),
    )


def _rating_row(row: RatingShares) -> Row:
    if suppressed(row):
        return Row(SECTOR_NAMES[row.sector], (or_mark(None, row.mark),) * (len(POINTS) + 3))
    shares = (*row.shares, *totals(row))
    n = or_mark(None if row.n is None else count(row.n), row.mark)
    return Row(SECTOR_NAMES[row.sector], (*(number(share, PROPORTION) for share in shares), n))


def _changes_table(number_: int, contents: Contents, earlier: EarlierRound) -> Table:
    then, now = wave_names(earlier.opened_on, contents.opened_on)
    since = year_since(earlier.opened_on, earlier.round_title, contents.opened_on)
    items = [item for item in contents.items if item.change is not None]
    return Table(
        number=number_,
        title=f"What changed since {since}, question by question",
        subtitle=f"Per cent or average with 95% interval, and unweighted base, {contents.programme}",
        head=(
            Column("Sector", "stub"),
            *(Column(words, "estimate") for words in (then, now)),
            Column("Change", "gap"),
            *(Column(words, "base") for words in (f"Base {then}", f"Base {now}", "In both")),
        ),
        groups=tuple(
            RowGroup(label_of(item) + counted_in(item), tuple(_change_rows(item, item.change)))
            for item in items
            if item.change
        ),
        notes=(
            "Change: points for shares, the unit of the question for averages, worked out before rounding. "
            f"“{CLEAR}” follows a clear change; without it the change could be chance. In both: "
            "organisations that answered in both rounds; not shown where they, or those who answered in one "
            "only, are few.",
            *discontinuity_notes(items),
        ),
    )


def _since_baseline_table(number_: int, contents: Contents, baseline: EarlierRound) -> Table:
    """As the table of changes, with the baseline for the earlier round."""
    since = year_since(baseline.opened_on, baseline.round_title, contents.opened_on)
    table = _changes_table(number_, since_baseline(contents), baseline)
    return replace(table, title=f"What changed since the baseline, {since}, question by question")


def discontinuity_notes(items: Sequence[ItemResult]) -> tuple[str, ...]:
    """Why questions may not be compared, each question once."""
    broken = (item for item in items if item.change is not None and item.change.discontinuities)
    by_question = {item.item.partition(".")[0]: item for item in broken}
    return tuple(
        f"{_question(item)}: {' '.join(item.change.discontinuities)}"
        for item in by_question.values()
        if item.change is not None
    )


def _question(item: ItemResult) -> str:
    return item.short.partition(": ")[0] if is_option(item) else item.short


def _change_rows(item: ItemResult, change: ItemChange) -> Iterator[Row]:
    for name, cell, side in (
        (SECTOR_NAMES[Sector.PUBLIC], item.public, change.public),
        (SECTOR_NAMES[Sector.VOLUNTARY], item.voluntary, change.voluntary),
        ("Everyone", item.everyone, change.everyone),
    ):
        if side.mark is not Mark.NOT_APPLICABLE:
            yield Row(name, tuple(_change_cells(cell, side, item.statistic)))


def _change_cells(now: Cell, change: Change, statistic: str) -> Iterator[str]:
    yield with_interval(change.then, statistic)
    yield with_interval(now, statistic)
    yield _verdict(change_with_interval(change, statistic), clear=is_clear(change))
    yield base(change.then)
    yield base(now)
    yield overlap(change)


def overlap(change: Change) -> str:
    """How many answered in both rounds, or the letter that stands for it."""
    if moved(change) is None:
        return change_shown(change, PROPORTION)
    return bracketed(Mark.WITHHELD) if change.overlap is None else count(change.overlap)


def _by_section(contents: Contents, numbers: Iterator[int]) -> Iterator[tuple[str, tuple[Table, ...]]]:
    by_section: dict[str, list[ItemResult]] = {}
    for item in contents.items:
        if item.regions:
            by_section.setdefault(item.section, []).append(item)
    for section, items in by_section.items():
        yield section, tuple(_region_table(next(numbers), item, contents) for item in items)


def _region_table(number_: int, item: ItemResult, contents: Contents) -> Table:
    whole = RegionCells(contents.programme, item.everyone, item.public, item.voluntary, differs=False)
    shown = _sides(item)
    lines = (*(row for row in item.regions if row.region != whole.region), whole)
    unit = "per cent" if item.statistic == PROPORTION else f"average{counted_in(item)}"
    by = ("by region", "by other groups") if item.breakdowns else ("by region",)
    return Table(
        number=number_,
        title=label_of(item),
        subtitle=f"{item.measured}: {unit} with 95% interval, {' and '.join(by)}",
        head=(Column("Group" if item.breakdowns else "Region", "stub"), *_side_columns(shown)),
        groups=(
            RowGroup(
                "By region" if item.breakdowns else "",
                tuple(_region_row(row, item.statistic, shown, row is whole) for row in lines),
            ),
            *(_breakdown_rows(each, item.statistic, shown) for each in item.breakdowns),
        ),
        notes=tuple(_wordings(item)),
        item=item.item,
    )


def _breakdown_rows(breakdown: Breakdown, statistic: str, shown: tuple[int, ...]) -> RowGroup:
    """The lines of one sector's groups; the other sector is not divided so."""
    side = 1 if breakdown.sector is Sector.PUBLIC else 2
    rows = (
        Row(one.group, tuple(pairs([one.cell if at == side else NOT_DIVIDED for at in shown], statistic)))
        for one in breakdown.groups
    )
    return RowGroup(f"{SECTOR_NAMES[breakdown.sector]}: {within_a_sentence(breakdown.title)}", tuple(rows))


def _sides(item: ItemResult) -> tuple[int, ...]:
    """Which of everyone, public, voluntary to print: one sector alone where only that one was asked.

    Both sectors together are told by region in releases of before alone.
    """
    if item.public.mark is Mark.NOT_APPLICABLE:
        return (2,)
    if item.voluntary.mark is Mark.NOT_APPLICABLE:
        return (1,)
    return ALL_SIDES if any(row.everyone is not None for row in item.regions) else (1, 2)


def _region_row(row: RegionCells, statistic: str, shown: tuple[int, ...], strong: bool) -> Row:
    cells = (row.everyone or NOT_TOLD, row.public, row.voluntary)
    return Row(row.region, tuple(pairs([cells[side] for side in shown], statistic)), strong)


def _wordings(item: ItemResult) -> Iterator[str]:
    if item.question_public == item.question_voluntary and item.question_public:
        yield f"Asked of both: “{item.question_public}”"
        return
    for name, words in (
        ("public bodies", item.question_public),
        ("voluntary organisations", item.question_voluntary),
    ):
        if words:
            yield f"Asked of {name}: “{words}”"
