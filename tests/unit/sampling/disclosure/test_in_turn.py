"""Partitions added one after the other: regions first, which pay for none of them."""

from dataclasses import replace

import numpy as np
import pytest

from sampling.disclosure.audit import red_targets
from sampling.disclosure.in_turn import MIN_SAID, Cost, Legible, legible, protect_in_turn
from sampling.disclosure.items import Bound, Filter, Item, Sheet
from sampling.disclosure.marking import mark_sheet
from sampling.disclosure.protect import protect
from sampling.disclosure.system import printed_system
from tests.fixtures.nasty import RULES, nasty_population, share

REGION, KIND = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)


def _sheet(*items: Item, filters: tuple[Filter, ...] = ()) -> Sheet:
    return Sheet(name="made up", partitions={"region": REGION, "kind": KIND}, items=items, filters=filters)


def _ample(name: str = "ample") -> Item:
    return share(name, [20] * 12, [9, 10, 11] * 4)


def test_a_partition_that_tells_nothing_is_printed_whole() -> None:
    turn = protect_in_turn(_sheet(_ample()), RULES)

    assert list(turn.sheet.partitions) == ["region", "kind"]
    assert [(cost.partition, cost.own, cost.printed) for cost in turn.costs] == [
        ("kind", Legible(3, 3, 3), True)
    ]


def test_a_partition_that_says_too_little_is_left_out() -> None:
    small = share("small", [9, 9, 0] * 4, [4, 5, 0] * 4)
    kinds = replace(_sheet(small), partitions={"region": REGION, "kind": np.tile([0, 0, 1], 4)})

    turn = protect_in_turn(kinds, RULES)

    assert list(turn.sheet.partitions) == ["region"]
    assert turn.costs[0].own is not None
    assert turn.costs[0].own.share < MIN_SAID
    assert not turn.costs[0].printed


def test_a_partition_that_takes_more_than_a_hundredth_of_the_regions_is_left_out() -> None:
    before, after = Legible(100, 90, 80), Legible(100, 88, 80)

    assert not Cost("kind", Legible(10, 10, 10), before, after).printed
    assert Cost("kind", Legible(10, 10, 10), before, before).printed


@pytest.mark.parametrize("seed", [0, 1, 3, 7])
def test_what_is_printed_in_turn_is_green_and_takes_nothing_from_the_regions(seed: int) -> None:
    sheet = nasty_population(seed)
    alone = replace(sheet, partitions={"region": sheet.partitions["region"]})

    turn = protect_in_turn(sheet, RULES)

    known = {
        (red.target.item, red.target.partition, red.target.group, red.said_so)
        for red in red_targets(printed_system(turn.sheet, [], RULES))
    }
    reds = red_targets(printed_system(turn.sheet, [turn.protected.marks], RULES))
    assert {(r.target.item, r.target.partition, r.target.group, r.said_so) for r in reds} <= known
    regions = protect(alone, RULES).marks
    for item in sheet.items:
        assert turn.protected.marks.groups[item.name, "region"] == regions.groups[item.name, "region"]


def test_a_follow_up_that_tells_by_kind_who_had_heard_goes_before_the_question_by_region() -> None:
    heard = share("heard", [20, 20, 20] * 4, [20, 20, 19] + [12, 12, 12] * 3)
    reach = share("reach", [20, 20, 19] + [12, 12, 12] * 3, [9, 10, 9] + [5, 6, 7] * 3, family="asked on")
    sheet = _sheet(heard, reach, _ample(), filters=(Filter("heard", "asked on", Bound.AT_LEAST),))
    by_rules = mark_sheet(sheet, RULES)

    turn = protect_in_turn(sheet, RULES)

    assert red_targets(printed_system(turn.sheet, [turn.protected.marks], RULES)) == ()
    assert legible(turn.sheet, turn.protected.marks, "region") == legible(sheet, by_rules, "region")


def test_items_that_nothing_ties_are_looked_at_apart() -> None:
    tied = _sheet(
        share("heard", [20] * 12, [15] * 12),
        share("reach", [15] * 12, [7] * 12, family="asked on"),
        share("again", [15] * 12, [8] * 12, family="asked on"),
        _ample(),
        filters=(Filter("heard", "asked on", Bound.AT_LEAST),),
    )

    assert [[item.name for item in part.items] for part in tied.linked()] == [
        ["heard", "reach", "again"],
        ["ample"],
    ]
