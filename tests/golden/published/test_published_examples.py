"""Worked examples that others have published: the numbers printed on their pages are ours.

Each test names the page and what is printed there; the tolerance is half of the last printed digit.
Every page was opened when its test was written.
"""

from collections.abc import Iterable
from math import floor, log10

import numpy as np
import pytest

from sampling.disclosure.protection import cheapest_suppression, intervals
from sampling.disclosure.suppression import additive, sensitive_amount, with_margins
from sampling.estimation.calibration import Calibrated, calibrate, poststratify, rake
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import mean
from sampling.estimation.intervals import ProportionFacts, proportion_interval
from sampling.estimation.quality import OutcomeCounts, response_rates
from sampling.estimation.weights import adjust_nonresponse
from sampling.panels.allocation import allocate, variance_of_total


def printed(ours: Iterable[float], theirs: Iterable[float], decimals: int) -> bool:
    """Whether every number rounds to the one printed with so many decimals."""
    half = 0.5 * 10.0**-decimals * (1 + 1e-9)
    return all(abs(a - b) <= half for a, b in zip(ours, theirs, strict=True))


def test_neyman_sizes_and_their_variance() -> None:
    """Sizes of four strata from a total of 190, and the variance of the total.

    Page: README of the R package stratallo, github.com/wwojciech/stratallo (section Examples,
    "Tschuprov-Neyman allocation"). Printed: N 3000, 4000, 5000, 2000; S 48, 79, 76, 16; n 190; sizes
    31.376147 68.853211 82.798165 6.972477; variance 3940753053.
    """
    pop, sd = [3000, 4000, 5000, 2000], [48, 79, 76, 16]

    sizes = allocate(pop, 190, method="neyman", sd=sd).continuous

    assert printed(sizes, [31.376147, 68.853211, 82.798165, 6.972477], 6)
    assert printed([variance_of_total(pop, sizes, sd)], [3940753053], 0)


def test_whole_neyman_sizes_beat_their_neighbours() -> None:
    """Whole sizes for the strata of the same page: no size is a unit away from the printed one, and no unit
    given by one stratum to another lowers the variance.
    """
    pop, sd = [3000, 4000, 5000, 2000], [48, 79, 76, 16]

    sizes = allocate(pop, 190, method="neyman", sd=sd).sample_size

    assert np.all(np.abs(sizes - [31.376147, 68.853211, 82.798165, 6.972477]) < 1)
    best = variance_of_total(pop, sizes, sd)
    for giver in range(4):
        for taker in set(range(4)) - {giver}:
            other = sizes.copy()
            other[giver] -= 1
            other[taker] += 1
            assert variance_of_total(pop, other, sd) > best


def test_a_table_raked_to_its_margins() -> None:
    """A table of four by four fitted to given row and column totals.

    Page: README of ProportionalFitting.jl, github.com/vankesteren/ProportionalFitting.jl
    ("Showcase"). Printed: the table, rows 150 300 400 150, columns 200 300 400 100, and the fitted
    table with six significant digits.
    """
    table = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]])
    theirs = [
        *(64.5585, 46.2325, 35.3843, 3.82473),
        *(49.9679, 68.1594, 156.499, 25.3742),
        *(56.7219, 144.428, 145.082, 53.7673),
        *(28.7516, 41.18, 63.0347, 17.0337),
    ]
    rows, columns = np.indices((4, 4)).astype(np.str_)

    fitted = rake(
        table.ravel(),
        {"row": rows.ravel(), "column": columns.ravel()},
        {
            "row": {"0": 150, "1": 300, "2": 400, "3": 150},
            "column": {"0": 200, "1": 300, "2": 400, "3": 100},
        },
    )

    for ours, shown in zip(fitted.weights, theirs, strict=True):
        assert printed([ours], [shown], 5 - floor(log10(shown)))


KALTON_SAMPLE = np.array([20, 50, 100, 30, 40, 140, 50, 100, 40, 310, 50, 70])
KALTON_POPULATION = np.array([80, 60, 170, 55, 40, 150, 60, 165, 55, 340, 200, 125])
# Rows a = 1 to 4, columns b = 1 to 3, as printed.
KALTON_FACTORS = {
    "cells": [[4.00, 1.00, 1.38], [1.20, 1.07, 1.10], [1.70, 1.20, 4.00], [1.83, 1.65, 1.79]],
    "raking": [[1.81, 1.45, 2.02], [1.08, 0.87, 1.21], [2.20, 1.76, 2.45], [1.83, 1.47, 2.04]],
    "linear": [[1.82, 1.50, 1.97], [1.09, 0.78, 1.24], [2.19, 1.88, 2.34], [1.83, 1.52, 1.98]],
    "regression": [[1.21, 1.17, 1.14], [1.43, 1.40, 1.36], [1.66, 1.62, 1.59], [1.88, 1.85, 1.81]],
    "logit": [[1.87, 1.46, 1.98], [1.08, 0.74, 1.27], [2.17, 2.09, 2.18], [1.89, 1.49, 1.99]],
}


def kalton(method: str) -> Calibrated:
    """The sample of the example, one row per person, fitted by one of the methods."""
    known_a, known_b = np.tile(np.arange(1, 5), 3), np.repeat([1, 2, 3], 4)
    a, b = np.repeat(known_a, KALTON_SAMPLE), np.repeat(known_b, KALTON_SAMPLE)
    d = np.ones(a.size)
    margins = {"a": a.astype(np.str_), "b": b.astype(np.str_)}
    totals = {
        "a": {str(level): float(KALTON_POPULATION[known_a == level].sum()) for level in range(1, 5)},
        "b": {str(level): float(KALTON_POPULATION[known_b == level].sum()) for level in range(1, 4)},
    }
    if method == "cells":
        cells = [f"{x} {y}" for x, y in zip(a, b, strict=True)]
        return poststratify(
            d,
            cells,
            {f"{x} {y}": float(n) for x, y, n in zip(known_a, known_b, KALTON_POPULATION, strict=True)},
        )
    if method == "regression":
        known = [KALTON_POPULATION @ column for column in (np.ones(12), known_a, known_b)]
        return calibrate(d, np.stack([d, a, b], axis=1), known)
    if method == "logit":
        return rake(d, margins, totals, method="logit", bounds=(0.5, 2.2))
    return rake(d, margins, totals, method="raking" if method == "raking" else "linear")


@pytest.mark.parametrize("method", KALTON_FACTORS)
def test_five_ways_to_calibrate_the_same_sample(method: str) -> None:
    """The weights of Kalton and Flores-Cervantes' example (Weighting methods, 2003), by cell of the sample.

    Page: tests/kalton.Rout.save of the R package survey, github.com/cran/survey. Printed: counts of
    sample and population by a and b; tables A (cells), B (raking), C (linear), D (regression on a and
    b as numbers) and G (logit within 0.5 and 2.2) of weights with two decimals. One printed number,
    1.38 of table A, is 55/40 = 1.375 rounded up; the same page prints 1.37 for it a line later.
    """
    weights = kalton(method).weights

    ends = np.cumsum(KALTON_SAMPLE)
    by_cell = weights[ends - 1].reshape(3, 4).T

    assert np.ptp(weights[: ends[0]]) < 1e-9
    assert printed(by_cell.ravel(), np.ravel(KALTON_FACTORS[method]), 2)


FPC_X = np.array([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2])


def fpc_design(*, finite: bool) -> SurveyDesign:
    return SurveyDesign(
        np.array(["1"] * 5 + ["2"] * 3),
        np.array([3.0] * 5 + [4.0] * 3),
        {"1": 15, "2": 12} if finite else None,
    )


def test_a_stratified_mean_with_and_without_finite_population_correction() -> None:
    """The small survey of eight units in two strata.

    Page: tests/fpc.Rout.save of the R package survey, github.com/cran/survey. Printed: the eight
    rows; mean 5.4481, SE 0.7413 without, 0.616 with correction.
    """
    without, with_correction = (mean(fpc_design(finite=finite), FPC_X) for finite in (False, True))

    assert without.estimate is not None
    assert without.se is not None
    assert with_correction.se is not None
    assert printed([without.estimate, without.se], [5.4481, 0.7413], 4)
    assert printed([with_correction.se], [0.616], 3)


def test_a_domain_keeps_the_whole_design_for_its_error() -> None:
    """Means of the parts with x above 4 and not above 4, which R gets in three ways that agree.

    Page: tests/domain.Rout.save of the R package survey, github.com/cran/survey. Printed: 6.195000,
    SE 0.7555129; 3.314286, SE 0.3117042.
    """
    for rows, shown in ((FPC_X > 4, (6.195, 0.7555129)), (FPC_X <= 4, (3.314286, 0.3117042))):
        ours = mean(fpc_design(finite=False).within(rows), FPC_X)
        assert ours.estimate is not None
        assert ours.se is not None
        assert printed([ours.estimate], shown[:1], 6)
        assert printed([ours.se], shown[1:], 7)


def test_korn_and_graubard_without_design_effect_is_clopper_and_pearson() -> None:
    """Seven of fifty, by simple random sampling with replacement: the effective size is fifty.

    Page: scipy.stats._result_classes.BinomTestResult.proportion_ci, docs.scipy.org. Printed for k =
    7, n = 50: low 0.05819170033997342, high 0.26739600249700846.
    """
    p, n = 0.14, 50
    variance = p * (1 - p) / n
    facts = ProportionFacts(p, variance, variance, n, n - 1, None)

    ours = proportion_interval(facts, 0.95, "korn_graubard")

    assert ours == pytest.approx((0.05819170033997342, 0.26739600249700846), rel=1e-12)


def test_nonrespondents_hand_their_weight_to_their_class() -> None:
    """Sixty women of whom forty answered, forty men of whom ten did.

    Page: www.taylorfrancis.com/books/9781482211931/chapters/10.1201/b19428-5 (abstract). Printed:
    weights 1.5 for women, 4 for men.
    """
    sex = np.repeat(["woman", "man"], [60, 40])
    answered = np.concatenate([np.arange(60) < 40, np.arange(40) < 10])

    ours = adjust_nonresponse(np.ones(100), sex, answered)

    assert ours.factors == pytest.approx({"woman": 1.5, "man": 4.0})
    assert ours.weights.sum() == pytest.approx(100)


def test_outcome_rates_of_twelve_people() -> None:
    """All rates of AAPOR for one table of dispositions.

    Page: README of the R package outcomerate, github.com/ropensci/outcomerate. Printed: I 4, P 2, R
    1, NC 1, O 1, UH 1, UO 1, 90% of the unknown eligible, and sixteen rates with three decimals.
    """
    shown = {
        **{"RR1": 0.364, "RR2": 0.545, "RR3": 0.370, "RR4": 0.556, "RR5": 0.444, "RR6": 0.667},
        **{"COOP1": 0.500, "COOP2": 0.750, "COOP3": 0.571, "COOP4": 0.857},
        **{"REF1": 0.091, "REF2": 0.093, "REF3": 0.111, "CON1": 0.727, "CON2": 0.741, "CON3": 0.889},
    }

    ours = response_rates(OutcomeCounts(I=4, P=2, R=1, NC=1, O=1, UH=1, UO=1), e=0.9).rates

    assert ours.keys() == shown.keys()
    for name, rate in ours.items():
        assert rate is not None
        assert printed([rate], [shown[name]], 3), name


def test_weighted_outcome_rates() -> None:
    """Rates of eleven cases, six of weight 1.3 and five of 2.5.

    Page: README of the R package outcomerate, github.com/ropensci/outcomerate. Printed: dispositions
    I P I UO R I NC I O P UH; RR2 0.55 and CON1 0.73 unweighted, 0.50 and 0.69 weighted.
    """
    outcome = np.array(["I", "P", "I", "UO", "R", "I", "NC", "I", "O", "P", "UH"])
    for weight, shown in ((np.ones(11), (0.55, 0.73)), (np.repeat([1.3, 2.5], [6, 5]), (0.50, 0.69))):
        counts = {
            name: float(weight[outcome == name].sum()) for name in ("I", "P", "R", "NC", "O", "UH", "UO")
        }
        rates = response_rates(OutcomeCounts(**counts), e=1.0).rates  # type: ignore[arg-type]
        assert rates["RR2"] is not None
        assert rates["CON1"] is not None
        assert printed([rates["RR2"], rates["CON1"]], shown, 2)


def test_dominance_of_one_and_of_two_contributors() -> None:
    """Which cells are unsafe by the rule that the n largest may not make more than k percent.

    Page: tilastokoulu.stat.fi, Statistics Finland, course tkoulu_tutki, lesson 3, subject 4, examples
    2 and 3. Printed: 59, 27, 14 is safe by (1, 75); 61, 20 and ten others of 19 together is unsafe by
    (1, 60), safe by (2, 90).
    """
    assert not sensitive_amount([59, 27, 14], dominance=(1, 75))
    twelve = [61, 20, *([1.9] * 10)]
    assert sensitive_amount(twelve, dominance=(1, 60))
    assert not sensitive_amount(twelve, dominance=(2, 90))


def test_the_cheapest_cells_to_hide_with_one_that_is_sensitive() -> None:
    """The investment table of Fischetti and Salazar (2001): hiding the 22 takes three more cells.

    Page: README of a suppression programme of the Australian Bureau of Statistics (suppress.py, section
    "What is suppression?"). Printed: the table with its margins, and a solution that hides 8, 22, 17
    and 12.
    """
    table = with_margins([[20, 50, 10], [8, 19, 22], [17, 32, 12]])
    sensitive, inner = np.zeros((4, 4), dtype=np.bool_), np.zeros((4, 4), dtype=np.bool_)
    sensitive[1, 2] = True
    inner[:3, :3] = True
    cells = additive(table, least=0)  # amounts: a hidden one may be nought

    suppressed = cheapest_suppression(
        cells, sensitive.ravel(), (inner & ~sensitive).ravel(), table.ravel(), protection=1
    )

    assert suppressed is not None
    assert sorted(table.ravel()[suppressed]) == [8, 12, 17, 22]
    # By hand: the four move together, 8 + t, 22 - t, 17 - t and 12 + t, with t from -8 to 17.
    outsider = intervals(cells, suppressed, np.flatnonzero(sensitive))
    assert (outsider.lower[0], outsider.upper[0]) == pytest.approx((5, 30))
