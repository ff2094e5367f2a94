"""What estimates say at the edges: censuses, single units, empty domains, missing answers."""

import numpy as np
import pytest
from scipy.stats import beta

from sampling.errors import CellError, LonelyStratumError, SamplingError
from sampling.estimation.calibration import calibrate
from sampling.estimation.collapsing import Join
from sampling.estimation.design import SurveyDesign, joined_counts
from sampling.estimation.estimators import difference, mean, proportion, ratio, total

RNG = np.random.default_rng(5)


def srs(n: int, population: int) -> SurveyDesign:
    return SurveyDesign(np.array(["s"] * n), np.full(n, population / n), {"s": population})


def test_a_full_census_has_no_error() -> None:
    design = SurveyDesign(np.array(["a"] * 3 + ["b"]), np.ones(4), {"a": 3, "b": 1})

    answer = mean(design, [1.0, 2.0, 6.0, 7.0])

    assert (answer.estimate, answer.se, answer.lci, answer.uci) == (4.0, 0.0, 4.0, 4.0)
    assert answer.flags == ()


def test_the_only_unit_of_a_stratum_is_certain_not_lonely() -> None:
    design = SurveyDesign(np.array(["a", "a", "b"]), np.array([5.0, 5.0, 1.0]), {"a": 10, "b": 1})

    assert total(design, [1.0, 3.0, 50.0]).se == pytest.approx(np.sqrt(100 * (1 / 2 - 1 / 10) * 2))


def test_one_unit_of_several_is_lonely_and_named() -> None:
    design = SurveyDesign(np.array(["a", "a", "b"]), np.array([5.0, 5.0, 9.0]), {"a": 10, "b": 9})

    with pytest.raises(LonelyStratumError) as caught:
        mean(design, [1.0, 3.0, 50.0])

    assert caught.value.strata == ("b",)


def test_a_lonely_stratum_collapses_by_the_declared_map_and_frame_counts_add() -> None:
    strata, weights = np.array(["a", "a", "b"]), np.array([5.0, 5.0, 9.0])
    y = [1.0, 3.0, 5.0]

    joined = SurveyDesign(
        strata, weights, {"a": 10, "b": 9}, lonely_psu="collapse", collapse={"a": "ab", "b": "ab"}
    )
    whole = SurveyDesign(np.array(["ab"] * 3), weights, {"ab": 19})

    assert total(joined, y) == total(whole, y)
    with pytest.raises(CellError, match="'b'"):
        SurveyDesign(strata, weights, {"a": 10, "b": 9}, lonely_psu="collapse")


def test_strata_that_need_no_collapse_stay_apart() -> None:
    strata = np.array(["a", "a", "b", "c", "c", "d", "d"])
    design = SurveyDesign(
        strata, np.ones(7) * 4, None, lonely_psu="collapse",
        collapse={"a": "ab", "b": "ab", "c": "cd", "d": "cd"},
    )  # fmt: skip

    assert design.structure.strata == ("ab", "c", "d")
    assert design.structure.joins == (Join("ab", ("a", "b")),)


def test_a_stratum_of_the_frame_without_rows_is_not_lost_in_silence() -> None:
    with pytest.raises(SamplingError, match="strata b are in the frame"):
        SurveyDesign(np.array(["a", "a"]), np.ones(2), {"a": 10, "b": 4})
    assert joined_counts({"a": 10, "b": 4, "c": 1}, [Join("ab", ("a", "b"))]) == {"c": 1, "ab": 14}


def test_an_empty_domain_is_null_not_nought() -> None:
    answer = total(srs(4, 8).within(np.zeros(4)), np.ones(4))

    assert (answer.estimate, answer.se, answer.lci, answer.n, answer.flags) == (
        None,
        None,
        None,
        0,
        ("empty",),
    )


def test_a_domain_with_one_unit_has_no_interval() -> None:
    answer = mean(srs(4, 8).within([True, False, False, False]), [1.0, 2.0, 3.0, 4.0])

    assert (answer.estimate, answer.df, answer.lci, answer.flags) == (
        1.0,
        0,
        None,
        ("no_df", "zero_variance"),
    )


def test_domains_partition_the_total() -> None:
    y, region = RNG.normal(size=20), np.array(["n", "s"] * 10)
    design = srs(20, 100)

    parts = total(design, y, by=region)

    assert list(parts) == ["n", "s"]
    assert sum(part.estimate or 0 for part in parts.values()) == pytest.approx(total(design, y).estimate)


def test_a_total_says_when_it_leaves_missing_answers_out() -> None:
    assert total(srs(3, 6), [1.0, np.nan, 2.0]).flags == ("missing",)
    assert mean(srs(3, 6), [1.0, np.nan, 2.0]).n == 2


def test_simple_random_sampling_has_design_effect_one() -> None:
    y = RNG.normal(size=30)

    assert mean(srs(30, 90), y).deff == pytest.approx(1)
    assert ratio(srs(30, 90), y, RNG.uniform(1, 2, 30)).deff == pytest.approx(1)


def test_the_error_of_a_mean_is_the_textbook_one() -> None:
    y = RNG.normal(size=30)

    assert mean(srs(30, 90), y).se == pytest.approx(np.sqrt((1 - 1 / 3) * y.var(ddof=1) / 30))


def test_a_nearly_complete_census_keeps_its_precision() -> None:
    answer = proportion(srs(399, 400), np.arange(399) % 2)

    assert answer.lci is not None
    assert answer.uci is not None
    assert answer.uci - answer.lci < 0.02


def test_when_all_said_no_the_limit_is_exact_for_those_not_asked() -> None:
    answer = proportion(srs(20, 80), np.zeros(20))

    size = 20 / (1 - 20 / 80)
    assert answer.lci == 0
    assert answer.uci == pytest.approx(beta.ppf(0.975, 1, size))
    assert proportion(srs(20, 80), np.ones(20)).lci == pytest.approx(beta.ppf(0.025, size, 1))
    assert answer.flags == ()


def test_when_everybody_was_asked_and_said_yes_it_is_certain() -> None:
    answer = proportion(srs(20, 20), np.ones(20), ci="logit")

    assert (answer.lci, answer.uci) == (1.0, 1.0)


@pytest.mark.parametrize("ci", ["korn_graubard", "logit", "wilson", "wald"])
def test_a_census_of_mixed_answers_is_its_own_interval(ci: str) -> None:
    answer = proportion(srs(10, 10), [1, 0] * 5, ci=ci)  # type: ignore[call-overload]

    assert (answer.lci, answer.uci) == (0.5, 0.5)


def test_wilson_is_the_score_interval_at_the_effective_size() -> None:
    y = np.repeat([1.0, 0.0], [6, 24])
    answer = proportion(srs(30, 3000), y, ci="wilson")
    assert answer.se is not None

    size = 0.2 * 0.8 / answer.se**2
    for bound in (answer.lci, answer.uci):
        assert bound is not None
        t = (0.2 - bound) / np.sqrt(bound * (1 - bound) / size)
        assert abs(t) == pytest.approx(2.045229642132703)


def test_a_proportion_of_something_else_than_yes_and_no_is_refused() -> None:
    with pytest.raises(SamplingError, match="0, 1 or missing"):
        proportion(srs(3, 6), [0.0, 1.0, 2.0])


def test_a_domain_does_not_differ_from_itself() -> None:
    y, rows = RNG.normal(size=12), np.arange(12) < 7

    answer = difference(srs(12, 40), y, rows, rows)

    assert answer.difference == 0
    assert answer.se == pytest.approx(0, abs=1e-9)


def test_frame_counts_that_vary_within_a_stratum_are_refused() -> None:
    with pytest.raises(SamplingError, match="more than one frame count"):
        SurveyDesign(np.array(["a", "a"]), np.ones(2), np.array([4.0, 5.0]))


def test_cover_is_as_promised_under_repeated_sampling() -> None:
    population = np.repeat([0.0, 1.0], [300, 100])
    covered = 0
    for _ in range(300):
        drawn = RNG.choice(population, 60, replace=False)
        answer = proportion(srs(60, 400), drawn)
        covered += (answer.lci or 0) <= 0.25 <= (answer.uci or 0)

    assert covered >= 0.93 * 300


def test_lonely_strata_cannot_take_the_average_of_none() -> None:
    design = SurveyDesign(np.array(["a", "b"]), np.array([5.0, 5.0]), {"a": 5, "b": 5}, lonely_psu="average")

    with pytest.raises(LonelyStratumError):
        mean(design, [1.0, 2.0])


def test_a_frame_count_of_nought_for_a_stratum_with_rows_is_refused() -> None:
    with pytest.raises(SamplingError, match="above 0"):
        SurveyDesign(np.array(["a", "a"]), np.ones(2), {"a": 0})


def test_a_share_that_the_strata_fix_is_certain_and_has_no_interval_made_of_rounding() -> None:
    strata = np.repeat(["E", "H", "M"], [100, 50, 50])
    counts = {"E": 4421, "H": 755, "M": 1018}
    weights = np.repeat([44.21, 15.1, 20.36], [100, 50, 50])
    design = SurveyDesign(strata, weights, counts)

    for name, count in counts.items():
        answer = proportion(design, strata == name)
        assert answer.estimate == pytest.approx(count / 6194)
        assert (answer.se, answer.lci, answer.uci) == (0.0, answer.estimate, answer.estimate)
        assert answer.flags == ("zero_variance",)


def test_a_total_that_calibration_fixes_is_certain() -> None:
    x = RNG.gamma(2.0, 30.0, 60)
    fitted = calibrate(np.full(60, 7.0), np.stack([np.ones(60), x], axis=1), [420.0, 27_000.0])
    design = SurveyDesign(np.array(["s"] * 60), fitted.weights, {"s": 420}, calibration=fitted.fit)

    answer = total(design, x)

    assert answer.estimate == pytest.approx(27_000)
    assert answer.se == 0
    assert total(design, x + 1e-6 * RNG.normal(size=60)).se == pytest.approx(0, abs=1e-3)
    assert (total(design, x + 1e-6 * RNG.normal(size=60)).se or 0) > 0


@pytest.mark.parametrize(("domain", "growth"), [("xxxxxx-", 1.0), ("x-x---x", 2.0), ("xxxxxxx", 1.5)])
def test_the_average_is_that_of_the_strata_which_hold_the_domain(domain: str, growth: float) -> None:
    strata, y = np.array(list("aaabbbc")), np.array([1.0, 4.0, 2.0, 6.0, 5.0, 9.0, 3.0])
    rows = np.array(list(domain)) == "x"

    averaged, removed = (
        mean(SurveyDesign(strata, np.full(7, 3.0), lonely_psu=rule).within(rows), y)
        for rule in ("average", "remove")
    )

    assert averaged.se is not None
    assert removed.se is not None
    assert averaged.se**2 == pytest.approx(growth * removed.se**2)
