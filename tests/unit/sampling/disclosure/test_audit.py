"""An attacker with a linear programme: what is red, what repairs it, and what cannot be published."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from sampling.disclosure.audit import red_targets
from sampling.disclosure.items import Bound, Choices, Filter, Implied, Marks, Sheet, Shown
from sampling.disclosure.marking import Withheld, mark_sheet
from sampling.disclosure.protect import protect, reasons, red_by_print
from sampling.disclosure.system import printed_system
from sampling.errors import DisclosureError, SamplingError
from tests.fixtures.nasty import RULES, nasty_population, one_way, share, todays_marks, without

BANDS = (Shown.FEW, Shown.ALL_BUT_FEW)
POPULATIONS = range(20)


def _red(sheet: Sheet, *marks: Marks) -> list[tuple[str, int, bool]]:
    reds = red_targets(printed_system(sheet, marks, RULES))
    return [(red.target.item, red.target.group, red.said_so) for red in reds]


def test_a_printed_one_is_red() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))

    assert _red(sheet, todays_marks(sheet)) == [("item", 0, True)]


def test_all_but_one_is_red_on_the_other_side() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [19, 6, 10, 10]))

    assert _red(sheet, todays_marks(sheet)) == [("item", 0, False)]


def test_a_withheld_count_that_the_whole_gives_back_is_red() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [0, 6, 10, 10]))

    assert _red(sheet, todays_marks(sheet)) == [("item", 0, True)]


def test_the_method_is_green_on_what_was_red() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))

    assert _red(sheet, mark_sheet(sheet, RULES)) == []


def test_without_the_cell_withheld_for_others_the_band_is_red() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))

    assert _red(sheet, without(sheet, mark_sheet(sheet, RULES), Shown.FOR_OTHERS)) == [("item", 0, True)]


def test_without_bands_the_counts_are_red() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 2, 10, 10]))

    assert _red(sheet, without(sheet, mark_sheet(sheet, RULES), *BANDS)) == [("item", 0, True)]


def test_without_the_second_hidden_base_what_is_withheld_is_red() -> None:
    sheet = one_way(share("item", [9, 20, 30, 40], [1, 6, 10, 10]))
    marks = mark_sheet(sheet, RULES)

    assert _red(sheet, marks) == []
    assert _red(sheet, without(sheet, marks, Shown.SECOND_BASE)) == [("item", 0, True)]


def _follow_up() -> Sheet:
    return one_way(
        share("heard", [16, 40, 40, 40], [15, 20, 20, 20]),
        share("reach", [15, 20, 20, 20], [5, 10, 9, 11], family="follow-up"),
        filters=(Filter("heard", "follow-up", Bound.AT_LEAST),),
    )


def test_the_base_of_a_follow_up_is_red_for_the_question_before_it() -> None:
    sheet = _follow_up()
    marks = mark_sheet(sheet, RULES)

    assert _red(sheet, marks) == []
    assert _red(sheet, without(sheet, marks, Shown.FILTER, Shown.SECOND_BASE)) == [("heard", 0, False)]


def _options() -> Sheet:
    """Ten of ten in the first region chose something: the printed options leave one for the rare one."""
    return one_way(
        share("rare", [20, 20, 20], [1, 0, 1]),
        share("usual", [20, 20, 20], [19, 20 - 3, 15]),
        share("none", [20, 20, 20], [0, 3, 4]),
        choices=(Choices(("rare", "usual", "none"), ("none",)),),
    )


def test_options_tell_of_each_other_and_repair_withholds_one_of_them() -> None:
    sheet = _options()

    protected = protect(sheet, RULES)

    assert _red(sheet, protected.marks) == []


def test_the_same_answers_published_twice_are_one_system() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))
    first = mark_sheet(sheet, RULES)
    other = mark_sheet(sheet, RULES, Withheld(cells=frozenset({("item", "region", 2)})))

    assert _red(sheet, first, first) == []
    assert _red(sheet, other) == []
    assert _red(sheet, first, other) == [("item", 0, True)]
    with pytest.raises(DisclosureError, match="item"):
        protect(sheet, RULES, earlier=[todays_marks(sheet)])


def test_a_release_that_stays_red_says_of_what_and_neither_of_whom_nor_which_answer() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))

    with pytest.raises(DisclosureError) as refused:
        protect(sheet, RULES, earlier=[todays_marks(sheet)])

    assert refused.value.sheet == "made up"
    assert str(refused.value) == "made up: item, by region"


def test_marks_that_are_not_true_of_the_answers_are_refused() -> None:
    sheet = one_way(share("item", [20, 20, 30, 40], [6, 6, 10, 10]))
    other = one_way(share("item", [20, 20, 30, 40], [1, 6, 10, 10]))

    with pytest.raises(SamplingError, match="contradicts"):
        printed_system(sheet, [mark_sheet(other, RULES)], RULES)


def test_every_withheld_cell_has_its_reason() -> None:
    sheet = one_way(share("item", [9, 20, 30, 40], [1, 6, 10, 10]))

    assert list(reasons(sheet, mark_sheet(sheet, RULES))) == [
        ("item", "region", 0, Shown.TOO_FEW),
        ("item", "region", 1, Shown.SECOND_BASE),
    ]


def _tables(bases: list[int], counts: list[int], withheld: list[bool]) -> list[tuple[int, ...]]:
    """Every table of whole numbers that agrees with the printed counts and with the whole."""
    ranges = (range(n + 1) if hidden else [y] for n, y, hidden in zip(bases, counts, withheld, strict=True))
    return [table for table in itertools.product(*ranges) if sum(table) == sum(counts)]


def test_what_is_red_is_red_by_trying_every_table() -> None:
    rng = np.random.default_rng(7)
    for _ in range(60):
        bases = [12, *rng.integers(2, 7, 3).tolist()]
        counts = [5, *(int(rng.integers(0, n + 1)) for n in bases[1:])]
        withheld = [False, *(rng.random(3) < 0.6).tolist()]
        sheet = one_way(share("item", bases, counts))
        row = tuple(Shown.TOO_FEW if hidden else Shown.FIGURE for hidden in withheld)
        marks = replace(todays_marks(sheet), groups={("item", "region"): row})
        tables = _tables(bases, counts, withheld)
        most = [(max(t[g] for t in tables), max(n - t[g] for t in tables)) for g, n in enumerate(bases)]
        counted = {("item", g, True) for g, (said, _) in enumerate(most) if said < 2}
        counted |= {("item", g, False) for g, (_, rest) in enumerate(most) if rest < 2}
        assert set(_red(sheet, marks)) == counted


@pytest.mark.parametrize("seed", POPULATIONS)
def test_a_nasty_population_is_published_with_nothing_red(seed: int) -> None:
    sheet = nasty_population(seed)

    assert _red(sheet, protect(sheet, RULES).marks) == []


@pytest.mark.parametrize("seed", [0, 1, 6, 19])
def test_each_sort_of_nasty_population_was_not_safe_before(seed: int) -> None:
    sheet = nasty_population(seed)

    assert _red(sheet, todays_marks(sheet))


def test_over_the_nasty_populations_every_part_of_the_method_is_needed() -> None:
    marked = [(sheet, mark_sheet(sheet, RULES)) for sheet in map(nasty_population, (1, 6))]

    for part in ((Shown.FOR_OTHERS,), (Shown.SECOND_BASE,), (Shown.FILTER,), BANDS):
        assert any(_red(sheet, without(sheet, marks, *part)) for sheet, marks in marked), part


def test_who_knows_had_heard_of_it_so_a_figure_may_tell_the_band_beside_it() -> None:
    """14 of 15 know: then 14 or 15 had heard, where "all but fewer than 3" leaves 13 to 15."""
    heard = share("heard", [15, 30, 40, 40], [14, 20, 20, 30], family="asked")
    knows = share("knows", [15, 30, 40, 40], [12, 9, 10, 12], family="asked")
    tight = share("knows", [17, 30, 40, 40], [14, 9, 10, 12], family="all")
    sheet = replace(one_way(heard, tight), implied=(Implied("knows", "heard"),))
    marks = mark_sheet(sheet, RULES)

    assert marks.groups["knows", "region"][0] is Shown.FIGURE
    assert ("heard", 0, False) in _red(sheet, marks)
    assert _red(sheet, protect(sheet, RULES).marks) == []
    loose = replace(one_way(heard, knows), implied=(Implied("knows", "heard"),))
    assert _red(loose, mark_sheet(loose, RULES)) == []


def test_what_the_bases_say_by_themselves_is_no_fault_of_what_is_printed() -> None:
    """One of two said whether they had heard of it, so no two of them can know it, whatever is withheld."""
    heard = share("heard", [1, 3, 12, 12], [1, 2, 9, 6], family="asked")
    knows = share("knows", [2, 3, 12, 12], [1, 2, 7, 4], family="all")
    sheet = replace(one_way(heard, knows), implied=(Implied("knows", "heard"),))

    assert _red(sheet) == [("knows", 0, True)]
    protected = protect(sheet, RULES)
    assert red_by_print(sheet, [protected.marks], RULES) == ()
    assert not protected.beyond.partitions
