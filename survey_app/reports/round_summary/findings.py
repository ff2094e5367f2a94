"""Headline findings, chosen by rule and worded no further than the intervals allow.

Each is one sentence that a table of the release bears out: it names the set of figures of which it is the
most, and looks at every figure of that set. Falls come first; the rule looks at figures of the whole alone.
"""

from collections.abc import Callable, Iterator, Sequence

from sampling.frame import Sector
from survey_app.reports.contents import Cell, Change, DifferencesTested, Finding, ItemResult, Mark
from survey_app.reports.printed import (
    PROPORTION,
    SECTOR_NAMES,
    between,
    change_between,
    count,
    difference,
    gap_between,
    is_clear,
    number,
    percent,
    rounded,
    rounded_change,
    signed,
    visible,
)
from survey_app.reports.round_summary.words import spelt

AWARENESS = ("heard", "knows")
MAX_FINDINGS = 6
LARGEST = 2
Moved = tuple[ItemResult, Sector, Change]


def headline_findings(
    items: tuple[ItemResult, ...], *, agreement: str, since: str = "", tests: DifferencesTested
) -> tuple[Finding, ...]:
    """At most six findings, each on an item of its own, those that matter most first.

    Args:
        since: how the earlier round is called, as `2025`; empty without one.
        tests: how many differences were tested.
    """
    chosen: dict[str, Finding] = {}
    for finding in _candidates(items, agreement, since, tests):
        chosen.setdefault(finding.item, finding)
    return tuple(chosen.values())[:MAX_FINDINGS]


def _candidates(
    items: tuple[ItemResult, ...], agreement: str, since: str, tests: DifferencesTested
) -> Iterator[Finding]:
    shares = [item for item in items if item.statistic == PROPORTION]
    changed = [change for item in shares for change in _clear_changes(item)]
    falls = [one for one in changed if _moved_by(one) < 0]
    rises = [one for one in changed if _moved_by(one) > 0]
    yield from _changes(falls, "fall", since, tests)
    yield from _widest_gap(shares, agreement)
    yield from _changes(rises, "rise", since, tests)
    rated = [item for item in items if item.ratings and _says(item.voluntary)]
    yield from map(_rating, rated[:1])
    yield from _extremes(shares, agreement)


def _says(cell: Cell) -> bool:
    return cell.estimate is not None and cell.lci is not None and cell.mark is Mark.NONE


def _moved_by(one: Moved) -> float:
    return one[2].estimate or 0.0


def _clear_changes(item: ItemResult) -> Iterator[Moved]:
    """The sectors whose share clearly changed, by a point or more as printed and without [u]."""
    if item.change is None:
        return
    for sector, change in ((Sector.PUBLIC, item.change.public), (Sector.VOLUNTARY, item.change.voluntary)):
        if (
            is_clear(change)
            and change.mark is Mark.NONE
            and rounded_change(change.estimate or 0, item.statistic)
        ):
            yield item, sector, change


def _changes(clear: Sequence[Moved], way: str, since: str, tests: DifferencesTested) -> Iterator[Finding]:
    """The largest ones of one way, by size as it is printed."""
    by_size = sorted(clear, key=lambda one: -abs(_moved_by(one)))
    for one in by_size[:LARGEST]:
        sizes = [rounded_change(abs(_moved_by(each)), PROPORTION) for each in by_size]
        larger = sum(size > rounded_change(abs(_moved_by(one)), PROPORTION) for size in sizes)
        alike = sizes.count(rounded_change(abs(_moved_by(one)), PROPORTION))
        yield _change(one, way, _rank(len(sizes), larger, alike, f"clear {way}", "in a share"), since, tests)


def _rank(of: int, larger: int, alike: int, kind: str, where: str) -> str:
    """`the largest of four clear falls in a share`, `one of the two largest ...`, `the only ...`."""
    if of == 1:
        return f"the only {kind} {where}"
    place = {0: "largest", 1: "second largest"}.get(larger, "")
    which = f"the {place}" if alike == 1 else f"one of the {spelt(larger + alike)} largest"
    return f"{which} of {spelt(of)} {kind}s {where}"


def _change(one: Moved, way: str, rank: str, since: str, tests: DifferencesTested) -> Finding:
    item, sector, change = one
    now = item.public if sector is Sector.PUBLIC else item.voluntary
    name, verb = SECTOR_NAMES[sector].lower(), "down" if way == "fall" else "up"
    sign = 1 if way == "rise" else -1
    low, high = sorted((sign * (change.lci or 0), sign * (change.uci or 0)))
    size = signed(sign * (change.estimate or 0), item.statistic).removeprefix("+")
    likely = change_between(low, high, item.statistic)
    return Finding(
        item=item.item,
        number=signed(change.estimate or 0, item.statistic),
        unit="points",
        interval=f"95% interval {change_between(change.lci or 0, change.uci or 0, item.statistic)} points",
        statement=(
            f"{_name(item, sector)}: {verb} since {since} from {percent(change.then.estimate or 0)} to "
            f"{percent(now.estimate or 0)} of {name}, by {size} points (probably {likely}), {rank}; "
            f"{_base(change.then)} answered then and {_base(now)} now."
        ),
        detail=item.measured,
        care=(
            f"{tests.made:,} differences were tested, and {tests.clear:,} are called clear, of which about "
            "one in twenty may be chance. The largest of many tends to look larger than it is."
        ),
        changed=sector,
    )


def _name(item: ItemResult, sector: Sector) -> str:
    return (item.short_voluntary if sector is Sector.VOLUNTARY else "") or item.short


def _base(cell: Cell) -> str:
    return "an unknown number" if cell.n is None else count(cell.n)


def _widest_gap(shares: Sequence[ItemResult], agreement: str) -> Iterator[Finding]:
    """The widest clear gap between figures without [u]."""
    clear = [
        item
        for item in shares
        if item.gap is not None and item.gap.clear and _certain(item.public) and _certain(item.voluntary)
    ]
    if clear:
        widest = max(clear, key=_width)
        same = sum(_printed_width(item) == _printed_width(widest) for item in clear)
        yield _gap(widest, _of_gaps(len(clear), same), agreement)


def _certain(cell: Cell) -> bool:
    return visible(cell) is not None and cell.mark is Mark.NONE


def _width(item: ItemResult) -> float:
    return 0.0 if item.gap is None else abs(item.gap.estimate)


def _printed_width(item: ItemResult) -> str:
    return str(rounded(_width(item), item.statistic))


def _of_gaps(of: int, alike: int) -> str:
    if of == 1:
        return "the only clear gap between their shares"
    which = "the widest" if alike == 1 else f"one of the {spelt(alike)} widest"
    return f"{which} of {spelt(of)} clear gaps between their shares"


def _gap(item: ItemResult, rank: str, agreement: str) -> Finding:
    assert item.gap is not None
    gap = item.gap
    sign = 1 if gap.estimate > 0 else -1
    low, high = sorted((sign * gap.lci, sign * gap.uci))
    likely = gap_between(low, high, item.statistic)
    size = difference(abs(gap.estimate), item.statistic)
    return Finding(
        item=item.item,
        number=size,
        unit="points",
        interval=f"95% interval {likely} points",
        statement=(
            f"{item.short}: {percent(item.public.estimate or 0)} of public bodies and "
            f"{percent(item.voluntary.estimate or 0)} of voluntary organisations, {size} points apart "
            f"(probably {likely}), {rank}; {_base(item.public)} and {_base(item.voluntary)} answered."
        ),
        detail=item.measured,
        care=_care(item, agreement),
    )


def _extremes(shares: Sequence[ItemResult], agreement: str) -> Iterator[Finding]:
    """The lowest and the highest share of voluntary organisations on a whole question, of all there are."""
    whole = [item for item in shares if "." not in item.item and visible(item.voluntary) is not None]
    for choose, word in ((min, "lowest"), (max, "highest")):
        if len(whole) > 1:
            item = _extreme(whole, choose)
            if _says(item.voluntary):
                alike = sum(_printed_share(each) == _printed_share(item) for each in whole)
                yield _share(item, _of_shares(word, len(whole), alike), agreement)


def _extreme(whole: Sequence[ItemResult], choose: Callable[..., ItemResult]) -> ItemResult:
    item: ItemResult = choose(whole, key=lambda each: each.voluntary.estimate or 0.0)
    return item


def _printed_share(item: ItemResult) -> str:
    return percent(item.voluntary.estimate or 0)


def _of_shares(word: str, of: int, alike: int) -> str:
    which = f"the {word}" if alike == 1 else f"one of the {spelt(alike)} {word}"
    return f"{which} of their shares on {spelt(of)} questions (without options)"


def _share(item: ItemResult, rank: str, agreement: str) -> Finding:
    cell = item.voluntary
    likely = f"{percent(cell.lci or 0)} to {percent(cell.uci or 0)}"
    return Finding(
        item=item.item,
        number=percent(cell.estimate or 0).removesuffix("%"),
        unit="%",
        interval=f"95% interval {likely}",
        statement=(
            f"{_name(item, Sector.VOLUNTARY)}: {percent(cell.estimate or 0)} of voluntary organisations "
            f"(probably {likely}), {rank}; {_base(cell)} answered."
        ),
        detail=item.measured,
        care=_care(item, agreement),
    )


def _rating(item: ItemResult) -> Finding:
    cell = item.voluntary
    value = number(cell.estimate or 0, item.statistic)
    likely = between(cell.lci or 0, cell.uci or 0, item.statistic)
    beside = answered = ""
    if (public := visible(item.public)) is not None:
        beside = f", and by public bodies {number(public, item.statistic)}"
        answered = f" and {_base(item.public)}"
    return Finding(
        item=item.item,
        number=value,
        unit="of 5",
        interval=f"95% interval {likely}",
        statement=(
            f"{item.short}: rated {value} of 5 on average by voluntary organisations "
            f"(probably {likely}){beside}; {_base(cell)}{answered} answered."
        ),
        detail=item.measured,
        care=None,
    )


def _care(item: ItemResult, agreement: str) -> str | None:
    if item.item.startswith(AWARENESS):
        return f"Probably too high: organisations that know the {agreement} reply more often."
    return None
