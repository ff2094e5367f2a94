"""What is hidden in one table is not to be read in another."""

import numpy as np
import pytest

from sampling.disclosure.linked_tables import suppress_linked
from sampling.disclosure.suppression import suppress_table
from sampling.errors import SamplingError, SuppressionError

REGIONS = [[31, 18, 3], [12, 9, 14], [20, 25, 30]]
# The first region's three columns, by district.
DISTRICTS = [[20, 10, 1], [11, 8, 2]]


def test_a_suppressed_cell_is_suppressed_where_its_details_are_added_up() -> None:
    answer = suppress_linked(
        {"regions": REGIONS, "districts": DISTRICTS}, [("regions", "districts")], threshold=5
    )

    assert answer["regions"].suppressed[0, 2]
    assert answer["districts"].suppressed[-1, 2]
    assert np.array_equal(answer["regions"].suppressed[0], answer["districts"].suppressed[-1])
    for table in answer.values():
        assert all(cell.upper - cell.lower >= 5 for cell in table.audit)


def test_tables_with_the_same_published_margins_are_protected_as_they_would_be_alone() -> None:
    by_size = [[20, 32], [15, 20], [40, 35]]

    answer = suppress_linked({"a": REGIONS, "b": by_size}, [("a", "b")], threshold=5, suppress_margins=False)

    assert answer["a"].cost == suppress_table(REGIONS, threshold=5, suppress_margins=False).cost
    assert not answer["b"].suppressed.any()


def test_a_small_margin_is_suppressed_in_both_tables() -> None:
    one, two = [[2, 1], [30, 40], [60, 20]], [[1, 2], [50, 20], [45, 35]]

    answer = suppress_linked({"one": one, "two": two}, [("one", "two")], threshold=5)

    assert answer["one"].suppressed[:, -1].tolist() == answer["two"].suppressed[:, -1].tolist()
    assert answer["one"].suppressed[0, -1]


def test_tables_that_share_nothing_cannot_be_linked() -> None:
    with pytest.raises(SamplingError, match="share no row"):
        suppress_linked({"a": [[1, 2], [3, 4]], "b": [[9, 9], [9, 8]]}, [("a", "b")], threshold=5)


def test_a_table_that_cannot_be_protected_is_named() -> None:
    with pytest.raises(SuppressionError, match="table b: row 0 column 0") as caught:
        suppress_linked(
            {"a": [[9, 9], [9, 9]], "b": [[3, 0], [0, 50]]}, [], threshold=5, suppress_margins=False
        )

    assert caught.value.widest == {(0, 0): 0.0}


def test_the_first_and_the_last_of_a_group_hide_alike_what_the_second_does_not_show() -> None:
    """Three faces of a cube: each two share one margin, and no margin is in all three."""
    kinds_by_size = [[21, 7], [6, 1], [13, 10]]
    size_by_area = [[20, 20], [14, 4]]
    kinds_by_area = [[18, 10], [4, 3], [12, 11]]

    answer = suppress_linked(
        {"first": kinds_by_size, "second": size_by_area, "last": kinds_by_area},
        [("first", "second", "last")],
        threshold=8,
        protection=4,
    )

    first, second, last = (answer[name].suppressed for name in ("first", "second", "last"))
    assert first[:, -1].tolist() == last[:, -1].tolist()
    assert first[-1].tolist() == second[:, -1].tolist()
    assert second[-1].tolist() == last[-1].tolist()
    assert first[1, -1]


def test_a_table_that_shares_nothing_with_its_group_is_named() -> None:
    tables = {"a": REGIONS, "b": DISTRICTS, "c": [[9, 9], [9, 8]]}

    with pytest.raises(SamplingError, match="share no row, column or margin: c"):
        suppress_linked(tables, [("a", "b", "c")], threshold=5)


FOUR = [[2, 30], [40, 60], [25, 41], [6, 31]]
NORTH_AND_SOUTH = [[42, 90], [31, 72]]
TURNED = np.array(FOUR).T.tolist()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (FOUR, NORTH_AND_SOUTH),
        (NORTH_AND_SOUTH, FOUR),
        ([FOUR[i] for i in (3, 0, 2, 1)], NORTH_AND_SOUTH[::-1]),
        (TURNED, NORTH_AND_SOUTH),
        (FOUR, [row[::-1] for row in NORTH_AND_SOUTH]),
        (FOUR, [[42, 90]]),
        (FOUR, [[42, 90], [25, 41], [6, 31]]),
    ],
    ids=["parts", "parts first", "other order", "turned", "other columns", "one part alone", "one grouped"],
)
def test_a_subtotal_of_one_table_gives_no_hidden_cell_of_the_other_away(
    first: list[list[int]], second: list[list[int]]
) -> None:
    """Region 1 is north less region 2: hidden together, or with north."""
    answer = suppress_linked(
        {"one": first, "two": second}, [("one", "two")], threshold=5, suppress_margins=False
    )

    regions = next(name for name, table in (("one", first), ("two", second)) if np.size(table) == 8)
    hidden = answer[regions].suppressed[:-1, :-1]
    shown = dict(zip(["one", "two"], [first, second], strict=True))[regions]
    values = {int(value) for value in np.array(shown)[hidden]}
    assert {2, 40} <= values or answer["two" if regions == "one" else "one"].suppressed.any()
    cells = [cell for table in answer.values() for cell in table.audit]
    assert all(cell.upper - cell.lower >= 5 for cell in cells)


def test_the_same_rows_in_another_order_are_hidden_alike() -> None:
    order = [2, 0, 1]
    shuffled = [REGIONS[i] for i in order]

    answer = suppress_linked({"a": REGIONS, "b": shuffled}, [("a", "b")], threshold=5, suppress_margins=False)

    assert np.array_equal(answer["b"].suppressed[:-1], answer["a"].suppressed[:-1][order])


def test_three_tables_of_which_only_two_pairs_match_are_one_system() -> None:
    quarters = [[42, 90], [25, 41], [6, 31]]

    answer = suppress_linked(
        {"four": FOUR, "three": quarters, "two": NORTH_AND_SOUTH},
        [("four", "three"), ("three", "two")],
        threshold=5,
        suppress_margins=False,
    )

    assert {2, 40} <= {int(value) for value in np.array(FOUR)[answer["four"].suppressed[:-1, :-1]]}


def test_a_total_that_one_table_has_among_its_rows_is_known_for_one() -> None:
    with_total = [*FOUR, [73, 162]]

    answer = suppress_linked(
        {"with": with_total, "without": FOUR}, [("with", "without")], threshold=5, suppress_margins=False
    )

    assert answer["with"].suppressed[:4, :-1].tolist() == answer["without"].suppressed[:4, :-1].tolist()
    assert all(cell.upper - cell.lower >= 5 for table in answer.values() for cell in table.audit)
