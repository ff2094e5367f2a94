"""Cells hidden in public tables protect, at the least cost, by enumeration and linear programmes of our own.

The tables and their sources are in SOURCES.md.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from survey_app.errors import InvalidError
from tests.golden.analyse_public.asking import ask

TABLES = {
    "children": [[5, 1], [11, 13], [13, 14]],
    "hair of women": [[36, 9, 5, 2], [66, 34, 29, 14], [16, 7, 7, 7], [4, 64, 5, 8]],
    "gears": [[1, 8, 2], [2, 4, 1], [12, 0, 2]],
}
Cell = tuple[int, int]
Counts = NDArray[np.int64]


def published(counts: Sequence[Sequence[int]]) -> Counts:
    inner = np.array(counts)
    rows = np.hstack([inner, inner.sum(axis=1, keepdims=True)])
    return np.vstack([rows, rows.sum(axis=0, keepdims=True)])


def outsider(table: Counts, suppressed: Sequence[Cell]) -> dict[Cell, tuple[float, float]]:
    """What can be worked out of each hidden cell: unknowns of 0 or more that make every published sum."""
    place = {cell: i for i, cell in enumerate(suppressed)}
    rows, columns = table.shape
    equations, sums = [], []
    lines = [[(r, c) for c in range(columns)] for r in range(rows)]
    lines += [[(r, c) for r in range(rows)] for c in range(columns)]
    for line in lines:
        equation, rest = np.zeros(len(suppressed)), 0.0
        for cell in line:
            sign = -1 if cell == line[-1] else 1
            if cell in place:
                equation[place[cell]] += sign
            else:
                rest -= sign * table[cell]
        equations.append(equation)
        sums.append(rest)
    bounds = {}
    for cell, i in place.items():
        goal = np.zeros(len(suppressed))
        goal[i] = 1
        ends = []
        for sign in (1, -1):
            # Noughts are shown, so what is hidden is one or more.
            answer = linprog(sign * goal, A_eq=equations, b_eq=sums, bounds=(1, None), method="highs")
            assert answer.x is not None
            ends.append(float(answer.x[i]))
        bounds[cell] = ends[0], ends[1]
    return bounds


@pytest.mark.parametrize("threshold", [3, 5])
@pytest.mark.parametrize("name", TABLES)
def test_no_cheaper_cells_protect_and_the_audit_is_what_an_outsider_can_work_out(
    name: str, threshold: int, tmp_path: Path
) -> None:
    table = published(TABLES[name])
    spec = {"task": "suppress", "threshold": threshold, "tables": [{"name": name, "counts": TABLES[name]}]}

    inner = [(r, c) for r in range(table.shape[0] - 1) for c in range(table.shape[1] - 1)]
    primary = [cell for cell in inner if 0 < table[cell] < threshold]
    others = [cell for cell in inner if table[cell] >= threshold]
    if not protects(table, [*primary, *others], threshold):
        with pytest.raises(InvalidError, match="cannot be answered"):
            ask(tmp_path, spec)
        return

    (answer,) = ask(tmp_path, spec)["tables"]

    assert [tuple(cell) for cell in answer["primary"]] == primary
    suppressed = sorted([*primary, *map(tuple, answer["secondary"])])
    bounds = outsider(table, suppressed)
    for record in answer["audit"]:
        assert (record["lower"], record["upper"]) == pytest.approx(bounds[tuple(record["cell"])], abs=1e-6)
        assert record["upper"] - record["lower"] >= threshold - 1e-6
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            if sum(table[cell] for cell in chosen) < answer["cost"]:
                assert not protects(table, [*primary, *chosen], threshold)


def protects(table: Counts, suppressed: Sequence[Cell], protection: float) -> bool:
    for axis in (0, 1):
        if 1 in Counter(cell[axis] for cell in suppressed).values():
            return False
    return all(high - low >= protection - 1e-6 for low, high in outsider(table, suppressed).values())
