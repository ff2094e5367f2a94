"""All that is printed of a sector as one system of sums: what an attacker would write down and solve.

The attacker is given more than anybody can be sure of: the exact count and base behind every printed figure,
the base of every withheld cell of the same item, every atom's base, the count of the whole, and the method.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from sampling.arrays import Floats, Ints
from sampling.disclosure.items import (
    Bound,
    Choices,
    Filter,
    Implied,
    Item,
    Marks,
    Rules,
    Sheet,
    Shown,
    by_group,
    shown_range,
)
from sampling.errors import SamplingError

# Counts are whole numbers; sums of averages carry the rounding of their steps.
ROUNDING = 1e-6
CELL = "cell"


@dataclass(frozen=True)
class Target:
    """A count that must be able to be `need` or more, and to leave `need` or more of its `room`.

    `group` is a group of `partition`, a cell of the first two where that is "cell", or 0 where it is "" for
    the whole.
    """

    item: str
    partition: str
    group: int
    columns: Ints
    room: float
    need: float


@dataclass(frozen=True)
class System:
    """Unknowns within 0 and `high`, shape (v,); rows with least <= row x <= most; `truth` is one solution."""

    high: Floats
    rows: csr_array
    least: Floats
    most: Floats
    truth: Floats
    targets: tuple[Target, ...]

    def __post_init__(self) -> None:
        sums = self.rows @ self.truth
        if np.any((sums < self.least - ROUNDING) | (sums > self.most + ROUNDING)):
            raise SamplingError("what is printed contradicts the answers that it was made from")


@dataclass
class _Rows:
    """Rows as they are collected: columns and factors, and between what they lie."""

    columns: list[Ints] = field(default_factory=list)
    factors: list[Floats] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def add(self, columns: Ints, least: float, most: float, factors: Floats | None = None) -> None:
        self.columns.append(columns)
        self.factors.append(np.ones(columns.size) if factors is None else factors)
        self.least.append(least)
        self.most.append(most)

    def matrix(self, width: int) -> csr_array:
        lengths = [columns.size for columns in self.columns]
        place = np.repeat(np.arange(len(lengths)), lengths)
        empty = np.empty(0)
        return csr_array(
            (
                np.concatenate([empty, *self.factors]),
                (place, np.concatenate([empty, *self.columns]).astype(np.int64)),
            ),
            shape=(len(lengths), width),
        )


def printed_system(sheet: Sheet, printed: Iterable[Marks], rules: Rules) -> System:
    """The system of one sector: what every release of these answers prints of them.

    Args:
        printed: the marks of each release that was or is to be published of the sheet.

    Raises:
        SamplingError: a mark says what is not true of the answers.
    """
    layout = _Layout(sheet)
    rows = _Rows()
    for marks in printed:
        for item in sheet.items:
            _shown(rows, layout, item, marks, rules)
        _bases(rows, layout, marks)
    for each in sheet.filters:
        _follow_ups(rows, layout, each)
    for choices in sheet.choices:
        _options(rows, layout, choices)
    for implied in sheet.implied:
        _part_of_whole(rows, layout, implied)
    return System(
        layout.high,
        rows.matrix(layout.high.size),
        np.array(rows.least),
        np.array(rows.most),
        layout.truth,
        tuple(_targets(layout, rules)),
    )


class _Layout:
    """Where the unknowns stand: the counts of every item by atom, then the bases of every follow-up."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.follow_ups = tuple(dict.fromkeys(each.child for each in sheet.filters))
        self.place = {item.name: index * sheet.atoms for index, item in enumerate(sheet.items)}
        after = len(sheet.items) * sheet.atoms
        self.base_place = {name: after + i * sheet.atoms for i, name in enumerate(self.follow_ups)}
        families = sheet.families()
        parts = [item.bases * item.top for item in sheet.items]
        asked = [families[name].bases for name in self.follow_ups]
        everybody = np.sum([item.bases for item in sheet.items], axis=0) if sheet.items else np.empty(0)
        self.high = np.concatenate([*parts, *(everybody for _ in asked), np.empty(0)]).astype(np.float64)
        counts = [item.counts for item in sheet.items]
        self.truth = np.concatenate([*counts, *asked, np.empty(0)]).astype(np.float64)

    def of(self, item: str, atoms: Ints) -> Ints:
        return self.place[item] + atoms

    def base_of(self, family: str, atoms: Ints) -> Ints:
        return self.base_place[family] + atoms

    @property
    def every(self) -> Ints:
        return np.arange(self.sheet.atoms)


def _shown(rows: _Rows, layout: _Layout, item: Item, marks: Marks, rules: Rules) -> None:
    every = layout.every
    _one(rows, layout, item, every, marks.whole[item.name], rules)
    for partition, groups in layout.sheet.partitions.items():
        for group, mark in enumerate(marks.groups[item.name, partition]):
            _one(rows, layout, item, every[groups == group], mark, rules)


def _one(rows: _Rows, layout: _Layout, item: Item, atoms: Ints, mark: Shown, rules: Rules) -> None:
    base, count = float(item.bases[atoms].sum()), float(item.counts[atoms].sum())
    low, high = shown_range(
        mark, base, count, top=item.top, is_share=item.is_share, band_limit=rules.band_limit
    )
    if low > 0 or high < base * item.top or mark is Shown.FIGURE:
        rows.add(layout.of(item.name, atoms), low, high)


def _bases(rows: _Rows, layout: _Layout, marks: Marks) -> None:
    """The bases of follow-ups that are printed, by group and of the whole."""
    families, every = layout.sheet.families(), layout.every
    for name in layout.follow_ups:
        n = families[name].bases
        if marks.whole_bases[name]:
            rows.add(layout.base_of(name, every), float(n.sum()), float(n.sum()))
        for partition, groups in layout.sheet.partitions.items():
            sums = by_group(n, groups)
            for group in np.flatnonzero(marks.bases[name, partition]):
                rows.add(layout.base_of(name, every[groups == group]), sums[group], sums[group])


def _follow_ups(rows: _Rows, layout: _Layout, each: Filter) -> None:
    """Atom by atom: the count of the parent, or what is left of its base, against who answered the child."""
    parent = layout.sheet.by_name[each.parent]
    for atom in range(layout.sheet.atoms):
        here = np.array([atom])
        both = np.concatenate([layout.of(each.parent, here), layout.base_of(each.child, here)])
        base = float(parent.bases[atom])
        if each.bound is Bound.AT_LEAST:
            rows.add(both, 0.0, np.inf, np.array([1.0, -1.0]))
        elif each.bound is Bound.AT_MOST:
            rows.add(both, -np.inf, 0.0, np.array([1.0, -1.0]))
        elif each.bound is Bound.REST_AT_LEAST:
            rows.add(both, -np.inf, base, np.array([1.0, 1.0]))
        else:
            rows.add(both, base, np.inf, np.array([1.0, 1.0]))


def _options(rows: _Rows, layout: _Layout, choices: Choices) -> None:
    """Who answers chooses something; who chooses an exclusive option chooses nothing else."""
    first = layout.sheet.by_name[choices.items[0]]
    for atom in range(layout.sheet.atoms):
        here, base = np.array([atom]), float(first.bases[atom])
        rows.add(np.concatenate([layout.of(name, here) for name in choices.items]), base, np.inf)
        for alone in choices.exclusive:
            for other in (name for name in choices.items if name != alone):
                rows.add(np.concatenate([layout.of(alone, here), layout.of(other, here)]), 0.0, base)


def _part_of_whole(rows: _Rows, layout: _Layout, implied: Implied) -> None:
    """Atom by atom: the count of the part is no more than that of the whole."""
    for atom in range(layout.sheet.atoms):
        here = np.array([atom])
        both = np.concatenate([layout.of(implied.whole, here), layout.of(implied.part, here)])
        rows.add(both, 0.0, np.inf, np.array([1.0, -1.0]))


def _targets(layout: _Layout, rules: Rules) -> Iterable[Target]:
    sheet, every = layout.sheet, layout.every
    for item in sheet.items:
        yield _target(layout, item, ("", 0), every, rules.need)
        for partition, groups in sheet.partitions.items():
            for group in range(int(groups.max(initial=-1)) + 1):
                yield _target(layout, item, (partition, group), every[groups == group], rules.need)
        for number, atoms in enumerate(cells_of(sheet)):
            yield _target(layout, item, (CELL, number), atoms, rules.cell_need)


def cells_of(sheet: Sheet) -> Iterable[Ints]:
    """The atoms of each cell of the first partition by the second; none where there is one partition."""
    if len(sheet.partitions) < 2:
        return
    first, second = list(sheet.partitions.values())[:2]
    crossed = first * (int(second.max(initial=-1)) + 1) + second
    for cell in np.unique(crossed):
        yield np.flatnonzero(crossed == cell)


def _target(layout: _Layout, item: Item, where: tuple[str, int], atoms: Ints, need: int) -> Target:
    room = float(item.bases[atoms].sum()) * item.top
    return Target(item.name, *where, layout.of(item.name, atoms), room, min(float(need), room))
