"""Numbers, marks and dates are printed by one set of rules."""

from datetime import date

import pytest

from survey_app.reports.contents import Cell, Gap, Mark
from survey_app.reports.printed import (
    base,
    gap_with_interval,
    interval,
    long_date,
    number,
    shown,
    visible,
    with_interval,
)
from tests.unit.reports.sample import WITHHELD


@pytest.mark.parametrize(
    ("value", "statistic", "printed"),
    [
        (0.285, "proportion", "29"),  # 28.499999999999996 in binary arithmetic
        (0.005, "proportion", "1"),
        (-0.005, "proportion", "−1"),
        (-0.004, "proportion", "0"),
        (1.0, "proportion", "100"),
        (2.25, "mean", "2.3"),
        (-0.04, "mean", "0.0"),
        (12345.67, "mean", "12,345.7"),
    ],
)
def test_halves_go_away_from_zero_and_minus_nothing_is_nothing(
    value: float, statistic: str, printed: str
) -> None:
    assert number(value, statistic) == printed


def test_a_cell_prints_its_interval_and_its_letter() -> None:
    uncertain = Cell(0.52, 0.40, 0.64, 31, Mark.UNRELIABLE)

    assert with_interval(uncertain, "proportion") == "52 (40 to 64) [u]"
    assert shown(uncertain, "proportion") == "52 [u]"
    assert base(uncertain) == "31"


@pytest.mark.parametrize("mark", [Mark.WITHHELD, Mark.NOT_APPLICABLE, Mark.NOT_AVAILABLE])
def test_a_hiding_mark_wins_over_any_number_that_the_cell_holds(mark: Mark) -> None:
    leaking = Cell(0.52, 0.40, 0.64, 77_777, mark)

    assert visible(leaking) is None
    assert interval(leaking) is None
    assert {with_interval(leaking, "proportion"), shown(leaking, "proportion"), base(leaking)} == {
        f"[{mark}]"
    }


def test_a_number_missing_without_a_mark_is_not_left_blank() -> None:
    missing = Cell(None, None, None, None)

    assert with_interval(missing, "mean") == "[x]"
    assert base(missing) == "[x]"


def test_a_full_count_has_no_interval() -> None:
    counted = Cell(0.5, 0.5, 0.5, 10)

    assert with_interval(counted, "proportion") == "50"


def test_a_withheld_cell_prints_its_letter_alone() -> None:
    assert with_interval(WITHHELD, "proportion") == "[c]"


def test_a_gap_keeps_its_direction() -> None:
    assert gap_with_interval(Gap(-0.02, -0.06, 0.02, clear=False), "proportion") == "−2 (−6 to 2)"


def test_a_date_is_written_as_it_is_said() -> None:
    assert long_date(date(2026, 9, 1)).replace("\u00a0", " ") == "1 September 2026"
