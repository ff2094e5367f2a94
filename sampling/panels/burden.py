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


@dataclass(frozen=True)
class MinutesBand:
    """Units asked for more than `low` minutes and at most `high`; None: no end."""

    low: float
    high: float | None
    units: int


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
    burdens = [burden_of(unit, minutes, max_invitations, max_minutes) for unit, minutes in asked.items()]
    return tuple(sorted(burdens, key=lambda burden: (-burden.minutes, -burden.invitations, burden.unit)))


def resting(
    ids: Sequence[str],
    asked: Mapping[str, Iterable[int]],
    *,
    year: int,
    holiday: int,
    term: int | None = None,
) -> Flags:
    """Units owed a rest in `year`: their term is over and the holiday after it is not.

    Args:
        ids: the units, in the order of the answer. asked: the years in which each was selected.
        holiday: years of rest after the last year of a term.
        term: the most years in a row; one that leaves earlier is owed its rest from then on. None: rotation
            alone ends terms, and a unit is owed its rest once it has left. A strict term sends away those
            whom chance gives a year more, which lowers the overlap and favours units new on the frame.

    Returns:
        Truth values, shape (n,), for `select_prn(resting=...)`, which takes those at rest when others do
        not suffice.

    Raises:
        SamplingError: a term below 1 year, or a negative rest.
    """
    if (term is not None and term < 1) or holiday < 0:
        raise SamplingError(
            f"term {term} and holiday {holiday}: need a term of 1 year or more and no negative rest"
        )
    resting = {unit for unit, years in asked.items() if _rests(years, year, term, holiday)}
    return np.fromiter(map(resting.__contains__, ids), np.bool_, len(ids))


def minutes_bands(minutes: Iterable[float], *, ceiling: float, bands: int = 3) -> tuple[MinutesBand, ...]:
    """How many units are asked how much: equal bands up to the ceiling, then all above it.

    Args:
        minutes: of each unit in one year, over all surveys; those not asked (nought) are left out.
        ceiling: minutes a year, > 0.

    Raises:
        SamplingError: the ceiling or the number of bands is not above 0.
    """
    if ceiling <= 0 or bands < 1:
        raise SamplingError(f"ceiling {ceiling} and {bands} bands: both must be above 0")
    values = np.array(list(minutes), dtype=np.float64)
    edges = np.linspace(0.0, ceiling, bands + 1)
    place = np.searchsorted(edges, values[values > 0])
    counts = np.bincount(place, minlength=bands + 2)
    ends = [*edges[1:].tolist(), None]
    starts = edges.tolist()
    return tuple(
        MinutesBand(low, high, int(count))
        for low, high, count in zip(starts, ends, counts[1:].tolist(), strict=True)
    )


def burden_of(
    unit: str, minutes: Sequence[float], max_invitations: int | None, max_minutes: float | None
) -> Burden:
    """What one unit is asked in a year, minutes by invitation, and the ceilings that passes."""
    total = float(sum(minutes))
    passed = []
    if max_invitations is not None and len(minutes) > max_invitations:
        passed.append("invitations")
    if max_minutes is not None and total > max_minutes:
        passed.append("minutes")
    return Burden(unit, len(minutes), total, tuple(passed))


def _rests(asked: Iterable[int], year: int, term: int | None, holiday: int) -> bool:
    years = [y for y in asked if y < year]
    if not years or year - max(years) > holiday:
        return False
    last = max(years)
    if term is None:
        return last < year - 1
    run = next(length for length in range(1, len(years) + 1) if last - length not in years)
    in_term = last == year - 1 and run % term != 0
    return not in_term
