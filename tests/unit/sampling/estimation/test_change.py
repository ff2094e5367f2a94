"""Change between two years of a panel: the overlap counts, and so does the finite population."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sampling.errors import SamplingError
from sampling.estimation.change import Change, Wave, change
from sampling.estimation.design import SurveyDesign
from sampling.panels.selection import rotate, select_prn

RNG = np.random.default_rng(11)


def wave(ids: list[str], strata: list[str], y: list[float], pop: dict[str, float] | None) -> Wave:
    names = np.array(strata)
    n = {name: int((names == name).sum()) for name in set(strata)}
    weights = np.array([(pop[s] if pop else 10.0) / n[s] for s in strata])
    return Wave(SurveyDesign(names, weights, pop), ids, np.array(y))


def test_the_same_census_twice_has_a_change_without_error() -> None:
    ids, strata = list("abcd"), ["s"] * 4

    answer = change(
        wave(ids, strata, [1, 2, 3, 4], {"s": 4}),
        wave(ids, strata, [2, 4, 3, 5], {"s": 4}),
        pop_both={"s": 4},
    )

    assert answer.change == pytest.approx(1)
    assert (answer.se, answer.covariance) == (0.0, 0.0)
    assert answer.flags == ()


def test_the_covariance_is_that_of_the_formula() -> None:
    y1, y2 = [3.0, 5.0, 9.0, 4.0], [4.0, 7.0, 1.0, 6.0]
    first, second = wave(list("abcd"), ["s"] * 4, y1, {"s": 12}), wave(list("cbax"), ["s"] * 4, y2, {"s": 15})

    answer = change(first, second, pop_both={"s": 10}, statistic="total")

    both = np.cov([9.0, 5.0, 3.0], [4.0, 7.0, 1.0], ddof=1)[0, 1]
    assert answer.covariance == pytest.approx(12 * 15 * (3 / 16 - 10 / 180) * both)
    assert answer.n_overlap == 3
    v1, v2 = np.var(y1, ddof=1) * 12 * (12 / 4 - 1), np.var(y2, ddof=1) * 15 * (15 / 4 - 1)
    assert answer.se == pytest.approx(np.sqrt(v1 + v2 - 2 * (answer.covariance or 0)))
    assert answer.df == 3


def test_a_ratio_over_nought_counts_those_who_answered() -> None:
    ids, y = list("abc"), [1.0, 2.0, 4.0]
    first, second = (wave(ids, ["s"] * 3, y, None) for _ in range(2))

    answer = change(
        Wave(first.design, ids, y, [1, 1, 1]), Wave(second.design, ids, y, [1, -1, 0]), statistic="ratio"
    )

    assert (answer.estimate_1, answer.estimate_2, answer.change) == (pytest.approx(7 / 3), None, None)
    assert (answer.n_1, answer.n_2, answer.flags) == (3, 3, ("zero_base",))


def test_a_total_that_leaves_answers_out_in_either_year_says_so() -> None:
    ids, full, gaps = list("abcd"), [3.0, 5.0, 9.0, 4.0], [3.0, np.nan, np.nan, 4.0]
    years = [wave(ids, ["s"] * 4, y, {"s": 12}) for y in (full, gaps)]

    for first, second in (years, years[::-1]):
        answer = change(first, second, pop_both={"s": 12}, statistic="total")
        assert answer.flags == ("missing",)
    assert change(*years, pop_both={"s": 12}).flags == ()


def test_a_change_without_any_spread_left_is_flagged_unless_all_were_asked() -> None:
    ids, y = [f"u{i}" for i in range(9)], [0.1 * i * i for i in range(9)]
    asked = [wave(ids, ["s"] * 9, [value + gap for value in y], {"s": 23}) for gap in (0.0, 0.7)]

    answer = change(*asked, pop_both={"s": 23})

    assert answer.change == pytest.approx(0.7)
    assert (answer.se, answer.flags) == (0.0, ("zero_variance",))


def test_without_overlap_and_without_frame_counts_the_years_are_independent() -> None:
    first = wave(list("abc"), ["s"] * 3, [1, 2, 4], None)
    second = wave(list("xyz"), ["s"] * 3, [3, 3, 7], None)

    answer = change(first, second)

    assert answer.covariance == 0
    assert answer.se == pytest.approx(np.hypot(answer.se_1 or 0, answer.se_2 or 0))


def test_an_unchanged_panel_of_an_unbounded_population_is_a_paired_comparison() -> None:
    y1, y2, ids = RNG.normal(size=30), RNG.normal(size=30), [f"u{i}" for i in range(30)]

    answer = change(wave(ids, ["s"] * 30, list(y1), None), wave(ids, ["s"] * 30, list(y2), None))

    assert answer.se == pytest.approx(np.std(y2 - y1, ddof=1) / np.sqrt(30))


def test_ratios_change_by_their_linearised_scores() -> None:
    ids = [f"u{i}" for i in range(12)]
    x = RNG.uniform(1, 3, 12)
    design = SurveyDesign(np.array(["s"] * 12), np.ones(12), {"s": 30})

    answer = change(
        Wave(design, ids, 2 * x, x), Wave(design, ids, 3 * x, x), pop_both={"s": 30}, statistic="ratio"
    )

    assert answer.change == pytest.approx(1)
    assert answer.se == pytest.approx(0, abs=1e-12)


def test_domains_without_answers_have_no_change() -> None:
    first = wave(list("abc"), ["s"] * 3, [np.nan, np.nan, np.nan], {"s": 9})
    second = wave(list("abc"), ["s"] * 3, [3, 3, 7], {"s": 9})

    answer = change(first, second, pop_both={"s": 9})

    assert (answer.change, answer.se, answer.n_1, answer.n_2, answer.flags) == (None, None, 0, 3, ("empty",))


def test_one_shared_unit_borrows_the_correlation_of_other_strata() -> None:
    ids = [f"u{i}" for i in range(8)]
    strata = ["a"] * 5 + ["b"] * 3
    first = wave(ids, strata, [1, 2, 3, 4, 6, 1, 5, 9], {"a": 20, "b": 12})
    second = wave([*ids[:6], "new", "newer"], strata, [2, 1, 4, 5, 8, 2, 6, 7], {"a": 20, "b": 12})

    answer = change(first, second, pop_both={"a": 20, "b": 12})

    assert answer.flags == ("pooled_covariance",)


def test_a_unit_that_moved_stratum_is_counted_and_flagged() -> None:
    ids = [f"u{i}" for i in range(8)]
    y = [1.0, 2, 3, 9, 6, 1, 5, 9]
    first = wave(ids, ["a"] * 4 + ["b"] * 4, y, {"a": 20, "b": 20})
    second = wave(ids, ["a"] * 3 + ["b"] * 5, y, {"a": 19, "b": 21})

    answer = change(first, second, pop_both={"a": 18, "b": 19}, movers={("a", "b"): 1.0})

    assert "movers" in answer.flags
    assert answer.se is not None


def test_finite_frames_need_the_count_of_units_in_both() -> None:
    one = wave(list("abc"), ["s"] * 3, [1, 2, 4], {"s": 9})

    with pytest.raises(SamplingError, match="pop_both"):
        change(one, one)


def test_a_unit_twice_in_one_wave_is_refused() -> None:
    one = wave(["a", "a", "b"], ["s"] * 3, [1, 2, 4], None)

    with pytest.raises(SamplingError, match="occurs twice"):
        change(one, one)


def rotated_panels(times: int) -> Iterator[tuple[Change, NDArray[np.float64], NDArray[np.float64]]]:
    """Draws of a panel of 60 of 200, a quarter replaced, with births and deaths between the years."""
    y1 = RNG.normal(10, 3, 220)
    y2 = y1 + RNG.normal(0.5, 1, 220)
    there1, there2 = np.arange(200), np.arange(20, 220)
    ids = np.array([f"u{i:03d}" for i in range(220)])
    for _ in range(times):
        u = RNG.random(220)
        waves = []
        for there, y, start in ((there1, y1, 0.0), (there2, y2, rotate(0.0, fraction=0.3, rate=0.25))):
            chosen = select_prn(
                u[there], ["s"] * 200, {"s": 60}, start=start, ids=ids[there].tolist()
            ).indices
            rows = there[chosen]
            waves.append(wave(ids[rows].tolist(), ["s"] * 60, y[rows].tolist(), {"s": 200}))
        yield change(waves[0], waves[1], pop_both={"s": 180}), y1[there1], y2[there2]


def test_the_estimated_variance_is_the_true_one_of_a_rotating_panel_with_births_and_deaths() -> None:
    answers = list(rotated_panels(600))
    changes = np.array([answer.change for answer, _, _ in answers], dtype=float)
    variances = np.array([(answer.se or 0) ** 2 for answer, _, _ in answers])
    _, before, after = answers[0]

    assert changes.mean() == pytest.approx(after.mean() - before.mean(), abs=0.05)
    # The years taken as independent, or the finite population forgotten, give 1.26 times the truth and more.
    assert variances.mean() / changes.var() == pytest.approx(1, abs=0.15)
