"""Numbers, marks and dates are printed by one set of rules."""

from datetime import date

import pytest

from survey_app.reports.contents import Cell, Change, Gap, Mark
from survey_app.reports.printed import (
    base,
    change_between,
    change_with_interval,
    gap_with_interval,
    interval,
    is_clear,
    long_date,
    moved,
    number,
    percent,
    shown,
    signed,
    visible,
    wave_names,
    with_interval,
    year_since,
)
from tests.unit.reports.sample import WITHHELD


@pytest.mark.parametrize(
    ("value", "statistic", "printed"),
    [
        (0.285, "proportion", "29"),  # 28.499999999999996 in binary arithmetic
        (0.005, "proportion", "1"),
        (-0.005, "proportion", "−1"),
        (0.0, "proportion", "0"),
        (1.0, "proportion", "100"),
        (2.25, "mean", "2.3"),
        (-0.0, "mean", "0.0"),
        (12345.67, "mean", "12,345.7"),
    ],
)
def test_halves_go_away_from_zero_and_minus_nothing_is_nothing(
    value: float, statistic: str, printed: str
) -> None:
    assert number(value, statistic) == printed


def test_what_is_not_a_true_nought_is_called_low() -> None:
    assert number(0.004, "proportion") == "[low]"
    assert number(0.04, "mean") == "[low]"
    assert percent(0.004) == "less than 1%"
    assert with_interval(Cell(0.02, 0.004, 0.05, 400), "proportion") == "2 ([low] to 5)"


def test_a_limit_of_a_difference_that_rounds_to_nought_has_one_decimal_more() -> None:
    assert gap_with_interval(Gap(0.04, 0.004, 0.08, clear=True), "proportion") == "4 (0.4 to 8)"
    assert gap_with_interval(Gap(0.04, 0.0004, 0.08, clear=True), "proportion") == "4 ([low] to 8)"
    assert gap_with_interval(Gap(0.3, 0.02, 0.6, clear=True), "mean") == "0.3 (0.02 to 0.6)"
    assert change_between(-0.08, -0.002, "proportion") == "−8 to −0.2"
    assert gap_with_interval(Gap(0.004, -0.04, 0.05, clear=False), "proportion") == "0 (−4 to 5)"


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


@pytest.mark.parametrize(
    ("value", "statistic", "printed"),
    [
        (0.052, "proportion", "+5"),
        (-0.052, "proportion", "−5"),
        (0.004, "proportion", "0"),
        (0.349, "mean", "+0.35"),
        (-0.004, "mean", "0.00"),
    ],
)
def test_a_change_carries_its_sign_and_that_of_an_average_two_decimals(
    value: float, statistic: str, printed: str
) -> None:
    assert signed(value, statistic) == printed


def test_a_change_prints_its_interval_and_its_letter() -> None:
    then = Cell(0.47, 0.44, 0.50, 300)

    assert (
        change_with_interval(
            Change(then=then, estimate=0.05, lci=0.02, uci=0.08, clear=True, overlap=90), "proportion"
        )
        == "+5 (2 to 8)"
    )
    wide = Change(then=then, estimate=0.05, lci=-0.1, uci=0.2, clear=False, overlap=90, mark=Mark.UNRELIABLE)
    assert change_with_interval(wide, "proportion") == "+5 (−10 to 20) [u]"
    # Everybody answered both times.
    assert (
        change_with_interval(
            Change(then=then, estimate=0.05, lci=0.05, uci=0.05, clear=True, overlap=90), "proportion"
        )
        == "+5"
    )


@pytest.mark.parametrize("mark", [Mark.WITHHELD, Mark.DISCONTINUITY, Mark.NOT_APPLICABLE, Mark.NOT_AVAILABLE])
def test_a_hiding_mark_wins_over_any_change_too(mark: Mark) -> None:
    leaking = Change(then=WITHHELD, estimate=0.61, lci=0.60, uci=0.62, clear=True, overlap=77_777, mark=mark)

    assert moved(leaking) is None
    assert not is_clear(leaking)
    assert change_with_interval(leaking, "proportion") == f"[{mark.value}]"


def test_rounds_are_called_by_their_years_unless_these_are_the_same() -> None:
    autumn, spring = date(2026, 9, 1), date(2026, 3, 1)

    assert wave_names(date(2025, 9, 1), autumn) == ("2025", "2026")
    assert year_since(date(2025, 9, 1), "Annual survey 2025", autumn) == "2025"
    assert wave_names(spring, autumn) == ("Earlier", "This round")
    assert year_since(spring, "Spring survey", autumn) == "Spring survey"
