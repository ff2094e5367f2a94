"""Confidence intervals: t for means and totals, and four for proportions."""

from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from scipy.special import betaincinv, expit, stdtrit

Interval = tuple[float, float]
ProportionMethod = Literal["korn_graubard", "logit", "wilson", "wald"]
METHODS: tuple[ProportionMethod, ...] = ("korn_graubard", "logit", "wilson", "wald")


@dataclass(frozen=True)
class ProportionFacts:
    """What an interval for a proportion needs to know.

    p: the estimate. variance: of p. variance_without_fpc: the same without finite population correction.
    n: answers used. df: degrees of freedom. population: weighted base, None without frame counts.
    """

    p: float
    variance: float
    variance_without_fpc: float
    n: int
    df: int
    population: float | None

    @property
    def extreme(self) -> bool:
        return self.p in (0.0, 1.0)


def t_interval(estimate: float, se: float, df: int, level: float) -> Interval:
    """estimate -+ t se, t on `df` degrees of freedom."""
    reach = t_quantile(df, level) * se
    return estimate - reach, estimate + reach


def t_quantile(df: int, level: float) -> float:
    """The two-sided t quantile: 97.5% for level 0.95."""
    return float(stdtrit(df, 0.5 + level / 2))


def proportion_interval(facts: ProportionFacts, level: float, method: ProportionMethod) -> Interval:
    """The interval by `method`; one without sampling variance, such as a census, is its own point.

    The logit is not defined at 0 and 1: there it is Korn and Graubard's.
    """
    if facts.variance == 0 and not facts.extreme:
        return facts.p, facts.p
    if method == "wald":
        return t_interval(facts.p, sqrt(facts.variance), facts.df, level)
    if method == "wilson":
        return _wilson(facts, level)
    if method == "logit" and not facts.extreme:
        return _logit(facts, level)
    return _extreme(facts, level) if facts.extreme else _korn_graubard(facts, level)


def _logit(facts: ProportionFacts, level: float) -> Interval:
    spread = facts.p * (1 - facts.p)
    low, high = t_interval(log(facts.p / (1 - facts.p)), sqrt(facts.variance) / spread, facts.df, level)
    return float(expit(low)), float(expit(high))


def _wilson(facts: ProportionFacts, level: float) -> Interval:
    """Score interval with the effective sample size. Source: Wilson (1927); Dean and Pagano (2015)."""
    p = facts.p
    n = facts.n if facts.extreme else p * (1 - p) / facts.variance
    q = t_quantile(facts.df, level) ** 2 / n
    middle, reach = p + q / 2, sqrt(q * (p * (1 - p) + q / 4))
    return max(0.0, (middle - reach) / (1 + q)), min(1.0, (middle + reach) / (1 + q))


def _korn_graubard(facts: ProportionFacts, level: float) -> Interval:
    """Exact binomial limits at the effective sample size. Source: Korn and Graubard (1998).

    The effective size is capped at that of the same sample without design effect but with its finite
    population correction: a cap at n itself would throw the correction away.
    """
    p = facts.p
    ratio = t_quantile(facts.n - 1, level) / t_quantile(facts.df, level)
    cap = facts.n * facts.variance_without_fpc / facts.variance
    size = min(p * (1 - p) / facts.variance * ratio**2, cap)
    hits, tail = size * p, (1 - level) / 2
    return float(betaincinv(hits, size - hits + 1, tail)), float(betaincinv(hits + 1, size - hits, 1 - tail))


def _extreme(facts: ProportionFacts, level: float) -> Interval:
    """Nobody or everybody said yes: one limit is the point, the other exact binomial for what is unseen."""
    unseen = 1.0 if facts.population is None else 1 - facts.n / facts.population
    if unseen <= 0:
        return facts.p, facts.p
    far = ((1 - level) / 2) ** (unseen / facts.n)
    return (0.0, 1 - far) if facts.p == 0 else (far, 1.0)
