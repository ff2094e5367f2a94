"""Which intervals are marked as wide: by what a number is of, so that a mark means something."""

import pytest

from instruments.schema import Kind
from survey_app.services.results.width import is_wide, is_wide_change, unit_of, whole_of


@pytest.mark.parametrize(
    ("kind", "statistic", "estimate", "low", "high", "wide"),
    [
        (Kind.PROPORTION, "mean", 52.8, 47.7, 58.0, False),
        (Kind.YES_NO, "proportion", 0.55, 0.47, 0.63, False),
        (Kind.YES_NO, "proportion", 0.55, 0.38, 0.70, True),
        (Kind.YES_NO, "proportion", 0.04, 0.02, 0.09, True),
        (Kind.YES_NO, "proportion", 0.96, 0.91, 0.98, True),
        (Kind.YES_NO, "proportion", 0.02, 0.01, 0.05, False),
        (Kind.AMOUNT, "mean", 315.3, 194.1, 436.5, True),
        (Kind.COUNT, "mean", 16.3, 14.9, 17.7, False),
        (Kind.COUNT, "mean", 2.7, 2.3, 3.1, False),
        (Kind.RATING, "mean", 3.1, 2.4, 3.6, True),
        (Kind.RATING, "mean", 3.1, 2.7, 3.6, False),
    ],
)
def test_an_interval_is_measured_by_what_the_number_is_of(
    kind: Kind, statistic: str, estimate: float, low: float, high: float, wide: bool
) -> None:
    unit = unit_of(kind, statistic)

    assert is_wide(estimate, high - low, unit=unit, whole=whole_of(statistic)) is wide


def test_without_an_interval_a_figure_is_marked() -> None:
    assert is_wide(0.5, None, unit="per cent", whole=1.0)


def test_a_change_is_measured_by_the_larger_of_its_figures() -> None:
    assert not is_wide_change((0.02, 0.03), 0.10, unit="per cent", whole=1.0)
    assert is_wide_change((0.40, 0.60), 0.31, unit="per cent", whole=1.0)
    assert not is_wide_change((100.0, 900.0), 300.0, unit="pounds", whole=100.0)
    assert is_wide_change((100.0, 900.0), 500.0, unit="pounds", whole=100.0)
