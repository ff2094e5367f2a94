"""Which cells of a published table to suppress, so that small counts are neither seen nor worked out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from sampling.arrays import Flags, Floats, floats
from sampling.disclosure.protection import LEAST_HIDDEN, TOLERANCE, Additive, cheapest_suppression, intervals
from sampling.errors import SamplingError, SuppressionError


@dataclass(frozen=True)
class SuppressedCell:
    """What an outsider can work out about one suppressed cell: it lies within lower and upper.

    Row and column count from 0; the margins are the last row and the last column.
    """

    row: int
    column: int
    lower: float
    upper: float


@dataclass(frozen=True)
class Suppressed:
    """A table ready to be published. Masks have shape (R+1, C+1): margins are the last row and column.

    `secondary` are the cells suppressed only to protect the others; `cost` is the sum of their counts.
    """

    suppressed: Flags
    primary: Flags
    secondary: Flags
    audit: tuple[SuppressedCell, ...]
    cost: float


def with_margins(counts: ArrayLike) -> Floats:
    """A table of counts, shape (R, C), with its row totals, column totals and grand total: (R+1, C+1).

    Raises:
        SamplingError: `counts` is no table, or a cell is below 0 or not finite.
    """
    inner = np.asarray(counts, dtype=np.float64)
    if inner.ndim != 2 or inner.size == 0:
        raise SamplingError(f"counts: expected a table of rows and columns, got shape {inner.shape}")
    if not np.all(np.isfinite(inner) & (inner >= 0)):
        raise SamplingError("counts: every cell must be finite and 0 or more")
    rows = np.concatenate([inner, inner.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([rows, rows.sum(axis=0, keepdims=True)], axis=0)


def primary_suppression(counts: ArrayLike, threshold: float) -> Flags:
    """Cells too small to publish: 0 < count < threshold. Same shape as `counts`; zero may be published."""
    table = np.asarray(counts, dtype=np.float64)
    return np.asarray((table > 0) & (table < threshold))


def sensitive_amount(
    contributions: ArrayLike,
    *,
    p_percent: float | None = None,
    dominance: tuple[int, float] | None = None,
) -> bool:
    """Whether the total of an amount gives too much away about those who make it up.

    Args:
        contributions: one amount per contributor to the cell, shape (n,), >= 0.
        p_percent: unsafe when the second largest contributor could estimate the largest to within p percent:
            X - x1 - x2 < p/100 x1.
        dominance: (n, k): unsafe when the n largest make more than k percent of the total.

    Raises:
        SamplingError: an amount is below 0 or not finite.

    Source:
        Willenborg and de Waal (2001), ch. 6; the values of p, n and k are the producer's.
    """
    amounts = np.sort(np.asarray(contributions, dtype=np.float64))[::-1]
    if amounts.ndim != 1 or not np.all(np.isfinite(amounts) & (amounts >= 0)):
        raise SamplingError("contributions: one finite amount of 0 or more per contributor")
    total = float(amounts.sum())
    if total == 0:
        return False
    too_close = p_percent is not None and total - amounts[:2].sum() < p_percent / 100 * amounts[0]
    dominated = dominance is not None and amounts[: dominance[0]].sum() > dominance[1] / 100 * total
    return bool(too_close or dominated)


def group_disclosure(yes: ArrayLike, base: ArrayLike) -> Flags:
    """Groups in which nobody or everybody said yes: the share tells the answer of each member. Same shape.

    Args:
        yes, base: how many said yes and how many answered, of one shape.

    Raises:
        SamplingError: more said yes than answered, or fewer than none.
    """
    said, asked = np.asarray(yes, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if np.any((said < 0) | (said > asked)):
        raise SamplingError("group disclosure: yes must be within 0 and the base")
    return np.asarray((asked > 0) & ((said == 0) | (said == asked)))


def all_alike(values: ArrayLike) -> bool:
    """Whether a group's number tells the answer of each member: all who answered gave the same.

    Args:
        values: one answer per member, shape (n,), NaN missing.
    """
    y = floats(values, "values")
    given = y[~np.isnan(y)]
    return bool(given.size and np.all(given == given[0]))


def secondary_suppression(
    counts: ArrayLike,
    primary: ArrayLike,
    *,
    protection: float,
    suppress_margins: bool = True,
    least: float = LEAST_HIDDEN,
) -> Flags:
    """The least costly cells to suppress besides `primary`, so that no suppressed cell can be worked out.

    Args:
        counts: shape (R, C), >= 0; its margins and grand total are published unless suppressed here.
        primary: cells that must be suppressed, shape (R+1, C+1).
        protection: least width of what an outsider, who knows all published cells and that no hidden one is
            below `least`, can infer for any suppressed cell.
        suppress_margins: whether a margin may be suppressed; only where no cell inside the table would do.
        least: 1 for counts, since noughts are shown; 0 for amounts.

    Returns:
        Shape (R+1, C+1), without the primary cells. Zeros are never among them.

    Raises:
        SuppressionError: no choice protects every cell; it names the cells and the most that can be had.
    """
    table, must = with_margins(counts), np.asarray(primary, dtype=np.bool_)
    if must.shape != table.shape:
        raise SamplingError(f"primary: expected shape {table.shape}, got {must.shape}")
    if not must.any():
        return np.zeros_like(must)
    cells = additive(table, least)
    may = (table > 0) & ~must & (suppress_margins | inside(table))
    # A margin costs more than all the inside together: it is the last resort.
    cost = np.where(inside(table), table, table + table[-1, -1])
    suppressed = cheapest_suppression(cells, must.ravel(), may.ravel(), cost.ravel(), protection=protection)
    if suppressed is None:
        raise SuppressionError(protection, _widest(cells, must, may, protection))
    return suppressed.reshape(table.shape) & ~must


def audit_suppression(counts: ArrayLike, suppressed: ArrayLike) -> tuple[SuppressedCell, ...]:
    """What an outsider can work out about each suppressed cell of a table, by linear programming.

    Args:
        counts: shape (R, C). suppressed: shape (R+1, C+1), margins last.

    Raises:
        SamplingError: shapes differ, or the solver did not finish.
    """
    table, mask = with_margins(counts), np.asarray(suppressed, dtype=np.bool_)
    if mask.shape != table.shape:
        raise SamplingError(f"suppressed: expected shape {table.shape}, got {mask.shape}")
    audited = intervals(additive(table), mask.ravel(), np.flatnonzero(mask))
    places = zip(*(axis.tolist() for axis in np.nonzero(mask)), strict=True)
    return tuple(
        SuppressedCell(row, column, tidy(low), tidy(high))
        for (row, column), low, high in zip(places, audited.lower, audited.upper, strict=True)
    )


def suppress_table(
    counts: ArrayLike,
    *,
    threshold: float,
    protection: float | None = None,
    forced: ArrayLike | None = None,
    suppress_margins: bool = True,
) -> Suppressed:
    """Suppress small counts, and as little else as keeps them from being worked out.

    Args:
        counts: shape (R, C), >= 0. Rows, columns and the whole are published as totals.
        threshold: counts from 1 to below this are suppressed, margins included.
        protection: least width of an outsider's interval for any suppressed cell; default the threshold.
        forced: cells suppressed for another reason, shape (R, C) or, with margins, (R+1, C+1).
        suppress_margins: False publishes every margin, small ones too.

    Raises:
        SuppressionError: no choice protects every suppressed cell.

    Source:
        Willenborg and de Waal (2001), Elements of Statistical Disclosure Control, ch. 6; Fischetti and
        Salazar (2001).
    """
    table = with_margins(counts)
    primary = primary_suppression(table, threshold) & (suppress_margins | inside(table))
    if forced is not None:
        primary |= _forced(forced, table)
    wanted = threshold if protection is None else protection
    secondary = secondary_suppression(counts, primary, protection=wanted, suppress_margins=suppress_margins)
    suppressed = primary | secondary
    return Suppressed(
        suppressed, primary, secondary, audit_suppression(counts, suppressed), float(table[secondary].sum())
    )


def suppressed_pattern(counts: ArrayLike, *, threshold: float, forced: ArrayLike | None = None) -> Flags:
    """The cells to suppress of a table whose numbers are published with all its margins.

    Args:
        counts, threshold, forced: as `suppress_table`.

    Returns:
        True for every suppressed cell, shape (R+1, C+1). In a table of one column a cell and the total of its
        row are the same number: both are suppressed, or neither.

    Raises:
        SuppressionError: no choice protects every suppressed cell.
    """
    suppressed = suppress_table(counts, threshold=threshold, forced=forced).suppressed
    if suppressed.shape[1] == 2:
        return np.asarray(np.repeat(suppressed.any(axis=1, keepdims=True), 2, axis=1))
    return suppressed


def inside(table: Floats) -> Flags:
    """True for the cells that are no margins; `table` and the answer have shape (R+1, C+1)."""
    inner = np.ones(table.shape, dtype=np.bool_)
    inner[-1, :] = inner[:, -1] = False
    return inner


def _forced(forced: ArrayLike, table: Floats) -> Flags:
    mask = np.asarray(forced, dtype=np.bool_)
    if mask.shape == table.shape:
        return mask
    if mask.shape == (table.shape[0] - 1, table.shape[1] - 1):
        return np.pad(mask, ((0, 1), (0, 1)))
    raise SamplingError(f"forced: expected shape {table.shape} or the same without margins, got {mask.shape}")


def additive(table: Floats, least: float = LEAST_HIDDEN) -> Additive:
    """The sums of a table with margins, shape (R+1, C+1).

    Every row and column, totals too, less its margin is nought.
    """
    rows, columns = table.shape
    place = np.arange(table.size).reshape(table.shape)
    sign = np.ones(table.shape)
    sign[-1, :] *= -1
    sign[:, -1] *= -1
    sums = np.zeros((rows + columns, table.size))
    for row in range(rows):
        sums[row, place[row]] = sign[row]
    for column in range(columns):
        sums[rows + column, place[:, column]] = sign[:, column]
    return Additive(table.ravel(), csr_array(sums), least)


def _widest(cells: Additive, must: Flags, may: Flags, protection: float) -> dict[tuple[int, int], float]:
    """The primary cells that stay too narrow even with every other cell suppressed."""
    audited = intervals(cells, (must | may).ravel(), np.flatnonzero(must))
    places = zip(*(axis.tolist() for axis in np.nonzero(must)), strict=True)
    widths = dict(zip(places, audited.width.tolist(), strict=True))
    return {place: width for place, width in widths.items() if width < protection - TOLERANCE}


def tidy(bound: float) -> float:
    """The solver's bound without its rounding: bounds of whole counts are whole."""
    near = float(round(bound))
    return near if abs(bound - near) < TOLERANCE else float(bound)
