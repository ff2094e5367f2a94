"""Whether anything protected follows from what is printed: one linear programme for many targets at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, hstack, vstack
from scipy.sparse import eye_array as identity
from scipy.sparse.csgraph import connected_components

from sampling.arrays import Flags, Floats, Ints
from sampling.disclosure.protection import TOLERANCE
from sampling.disclosure.system import System, Target
from sampling.errors import SamplingError

# Unknowns that are solved for together.
AT_ONCE = 3000
# What is nearer than this to a whole number is one.
FRACTION = 1e-4
# Branches looked at for a table of whole numbers; what is not shown to be green by then counts as red.
MAX_NODES = 500


@dataclass(frozen=True)
class Red:
    """A target that is known: the count cannot reach its need (`enough` is the most it can be), or what it
    leaves of the base cannot."""

    target: Target
    said_so: bool
    enough: float


def red_targets(system: System) -> tuple[Red, ...]:
    """Every target of which an attacker could conclude that nearly nobody, or nearly everybody, said so.

    A target is green when some whole-number table that agrees with all that is printed gives it its need. The
    true table is one such; one witness, a table that maximises the needs met together, serves many more; what
    then is left is tried by itself. Only blocks that share rows are solved together, and of these only those
    with targets that the truth leaves open.

    Raises:
        SamplingError: the solver did not finish.
    """
    blocks = _blocks(system)
    return tuple(red for said_so in (True, False) for red in _red(system, blocks, said_so))


def _red(system: System, blocks: Ints, said_so: bool) -> list[Red]:
    still_open = [target for target in system.targets if not _met(system.truth, target, said_so)]
    red: list[Red] = []
    for together in _batches(still_open, blocks):
        left = together
        while left:
            met = _witnessed(system, blocks, left, said_so)
            if not any(met):
                red += _alone(system, blocks, left, said_so)
                break
            left = [target for target, done in zip(left, met, strict=True) if not done]
    return red


def _blocks(system: System) -> Ints:
    """The block of each unknown, shape (v,): those that rows or targets tie together have the same."""
    memberships = [system.rows]
    if system.targets:
        memberships.append(_membership(system.targets, system.high.size))
    tied = vstack(memberships, format="csr")
    graph = block_array([[None, tied], [tied.T, None]], format="csr")
    labels = connected_components(graph, directed=False)[1]
    return np.asarray(labels[tied.shape[0] :], dtype=np.int64)


def _batches(targets: Sequence[Target], blocks: Ints) -> Iterator[list[Target]]:
    """Targets block by block, several small blocks at a time."""
    sizes = np.bincount(blocks)
    batch: list[Target] = []
    held: set[int] = set()
    for target in sorted(targets, key=lambda each: int(blocks[each.columns[0]])):
        block = int(blocks[target.columns[0]])
        if block not in held and sum(int(sizes[each]) for each in held) + sizes[block] > AT_ONCE and batch:
            yield batch
            batch, held = [], set()
        batch.append(target)
        held.add(block)
    if batch:
        yield batch


def _witnessed(system: System, blocks: Ints, targets: Sequence[Target], said_so: bool) -> list[bool]:
    """Which targets one table shows to be green: those met in blocks where it has whole numbers."""
    part = _part(system, blocks, targets)
    table = _table(part.system, part.system.targets, said_so)
    broken = set(part.blocks[_not_whole(part.system, table)].tolist())
    return [
        _met(table, target, said_so) and int(part.blocks[target.columns[0]]) not in broken
        for target in part.system.targets
    ]


def _alone(system: System, blocks: Ints, left: Sequence[Target], said_so: bool) -> list[Red]:
    """What stays red of targets that no table of fractions serves together: each by itself, block by block.

    A table of whole numbers that is made for the rest of a block at once spares most of them.
    """
    red, todo = [], list(left)
    while todo:
        target, *others = todo
        here = [each for each in others if blocks[each.columns[0]] == blocks[target.columns[0]]]
        part = _part(system, blocks, [target, *here])
        alone, *rest = part.system.targets
        table = _table(part.system, [alone], said_so)
        if _met(table, alone, said_so) and _not_whole(part.system, table).any():
            table = _table(part.system, [alone, *rest], said_so, whole=True)
            if not _met(table, alone, said_so):
                table = _table(part.system, [alone], said_so, whole=True)
        if not _met(table, alone, said_so):
            red.append(Red(target, said_so, _reached(table, alone, said_so)))
        is_whole = not _not_whole(part.system, table).any()
        spared = {id(o) for o, r in zip(here, rest, strict=True) if is_whole and _met(table, r, said_so)}
        todo = [each for each in others if id(each) not in spared]
    return red


@dataclass(frozen=True)
class _Part:
    """Some blocks of a system, and the block of each of their unknowns."""

    system: System
    blocks: Ints


def _part(system: System, blocks: Ints, targets: Sequence[Target]) -> _Part:
    """The blocks in which targets are, with these targets alone."""
    wanted = np.unique([blocks[target.columns[0]] for target in targets])
    inside = np.isin(blocks, wanted)
    columns = np.flatnonzero(inside)
    place = np.cumsum(inside) - 1
    rows = np.flatnonzero(abs(system.rows) @ inside.astype(np.float64))
    moved = tuple(replace(target, columns=place[target.columns]) for target in targets)
    part = System(
        system.high[columns],
        system.rows[rows][:, columns],
        system.least[rows],
        system.most[rows],
        system.truth[columns],
        moved,
    )
    return _Part(part, blocks[columns])


def _reached(table: Floats, target: Target, said_so: bool) -> float:
    count = float(table[target.columns].sum())
    return count if said_so else target.room - count


def _met(table: Floats, target: Target, said_so: bool) -> bool:
    return _reached(table, target, said_so) >= target.need - TOLERANCE


def _not_whole(system: System, table: Floats) -> Flags:
    """Unknowns that the table has no whole number for, or that a row ties which its rounding breaks, (v,)."""
    counts = np.round(table)
    sums = system.rows @ counts
    broken = (sums < system.least - TOLERANCE) | (sums > system.most + TOLERANCE)
    tied = (abs(system.rows).T @ broken.astype(np.float64)) > 0
    return np.asarray((np.abs(table - counts) >= FRACTION) | tied)


def _table(system: System, targets: Sequence[Target], said_so: bool, *, whole: bool = False) -> Floats:
    """The table that gives the targets together most of their needs, shape (v,)."""
    unknowns, count = system.high.size, len(targets)
    sums = _membership(targets, unknowns) * (1.0 if said_so else -1.0)
    room = np.array([0.0 if said_so else target.room for target in targets])
    answer = milp(
        np.concatenate([np.zeros(unknowns), -np.ones(count)]),
        integrality=np.concatenate([np.full(unknowns, int(whole)), np.zeros(count)]),
        bounds=Bounds(
            np.concatenate([np.zeros(unknowns), np.full(count, -np.inf)]),
            np.concatenate([system.high, [target.need for target in targets]]),
        ),
        constraints=[
            LinearConstraint(
                vstack(
                    [
                        hstack([system.rows, csr_array((system.rows.shape[0], count))]),
                        hstack([sums, -identity(count)]),
                    ],
                    format="csr",
                ),
                np.concatenate([system.least, -room]),
                np.concatenate([system.most, np.full(count, np.inf)]),
            )
        ],
        options={"node_limit": MAX_NODES} if whole else {},
    )
    if answer.x is None and whole:
        return system.truth  # no table was come by that meets it, so it counts as known
    if answer.x is None:
        raise SamplingError(f"the audit of what is printed did not finish: {answer.message}")
    return np.asarray(answer.x[:unknowns])


def _membership(targets: Sequence[Target], unknowns: int) -> csr_array:
    rows = np.repeat(np.arange(len(targets)), [target.columns.size for target in targets])
    columns = np.concatenate([target.columns for target in targets])
    return csr_array((np.ones(columns.size), (rows, columns)), shape=(len(targets), unknowns))
