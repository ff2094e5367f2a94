"""The long CSV of a release: every published number on a line of its own, with labels and no codes.

Its columns are the same for every release and every table, so that the files of all rounds can be laid under
each other. Numbers are those that the page prints; where none may be shown, `mark` says why.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sampling.frame import Sector
from sampling.spreadsheets import never_a_formula
from survey_app.reports.contents import (
    Cell,
    Change,
    Contents,
    EarlyAndLate,
    Gap,
    ItemChange,
    ItemResult,
    Mark,
    OtherRoutes,
    RatingShares,
    Representation,
    ResponseRow,
    SectorOverlap,
    SectorResponse,
    since_baseline,
)
from survey_app.reports.printed import (
    BANDS,
    CHANGELESS,
    PROPORTION,
    SECTOR_NAMES,
    SUPPRESSING,
    divided_by,
    moved,
    rounded,
    rounded_change,
    rounded_change_limit,
    rounded_limit,
    visible,
    written,
    year_since,
)
from survey_app.reports.rated import POINTS, suppressed, totals

COLUMNS = (
    "release",
    "table",
    "question",
    "item",
    "option",
    "statistic",
    "unit",
    "breakdown",
    "group",
    "sector",
    "estimate",
    "lower",
    "upper",
    "se",
    "df",
    "base",
    "mark",
)
TEXTS = COLUMNS[:10]
ALL = "all"
FIGURES, GAPS, CHANGES, RATINGS, RESPONSE = "Figures", "Gaps", "Changes", "Ratings", "Response"
BESIDE, QUALITY = "Replies beside the frame", "Quality of the replies"
BASELINE, SINCE_BASELINE = "Changes since the baseline", "change since the baseline"
OTHERS, ROUTE = "Other routes", "Route"
REGION = "Region"
TOTALS = ("below 3", "above 3")  # of the ratings
SHARE, AVERAGE, EARLIER = "share", "average", "earlier figure"
DIFFERENCE, CHANGE = "public bodies less voluntary organisations", "change since the earlier round"
PER_CENT, POINTS_UNIT = "per cent", "points"
ORGANISATIONS = "organisations"
CLEARLY_APART = "early beside late: questions clearly apart"
SIDES = (
    ("everyone", ALL),
    ("public", SECTOR_NAMES[Sector.PUBLIC]),
    ("voluntary", SECTOR_NAMES[Sector.VOLUNTARY]),
)


@dataclass(frozen=True)
class Line:
    """One line; `numbers` are estimate, lower, upper, se, df and base as they are written."""

    table: str
    question: str = ALL
    item: str = ALL
    option: str = ALL
    statistic: str = SHARE
    unit: str = PER_CENT
    breakdown: str = ALL
    group: str = ALL
    sector: str = ALL
    numbers: tuple[str, ...] = field(default=("",) * 6)
    mark: str = ""


def long_csv(contents: Contents) -> str:
    """Every published number of a release, one to a line.

    Text that a spreadsheet would take for a formula is preceded by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines_of(contents):
        texts = (contents.release, *(getattr(line, name) for name in TEXTS[1:]))
        writer.writerow((*(never_a_formula(text) for text in texts), *line.numbers, line.mark))
    return out.getvalue()


def lines_of(contents: Contents) -> Iterator[Line]:
    """All lines, in the order of the release."""
    for sector in contents.sectors:
        yield from _sector(sector)
    if contents.earlier is not None:
        for overlap in contents.earlier.overlaps:
            yield from _overlap(overlap)
    for row in contents.response:
        yield from _response(row)
    for each in contents.representation:
        yield from _beside_the_frame(each)
        yield from _quality(each)
    for item in contents.items:
        yield from _item(contents, item)
    yield from _since_baseline(since_baseline(contents))
    if contents.other_routes is not None:
        yield from _other_routes(contents.other_routes)


def _item(contents: Contents, item: ItemResult) -> Iterator[Line]:
    yield from _figures(item)
    if item.gap is not None:
        yield _gap(item, item.gap)
    for ratings in item.ratings:
        yield from _ratings(item, ratings)
    if item.change is not None:
        yield from _changes(contents, item, item.change)


def _other_routes(others: OtherRoutes) -> Iterator[Line]:
    """Replies of organisations that no draw chose: by themselves, without interval or error."""
    for row in others.routes:
        line = Line(OTHERS, breakdown=ROUTE, group=row.route, sector=SECTOR_NAMES[row.sector])
        counts = (("asked", row.asked), ("replied in full", row.replied))
        for name, n in counts:
            said = _alone("" if n is None else str(n))
            mark = row.mark.value if n is None else ""
            yield replace(line, statistic=name, unit=ORGANISATIONS, numbers=said, mark=mark)
    for item in others.items:
        name, _, option = item.short.partition(": ") if "." in item.item else (item.short, "", "")
        statistic = SHARE if item.statistic == PROPORTION else AVERAGE
        for side, sector in SIDES[1:]:
            line = Line(OTHERS, item=name, option=option or ALL, unit=item.unit, sector=sector)
            line = replace(line, statistic=f"{statistic}, not weighted")
            yield _with_cell(line, getattr(item, side), item.statistic)


def _figures(item: ItemResult) -> Iterator[Line]:
    for side, sector in SIDES:
        yield _figure(item, getattr(item, side), sector)
    for region in item.regions:
        cells = ((getattr(region, side), sector) for side, sector in SIDES)
        for cell, sector in cells:
            if cell is not None:
                yield replace(_figure(item, cell, sector), breakdown=REGION, group=region.region)
    for breakdown in item.breakdowns:
        for one in breakdown.groups:
            line = _figure(item, one.cell, SECTOR_NAMES[breakdown.sector])
            yield replace(line, breakdown=breakdown.title, group=one.group)


def _named(item: ItemResult, table: str, sector: str) -> Line:
    """What is asked, in the words that the sector was asked; an option by its label."""
    of_voluntary = sector == SECTOR_NAMES[Sector.VOLUNTARY]
    asked = (item.question_public, item.question_voluntary)
    question = (asked[::-1] if of_voluntary else asked)[0] or asked[0] or asked[1] or ALL
    short = (item.short_voluntary if of_voluntary else "") or item.short
    name, _, option = short.partition(": ") if "." in item.item else (short, "", "")
    statistic = SHARE if item.statistic == PROPORTION else AVERAGE
    return Line(table, question, name, option or ALL, statistic, unit_of(item), sector=sector)


def unit_of(item: ItemResult) -> str:
    """What the item's numbers are of; releases of before know shares and ratings alone."""
    return item.unit or (PER_CENT if item.statistic == PROPORTION else "of 5")


def _figure(item: ItemResult, cell: Cell, sector: str) -> Line:
    return _with_cell(_named(item, FIGURES, sector), cell, item.statistic)


def _with_cell(line: Line, cell: Cell, statistic: str) -> Line:
    if visible(cell) is None:
        mark = cell.mark if cell.mark in SUPPRESSING else Mark.NOT_AVAILABLE
        base = str(cell.n) if mark in BANDS else ""
        return replace(line, numbers=("",) * 5 + (base,), mark=written(mark))
    limits = (cell.estimate, cell.lci, cell.uci)
    numbers = (*("" if v is None else str(rounded(v, statistic)) for v in limits), *_error(cell, statistic))
    return replace(line, numbers=(*numbers, "" if cell.n is None else str(cell.n)), mark=cell.mark.value)


def _error(value: Cell | Gap | Change, statistic: str) -> tuple[str, str]:
    """Standard error, of a share in per cent with one decimal, and degrees of freedom."""
    se = value.se
    said = "" if se is None else f"{100 * se:.1f}" if statistic == PROPORTION else f"{se:.2f}"
    return said, "" if value.df is None else str(value.df)


def _gap(item: ItemResult, gap: Gap) -> Line:
    numbers = (*difference_values(gap, item.statistic), *_error(gap, item.statistic), "")
    line = _named(item, GAPS, ALL)
    return replace(line, statistic=DIFFERENCE, unit=_difference_unit(item), numbers=numbers)


def difference_values(value: Gap | Change, statistic: str) -> tuple[str, str, str]:
    """Estimate, lower and upper limit of a gap or a change as written; nothing where there is none."""
    step, limit = (
        (rounded, rounded_limit) if isinstance(value, Gap) else (rounded_change, rounded_change_limit)
    )
    steps = ((value.estimate, step), (value.lci, limit), (value.uci, limit))
    first, low, high = ("" if v is None else str(as_written(v, statistic)) for v, as_written in steps)
    return first, low, high


def _difference_unit(item: ItemResult) -> str:
    return POINTS_UNIT if item.statistic == PROPORTION else unit_of(item)


def _ratings(item: ItemResult, row: RatingShares) -> Iterator[Line]:
    hidden = suppressed(row)
    base = "" if hidden or row.n is None else str(row.n)
    shares = () if hidden else (*row.shares, *totals(row))
    for place, point in enumerate((*POINTS, *TOTALS)):
        estimate = "" if hidden else str(rounded(shares[place], PROPORTION))
        line = _named(item, RATINGS, SECTOR_NAMES[row.sector])
        yield replace(
            line,
            option=point,
            statistic=SHARE,
            unit=PER_CENT,
            numbers=(estimate, "", "", "", "", base),
            mark=row.mark.value,
        )


def _changes(contents: Contents, item: ItemResult, moves: ItemChange) -> Iterator[Line]:
    earlier = contents.earlier
    since = "" if earlier is None else year_since(earlier.opened_on, earlier.round_title, contents.opened_on)
    for side, sector in SIDES:
        change: Change = getattr(moves, side)
        line = replace(_named(item, CHANGES, sector), statistic=f"{EARLIER}, {since}")
        yield _with_cell(line, change.then, item.statistic)
        line = replace(line, statistic=CHANGE, unit=_difference_unit(item))
        yield _with_change(line, change, item.statistic)


def _since_baseline(contents: Contents) -> Iterator[Line]:
    for item in contents.items:
        for line in _changes(contents, item, item.change) if item.change else ():
            statistic = SINCE_BASELINE if line.statistic == CHANGE else line.statistic
            yield replace(line, table=BASELINE, statistic=statistic)


def _with_change(line: Line, change: Change, statistic: str) -> Line:
    if moved(change) is None:
        mark = change.mark if change.mark in CHANGELESS else Mark.NOT_AVAILABLE
        return replace(line, mark=written(mark))
    numbers = difference_values(change, statistic)
    base = "" if change.overlap is None else str(change.overlap)
    return replace(line, numbers=(*numbers, *_error(change, statistic), base), mark=change.mark.value)


def _sector(sector: SectorResponse) -> Iterator[Line]:
    """The steps from list to full reply of a whole sector."""
    line = Line(RESPONSE, sector=SECTOR_NAMES[sector.sector])
    counts = (
        ("on the frame", sector.on_frame),
        ("asked", sector.asked),
        ("in scope", sector.in_scope),
        ("began", sector.began),
        ("replied in full", sector.replied),
    )
    for name, n in counts:
        yield replace(line, statistic=name, unit=ORGANISATIONS, numbers=_alone(str(n)))
    rates = (("response rate", sector.rate), ("response rate, weighted by design", sector.weighted_rate))
    for name, rate in rates:
        numbers = (str(rounded(rate, PROPORTION)), "", "", "", "", str(sector.asked))
        yield replace(line, statistic=name, numbers=numbers)


def _overlap(overlap: SectorOverlap) -> Iterator[Line]:
    """Who replied in full in the round before, and in both."""
    line = Line(RESPONSE, sector=SECTOR_NAMES[overlap.sector], unit=ORGANISATIONS)
    for name, n in (("earlier round", overlap.replied_then), ("both rounds", overlap.replied_both)):
        said, mark = ("", Mark.WITHHELD.value) if n is None else (str(n), "")
        yield replace(line, statistic=f"replied in full, {name}", numbers=_alone(said), mark=mark)


def _response(row: ResponseRow) -> Iterator[Line]:
    sector, _, breakdown = row.group.partition(", ")
    by = breakdown.removeprefix("by ").capitalize() or "Kind of body"
    line = Line(RESPONSE, breakdown=by, group=row.label, sector=sector)
    counts = (("on the frame", row.on_frame), ("asked", row.asked), ("replied in full", row.replied))
    for name, value in counts:
        number = "" if value is None else str(value)
        mark = row.mark.value if value is None else ""
        yield replace(
            line, statistic=name, unit=ORGANISATIONS, numbers=(number, "", "", "", "", ""), mark=mark
        )
    rate = "" if row.rate is None else str(rounded(row.rate, PROPORTION))
    yield replace(
        line,
        statistic="response rate",
        numbers=(rate, "", "", "", "", "" if row.rate is None else str(row.asked)),
        mark=row.mark.value if row.rate is None else "",
    )


def _beside_the_frame(each: Representation) -> Iterator[Line]:
    """Groups on the frame, and among the replies before and after their weights were calibrated."""
    sector = SECTOR_NAMES[each.sector]
    for group in each.groups:
        by = divided_by(each.sector, group.by).capitalize()
        line = Line(BESIDE, breakdown=by, group=group.label, sector=sector)
        shares = (group.frame, group.weighted, group.calibrated)
        names = ("share of the frame", "share of the replies, before calibration", "share of the replies")
        for name, share in zip(names, shares, strict=True):
            yield replace(line, statistic=name, numbers=_alone(str(rounded(share, PROPORTION))))


def _quality(each: Representation) -> Iterator[Line]:
    values = [("design effect of the weights", each.design_effect), ("R-indicator", each.r_indicator)]
    values += [("R-indicator, adjusted for chance", each.r_adjusted)]
    values += [(f"partial R-indicator, {divided_by(each.sector, by)}", value) for by, value in each.partial]
    sector = SECTOR_NAMES[each.sector]
    for name, value in values:
        mark = Mark.NOT_AVAILABLE.value if value is None else ""
        said = "" if value is None else f"{value:.2f}"
        yield Line(QUALITY, statistic=name, unit="number", sector=sector, numbers=_alone(said), mark=mark)
    if each.timing is not None:
        yield from _early_and_late(each.timing, sector)


def _early_and_late(timing: EarlyAndLate, sector: str) -> Iterator[Line]:
    withheld = Mark.WITHHELD.value if timing.early is None or timing.late is None else ""
    counts = (("replies before the first reminder", timing.early), ("replies from then on", timing.late))
    for name, n in counts:
        said = _alone("" if n is None else str(n))
        yield Line(QUALITY, statistic=name, unit=ORGANISATIONS, sector=sector, numbers=said, mark=withheld)
    line = Line(QUALITY, sector=sector, unit="questions")
    for name, n in (("early beside late: questions tested", timing.tested), (CLEARLY_APART, timing.clear)):
        yield replace(line, statistic=name, numbers=_alone(str(n)))
    if timing.apart is not None:
        middle = _alone(str(rounded(timing.apart, PROPORTION)))
        yield replace(line, statistic="early beside late: middle distance", unit=POINTS_UNIT, numbers=middle)


def _alone(number: str) -> tuple[str, ...]:
    """A number without an error or a base."""
    return (number, "", "", "", "", "")
