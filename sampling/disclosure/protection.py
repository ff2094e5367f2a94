"""What an outsider can work out about suppressed cells from the published ones, and which to suppress."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_diag, csr_array, vstack

from sampling.arrays import Flags, Floats, Ints
from sampling.errors import SamplingError

# Widths are whole numbers or small fractions of them; the solvers work to about 1e-7.
TOLERANCE = 1e-6
# Noughts are shown, so a count that is hidden is one or more.
LEAST_HIDDEN = 1.0


@dataclass(frozen=True)
class Additive:
    """Cells bound by sums. values: shape (m,), >= 0. sums: shape (q, m), every row times the values is 0.

    least: what a hidden cell is known to be at least; of counts 1, since that noughts are shown is no secret.
    """

    values: Floats
    sums: csr_array
    least: float = LEAST_HIDDEN

    @property
    def size(self) -> int:
        return int(self.values.size)


@dataclass(frozen=True)
class Widths:
    """Intervals of some suppressed cells, lower and upper, shape (t,), and what suppressing others would add.

    slack: shape (t, m), at least the width that suppressing each of m cells adds to each of the t intervals.
    """

    lower: Floats
    upper: Floats
    slack: Floats

    @property
    def width(self) -> Floats:
        """Upper less lower, shape (t,)."""
        return self.upper - self.lower


def intervals(cells: Additive, suppressed: Flags, targets: Ints) -> Widths:
    """The smallest and the largest that each target can be, to somebody who knows every published cell.

    Two linear programmes per target, solved together: the deviation from the true table keeps every sum,
    is nought where a cell is published, and leaves no hidden cell below its least. Widths count up to
    `reach`, beyond which an interval is as good as unbounded.

    Args:
        suppressed: True for every cell that is not published, shape (m,).
        targets: places of cells, shape (t,).

    Raises:
        SamplingError: the solver did not finish.

    Source:
        Fischetti and Salazar (2001), the attacker's subproblems.
    """
    reach = float(cells.values.sum()) + 1.0
    count = targets.size
    if count == 0:
        empty = np.empty(0)
        return Widths(empty, empty, np.empty((0, cells.size)))
    goal = np.zeros((2, count, cells.size))
    goal[0, np.arange(count), targets] = -1.0
    goal[1, np.arange(count), targets] = 1.0
    room = np.maximum(cells.values - cells.least, 0.0)
    low = np.where(suppressed, -room, 0.0)
    high = np.where(suppressed, reach, 0.0)
    answer = linprog(
        goal.ravel(),
        A_eq=block_diag([cells.sums] * (2 * count), format="csr"),
        b_eq=np.zeros(2 * count * cells.sums.shape[0]),
        bounds=list(zip(low.tolist(), high.tolist(), strict=True)) * (2 * count),
        method="highs",
    )
    if answer.status != 0 or answer.x is None:
        raise SamplingError(f"the audit of suppressed cells did not finish: {answer.message}")
    moved = answer.x.reshape(2, count, cells.size)[:, np.arange(count), targets]
    # Suppressing a cell opens its bounds from nought to these; the price of a bound says what that may add.
    opened = answer.lower.marginals * np.tile(room, 2 * count) - answer.upper.marginals * reach
    slack = opened.reshape(2, count, cells.size).sum(axis=0)
    return Widths(cells.values[targets] + moved[1], cells.values[targets] + moved[0], slack)


def cheapest_suppression(
    cells: Additive, must: Flags, may: Flags, cost: Floats, *, protection: float
) -> Flags | None:
    """The cells to suppress, at least cost, so that no interval of theirs is narrower than `protection`.

    Args:
        must: cells that are suppressed at any cost, shape (m,). may: cells that can be suppressed besides.
        cost: of suppressing each cell, shape (m,), > 0 where `may`.

    Returns:
        True for every suppressed cell, shape (m,); None when no choice protects them all.

    Source:
        Fischetti and Salazar (2001), Solving the cell suppression problem on tabular data with linear
        constraints: choose, audit, add the inequality that each narrow cell violates, choose again.

    Raises:
        SamplingError: the solver did not finish, or `protection` is within its rounding.
    """
    rules = _alone_in_a_sum(cells, must | may)
    tried: set[bytes] = set()
    while True:
        suppressed = _choose(rules, must, may, cost)
        if suppressed is None:
            return None
        if suppressed.tobytes() in tried:
            raise SamplingError(
                f"protection {protection:g} is too near the rounding of these counts to be told"
            )
        tried.add(suppressed.tobytes())
        targets = np.flatnonzero(suppressed)
        audited = intervals(cells, suppressed, targets)
        narrow = audited.width < protection - TOLERANCE
        if not narrow.any():
            return suppressed
        rules = vstack([rules, _widening(audited.slack[narrow], targets[narrow], protection)], format="csr")


def _choose(rules: csr_array, must: Flags, may: Flags, cost: Floats) -> Flags | None:
    answer = milp(
        np.where(must, 0.0, cost),
        integrality=np.ones(cost.size, dtype=np.int64),
        bounds=Bounds(must.astype(float), (must | may).astype(float)),
        constraints=LinearConstraint(rules, lb=0.0),
        options={"mip_rel_gap": 0.0},
    )
    if answer.status == 2:
        return None
    if answer.x is None:
        raise SamplingError(f"the search for cells to suppress did not finish: {answer.message}")
    return np.asarray(answer.x > 0.5)


def _alone_in_a_sum(cells: Additive, allowed: Flags) -> csr_array:
    """A cell suppressed alone in a sum can be worked out: with it goes at least one other of that sum."""
    rows = []
    for line in cells.sums:
        members = np.flatnonzero(line.toarray().ravel() != 0)
        for cell in members[allowed[members]]:
            rule = np.zeros(cells.size)
            rule[members] = 1.0
            rule[cell] = -1.0
            rows.append(rule)
    return csr_array(np.array(rows).reshape(-1, cells.size))


def _widening(slack: Floats, targets: Ints, protection: float) -> csr_array:
    """What others must add for each suppressed target to reach its width: sum of slack >= the rest."""
    own = slack[np.arange(targets.size), targets]
    rest = np.maximum(protection - own, TOLERANCE)[:, None]
    rules = np.minimum(slack, rest) / rest
    rules[rules < TOLERANCE] = 0.0
    rules[np.arange(targets.size), targets] = -1.0
    return csr_array(rules)
