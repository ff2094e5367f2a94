"""WHO is asked: permanent random numbers, assigned once, so that draws of different years agree."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, Ints, flags, floats, labels
from sampling.errors import SamplingError

FINGERPRINT_TEXT = b"permanent random numbers"


@dataclass(frozen=True)
class StratumDraw:
    """What was drawn in one stratum. `breaches`: units taken although they were resting."""

    stratum: str
    pop_size: int
    sample_size: int
    start: float
    breaches: int = 0


@dataclass(frozen=True)
class Selection:
    """Positions of the selected units, in the order of the strata, then of selection."""

    indices: Ints
    strata: tuple[StratumDraw, ...]


@dataclass(frozen=True)
class Overlap:
    """How many of two draws are the same units."""

    first: int
    second: int
    both: int


def assign_prn(unit_ids: Sequence[str], key: bytes) -> Floats:
    """The permanent random number of each unit, shape (n,), in [0, 1).

    The first 53 bits of HMAC-SHA256(key, id), over 2^53: the same on any machine, unpredictable without the
    key, and independent of the order of the units.

    Raises:
        SamplingError: the key is empty.

    Source:
        Ohlsson (1995), Coordination of samples using permanent random numbers.
    """
    if not key:
        raise SamplingError("key: permanent random numbers need a secret key")
    tops = [hmac.digest(key, unit_id.encode(), hashlib.sha256)[:7] for unit_id in unit_ids]
    return np.array([(int.from_bytes(top) >> 3) / 2**53 for top in tops], dtype=np.float64)


def key_fingerprint(key: bytes) -> str:
    """Sixteen hex digits that tell two keys apart and give neither away."""
    return hmac.digest(key, FINGERPRINT_TEXT, hashlib.sha256).hex()[:16]


def select_prn(
    prn: ArrayLike,
    stratum: ArrayLike | Sequence[str],
    sizes: Mapping[str, int],
    *,
    start: float | Mapping[str, float] = 0.0,
    ids: Sequence[str],
    resting: ArrayLike | None = None,
) -> Selection:
    """Take, in each stratum, the n units whose number follows `start`: the smallest (prn - start) mod 1.

    Args:
        prn: permanent random numbers, shape (n,), in [0, 1).
        stratum: label of each unit, shape (n,).
        sizes: units to take per stratum; strata not named are left out.
        start: where the draw begins, one number or one per stratum (default 0 where absent).
        ids: identifier of each unit; decides between equal numbers.
        resting: True for units on holiday; they are taken only when the others do not suffice.

    Raises:
        SamplingError: a stratum is unknown or too small, or a number is outside [0, 1).

    Source:
        Ohlsson (1995), Coordination of samples using permanent random numbers.
    """
    u = _drawable(prn, ids)
    names = list(sizes)
    codes = _coded_as(names, stratum, length=u.size)
    starts = [(start.get(name, 0.0) if isinstance(start, Mapping) else start) % 1.0 for name in names]
    wanted = np.array([sizes[name] for name in names], dtype=np.int64)
    rest = None if resting is None else flags(resting, "resting", length=u.size)
    pop = np.bincount(codes, minlength=len(names) + 1)[: len(names)].astype(np.int64)
    _check_sizes(names, wanted, pop)
    key = _keys(u, codes, np.array([*starts, 0.0]), rest)
    indices = _smallest(key, codes, wanted, pop, ids)
    broken = _breaches(indices, codes, wanted, pop, rest)
    draws = zip(names, pop.tolist(), wanted.tolist(), starts, broken.tolist(), strict=True)
    return Selection(indices, tuple(StratumDraw(*draw) for draw in draws))


def select_coded(
    prn: Floats,
    stratum: Ints,
    sizes: ArrayLike,
    *,
    start: ArrayLike = 0.0,
    ids: Sequence[str] | None = None,
) -> Ints:
    """`select_prn` for strata numbered 0 to H-1: positions of the selected, in stratum then selection order.

    Args:
        prn: shape (n,). stratum: number of each unit's stratum, shape (n,). sizes: units to take, shape (H,).
        start: one number, or one per stratum, shape (H,).
        ids: decide between equal numbers; without them the earlier unit goes first.

    Raises:
        SamplingError: a stratum's number is not below H, or it has too few units.
    """
    wanted = np.asarray(sizes, dtype=np.int64)
    pop = np.bincount(stratum, minlength=wanted.size).astype(np.int64)
    if pop.size != wanted.size:
        raise SamplingError(f"stratum: numbers must be below {wanted.size}")
    _check_sizes([str(h) for h in range(wanted.size)], wanted, pop)
    starts = np.broadcast_to(np.asarray(start, dtype=np.float64) % 1.0, wanted.shape)
    return _smallest(_keys(prn, stratum, starts, None), stratum, wanted, pop, ids)


def rotate(start: float, *, fraction: float, rate: float) -> float:
    """Where next year's draw begins: start + rate x fraction, mod 1.

    `fraction` is n/N of the stratum, `rate` the share of the sample replaced each year. A unit then stays
    1/rate years, and is out (1 - fraction) / (rate fraction) years.

    Raises:
        SamplingError: the fraction or the rate is outside 0 to 1.

    Source:
        Ohlsson (1995), Coordination of samples using permanent random numbers, shifting the start.
    """
    if not (0 <= fraction <= 1 and 0 <= rate <= 1):
        raise SamplingError(f"fraction {fraction} and rate {rate}: both must be within 0 to 1")
    return (start + rate * fraction) % 1.0


def holiday_holds(*, fraction: float, rate: float, years: float) -> bool:
    """Whether rotation alone rests every unit for `years` after its term: f <= 1 / (1 + rate years)."""
    return fraction <= 1 / (1 + rate * years)


def overlap(first: Sequence[str], second: Sequence[str]) -> Overlap:
    """The overlap of two draws, by the ids of their units."""
    one, two = set(first), set(second)
    return Overlap(len(one), len(two), len(one & two))


def _drawable(prn: ArrayLike, ids: Sequence[str]) -> Floats:
    u = floats(prn, "prn")
    if not np.all((u >= 0) & (u < 1)):
        raise SamplingError("prn: every number must be within [0, 1)")
    if len(ids) != u.size:
        raise SamplingError(f"ids: expected {u.size}, got {len(ids)}")
    return u


def _coded_as(names: list[str], stratum: ArrayLike | Sequence[str], *, length: int) -> Ints:
    """The number of each unit's stratum among `names`; units of no named stratum come after them all."""
    # A million texts are looked up far faster than they are sorted.
    names_of_units = stratum if isinstance(stratum, list) else labels(stratum, "stratum").tolist()
    if len(names_of_units) != length:
        raise SamplingError(f"stratum: expected shape ({length},), got shape ({len(names_of_units)},)")
    rank = {name: position for position, name in enumerate(names)}
    return np.fromiter(map(rank.get, names_of_units, repeat(len(names))), np.int64, length)


def _check_sizes(names: Sequence[str], wanted: Ints, pop: Ints) -> None:
    for h in np.flatnonzero((wanted < 0) | (wanted > pop)).tolist():
        raise SamplingError(f"stratum {names[h]!r}: {wanted[h]} wanted of {pop[h]} units")


def _keys(u: Floats, codes: Ints, starts: Floats, resting: Flags | None) -> Floats:
    """What decides the order: the distance of the number after the start, a whole turn more when resting."""
    key = u
    if starts.any():
        after = u - starts[codes]
        key = np.where(after < 0, after + 1.0, after)
    return key if resting is None else key + resting


def _smallest(key: Floats, codes: Ints, wanted: Ints, pop: Ints, ids: Sequence[str] | None) -> Ints:
    """Positions of the `wanted` smallest keys of each stratum.

    Only units below a cut that the n smallest all but surely keep under are sorted: the n-th of N uniform
    numbers is near n/N, give or take sqrt(n)/N. Where a stratum has too few below its cut, all are sorted.
    """
    fraction = wanted / np.maximum(pop, 1)
    slack = 8 * np.sqrt(fraction / np.maximum(pop, 1)) + 20 / np.maximum(pop, 1)
    cut = np.append(np.where(wanted > 0, fraction + slack, -1.0), -1.0)
    kept = np.flatnonzero(key < cut[codes])
    if np.any(np.bincount(codes[kept], minlength=wanted.size)[: wanted.size] < wanted):
        kept = np.flatnonzero(codes < wanted.size)
    ordered = _ordered(key, codes, kept, ids)
    held = np.bincount(codes[ordered], minlength=wanted.size)
    place = np.arange(ordered.size) - np.repeat(np.cumsum(held) - held, held)
    return ordered[place < wanted[codes[ordered]]].astype(np.int64)


def _ordered(key: Floats, codes: Ints, kept: Ints, ids: Sequence[str] | None) -> Ints:
    """The kept units by stratum, then key, then id (or position)."""
    by_key = kept[np.argsort(key[kept])]
    # Small whole numbers are sorted by counting, which keeps the order of the keys within a stratum.
    small = codes[by_key].astype(np.int16 if codes.max(initial=0) < 2**15 else np.int64)
    ordered = by_key[np.argsort(small, kind="stable")]
    if not np.any((np.diff(key[ordered]) == 0) & (np.diff(codes[ordered]) == 0)):
        return ordered
    names = kept if ids is None else np.array([ids[i] for i in kept], dtype=np.str_)
    return kept[np.lexsort((names, key[kept], codes[kept]))]


def _breaches(indices: Ints, codes: Ints, wanted: Ints, pop: Ints, resting: Flags | None) -> Ints:
    """Resting units taken in each stratum; where all are taken, rest was never promised."""
    if resting is None:
        return np.zeros(wanted.size, dtype=np.int64)
    taken = np.bincount(codes[indices], resting[indices], minlength=wanted.size).astype(np.int64)
    return np.where(wanted < pop, taken, 0)
