"""A release without a digit that is not printed: what page, drawings and files could tell beyond their words.

With more digits of a weighted share for the whole, weights that follow from published counts would tell who
of which kind said so; whole per cents do not.
"""

import math
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from survey_app.reports.contents import (
    Cell,
    Change,
    Contents,
    EarlyAndLate,
    Gap,
    ItemResult,
    OtherRoutes,
    RatingShares,
    RegionCells,
    Representation,
    ResponseRow,
    SectorResponse,
)
from survey_app.reports.printed import (
    PROPORTION,
    rounded,
    rounded_change,
    rounded_change_limit,
    rounded_limit,
)
from survey_app.reports.rated import totals

FIGURES = ("estimate", "lci", "uci")
# Of the error of an average, and of a share of one: a tenth of a per cent.
ERROR_DIGITS = (2, 3)
# Stands for all that rounds to nought and is none, whatever it was: a hundredth of a point, or of a rating.
NEARLY_NOUGHT = 0.0001


def as_printed(contents: Contents) -> Contents:
    """The same release with every estimate, limit and rate rounded as it is printed."""
    return replace(
        contents,
        items=tuple(rounded_item(item) for item in contents.items),
        sectors=tuple(_sector(sector) for sector in contents.sectors),
        response=tuple(_row(row) for row in contents.response),
        representation=tuple(_representation(each) for each in contents.representation),
        other_routes=None if contents.other_routes is None else rounded_routes(contents.other_routes),
    )


def rounded_item(item: ItemResult) -> ItemResult:
    """One item as it is printed."""
    printed: ItemResult = _within(item, item.statistic)
    return printed


def rounded_routes(routes: OtherRoutes) -> OtherRoutes:
    """The replies of other routes as they are printed."""
    return replace(routes, items=tuple(_within(item, item.statistic) for item in routes.items))


def _within(value: Any, statistic: str) -> Any:
    """Round all cells, gaps and changes inside a value."""
    if isinstance(value, tuple):
        return tuple(_within(part, statistic) for part in value)
    if isinstance(value, RatingShares):
        return _rating(value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    inner = {each.name: _within(getattr(value, each.name), statistic) for each in fields(value)}
    if isinstance(value, Cell | Gap | Change):
        inner |= {name: _published(value, name, statistic) for name in FIGURES}
        inner["se"] = None if value.se is None else round(value.se, ERROR_DIGITS[statistic == PROPORTION])
    if isinstance(value, Gap | Change | RegionCells):
        inner["p"] = None  # a sharper number than any that is printed
    return replace(value, **inner)


def _published(value: Cell | Gap | Change, name: str, statistic: str) -> float | None:
    """An estimate or a limit in the digits with which it is printed."""
    exact = getattr(value, name)
    if exact is None:
        return None
    if isinstance(value, Cell):
        return _kept(rounded(exact, statistic), exact, statistic)
    if name != "estimate":
        limit = rounded_limit if isinstance(value, Gap) else rounded_change_limit
        return _kept(limit(exact, statistic), exact, statistic)
    step = rounded if isinstance(value, Gap) else rounded_change
    return _in_unit(step(exact, statistic), statistic)


def _kept(printed: Decimal, exact: float, statistic: str) -> float:
    """What is printed, in its unit; where that is nought and the exact value is none, one value for all."""
    return math.copysign(NEARLY_NOUGHT, exact) if exact and not printed else _in_unit(printed, statistic)


def _in_unit(printed: Decimal, statistic: str) -> float:
    return float(printed / 100 if statistic == PROPORTION else printed)


def _share(value: float) -> float:
    return _kept(rounded(value, PROPORTION), value, PROPORTION)


def _rating(row: RatingShares) -> RatingShares:
    """Totals are those of the exact shares, not of the rounded ones."""
    if not row.shares:
        return row
    below, above = totals(row)
    shares = tuple(_share(share) for share in row.shares)
    return replace(row, shares=shares, totals=(_share(below), _share(above)))


def _sector(sector: SectorResponse) -> SectorResponse:
    return replace(sector, rate=_share(sector.rate), weighted_rate=_share(sector.weighted_rate))


def _representation(each: Representation) -> Representation:
    """Indicators to two decimals, shares to whole per cents."""
    groups = tuple(
        replace(g, frame=_share(g.frame), weighted=_share(g.weighted), calibrated=_share(g.calibrated))
        for g in each.groups
    )
    return replace(
        each,
        design_effect=round(each.design_effect, 2),
        r_indicator=None if each.r_indicator is None else round(each.r_indicator, 2),
        r_adjusted=None if each.r_adjusted is None else round(each.r_adjusted, 2),
        partial=tuple((name, round(value, 2)) for name, value in each.partial),
        groups=groups,
        timing=None if each.timing is None else _timing(each.timing),
    )


def _timing(timing: EarlyAndLate) -> EarlyAndLate:
    return timing if timing.apart is None else replace(timing, apart=_share(timing.apart))


def _row(row: ResponseRow) -> ResponseRow:
    return row if row.rate is None else replace(row, rate=_share(row.rate))
