"""Small counts are neither published nor to be worked out."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from sampling.disclosure.suppression import (
    all_alike,
    audit_suppression,
    group_disclosure,
    primary_suppression,
    sensitive_amount,
    suppress_table,
    suppressed_pattern,
    with_margins,
)
from sampling.errors import SuppressionError

TABLE_3 = np.array([[9, 8], [8, 9], [6, 13], [8, 5], [5, 11], [9, 10], [8, 8], [9, 12], [8, 12]])


def outsider(
    table: NDArray[np.float64], suppressed: NDArray[np.bool_], cell: tuple[int, int]
) -> tuple[float, float]:
    """The bounds of one hidden cell, by a programme written apart from the product's."""
    rows, columns = table.shape
    equations, place = [], np.arange(table.size).reshape(table.shape)
    for r in range(rows):
        line = np.zeros(table.size)
        line[place[r, :-1]], line[place[r, -1]] = 1, -1
        equations.append(line)
    for c in range(columns):
        line = np.zeros(table.size)
        line[place[:-1, c]], line[place[-1, c]] = 1, -1
        equations.append(line)
    bounds = [
        (min(v, 1), None) if h else (v, v) for v, h in zip(table.ravel(), suppressed.ravel(), strict=True)
    ]
    goal = np.zeros(table.size)
    goal[place[cell]] = 1
    ends = []
    for sign in (1, -1):
        answer = linprog(sign * goal, A_eq=np.array(equations), b_eq=np.zeros(rows + columns), bounds=bounds)
        ends.append(np.inf if answer.status == 3 else sign * float(answer.fun or 0))
    return ends[0], ends[1]


def test_nothing_in_the_published_table_3_can_be_worked_out() -> None:
    answer = suppress_table(TABLE_3, threshold=10)

    # All nine local-authority cells and four VCO cells are small; the other five VCO cells go with them.
    assert answer.primary.sum() == 13
    assert answer.secondary.sum() == 5
    assert answer.suppressed[:-1, :-1].all()
    assert not answer.suppressed[-1].any()
    assert min(cell.upper - cell.lower for cell in answer.audit) >= 10


def test_hiding_only_the_small_cells_of_table_3_gives_five_away() -> None:
    table = with_margins(TABLE_3)

    audit = audit_suppression(TABLE_3, primary_suppression(table, 10))

    assert [(cell.row, cell.lower) for cell in audit if cell.lower == cell.upper] == [
        (2, 6.0), (4, 5.0), (5, 9.0), (7, 9.0), (8, 8.0),
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    counts=st.integers(2, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 30), min_size=columns, max_size=columns), min_size=2, max_size=6
        )
    ),
    threshold=st.integers(3, 10),
)
def test_no_suppressed_cell_is_narrowed_below_the_protection(counts: list[list[int]], threshold: int) -> None:
    try:
        answer = suppress_table(counts, threshold=threshold)
    except SuppressionError:
        # Too little in the table to hide behind; the case of its own below says what is reported.
        assume(False)
    table = with_margins(counts)

    small = (table > 0) & (table < threshold)
    assert answer.suppressed[small].all()
    assert not answer.secondary[table == 0].any()
    for cell in answer.audit:
        low, high = outsider(table, answer.suppressed, (cell.row, cell.column))
        assert high - low >= threshold - 1e-6
        assert cell.lower == pytest.approx(low, abs=1e-6)
        assert cell.upper == pytest.approx(min(high, cell.upper), abs=1e-6)
    for line in (*answer.suppressed, *answer.suppressed.T):
        assert line.sum() != 1


def test_no_cheaper_choice_would_protect() -> None:
    rng = np.random.default_rng(3)
    for _ in range(6):
        counts = rng.integers(1, 25, size=(3, 4))
        table = with_margins(counts)
        answer = suppress_table(counts, threshold=5, suppress_margins=False)
        inside = [(r, c) for r in range(3) for c in range(4) if counts[r, c] >= 5]
        for size in range(len(inside) + 1):
            for extra in combinations(inside, size):
                if sum(counts[cell] for cell in extra) >= answer.cost:
                    continue
                suppressed = answer.primary.copy()
                for cell in extra:
                    suppressed[cell] = True
                widths = [
                    b - a
                    for a, b in (
                        outsider(table, suppressed, (r, c))
                        for r, c in zip(*np.nonzero(suppressed), strict=True)
                    )
                ]
                assert min(widths) < 5


def test_a_table_that_cannot_be_protected_says_which_cell_and_by_how_much() -> None:
    with pytest.raises(SuppressionError) as caught:
        suppress_table([[3, 0], [0, 50]], threshold=5, suppress_margins=False)

    assert caught.value.widest == {(0, 0): 0.0}


def test_a_small_margin_is_suppressed_and_protected_too() -> None:
    answer = suppress_table([[2, 1, 0], [30, 40, 50], [60, 20, 10]], threshold=5)

    assert answer.primary[0, 3]
    assert answer.suppressed[:, 3].sum() >= 2
    assert all(cell.upper - cell.lower >= 5 for cell in answer.audit)


def test_cells_suppressed_for_another_reason_are_protected_as_well() -> None:
    forced = np.zeros((2, 3), dtype=bool)
    forced[1, 2] = True

    answer = suppress_table([[31, 18, 30], [12, 9, 14]], threshold=5, forced=forced)

    assert answer.primary.sum() == 1
    assert answer.secondary.sum() == 3


def test_a_table_without_small_counts_is_published_whole() -> None:
    answer = suppress_table([[0, 18], [12, 9]], threshold=5)

    assert not answer.suppressed.any()
    assert answer.audit == ()


@pytest.mark.parametrize(
    ("amounts", "unsafe"),
    [([100, 50, 9], True), ([100, 50, 10], False), ([100, 0], True), ([0, 0], False), ([], False)],
)
def test_an_amount_is_unsafe_when_the_second_largest_could_work_out_the_largest(
    amounts: list[float], unsafe: bool
) -> None:
    assert sensitive_amount(amounts, p_percent=10) is unsafe


def test_an_amount_is_unsafe_when_few_make_most_of_it() -> None:
    assert sensitive_amount([60, 30, 5, 5], dominance=(2, 85))
    assert not sensitive_amount([60, 25, 10, 5], dominance=(2, 85))


def test_a_group_that_agrees_wholly_gives_each_answer_away() -> None:
    assert group_disclosure([0, 3, 7, 0], [7, 7, 7, 0]).tolist() == [True, False, True, False]


def test_a_group_in_which_all_answered_alike_tells_each_members_answer() -> None:
    assert all_alike([3, np.nan, 3])
    assert not all_alike([3, 4, np.nan])
    assert not all_alike([np.nan])


def test_in_a_table_of_one_column_a_cell_and_its_row_are_suppressed_together() -> None:
    pattern = suppressed_pattern([[3], [9], [40]], threshold=5)

    assert np.array_equal(pattern[:, 0], pattern[:, 1])
    assert pattern[0].all()
    assert pattern.shape == (4, 2)
