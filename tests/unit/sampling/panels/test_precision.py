"""Sizes that give every domain its precision at least cost."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from sampling.errors import SamplingError
from sampling.panels.precision import allocate_for_precision, domain_spread

RNG = np.random.default_rng(8)


def test_one_target_gives_neyman_sizes() -> None:
    pop, sd = np.array([100.0, 400, 900]), np.array([5.0, 2.0, 1.0])
    spread = (pop / pop.sum() * sd)[None, :]
    target = float(np.sum(spread**2 * (1 / np.array([20, 40, 50]) - 1 / pop)))

    ours = allocate_for_precision(pop, spread, [target]).continuous

    assert ours / ours.sum() == pytest.approx(pop * sd / (pop @ sd), rel=1e-6)
    assert (spread**2 @ (1 / ours - 1 / pop)) == pytest.approx([target], rel=1e-6)


@pytest.mark.parametrize("case", range(4))
def test_no_cheaper_sizes_meet_the_targets(case: int) -> None:
    rng = np.random.default_rng(case)
    pop, cost = rng.integers(20, 400, 7).astype(float), rng.uniform(0.5, 3, 7)
    spread = rng.uniform(0, 1, (3, 7)) * (rng.random((3, 7)) < 0.7)
    spread[:, case] += 0.5
    targets = np.array([0.01, 0.02, 0.015])

    ours = allocate_for_precision(pop, spread, targets, cost=cost)

    # Whatever prices are put on the targets, the cheapest sizes at these prices bound the cost from below.
    room = targets + spread**2 @ (1 / pop)

    def bound(log_price: NDArray[np.float64]) -> float:
        price = np.exp(log_price)
        n = np.clip(np.sqrt(price @ spread**2 / cost), 2, pop)
        return -float(cost @ n + price @ (spread**2 @ (1 / n) - room))

    best = -min(
        minimize(
            bound,
            np.full(3, start),
            method="Nelder-Mead",
            options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-9},
        ).fun
        for start in (8.0, 10.0, 12.0)
    )
    assert best <= float(cost @ ours.continuous) * (1 + 1e-9)
    assert float(cost @ ours.continuous) == pytest.approx(best, rel=1e-6)
    assert np.all(ours.variances <= targets * (1 + 1e-6))
    assert np.all(ours.sample_size >= ours.continuous - 1e-4)


def test_a_target_that_only_a_census_meets_gets_a_census() -> None:
    ours = allocate_for_precision([10, 20], [[0.5, 0.5]], [1e-12])

    assert ours.sample_size.tolist() == [10, 20]


def test_easy_targets_leave_the_least_sizes() -> None:
    assert allocate_for_precision([10, 1, 30], [[0.1, 0, 0.1]], [100.0], min_n=3).sample_size.tolist() == [
        3,
        1,
        3,
    ]


def test_the_spread_of_a_domain_predicts_the_error_of_its_mean() -> None:
    y, stratum, domain = RNG.normal(size=60), np.repeat(["a", "b"], 30), RNG.random(60) < 0.4

    spread = domain_spread(y, stratum, domain, strata=["a", "b"], pop_size=[300, 900])

    weights = np.repeat([10.0, 30.0], 30)
    deviation = np.where(domain, y - np.average(y[domain], weights=weights[domain]), 0)
    size = weights[domain].sum()
    assert spread == pytest.approx(
        [300 / size * deviation[:30].std(ddof=1), 900 / size * deviation[30:].std(ddof=1)]
    )


def test_a_target_of_nought_is_refused() -> None:
    with pytest.raises(SamplingError, match="targets"):
        allocate_for_precision([10], [[0.5]], [0.0])
