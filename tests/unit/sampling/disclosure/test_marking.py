"""What a cell shows: one pattern of hidden bases to a family, filters, bands, averages, sums."""

from dataclasses import replace

import numpy as np
import pytest

from sampling.disclosure.items import Bound, Filter, Item, Rules, Sheet, Shown
from sampling.disclosure.marking import hidden_bases, mark_sheet, nearly_alike, unsafe_average
from sampling.errors import SamplingError
from tests.fixtures.nasty import RULES, one_way, share

FIGURE, FEW, ALL_BUT_FEW = Shown.FIGURE, Shown.FEW, Shown.ALL_BUT_FEW
TOO_FEW, SECOND_BASE, FOR_OTHERS = Shown.TOO_FEW, Shown.SECOND_BASE, Shown.FOR_OTHERS


def _row(sheet: Sheet, item: str) -> tuple[Shown, ...]:
    return mark_sheet(sheet, RULES).groups[item, "region"]


def test_a_lone_small_base_takes_the_smallest_printed_one_with_it() -> None:
    hidden = hidden_bases(np.array([30.0, 4.0, 12.0, 25.0]), 10)

    assert hidden.tolist() == [False, True, True, False]


def test_hidden_bases_hold_as_many_answers_as_the_threshold_together() -> None:
    hidden = hidden_bases(np.array([30.0, 4.0, 5.0, 25.0]), 10)

    assert hidden.tolist() == [False, True, True, True]


def test_bases_that_are_all_large_are_all_printed() -> None:
    assert not hidden_bases(np.array([30.0, 10.0, 12.0]), 10).any()


def test_of_two_groups_both_are_printed_or_neither() -> None:
    assert hidden_bases(np.array([300.0, 9.0]), 10).all()


def test_all_options_of_a_question_hide_the_same_groups() -> None:
    sheet = one_way(
        share("one", [40, 8, 15, 30], [20, 4, 6, 12]), share("two", [40, 8, 15, 30], [10, 8, 5, 9])
    )

    hidden = [[mark in (TOO_FEW, SECOND_BASE) for mark in _row(sheet, name)] for name in ("one", "two")]
    assert hidden == [[False, True, True, False]] * 2


def test_counts_under_three_on_either_side_are_bands() -> None:
    sheet = one_way(share("item", [20, 20, 20, 20, 20], [2, 18, 3, 17, 0]))

    assert _row(sheet, "item") == (FEW, ALL_BUT_FEW, FIGURE, FIGURE, FEW)


def test_the_whole_is_a_band_where_nearly_nobody_said_so_anywhere() -> None:
    sheet = one_way(share("item", [20, 20, 20], [1, 0, 1]))
    marks = mark_sheet(sheet, RULES)

    assert marks.whole["item"] is FEW
    assert marks.groups["item", "region"] == (FEW, FEW, FEW)


def test_a_band_that_the_whole_would_resolve_takes_a_figure_with_it() -> None:
    """Of 27 all but 26 are printed: the band is 1. With 6 withheld too it may be any of its range."""
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))

    assert _row(sheet, "item") == (FEW, FOR_OTHERS, FIGURE, FIGURE)


def test_two_bands_guard_each_other() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 2, 10, 10]))

    assert _row(sheet, "item") == (FEW, FEW, FIGURE, FIGURE)


def test_nothing_by_region_is_printed_where_the_whole_has_too_small_a_base() -> None:
    marks = mark_sheet(one_way(share("item", [4, 3], [2, 1])), RULES)

    assert marks.whole["item"] is TOO_FEW
    assert set(marks.groups["item", "region"]) == {TOO_FEW}


def test_an_item_of_one_region_is_printed_as_the_whole_is() -> None:
    marks = mark_sheet(one_way(share("item", [40], [12])), RULES)

    assert (marks.whole["item"], marks.groups["item", "region"]) == (FIGURE, (FIGURE,))


def _asked_on(parent: list[int], child: list[int], bound: Bound = Bound.AT_LEAST) -> Sheet:
    counts = parent if bound is Bound.AT_LEAST else [16 - child[0], 20, 20, 20]
    return one_way(
        share("heard", [16, 40, 40, 40], counts),
        share("reach", child, [5, 10, 9, 11], family="follow-up"),
        filters=(Filter("heard", "follow-up", bound),),
    )


def test_a_follow_up_is_hidden_where_its_base_tells_that_all_but_one_had_said_so() -> None:
    sheet = _asked_on([15, 20, 20, 20], [15, 20, 20, 20])

    assert _row(sheet, "reach") == (Shown.FILTER, SECOND_BASE, FIGURE, FIGURE)


def test_a_follow_up_of_those_who_had_not_said_so_is_hidden_in_the_same_way() -> None:
    sheet = _asked_on([], [15, 20, 20, 20], Bound.REST_AT_LEAST)

    assert _row(sheet, "reach")[0] is Shown.FILTER


def test_a_follow_up_that_leaves_two_out_is_shown() -> None:
    sheet = _asked_on([14, 20, 20, 20], [14, 20, 20, 20])

    assert _row(sheet, "reach") == (FIGURE,) * 4


def _average(alike: list[bool]) -> Sheet:
    item = Item(
        name="rating",
        family="all",
        bases=np.array([12, 20, 30, 40]),
        counts=np.array([40.0, 70.0, 100.0, 150.0]),
        top=8,
        alike={"region": np.array(alike), "": np.array([False])},
    )
    return one_way(item)


def test_an_average_is_never_withheld_alone() -> None:
    assert _row(_average([False, True, False, False]), "rating") == (FOR_OTHERS, Shown.ALIKE, FIGURE, FIGURE)
    assert _row(_average([True, True, False, False]), "rating") == (Shown.ALIKE, Shown.ALIKE, FIGURE, FIGURE)


def test_answers_are_nearly_alike_where_fewer_than_three_differ() -> None:
    assert nearly_alike([4] * 10 + [1, 5], band_limit=3)
    assert not nearly_alike([4] * 10 + [1, 5, np.nan, 3], band_limit=3)
    assert nearly_alike([np.nan], band_limit=3)


def test_the_average_of_amounts_is_withheld_where_one_giant_can_be_worked_out() -> None:
    amounts = [1_000_000, 50_000, 9_000, 8_000, 7_000, 6_000, 5_000, 4_000, 3_000, 2_000]

    assert unsafe_average(amounts, RULES, amount=True)
    assert not unsafe_average(amounts, RULES)
    assert not unsafe_average([100, 110, 120, 130, 140], RULES, amount=True)


def test_rules_are_arguments() -> None:
    sheet = one_way(share("item", [6, 7, 8], [3, 3, 4]))

    assert mark_sheet(sheet, replace(Rules(), threshold=5)).groups["item", "region"] == (FIGURE,) * 3


def test_a_sheet_refuses_counts_beyond_their_bases() -> None:
    with pytest.raises(SamplingError, match="within their bases"):
        one_way(share("item", [6, 7], [7, 3]))


def test_a_sheet_refuses_a_family_of_unlike_bases() -> None:
    with pytest.raises(SamplingError, match="two"):
        one_way(share("one", [6, 7], [1, 3]), share("two", [6, 8], [1, 3]))
