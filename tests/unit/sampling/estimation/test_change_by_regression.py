"""The covariance of Berger and Priam is the residual correlation of the regression they describe."""

import numpy as np
import pytest

from sampling.arrays import Floats
from sampling.errors import SamplingError
from sampling.estimation.change import Change, Wave, change
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import mean

RNG = np.random.default_rng(2016)
UNITS = 60
STRATA = {1: np.repeat(["a", "b"], [35, 25]), 2: np.repeat(["a", "b"], [31, 29])}
LEVEL = RNG.normal(50, 10, UNITS)
VALUES = {wave: LEVEL + RNG.normal(wave, 4, UNITS) for wave in (1, 2)}
WEIGHTS = {wave: RNG.uniform(20, 90, UNITS) for wave in (1, 2)}
SAMPLED = {1: np.arange(UNITS) < 42, 2: np.arange(UNITS) >= 11}


def wave(number: int, *, pop: dict[str, int] | None = None) -> Wave:
    here = SAMPLED[number]
    ids = [f"u{i}" for i in np.flatnonzero(here)]
    design = SurveyDesign(STRATA[number][here], WEIGHTS[number][here], pop)
    return Wave(design, ids, VALUES[number][here])


def by_regression(domain: Floats) -> tuple[float, float]:
    """The residual correlation by least squares on indicators and their products, and V1 V2 rooted."""
    responses, variances = [], []
    for number in (1, 2):
        here, w, y = SAMPLED[number], WEIGHTS[number], VALUES[number]
        inside = here & (domain > 0)
        average = (w * y)[inside].sum() / w[inside].sum()
        score = np.where(inside, w * (y - average) / w[inside].sum(), 0.0)
        responses.append(np.where(here, score, 0.0))
        variances.append(
            sum(
                n / (n - 1) * ((score[rows] - score[rows].mean()) ** 2).sum()
                for rows in (here & (STRATA[number] == name) for name in ("a", "b"))
                for n in [rows.sum()]
            )
        )
    indicators = {
        number: [(SAMPLED[number] & (STRATA[number] == name)).astype(float) for name in ("a", "b")]
        for number in (1, 2)
    }
    products = [one * two for one in indicators[1] for two in indicators[2]]
    x = np.stack([*indicators[1], *indicators[2], *products], axis=1)
    y2 = np.stack(responses, axis=1)
    beta, *_ = np.linalg.lstsq(x, y2, rcond=None)
    left = y2 - x @ beta
    cross = left.T @ left
    return float(cross[0, 1] / np.sqrt(cross[0, 0] * cross[1, 1])), float(
        np.sqrt(variances[0] * variances[1])
    )


def estimated(domain: Floats, **more: object) -> Change:
    waves = []
    for number in (1, 2):
        whole = wave(number)
        waves.append(Wave(whole.design.within(domain[SAMPLED[number]] > 0), whole.ids, whole.y))
    return change(waves[0], waves[1], covariance="berger_priam", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("domain", [np.ones(UNITS), (np.arange(UNITS) % 3 > 0).astype(float)])
def test_the_covariance_is_that_of_the_regression_with_movers_and_unequal_weights(domain: Floats) -> None:
    correlation, spread = by_regression(domain)

    ours = estimated(domain)

    assert ours.covariance == pytest.approx(correlation * spread, rel=1e-10)
    assert ours.se is not None
    assert ours.se_1 is not None
    assert ours.se_2 is not None
    assert ours.se**2 == pytest.approx(ours.se_1**2 + ours.se_2**2 - 2 * correlation * spread, rel=1e-10)
    assert ours.flags == ()


def test_it_needs_no_count_of_the_frames_and_a_census_has_no_error() -> None:
    pop = {"a": 35, "b": 25}
    strata, y = STRATA[1], VALUES[1]
    ids = [f"u{i}" for i in range(UNITS)]
    whole = Wave(SurveyDesign(strata, np.ones(UNITS), pop), ids, y)

    moved = change(whole, Wave(whole.design, ids, y + 3), covariance="berger_priam")

    assert moved.change == pytest.approx(3)
    assert moved.se == 0
    assert moved.covariance == 0


def test_where_fractions_are_small_both_rules_agree_and_the_error_is_that_over_repeated_draws() -> None:
    population = RNG.normal(100, 20, 20_000)
    later = 0.8 * population + RNG.normal(25, 8, population.size)
    n, kept, rng = 150, 100, np.random.default_rng(7)
    design = SurveyDesign(np.full(n, "s"), np.full(n, population.size / n))
    changes, variances = [], {"overlap": [], "berger_priam": []}  # type: ignore[var-annotated]
    for _ in range(400):
        order = rng.choice(population.size, 2 * n, replace=False)
        first, second = order[:n], order[n - kept : 2 * n - kept]
        waves = [
            Wave(design, [str(i) for i in rows], values[rows])
            for rows, values in ((first, population), (second, later))
        ]
        for rule, of_rule in variances.items():
            one = change(waves[0], waves[1], covariance=rule)  # type: ignore[arg-type]
            of_rule.append((one.se or 0.0) ** 2)
        changes.append(mean(design, later[second]).estimate - mean(design, population[first]).estimate)  # type: ignore[operator]

    truth = np.var(changes)
    assert np.mean(variances["berger_priam"]) == pytest.approx(np.mean(variances["overlap"]), rel=0.03)
    assert np.mean(variances["berger_priam"]) == pytest.approx(truth, rel=0.2)


def test_another_rule_is_refused() -> None:
    with pytest.raises(SamplingError, match="not one of overlap, berger_priam"):
        change(wave(1), wave(2), covariance="none")  # type: ignore[arg-type]
