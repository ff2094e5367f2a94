"""Questions that leave out few who can be named: by which partitions they are not shown."""

import numpy as np
import pytest

from sampling.arrays import Flags, Ints
from sampling.disclosure.items import Item, Rules, Sheet, Shown
from sampling.disclosure.left_out import Routed, items_left_out
from sampling.disclosure.marking import mark_sheet

N = 60
EVERYBODY = np.ones(N, dtype=bool)
WHOLE: Ints = np.zeros(N, dtype=np.int64)
REGIONS: Ints = np.repeat([0, 1, 2], 20)


def _all_but(*left_out: int) -> Flags:
    flags = EVERYBODY.copy()
    flags[list(left_out)] = False
    return flags


def _asked(route: Flags, answered: Flags | None = None) -> Routed:
    return Routed(route, route, route if answered is None else answered)


def _left_out(routes: dict[str, Flags], groups: Ints = WHOLE) -> set[str]:
    return set(items_left_out({name: _asked(route) for name, route in routes.items()}, groups, 10))


@pytest.mark.parametrize(("count", "withheld"), [(1, {"again"}), (9, {"again"}), (10, set()), (0, set())])
def test_a_question_that_leaves_out_fewer_than_the_threshold_is_not_shown(
    count: int, withheld: set[str]
) -> None:
    assert _left_out({"all": EVERYBODY, "again": _all_but(*range(count))}) == withheld


def test_what_is_ten_in_the_whole_and_few_in_a_region_is_not_shown_by_region() -> None:
    spread = _all_but(*range(0, 6), *range(20, 26))
    routes = {"all": EVERYBODY, "again": spread}
    assert _left_out(routes) == set()
    assert _left_out(routes, REGIONS) == {"again"}


def test_three_questions_that_single_out_one_together_are_not_all_shown() -> None:
    london = _all_but(*range(20))
    one_less = ~london & _all_but(0)
    assert _left_out({"all": EVERYBODY, "elsewhere": london}) == set()
    assert _left_out({"all": EVERYBODY, "elsewhere": london, "here": one_less}) == {"here"}


def test_a_question_for_one_kind_stays_beside_one_for_everybody() -> None:
    routes = {"all": EVERYBODY, "councils": REGIONS == 0, "others": REGIONS != 0}
    assert _left_out(routes) == _left_out(routes, REGIONS) == set()


def test_whoever_is_asked_in_any_case_counts_where_answers_lead_others_there_too() -> None:
    everybody, certain = _asked(EVERYBODY), _all_but(3)
    again = Routed(EVERYBODY, certain, certain)
    assert items_left_out({"all": everybody, "again": again}, WHOLE, 10) == {"again"}


def test_follow_ups_that_leave_out_few_of_those_who_answered_are_not_shown() -> None:
    led_on = np.arange(N) % 4 == 0
    without = _all_but(*range(20))  # 20 are left out, of whom the follow-up before asked 5
    items = {
        "all": _asked(EVERYBODY),
        "more": Routed(EVERYBODY, np.zeros(N, dtype=bool), led_on),
        "more again": Routed(without, np.zeros(N, dtype=bool), led_on & without),
    }
    assert items_left_out(items, WHOLE, 10) == {"more again"}
    items.pop("more")
    assert items_left_out(items, WHOLE, 10) == set()


def test_an_item_that_is_left_out_says_nothing_in_the_partition_or_anywhere() -> None:
    def sheet(left_out: frozenset[str]) -> Sheet:
        item = Item(
            name="again",
            family="base",
            bases=np.array([30, 30]),
            counts=np.array([15.0, 15.0]),
            left_out=left_out,
        )
        return Sheet(name="sector", partitions={"region": np.array([0, 1])}, items=(item,))

    by_region = mark_sheet(sheet(frozenset({"region"})), Rules())
    assert by_region.whole["again"] is Shown.FIGURE
    assert set(by_region.groups["again", "region"]) == {Shown.LEFT_OUT}
    nowhere = mark_sheet(sheet(frozenset({""})), Rules())
    assert nowhere.whole["again"] is Shown.LEFT_OUT
    assert Shown.FIGURE not in nowhere.groups["again", "region"]
