"""Many means at once are the means one by one, to the twelfth digit."""

from dataclasses import replace

import numpy as np
import pytest

from sampling.errors import SamplingError
from sampling.estimation.calibration import rake
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import difference, mean, proportion
from sampling.estimation.intervals import ProportionFacts, proportion_interval
from sampling.estimation.many_means import DomainMeans, Errors, ManyMeans

ROWS, CLOSE = 400, {"rtol": 1e-12, "atol": 1e-14}
RNG = np.random.default_rng(12)
GROUP = RNG.integers(0, 4, ROWS)
WHOLE = np.ones(ROWS, dtype=np.bool_)


def _design(*, calibrated: bool) -> SurveyDesign:
    strata = np.array([f"s{h}" for h in RNG.integers(0, 6, ROWS)])
    sizes = {f"s{h}": 40.0 * (h + 3) for h in range(6)}
    sizes["s0"] = float((strata == "s0").sum())  # a census, which has no error of its own
    counts = {name: int((strata == name).sum()) for name in sizes}
    weights = np.array([sizes[name] / counts[name] for name in strata])
    design = SurveyDesign(strata, weights, pop_size=sizes)
    if not calibrated:
        return design
    total = weights.sum()
    margin = {str(g): total * share for g, share in enumerate((0.2, 0.3, 0.3, 0.2))}
    fitted = rake(weights, {"group": GROUP.astype(str)}, {"group": margin}, method="logit", bounds=(0.3, 3))
    return replace(design, weights=fitted.weights, calibration=fitted.fit)


def _items() -> np.ndarray:
    shares = (RNG.random((ROWS, 4)) < (0.02, 0.3, 0.5, 0.97)).astype(np.float64)
    rating = RNG.integers(2, 11, (ROWS, 1)) / 2
    alike, two_only, nobody = np.ones((ROWS, 1)), np.full((ROWS, 1), np.nan), np.full((ROWS, 1), np.nan)
    two_only[:2, 0] = 1.0, 0.0
    of_group = (GROUP[:, None] == 1).astype(np.float64)  # what the weights were calibrated to: no error
    items = np.hstack([shares, rating, alike, two_only, nobody, of_group])
    items[RNG.random(items.shape) < 0.05] = np.nan
    items[:, -1] = of_group[:, 0]
    return items


@pytest.fixture(scope="module", params=[False, True], ids=["weighted", "calibrated"])
def many(request: pytest.FixtureRequest) -> ManyMeans:
    return ManyMeans(_design(calibrated=request.param), _items())


def _same(many: ManyMeans, part: DomainMeans, errors: Errors, item: int) -> None:
    single = mean(many.design.within(part.rows), many.items[:, item])
    if single.estimate is None:
        assert np.isnan(part.estimate[item])
        return
    of_many = (part.estimate[item], np.sqrt(errors.variance[0, item]), part.n[item], errors.df[item])
    np.testing.assert_allclose(of_many, (single.estimate, single.se, single.n, single.df), **CLOSE)


def test_each_mean_of_each_domain_is_that_of_the_single_figure(many: ManyMeans) -> None:
    for domain in (WHOLE, *(g == GROUP for g in range(4)), np.arange(ROWS) < 12):
        part = many.within(domain)
        errors = many.errors(part)
        for item in range(many.items.shape[1]):
            _same(many, part, errors, item)


def test_its_interval_of_a_share_is_that_of_the_single_figure(many: ManyMeans) -> None:
    part = many.within(GROUP == 2)
    errors = many.errors(part)
    for item in range(4):
        with_fpc, without = errors.variance[:, item]
        facts = ProportionFacts(
            part.estimate[item], with_fpc, without, part.n[item], part.df[item], part.base[item]
        )
        single = proportion(many.design.within(part.rows), many.items[:, item])
        np.testing.assert_allclose(
            proportion_interval(facts, 0.95, "korn_graubard"), (single.lci, single.uci), rtol=1e-10
        )


@pytest.mark.parametrize("inside", [True, False])
def test_each_difference_is_that_of_the_single_figure(many: ManyMeans, *, inside: bool) -> None:
    first, second = GROUP == 2, (WHOLE if inside else GROUP == 0)
    one, other = many.within(first), many.within(second)
    errors = many.difference_errors(one, other)
    for item in range(many.items.shape[1]):
        single = difference(many.design, many.items[:, item], first, second)
        if single.se is not None:
            of_many = (
                one.estimate[item] - other.estimate[item],
                errors.variance[0, item] ** 0.5,
                errors.df[item],
            )
            np.testing.assert_allclose(of_many, (single.difference, single.se, single.df), **CLOSE)


def test_domains_that_meet_in_part_are_refused(many: ManyMeans) -> None:
    one, other = many.within(GROUP < 2), many.within(GROUP > 0)
    with pytest.raises(SamplingError, match="apart, or the first is inside"):
        many.difference_errors(one, other)


def test_items_are_gone_through_in_blocks_that_change_nothing(many: ManyMeans) -> None:
    wide = ManyMeans(many.design, np.tile(many.items, (1, 4)))
    part, once = wide.within(GROUP == 1), many.within(GROUP == 1)
    np.testing.assert_array_equal(part.estimate, np.tile(once.estimate, 4))
    np.testing.assert_allclose(wide.errors(part).variance, np.tile(many.errors(once).variance, 4), **CLOSE)


def test_items_of_another_shape_and_clusters_are_refused(many: ManyMeans) -> None:
    with pytest.raises(SamplingError, match="expected shape"):
        ManyMeans(many.design, many.items[:-1])
    clustered = replace(_design(calibrated=False), ids=np.arange(ROWS).astype(str))
    with pytest.raises(SamplingError, match="clusters"):
        ManyMeans(clustered, many.items)
