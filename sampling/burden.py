"""What each organisation has been asked already: who is owed a rest, and whose ceiling is passed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sampling.arrays import Flags
from sampling.errors import SamplingError


@dataclass(frozen=True)
class Request:
    """One invitation to one unit in one year, and the minutes it was expected to take."""

    unit: str
    year: int
    minutes: float


@dataclass(frozen=True)
class Burden:
    """What one unit was asked in one year, and which ceilings that passes: invitations, minutes or both."""

    unit: str
    invitations: int
    minutes: float
    passed: tuple[str, ...]


def burden_report(
    requests: Iterable[Request],
    *,
    year: int,
    max_invitations: int | None = None,
    max_minutes: float | None = None,
) -> tuple[Burden, ...]:
    """The burden of every unit asked in `year`, heaviest first."""
    asked: dict[str, list[float]] = {}
    for request in requests:
        if request.year == year:
            asked.setdefault(request.unit, []).append(request.minutes)
    burdens = [_burden(unit, minutes, max_invitations, max_minutes) for unit, minutes in asked.items()]
    return tuple(sorted(burdens, key=lambda burden: (-burden.minutes, -burden.invitations, burden.unit)))


def resting(
    ids: Sequence[str], asked: Mapping[str, Iterable[int]], *, year: int, term: int, holiday: int
) -> Flags:
    """Units owed a rest in `year`: their term is over and the holiday after it is not.

    Args:
        ids: the units, in the order of the answer. asked: the years in which each was selected.
        term: years a unit stays selected; one that leaves earlier is owed its rest from then on.
        holiday: years of rest after the last year of a term.

    Returns:
        Shape (n,), for `select_prn(resting=...)`, which takes resting units only when others do not suffice.
    """
    if term < 1 or holiday < 0:
        raise SamplingError(
            f"term {term} and holiday {holiday}: need a term of 1 year or more and no negative rest"
        )
    owed = [_owed({y for y in asked.get(unit, ()) if y < year}, year, term, holiday) for unit in ids]
    return np.array(owed, dtype=np.bool_)


def _burden(
    unit: str, minutes: Sequence[float], max_invitations: int | None, max_minutes: float | None
) -> Burden:
    total = float(sum(minutes))
    passed = []
    if max_invitations is not None and len(minutes) > max_invitations:
        passed.append("invitations")
    if max_minutes is not None and total > max_minutes:
        passed.append("minutes")
    return Burden(unit, len(minutes), total, tuple(passed))


def _owed(years: set[int], year: int, term: int, holiday: int) -> bool:
    if not years or year - max(years) > holiday:
        return False
    last = max(years)
    run = next(length for length in range(1, len(years) + 1) if last - length not in years)
    in_term = last == year - 1 and run % term != 0
    return not in_term
