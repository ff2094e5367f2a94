"""Joining cells or strata that cannot stand alone, along a map declared beforehand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sampling.arrays import Coded, Flags, Floats, Ints, Labels, coded
from sampling.errors import CellError, SamplingError

# What is wrong with a cell, from its base weights and who responded; None when it can stand alone.
Fault = Callable[[Floats, Flags], str | None]


@dataclass(frozen=True)
class Join:
    """Cells that became one: `members` are the names as they first were."""

    target: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """The final cell of every unit, shape (n,), coded if the cells were, and the joins that led there."""

    cells: Labels | Coded
    joins: tuple[Join, ...]


def join_cells(
    cells: Labels | Coded,
    weights: Floats,
    responded: Flags,
    *,
    fault: Fault,
    collapse: Mapping[str, str] | None,
) -> Joined:
    """Join cells with a fault to the target of the map, whole, again and again until no cell has one.

    A target takes every cell that leads to it, directly or through other targets, and no other; cells whose
    target nobody needs stay as they are.

    Args:
        cells: cell of each unit, shape (n,). weights: base weights, shape (n,).
        responded: True where the unit responded, shape (n,).
        fault: what is wrong with a cell. collapse: cell -> target.

    Raises:
        CellError: a cell has a fault and no target. SamplingError: the map goes round in a circle.
    """
    names, codes = coded(cells)
    chains = _chains(collapse or {}, set(names))
    now = {name: name for name in names}
    parts = dict(zip(names, _parts(codes, len(names), weights, responded), strict=True))
    while True:
        wanted = _targets(now, parts, fault=fault, collapse=collapse or {})
        if not wanted:
            final = Coded(tuple(now[name] for name in names), codes)
            return Joined(final if isinstance(cells, Coded) else np.array(final.names)[codes], _joins(now))
        for name, chain in chains.items():
            now[name] = next((step for step in reversed(chain) if step in wanted), now[name])


def join_silent(strata: Labels | Coded, responded: Flags, *, collapse: Mapping[str, str] | None) -> Joined:
    """Join strata in which nobody responded to others by a declared map, so that their units are not lost.

    Args:
        strata: stratum of each sampled unit, shape (n,). responded: True where it responded, shape (n,).

    Raises:
        CellError: a stratum without a respondent has no target.
    """

    def silent(_: Floats, answered: Flags) -> str | None:
        return None if answered.any() else "nobody responded"

    return join_cells(strata, np.ones(strata.size), responded, fault=silent, collapse=collapse)


def _chains(collapse: Mapping[str, str], names: set[str]) -> dict[str, list[str]]:
    """Every cell with itself and the targets above it, nearest first."""
    chains = {}
    for name in names:
        chain = [name]
        while (above := collapse.get(chain[-1])) is not None:
            if above in chain:
                raise SamplingError(f"collapse map: {' -> '.join([*chain, above])} goes round in a circle")
            chain.append(above)
        chains[name] = chain
    return chains


def _parts(codes: Ints, count: int, weights: Floats, responded: Flags) -> list[tuple[Floats, Flags]]:
    """Weights and responses of each cell, brought together once."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=count))[:-1]
    return list(zip(np.split(weights[order], ends), np.split(responded[order], ends), strict=True))


def _targets(
    now: Mapping[str, str],
    parts: Mapping[str, tuple[Floats, Flags]],
    *,
    fault: Fault,
    collapse: Mapping[str, str],
) -> set[str]:
    members: dict[str, list[tuple[Floats, Flags]]] = {}
    for name, final in now.items():
        members.setdefault(final, []).append(parts[name])
    targets = set()
    for name, held in sorted(members.items()):
        weights = np.concatenate([part[0] for part in held])
        responded = np.concatenate([part[1] for part in held])
        reason = fault(weights, responded)
        if reason is None:
            continue
        if name not in collapse:
            raise CellError(name, weights.size, int(responded.sum()), reason)
        targets.add(collapse[name])
    return targets


def _joins(now: Mapping[str, str]) -> tuple[Join, ...]:
    members: dict[str, list[str]] = {}
    for name, target in sorted(now.items()):
        members.setdefault(target, []).append(name)
    return tuple(Join(target, tuple(names)) for target, names in members.items() if names != [target])
