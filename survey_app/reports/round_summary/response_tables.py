"""Tables of who was asked and who replied."""

from collections.abc import Iterator
from itertools import groupby

from survey_app.reports.contents import (
    Contents,
    EarlyAndLate,
    Mark,
    OtherItem,
    OtherRoutes,
    Representation,
    RouteRow,
)
from survey_app.reports.printed import PROPORTION, SECTOR_NAMES, bracketed, count, divided_by, number, percent
from survey_app.reports.round_summary.layout import (
    Column,
    Row,
    RowGroup,
    Table,
    or_mark,
    pairs,
    place_and_year,
)


def response_table(number_: int, contents: Contents) -> Table:
    """Organisations asked and replied by kind or income, sector by sector."""
    groups = groupby(contents.response, key=lambda row: row.group)
    return Table(
        number=number_,
        title="Who was asked and who replied",
        subtitle=f"Organisations on our list, asked and replied in full, {place_and_year(contents)}",
        head=(
            Column("Group", "stub"),
            *(Column(words) for words in ("On our list", "Asked", "Replied in full", "Response rate")),
        ),
        groups=tuple(
            RowGroup(
                name,
                tuple(
                    Row(
                        row.label,
                        (
                            count(row.on_frame),
                            count(row.asked),
                            or_mark(None if row.replied is None else count(row.replied), row.mark),
                            or_mark(None if row.rate is None else percent(row.rate), row.mark),
                        ),
                    )
                    for row in rows
                ),
            )
            for name, rows in groups
        ),
        notes=("Response rate: full replies as a share of those asked that belong to the survey, or may.",),
    )


def representation_table(number_: int, contents: Contents) -> Table:
    """What part of a sector each group is: of the frame, and of the replies before and after calibration."""
    return Table(
        number=number_,
        title="Those who replied beside the list",
        subtitle=f"Per cent of the sector, {place_and_year(contents)}",
        head=(
            Column("Group", "stub"),
            *(Column(words) for words in ("On the list", "Before calibration", "As weighted")),
        ),
        groups=tuple(group for each in contents.representation for group in _beside(each)),
        notes=tuple(note for each in contents.representation for note in representation_notes(each)),
    )


def _beside(each: Representation) -> Iterator[RowGroup]:
    for by, rows in groupby(each.groups, key=lambda group: group.by):
        shown = tuple(
            Row(
                row.label,
                tuple(number(share, PROPORTION) for share in (row.frame, row.weighted, row.calibrated)),
            )
            for row in rows
        )
        yield RowGroup(f"{SECTOR_NAMES[each.sector]}, by {divided_by(each.sector, by)}", shown)


def representation_notes(each: Representation) -> Iterator[str]:
    """What a sector's weights cost, how evenly it replied, and whether those who replied late differ."""
    name = SECTOR_NAMES[each.sector]
    yield (
        f"{name}: unequal weights cost as much as if {each.design_effect:.2f} times fewer had replied "
        "(design effect)."
    )
    if each.r_indicator is not None:
        yield f"{name}: {_evenly(each, each.r_indicator)}"
    if each.timing is not None:
        yield f"{name}: {_early_and_late(each.timing)}"


def _evenly(each: Representation, r: float) -> str:
    chance = "" if each.r_adjusted is None else f", {each.r_adjusted:.2f} without what chance adds"
    parts = " and ".join(f"{divided_by(each.sector, by)} {value:.2f}" for by, value in each.partial)
    return (
        f"R-indicator {r:.2f}{chance}; it is 1 where all groups were as likely to reply. How far each "
        f"divides them (partial R-indicator): {parts}."
    )


def _early_and_late(timing: EarlyAndLate) -> str:
    early, late = (bracketed(Mark.WITHHELD) if n is None else count(n) for n in (timing.early, timing.late))
    said = f"{early} replied before the day of the first reminder, {late} from then on."
    if timing.apart is None:
        return said
    points = number(timing.apart, PROPORTION)
    return (
        f"{said} On half of the {timing.tested} questions that can be compared their shares are {points} "
        f"points apart or less; they clearly differ on {timing.clear or 'none'} (Benjamini and Hochberg)."
    )


NOT_OF_OTHERS = (
    "No draw chose these organisations: they were suggested, approached, or came forward. Their answers are "
    "not weighted, have no interval, are in no other table, and speak of themselves alone."
)


def other_routes_table(number_: int, contents: Contents, others: OtherRoutes) -> Table:
    """What organisations that no draw chose said, apart from all others."""
    return Table(
        number=number_,
        title="Organisations that came by other routes",
        subtitle=f"Per cent or average of those who replied, not weighted, {place_and_year(contents)}",
        head=(
            Column("Question", "stub"),
            Column("Public bodies", "estimate"),
            Column("Public base", "base"),
            Column("Voluntary", "estimate"),
            Column("Vol. base", "base"),
        ),
        groups=tuple(
            RowGroup(section, tuple(_other_row(item) for item in items))
            for section, items in groupby(others.items, key=lambda item: item.section)
        ),
        notes=(NOT_OF_OTHERS, *(_came(row) for row in others.routes)),
    )


def _came(row: RouteRow) -> str:
    replied = or_mark(None if row.replied is None else count(row.replied), row.mark)
    return f"{row.route}, {SECTOR_NAMES[row.sector].lower()}: {count(row.asked)} asked, {replied} replied."


def _other_row(item: OtherItem) -> Row:
    return Row(item.short, tuple(pairs((item.public, item.voluntary), item.statistic)))
