"""What a release calls clear: decided over all the tests that it makes, once all are made."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sampling.estimation.many_tests import clear_ones
from survey_app.reports.contents import Change, DifferencesTested, Gap, ItemChange, ItemResult, RegionCells

SIDES = ("everyone", "public", "voluntary")
Tested = Gap | Change | RegionCells


def with_verdicts(items: tuple[ItemResult, ...]) -> tuple[tuple[ItemResult, ...], DifferencesTested]:
    """The items with what is clear among all gaps, changes and regions; and how many tests that were."""
    tested = [each for item in items for each in _tested(item)]
    clear = clear_ones([each.p for each in tested if each.p is not None])
    verdict = dict(zip((id(each) for each in tested), clear.tolist(), strict=True))
    made = DifferencesTested(
        made=len(tested),
        clear=int(clear.sum()),
        changes=sum(isinstance(each, Change) for each in tested),
    )
    return tuple(_decided(item, verdict) for item in items), made


def _tested(item: ItemResult) -> Iterator[Tested]:
    compared = (each for each in (item.change, item.since_baseline) if each is not None)
    changes = (getattr(each, side) for each in compared for side in SIDES)
    parts: Iterable[Tested | None] = (item.gap, *changes, *item.regions)
    yield from (each for each in parts if each is not None and each.p is not None)


def _decided(item: ItemResult, verdict: dict[int, bool]) -> ItemResult:
    gap, change, since = item.gap, item.change, item.since_baseline
    regions = tuple(replace(row, differs=verdict.get(id(row), row.differs)) for row in item.regions)
    return replace(
        item,
        gap=None if gap is None else replace(gap, clear=verdict.get(id(gap), gap.clear)),
        change=None if change is None else _decided_change(change, verdict),
        since_baseline=None if since is None else _decided_change(since, verdict),
        regions=regions,
    )


def _decided_change(change: ItemChange, verdict: dict[int, bool]) -> ItemChange:
    sides = {side: getattr(change, side) for side in SIDES}
    decided = {side: replace(one, clear=verdict.get(id(one), one.clear)) for side, one in sides.items()}
    return replace(change, **decided)
