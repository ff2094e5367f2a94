"""Tables that show the same figures: what is suppressed in one must not be read in another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, vstack

from sampling.arrays import Flags, Floats, Ints
from sampling.disclosure.added_up import sums_between
from sampling.disclosure.protection import TOLERANCE, Additive, cheapest_suppression, intervals
from sampling.disclosure.suppression import (
    Suppressed,
    SuppressedCell,
    additive,
    inside,
    primary_suppression,
    tidy,
    with_margins,
)
from sampling.errors import SamplingError, SuppressionError

# Places of parts, shape (k, m), and of what they add up to, shape (m,).
_Sum = tuple[Ints, Ints]


@dataclass(frozen=True)
class _Joint:
    """All cells of all tables, the same figure once. `place`: per table, shape (R+1, C+1), its figures."""

    cells: Additive
    place: dict[str, Ints]
    inner: Flags


def suppress_linked(
    tables: Mapping[str, ArrayLike],
    links: Sequence[Sequence[str]],
    *,
    threshold: float,
    protection: float | None = None,
    suppress_margins: bool = True,
) -> dict[str, Suppressed]:
    """Suppress small counts in several tables at once: a figure of two tables in both or in neither.

    Args:
        tables: name -> counts, shape (R, C).
        links: groups of tables that share lines of figures: a margin of two, a margin of one that is a row
            or column inside another, or rows or columns of one that are those of another, or sums of them, in
            any order (`added_up`). Every two of a group are compared.
        threshold, protection, suppress_margins: as `suppress_table`. A margin that is an inner cell of
            another table may always be suppressed.

    Raises:
        SamplingError: a table shares no line with its group. SuppressionError: no choice protects every
            suppressed cell.
    """
    whole = {name: with_margins(counts) for name, counts in tables.items()}
    joint = _join(whole, links)
    values, may = joint.cells.values, joint.inner | suppress_margins
    primary = primary_suppression(values, threshold) & may
    wanted = threshold if protection is None else protection
    cost = np.where(joint.inner, values, values + values.max())
    may_suppress = may & ~primary & (values > 0)
    suppressed = (
        cheapest_suppression(joint.cells, primary, may_suppress, cost, protection=wanted)
        if primary.any()
        else primary
    )
    if suppressed is None:
        raise _fault(joint, primary, may_suppress, wanted)
    bounds = _bounds(joint, suppressed)
    return {
        name: _one(whole[name], place, primary, suppressed, bounds) for name, place in joint.place.items()
    }


def _join(tables: Mapping[str, Floats], links: Sequence[Sequence[str]]) -> _Joint:
    start = np.cumsum([0, *(table.size for table in tables.values())])
    place = {
        name: np.arange(first, first + table.size, dtype=np.int64).reshape(table.shape)
        for (name, table), first in zip(tables.items(), start, strict=False)
    }
    same = np.arange(start[-1], dtype=np.int64)
    sums = [each for group in links for each in _join_group(group, tables, place, same)]
    return _joint(tables, place, same, sums)


def _join_group(
    group: Sequence[str], tables: Mapping[str, Floats], place: Mapping[str, Ints], same: Ints
) -> list[_Sum]:
    """Every two tables of the group: the first and the last may share what the second has not.

    Returns:
        What adds up between them and is not one figure.
    """
    unknown = [name for name in group if name not in tables]
    if unknown:
        raise SamplingError(f"linked tables {', '.join(unknown)} are not among the tables")
    alone, sums = set(group), []
    for one, two in combinations(group, 2):
        for a, b in _shared(tables[one], tables[two]):
            _unite(same, place[one].ravel()[a], place[two].ravel()[b])
            alone -= {one, two}
        for parts, total in _sums(tables[one], tables[two], place[one].ravel(), place[two].ravel()):
            alone -= {one, two}
            if len(parts) == 1:
                _unite(same, parts[0], total)
            else:
                sums.append((parts, total))
    if alone:
        names = ", ".join(name for name in group if name in alone)
        raise SamplingError(f"linked tables share no row, column or margin: {names}")
    return sums


def _sums(one: Floats, two: Floats, at_one: Ints, at_two: Ints) -> Iterator[_Sum]:
    for each in sums_between(one, two):
        of, whole = (at_one, at_two) if each.parts_in_first else (at_two, at_one)
        yield of[each.parts], whole[each.whole]


def _shared(one: Floats, two: Floats) -> list[tuple[Ints, Ints]]:
    """Positions of the lines both tables show: margins of both first, else a margin within the other."""
    margins = [(a, b) for a in _margins(one) for b in _margins(two) if _agree(one, a, two, b)]
    if margins:
        return margins
    nested = [(a, b) for a in _lines(one) for b in _margins(two) if _agree(one, a, two, b)]
    return nested + [(a, b) for a in _margins(one) for b in _lines(two) if _agree(one, a, two, b)]


def _margins(table: Floats) -> list[Ints]:
    place = np.arange(table.size, dtype=np.int64).reshape(table.shape)
    return [place[-1, :], place[:, -1]]


def _lines(table: Floats) -> list[Ints]:
    place = np.arange(table.size, dtype=np.int64).reshape(table.shape)
    return [*place[:-1, :], *place[:, :-1].T]


def _agree(one: Floats, a: Ints, two: Floats, b: Ints) -> bool:
    return a.size == b.size and bool(np.array_equal(one.ravel()[a], two.ravel()[b]))


def _unite(same: Ints, a: Ints, b: Ints) -> None:
    """Let every figure of `a` and its fellow of `b` be one, together with all that already are."""
    for x, y in zip(same[a].tolist(), same[b].tolist(), strict=True):
        low, high = sorted((int(same[x]), int(same[y])))
        same[same == high] = low


def _joint(
    tables: Mapping[str, Floats], place: Mapping[str, Ints], same: Ints, between: Sequence[_Sum]
) -> _Joint:
    _, figure = np.unique(same, return_inverse=True)
    count = int(figure.max()) + 1
    values, inner = np.zeros(count), np.zeros(count, dtype=np.bool_)
    sums, mapped = [], {}
    for name, table in tables.items():
        at = figure[place[name].ravel()]
        values[at] = table.ravel()
        inner[at] |= inside(table).ravel()
        mapped[name] = at.reshape(table.shape)
        own = additive(table).sums.tocoo()
        sums.append(csr_array((own.data, (own.coords[0], at[own.coords[1]])), shape=(own.shape[0], count)))
    sums += [_equations(figure[parts], figure[total], count) for parts, total in between]
    return _Joint(Additive(values, csr_array(vstack(sums, format="csr"))), mapped, inner)


def _equations(parts: Ints, total: Ints, count: int) -> csr_array:
    """Parts, shape (k, m), less their total, shape (m,): m rows of `count` figures."""
    rows = np.tile(np.arange(total.size), len(parts) + 1)
    signs = np.concatenate([np.ones(parts.size), -np.ones(total.size)])
    return csr_array((signs, (rows, np.concatenate([parts.ravel(), total]))), shape=(total.size, count))


def _fault(joint: _Joint, primary: Flags, may: Flags, protection: float) -> SuppressionError:
    """The first table with a cell that stays too narrow with all others suppressed, and those cells."""
    targets = np.flatnonzero(primary)
    widths = dict(zip(targets.tolist(), intervals(joint.cells, primary | may, targets).width, strict=True))
    for name, place in joint.place.items():
        narrow = {
            (int(r), int(c)): float(widths[int(place[r, c])])
            for r, c in zip(*np.nonzero(primary[place]), strict=True)
            if widths[int(place[r, c])] < protection - TOLERANCE
        }
        if narrow:
            return SuppressionError(protection, narrow, name)
    return SuppressionError(protection, {})


def _bounds(joint: _Joint, suppressed: Flags) -> dict[int, tuple[float, float]]:
    targets = np.flatnonzero(suppressed)
    audited = intervals(joint.cells, suppressed, targets)
    return {
        int(target): (tidy(low), tidy(high))
        for target, low, high in zip(targets, audited.lower, audited.upper, strict=True)
    }


def _one(
    table: Floats, place: Ints, primary: Flags, suppressed: Flags, bounds: Mapping[int, tuple[float, float]]
) -> Suppressed:
    mask, first = suppressed[place], primary[place]
    audit = tuple(
        SuppressedCell(int(r), int(c), *bounds[int(place[r, c])])
        for r, c in zip(*np.nonzero(mask), strict=True)
    )
    secondary = mask & ~first
    return Suppressed(mask, first, secondary, audit, float(table[secondary].sum()))
