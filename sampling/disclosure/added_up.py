"""Which rows of one table are rows of another, or sums of them, in whatever order either has them.

Whoever reads two tables may lay them beside each other and subtract. What adds up by chance is taken for a
sum too: an equation that holds can only make an outsider stronger than they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, eye_array, hstack, vstack

from sampling.arrays import Flags, Floats, Ints

# Seconds for a pair of tables; what is known by then is used.
MAX_SECONDS = 20.0


@dataclass(frozen=True)
class Sum:
    """Places of a table with margins, flat: `parts`, shape (k, m), add up to `whole` of the other, (m,)."""

    parts: Ints
    whole: Ints
    parts_in_first: bool


def sums_between(one: Floats, two: Floats) -> Iterator[Sum]:
    """Every row or column of either table that is a row or column, or a sum of some, of the other.

    Args:
        one, two: tables with margins, shape (R+1, C+1).
    """
    for first, at_first in _turned(one):
        for second, at_second in _turned(two):
            for ours, theirs in _aligned(first, second):
                a, at_a, b, at_b = first[:, ours], at_first[:, ours], second[:, theirs], at_second[:, theirs]
                yield from (Sum(at_a[rows], at_b[row], True) for rows, row in _made_of(a, b))
                yield from (Sum(at_b[rows], at_a[row], False) for rows, row in _made_of(b, a))


def _turned(table: Floats) -> Iterator[tuple[Floats, Ints]]:
    place = np.arange(table.size, dtype=np.int64).reshape(table.shape)
    yield table, place
    yield table.T, place.T


def _aligned(one: Floats, two: Floats) -> Iterator[tuple[Ints, Ints]]:
    """The columns of both in one order, the total last: as they stand, or by totals that agree."""
    if one.shape[1] != two.shape[1]:
        return
    inner = one.shape[1] - 1
    as_they_stand = np.arange(inner + 1)
    by_total = [np.append(np.argsort(table[-1, :-1], kind="stable"), inner) for table in (one, two)]
    if np.array_equal(one[-1], two[-1]):
        yield as_they_stand, as_they_stand
    elif np.array_equal(one[-1, by_total[0]], two[-1, by_total[1]]):
        yield by_total[0], by_total[1]
    else:
        yield as_they_stand, as_they_stand


def _made_of(one: Floats, two: Floats) -> Iterator[tuple[Ints, int]]:
    """Rows of `one` that add up to a row of `two`, as many as there are; each row of `one` in one sum.

    The totals are rows as well. A single column says little: there all rows must be used on both sides.
    """
    if one.shape[1] > 2 and np.array_equal(one[-1], two[-1]):
        yield np.array([one.shape[0] - 1]), two.shape[0] - 1
    parts, wholes = np.flatnonzero(one[:-1, -1] > 0), np.flatnonzero(two[:-1, -1] > 0)
    if not parts.size or not wholes.size:
        return
    of = _runs(one[parts], two[wholes])
    left, wanted = np.flatnonzero(~of.any(axis=1)), np.flatnonzero(~of.any(axis=0))
    if left.size and wanted.size:
        of[np.ix_(left, wanted)] = _assigned(one[parts[left]], two[wholes[wanted]])
    if one.shape[1] <= 2 and not (of.any(axis=0).all() and of.any(axis=1).all()):
        return
    for column in np.flatnonzero(of.any(axis=0)):
        yield parts[of[:, column]], int(wholes[column])


def _runs(parts: Floats, wholes: Floats) -> Flags:
    """Wholes that are one part, or parts that follow each other: as tables mostly have them."""
    made = np.zeros((len(parts), len(wholes)), dtype=np.bool_)
    up_to = np.concatenate([np.zeros((1, parts.shape[1])), np.cumsum(parts, axis=0)])
    after = {row.tobytes(): place for place, row in enumerate(up_to)}
    for whole, figures in enumerate(wholes):
        for start in range(len(parts)):
            end = after.get((up_to[start] + figures).tobytes(), 0)
            if end > start and not made[start:end].any():
                made[start:end, whole] = True
                break
    return made


def _assigned(parts: Floats, wholes: Floats) -> Flags:
    """Which part goes into which whole, so that most wholes are made up exactly: shape (parts, wholes)."""
    fits = np.all(parts[:, None, :] <= wholes[None, :, :], axis=2)
    part, whole = np.nonzero(fits)
    pairs, count = np.arange(part.size), wholes.shape[0]
    into = csr_array((np.ones(part.size), (whole, pairs)), shape=(count, part.size))
    figures = [
        hstack([into * column[part], -diags_array(goal)])
        for column, goal in zip(parts.T, wholes.T, strict=True)
    ]
    once = csr_array((np.ones(part.size), (part, pairs)), shape=(len(parts), part.size + count))
    only_there = hstack([eye_array(part.size), -into.T])
    answer = milp(
        np.concatenate([np.full(part.size, 1.0 / (part.size + 1)), -np.ones(count)]),
        integrality=np.ones(part.size + count, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(vstack(figures, format="csr"), 0, 0),
            LinearConstraint(once, 0, 1),
            LinearConstraint(csr_array(only_there), -np.inf, 0),
        ],
        options={"time_limit": MAX_SECONDS},
    )
    made = np.zeros(fits.shape, dtype=np.bool_)
    if answer.x is not None:
        made[part, whole] = answer.x[: part.size] > 0.5
    return made
