"""What share of each stratum will answer: last year's, steadied by that of the classes around it."""

from collections.abc import Iterable, Mapping

from sampling.errors import SamplingError

# Invitations that the wider class counts for: a stratum of twenty has half a say of its own.
WEIGHT = 20.0
MIN_RESPONSE = 0.01


def expected_response(
    strata: Iterable[str],
    asked: Mapping[str, int],
    replied: Mapping[str, int],
    *,
    wider: Mapping[str, str],
    default: Mapping[str, float],
    weight: float = WEIGHT,
) -> dict[str, float]:
    """The share expected to answer in each of `strata`.

    Args:
        strata: this year's. asked, replied: last round's invitations and usable answers, by its strata.
        wider: the class above each stratum and class (`strata.collapse_map` of both years' strata).
        default: the share expected in each class that has none above it, for want of any answers.
        weight: invitations that the class above counts for.

    Returns:
        Stratum -> (r + weight x R) / (n + weight), R the same of the class above, with all its strata; at
        least 0.01. Strata that nobody was asked in last round have that of their class.

    Raises:
        SamplingError: more answers than invitations, a class without default, or a circle in `wider`.

    Source:
        Shrinkage of small-area rates towards their class, with a fixed prior weight; Rao and Molina (2015),
        Small Area Estimation, composite estimators.
    """
    if weight <= 0:
        raise SamplingError(f"weight {weight}: must be above 0")
    counts = _counts(asked, replied, wider)
    rates: dict[str, float] = {}
    names = list(strata)
    for stratum in names:
        rate = 0.0
        for name in reversed(_chain(stratum, wider)):
            if name not in rates:
                prior = rate if name in wider else _default(name, default)
                n, r = counts.get(name, (0, 0))
                rates[name] = max((r + weight * prior) / (n + weight), MIN_RESPONSE)
            rate = rates[name]
    return {name: rates[name] for name in names}


def _counts(
    asked: Mapping[str, int], replied: Mapping[str, int], wider: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Invitations and answers of every stratum and of every class above it."""
    counts: dict[str, tuple[int, int]] = {}
    for stratum, n in asked.items():
        r = replied.get(stratum, 0)
        if not 0 <= r <= n:
            raise SamplingError(f"stratum {stratum!r}: {r} answers to {n} invitations")
        for name in _chain(stratum, wider):
            before = counts.get(name, (0, 0))
            counts[name] = before[0] + n, before[1] + r
    return counts


def _chain(name: str, wider: Mapping[str, str]) -> list[str]:
    chain = [name]
    while (above := wider.get(chain[-1])) is not None:
        if above in chain:
            raise SamplingError(f"wider classes: {' -> '.join([*chain, above])} goes round in a circle")
        chain.append(above)
    return chain


def _default(name: str, default: Mapping[str, float]) -> float:
    if name not in default or not 0 < default[name] <= 1:
        raise SamplingError(f"class {name!r}: a default share above 0 and at most 1 is needed")
    return default[name]
