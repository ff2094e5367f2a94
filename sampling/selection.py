"""WHO is asked: permanent random numbers, assigned once, so that draws of different years agree."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, Ints, Labels, coded, flags, floats, labels
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

    @property
    def share_of_first(self) -> float | None:
        return self.both / self.first if self.first else None


def assign_prn(unit_ids: Sequence[str], key: bytes) -> Floats:
    """The permanent random number of each unit, shape (n,), in [0, 1).

    The first 53 bits of HMAC-SHA256(key, id), over 2^53: the same on any machine, unpredictable without the
    key, and independent of the order of the units.
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
    u, unit_strata = _drawable(prn, stratum, ids)
    rest = np.zeros(u.size, dtype=np.bool_) if resting is None else flags(resting, "resting", length=u.size)
    members = _members(unit_strata)
    draws, taken = [], []
    for name, n in sizes.items():
        here = members.get(name, np.empty(0, dtype=np.int64))
        first = (start.get(name, 0.0) if isinstance(start, Mapping) else start) % 1.0
        _check_size(name, n, here.size)
        chosen = _first(u, here, n, start=first, ids=ids, resting=rest)
        breaches = int(rest[chosen].sum()) if n < here.size else 0
        draws.append(StratumDraw(name, int(here.size), n, first, breaches))
        taken.append(chosen)
    indices = np.concatenate(taken) if taken else np.empty(0, dtype=np.int64)
    return Selection(indices, tuple(draws))


def rotate(start: float, *, fraction: float, rate: float) -> float:
    """Where next year's draw begins: start + rate x fraction, mod 1.

    `fraction` is n/N of the stratum, `rate` the share of the sample replaced each year. A unit then stays
    1/rate years, and is out (1 - fraction) / (rate fraction) years.
    """
    if not (0 <= fraction <= 1 and 0 <= rate <= 1):
        raise SamplingError(f"fraction {fraction} and rate {rate}: both must be within 0 to 1")
    return (start + rate * fraction) % 1.0


def holiday_holds(*, fraction: float, rate: float, years: float) -> bool:
    """Whether rotation alone rests every unit for `years` after its term: f <= 1 / (1 + rate years)."""
    return fraction <= 1 / (1 + rate * years)


def expected_overlap(pop_size: int, *, first: int, second: int, shift: float) -> float:
    """Units expected in both of two draws of one stratum whose starts differ by `shift`.

    The length shared by the intervals [0, f1) and [shift, shift + f2) of the circle, times N.
    """
    if pop_size == 0:
        return 0.0
    f1, f2, delta = first / pop_size, second / pop_size, shift % 1.0
    direct = max(0.0, min(f1, delta + f2) - delta)
    wrapped = max(0.0, min(f1, delta + f2 - 1))
    return pop_size * (direct + wrapped)


def overlap(first: Sequence[str], second: Sequence[str]) -> Overlap:
    """The overlap of two draws, by the ids of their units."""
    one, two = set(first), set(second)
    return Overlap(len(one), len(two), len(one & two))


def _drawable(
    prn: ArrayLike, stratum: ArrayLike | Sequence[str], ids: Sequence[str]
) -> tuple[Floats, Labels]:
    u = floats(prn, "prn")
    if not np.all((u >= 0) & (u < 1)):
        raise SamplingError("prn: every number must be within [0, 1)")
    if len(ids) != u.size:
        raise SamplingError(f"ids: expected {u.size}, got {len(ids)}")
    return u, labels(stratum, "stratum", length=u.size)


def _members(stratum: Labels) -> dict[str, Ints]:
    """Positions of the units of each stratum."""
    names, codes = coded(stratum)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))[:-1]
    return dict(zip(names, np.split(order, ends), strict=True)) if names else {}


def _check_size(name: str, n: int, available: int) -> None:
    if not 0 <= n <= available:
        raise SamplingError(f"stratum {name!r}: {n} wanted of {available} units")


def _first(u: Floats, here: Ints, n: int, *, start: float, ids: Sequence[str], resting: Flags) -> Ints:
    key = (u[here] - start) % 1.0 + resting[here]
    names = np.array([ids[i] for i in here], dtype=np.str_)
    return here[np.lexsort((names, key))[:n]]
