"""Another release of the same round: where its figures by region may differ from the first ones.

Two releases that differ by one reply tell that reply's answers: a region's count less the count before. So
the figures of an item by region, kind or size stand as they were released, unless every cell is the same or
has grown or shrunk by as many replies as a figure must rest on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models.results import Release, ReleaseRound, ReleaseState
from survey_app.reports.contents import Cell, Contents, ItemResult, OtherRoutes
from survey_app.reports.digits import rounded_item, rounded_routes
from survey_app.reports.frozen import from_json


def released_items(session: Session, round_id: int) -> dict[str, ItemResult]:
    """What the newest release of a round says of each item; nothing where there is none."""
    contents = released_contents(session, round_id)
    return {} if contents is None else {item.item: item for item in contents.items}


def released_contents(session: Session, round_id: int) -> Contents | None:
    """What the newest release of a round says; None where there is none."""
    contents = session.scalar(
        select(Release.contents)
        .join(ReleaseRound, ReleaseRound.release_id == Release.id)
        .where(
            ReleaseRound.round_id == round_id, ReleaseRound.position == 1, Release.state != ReleaseState.DRAFT
        )
        .order_by(Release.number.desc())
        .limit(1)
    )
    return None if contents is None else from_json(contents)


def with_regions_that_stand(
    items: Iterable[ItemResult], released: Mapping[str, ItemResult], *, threshold: int
) -> tuple[ItemResult, ...]:
    """The items, with the regional figures of the release before where new ones would tell single replies."""
    return tuple(_with_regions(item, released.get(item.item), threshold) for item in items)


def routes_that_stand(
    new: OtherRoutes | None, before: OtherRoutes | None, *, threshold: int
) -> OtherRoutes | None:
    """The replies of other routes, as they were first released where new ones would tell single replies."""
    if new is None or before is None:
        return new
    old, now = _cells_of_routes(before), _cells_of_routes(rounded_routes(new))
    apart = old.keys() == now.keys() and all(_same_or_apart(old[at], now[at], threshold) for at in old)
    return new if apart else before


def _cells_of_routes(routes: OtherRoutes) -> dict[tuple[str, str], Cell]:
    sides = ("public", "voluntary")
    return {(item.item, side): getattr(item, side) for item in routes.items for side in sides}


def _with_regions(item: ItemResult, before: ItemResult | None, threshold: int) -> ItemResult:
    if before is None or any(row.everyone is not None for row in before.regions):
        return item  # a release of the old kind was protected otherwise, and is no measure for today's
    old, new = _cells(before), _cells(rounded_item(item))
    apart = old.keys() == new.keys() and all(_same_or_apart(old[at], new[at], threshold) for at in old)
    return item if apart else replace(item, regions=before.regions, breakdowns=before.breakdowns)


def _cells(item: ItemResult) -> dict[tuple[str, str, str], Cell]:
    """Every cell of a part of the whole, by breakdown, group and side."""
    sides = ("public", "voluntary")
    regions = {("region", row.region, side): getattr(row, side) for row in item.regions for side in sides}
    return regions | {
        (each.name, one.group, each.sector.value): one.cell for each in item.breakdowns for one in each.groups
    }


def _same_or_apart(old: Cell, new: Cell, threshold: int) -> bool:
    if old == new:
        return True
    return old.n is not None and new.n is not None and abs(old.n - new.n) >= threshold
