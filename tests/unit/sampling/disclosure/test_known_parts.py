"""Replies that one person took: what is printed must not tell them what all the others said."""

from dataclasses import replace

import numpy as np
import pytest

from sampling.disclosure.items import Item, Known, Shown
from sampling.disclosure.marking import mark_sheet
from tests.fixtures.nasty import RULES, one_way, share

BASES = [15, 20, 30, 40]


def _taken(counts: list[int], taken: list[int], said_so: list[int]) -> Item:
    known = Known(np.array(taken), np.array(said_so, dtype=np.float64))
    return replace(share("item", BASES, counts), known=(known,))


def _marks(item: Item) -> tuple[Shown, ...]:
    return mark_sheet(one_way(item), RULES).groups["item", "region"]


@pytest.mark.parametrize(("taken", "said_so"), [(14, 7), (14, 6), (8, 7), (8, 0)])
def test_a_figure_is_withheld_that_tells_one_who_took_the_others_what_the_rest_said(
    taken: int, said_so: int
) -> None:
    """Of 15 with 7 who said so: the last is yes or no, all the rest are no, all the rest are yes."""
    first = _marks(_taken([7, 9, 14, 20], [taken, 0, 0, 0], [said_so, 0, 0, 0]))[0]

    assert first is Shown.KNOWN


def test_a_band_is_withheld_that_tells_that_nobody_else_said_so() -> None:
    item = _taken([2, 9, 14, 20], [5, 0, 0, 0], [2, 0, 0, 0])

    assert _marks(item)[0] is Shown.KNOWN
    assert _marks(replace(item, known=()))[0] is Shown.FEW


def test_one_withheld_for_that_is_not_given_back_by_the_sum() -> None:
    marks = _marks(_taken([7, 9, 14, 20], [14, 0, 0, 0], [7, 0, 0, 0]))

    assert marks.count(Shown.FOR_OTHERS) >= 1


@pytest.mark.parametrize(("taken", "said_so"), [(0, 0), (15, 7), (12, 6), (5, 3)])
def test_nothing_is_withheld_where_the_rest_differ_or_there_is_none(taken: int, said_so: int) -> None:
    marks = _marks(_taken([7, 9, 14, 20], [taken, 0, 0, 0], [said_so, 0, 0, 0]))

    assert marks == (Shown.FIGURE,) * 4


def test_the_whole_is_withheld_where_one_took_nearly_all_of_it() -> None:
    item = _taken([7, 9, 14, 20], [15, 20, 30, 39], [7, 9, 14, 20])

    assert mark_sheet(one_way(item), RULES).whole["item"] is Shown.KNOWN
