"""How many answered both times is shown unless somebody can be counted out of it."""

import pytest

from sampling.disclosure.overlap import Shared, published_overlap, shared_answers


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        (Shared(50, 60, 30), 30),
        (Shared(50, 60, 0), 0),
        (Shared(50, 50, 50), 50),
        (Shared(50, 60, 9), None),
        (Shared(50, 60, 45), None),
        (Shared(60, 50, 45), None),
    ],
)
def test_an_overlap_is_published_unless_it_or_what_it_leaves_is_small(
    shared: Shared, expected: int | None
) -> None:
    assert published_overlap(shared, 10) == expected


def test_who_answered_both_times_and_whether_all_moved_alike() -> None:
    alike = shared_answers({"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 3.0})
    apart = shared_answers({"a": 1.0, "b": 2.0, "c": 1.0}, {"a": 2.0, "b": 3.0})

    assert alike == Shared(2, 2, 2, alike=True)
    assert apart == Shared(3, 2, 2)
