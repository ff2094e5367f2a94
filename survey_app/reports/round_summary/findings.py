"""Headline findings, chosen by rule and worded no further than the intervals allow.

The rule looks at national figures only: the widest clear gap, the largest clear change where there is
an earlier round, what voluntary organisations report most often and, where nothing clearly changed,
least often, and the rating of the relationship.
"""

from collections.abc import Iterator

from sampling.frame import Sector
from survey_app.reports.contents import Cell, Change, DifferencesTested, Finding, ItemResult, Mark
from survey_app.reports.printed import (
    SECTOR_NAMES,
    change_between,
    is_clear,
    number,
    percent,
    rounded_change,
    signed,
    within_a_sentence,
)

AWARENESS = ("heard", "knows")
UNKNOWN_DIRECTION = "We do not know which way this figure may be wrong."


def headline_findings(
    items: tuple[ItemResult, ...], *, agreement: str, since: str = "", tests: DifferencesTested
) -> tuple[Finding, ...]:
    """At most four findings, each on an item of its own.

    Args:
        since: how the earlier round is called, as `2025`; empty without one.
        tests: how many differences were tested.
    """
    chosen: dict[str, Finding] = {}
    for finding in _candidates(items, agreement, since, tests):
        chosen.setdefault(finding.item, finding)
    return tuple(chosen.values())


def _candidates(
    items: tuple[ItemResult, ...], agreement: str, since: str, tests: DifferencesTested
) -> Iterator[Finding]:
    shares = [item for item in items if item.statistic == "proportion" and item.item.count(".") == 0]
    clear = [item for item in shares if item.gap is not None and item.gap.clear]
    if clear:
        yield _gap(max(clear, key=lambda item: abs(item.gap.estimate if item.gap else 0)), agreement)
    changed = [change for item in shares for change in _clear_changes(item)]
    if changed:
        yield _change(*max(changed, key=lambda change: abs(change[2].estimate or 0)), tests, since)
    reported = [item for item in shares if _says(item.voluntary) and item.gap is not None]
    if reported:
        yield _share(max(reported, key=_voluntary), "most", agreement)
    if reported and not changed:
        yield _share(min(reported, key=_voluntary), "least", agreement)
    ratings = [item for item in items if item.ratings and _says(item.voluntary)]
    if ratings:
        yield _rating(ratings[0])


def _says(cell: Cell) -> bool:
    return cell.estimate is not None and cell.lci is not None and cell.mark is Mark.NONE


def _voluntary(item: ItemResult) -> float:
    return item.voluntary.estimate or 0.0


def _gap(item: ItemResult, agreement: str) -> Finding:
    assert item.gap is not None
    gap = item.gap
    sign = 1 if gap.estimate > 0 else -1
    low, high = sorted((sign * gap.lci, sign * gap.uci))
    return Finding(
        item=item.item,
        number=number(abs(gap.estimate), item.statistic),
        unit="points",
        interval=f"95% interval {number(low, item.statistic)} to {number(high, item.statistic)} points",
        statement=f"The widest gap between the sectors: {within_a_sentence(item.short)}",
        detail=f"{_both(item)}: {_measure(item)}.",
        care=_care(item, agreement),
    )


def _clear_changes(item: ItemResult) -> Iterator[tuple[ItemResult, Sector, Change]]:
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


def _change(
    item: ItemResult, sector: Sector, change: Change, tests: DifferencesTested, since: str
) -> Finding:
    now = item.public if sector is Sector.PUBLIC else item.voluntary
    name, way = SECTOR_NAMES[sector].lower(), "up" if (change.estimate or 0) > 0 else "down"
    between = change_between(change.lci or 0, change.uci or 0, item.statistic)
    return Finding(
        item=item.item,
        number=signed(change.estimate or 0, item.statistic),
        unit="points",
        interval=f"95% interval {between} points",
        statement=f"The largest clear change among {name}: {within_a_sentence(item.short)}",
        detail=(
            f"{way.title()} since {since}, from {percent(change.then.estimate or 0)} to "
            f"{percent(now.estimate or 0)} of {name}: {_measure(item)}."
        ),
        care=(
            f"{tests.made:,} differences were tested, and {tests.clear:,} are called clear, of which about "
            "one in twenty may be chance. The largest of many tends to look larger than it is."
        ),
        changed=sector,
    )


def _share(item: ItemResult, extreme: str, agreement: str) -> Finding:
    cell = item.voluntary
    return Finding(
        item=item.item,
        number=percent(_voluntary(item)).removesuffix("%"),
        unit="%",
        interval=f"95% interval {percent(cell.lci or 0)} to {percent(cell.uci or 0)}",
        statement=f"What voluntary organisations report {extreme} often: {within_a_sentence(item.short)}",
        detail=f"{_both(item)}: {_measure(item)}.",
        care=_care(item, agreement),
    )


def _rating(item: ItemResult) -> Finding:
    cell = item.voluntary
    beside = ""
    if item.public.estimate is not None:
        beside = f" Public bodies rate it {number(item.public.estimate, item.statistic)} on average."
    return Finding(
        item=item.item,
        number=number(_voluntary(item), item.statistic),
        unit="of 5",
        interval=(
            f"95% interval {number(cell.lci or 0, item.statistic)} to {number(cell.uci or 0, item.statistic)}"
        ),
        statement=f"How voluntary organisations rate it: {within_a_sentence(item.short)}",
        detail=f"Ratings run from 1, poor, to 5, good.{beside}",
        care=UNKNOWN_DIRECTION,
    )


def _both(item: ItemResult) -> str:
    parts = [
        f"{percent(cell.estimate)} of {name}"
        for cell, name in ((item.public, "public bodies"), (item.voluntary, "voluntary organisations"))
        if cell.estimate is not None
    ]
    return " and ".join(parts)


def _measure(item: ItemResult) -> str:
    return f"the {within_a_sentence(item.measured)}"


def _care(item: ItemResult, agreement: str) -> str:
    if item.item.startswith(AWARENESS):
        return f"Probably too high: organisations that know the {agreement} reply more often."
    return UNKNOWN_DIRECTION
