"""Whether anything protected follows from what is printed: one linear programme for many targets at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse import eye_array as identity

from sampling.arrays import Floats
from sampling.disclosure.protection import TOLERANCE
from sampling.disclosure.system import System, Target
from sampling.errors import SamplingError


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
    then is left is tried by itself.

    Raises:
        SamplingError: the solver did not finish.
    """
    return tuple(red for said_so in (True, False) for red in _red(system, said_so))


def _red(system: System, said_so: bool) -> list[Red]:
    left = [target for target in system.targets if not _met(system.truth, target, said_so)]
    while left:
        table = _table(system, left, said_so)
        still = [target for target in left if not (_whole(system, table) and _met(table, target, said_so))]
        if len(still) == len(left):
            return _alone(system, left, said_so)
        left = still
    return []


def _alone(system: System, left: Sequence[Target], said_so: bool) -> list[Red]:
    red = []
    for target in left:
        table = _table(system, [target], said_so)
        if _met(table, target, said_so) and not _whole(system, table):
            table = _table(system, [target], said_so, whole=True)
        if not _met(table, target, said_so):
            red.append(Red(target, said_so, _reached(table, target, said_so)))
    return red


def _reached(table: Floats, target: Target, said_so: bool) -> float:
    count = float(table[target.columns].sum())
    return count if said_so else target.room - count


def _met(table: Floats, target: Target, said_so: bool) -> bool:
    return _reached(table, target, said_so) >= target.need - TOLERANCE


def _whole(system: System, table: Floats) -> bool:
    """Whether the table, its rounding taken off, is one of whole numbers that agrees with every row."""
    counts = np.round(table)
    sums = system.rows @ counts
    agrees = np.all((sums >= system.least - TOLERANCE) & (sums <= system.most + TOLERANCE))
    return bool(np.abs(table - counts).max(initial=0.0) < 1e-4 and agrees)


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
    )
    if answer.x is None:
        raise SamplingError(f"the audit of what is printed did not finish: {answer.message}")
    return np.asarray(answer.x[:unknowns])


def _membership(targets: Sequence[Target], unknowns: int) -> csr_array:
    rows = np.repeat(np.arange(len(targets)), [target.columns.size for target in targets])
    columns = np.concatenate([target.columns for target in targets])
    return csr_array((np.ones(columns.size), (rows, columns)), shape=(len(targets), unknowns))
