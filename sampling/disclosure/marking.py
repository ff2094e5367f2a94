"""What each cell of a release may show: bases first, family by family, then counts, item by item."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, Ints, floats
from sampling.disclosure.items import (
    BY_BASE,
    Bound,
    Item,
    Marks,
    Rules,
    Sheet,
    Shown,
    by_group,
    shown_range,
)
from sampling.disclosure.known_parts import all_alike_to_one
from sampling.disclosure.suppression import sensitive_amount

WHOLE = ""


@dataclass(frozen=True)
class Withheld:
    """What is withheld beyond the rules.

    bases: (family, partition, group). cells: (item, partition, group). partitions: (item, partition).
    """

    bases: frozenset[tuple[str, str, int]] = frozenset()
    cells: frozenset[tuple[str, str, int]] = frozenset()
    partitions: frozenset[tuple[str, str]] = frozenset()


def mark_sheet(sheet: Sheet, rules: Rules, beyond: Withheld | None = None) -> Marks:
    """Mark every cell by the method; `beyond` adds what an audit found wanting."""
    more = beyond or Withheld()
    whole_bases = {name: _whole_base(sheet, item, rules) for name, item in sheet.families().items()}
    bases = {
        (name, partition): _family(sheet, item, partition, rules, more)
        for name, item in sheet.families().items()
        for partition in sheet.partitions
    }
    whole = {item.name: _whole(item, whole_bases[item.family], rules) for item in sheet.items}
    groups = {
        (item.name, partition): _groups(
            sheet, item, partition, whole[item.name], bases[item.family, partition], rules, more
        )
        for item in sheet.items
        for partition in sheet.partitions
    }
    return Marks(
        groups,
        whole,
        {key: np.array([mark is Shown.FIGURE for mark in marks]) for key, marks in bases.items()},
        {name: mark is Shown.FIGURE for name, mark in whole_bases.items()},
    )


def nearly_alike(values: ArrayLike, band_limit: int) -> bool:
    """Whether all answers but fewer than `few` are the same; no answer counts as such.

    Args:
        values: one answer per member, shape (n,), NaN missing.
    """
    y = floats(values, "values")
    given = y[~np.isnan(y)]
    if not given.size:
        return True
    most = int(np.unique(given, return_counts=True)[1].max())
    return given.size - most < band_limit


def unsafe_average(values: ArrayLike, rules: Rules, *, amount: bool = False) -> bool:
    """Whether an average tells too much of those who make it up: nearly all alike, or one giant amount.

    Args:
        values: as `nearly_alike`. amount: apply the p% rule to amounts of 0 or more.
    """
    y = floats(values, "values")
    given = y[~np.isnan(y)]
    giant = amount and given.size > 0 and sensitive_amount(np.abs(given), p_percent=rules.p_percent)
    return nearly_alike(given, rules.band_limit) or giant


def hidden_bases(bases: Floats, threshold: int, hide: Flags | None = None) -> Flags:
    """Which bases of one family and partition to hide, shape (G,).

    Those under the threshold and those in `hide`; they must be two or more and hold as many answers as the
    threshold together, else the smallest printed one is hidden too.
    """
    hidden = bases < threshold
    if hide is not None:
        hidden = hidden | hide
    while hidden.any() and not hidden.all() and (hidden.sum() == 1 or bases[hidden].sum() < threshold):
        hidden[np.where(hidden, np.inf, bases).argmin()] = True
    return hidden


def _family(sheet: Sheet, item: Item, partition: str, rules: Rules, more: Withheld) -> tuple[Shown, ...]:
    groups = sheet.partitions[partition]
    bases = by_group(item.bases, groups)
    telling = _telling(sheet, item, groups, rules)
    asked = np.array(
        [(item.family, partition, group) in more.bases for group in range(bases.size)], dtype=bool
    )
    hidden = hidden_bases(bases, rules.threshold, telling | asked)
    return tuple(
        Shown.FIGURE
        if not hidden[group]
        else Shown.TOO_FEW
        if bases[group] < rules.threshold
        else Shown.FILTER
        if telling[group] or asked[group]
        else Shown.SECOND_BASE
        for group in range(bases.size)
    )


def _whole_base(sheet: Sheet, item: Item, rules: Rules) -> Shown:
    if item.bases.sum() < rules.threshold:
        return Shown.TOO_FEW
    together = np.zeros(item.bases.size, dtype=np.int64)
    return Shown.FILTER if _telling(sheet, item, together, rules)[0] else Shown.FIGURE


def _telling(sheet: Sheet, item: Item, groups: Ints, rules: Rules) -> Flags:
    """Groups in which the base of a follow-up tells that fewer than two were left out before it."""
    bases = by_group(item.bases, groups)
    telling = np.zeros(bases.size, dtype=np.bool_)
    for parent, bound in (
        (sheet.by_name[f.parent], f.bound) for f in sheet.filters if f.child == item.family
    ):
        n, y = by_group(parent.bases, groups), by_group(parent.counts, groups)
        near = bases > n - rules.need
        if bound is Bound.AT_LEAST:
            telling |= near & (n - y < rules.band_limit)
        elif bound is Bound.REST_AT_LEAST:
            telling |= near & (y < rules.band_limit)
    return telling


def _whole(item: Item, base: Shown, rules: Rules) -> Shown:
    if base is not Shown.FIGURE:
        return base
    if WHOLE in item.left_out:
        return Shown.LEFT_OUT
    mark = _own_mark(item, float(item.bases.sum()), float(item.counts.sum()), WHOLE, 0, rules)
    together = np.zeros(item.bases.size, dtype=np.int64)
    return _Table(item, together, mark, rules).unknown([mark])[0]


def _own_mark(item: Item, base: float, count: float, partition: str, group: int, rules: Rules) -> Shown:
    """The mark of a cell whose base is printed, by its own count alone."""
    if item.alike is not None:
        return Shown.ALIKE if item.alike[partition][group] else Shown.FIGURE
    if count < rules.band_limit:
        return Shown.FEW
    return Shown.ALL_BUT_FEW if base - count < rules.band_limit else Shown.FIGURE


def _groups(
    sheet: Sheet,
    item: Item,
    partition: str,
    whole: Shown,
    pattern: tuple[Shown, ...],
    rules: Rules,
    more: Withheld,
) -> tuple[Shown, ...]:
    groups = sheet.partitions[partition]
    if partition in item.left_out:
        return tuple(mark if mark is Shown.TOO_FEW else Shown.LEFT_OUT for mark in pattern)
    if (item.name, partition) in more.partitions or whole in BY_BASE:
        return tuple(mark if mark is Shown.TOO_FEW else Shown.DROPPED for mark in pattern)
    table = _Table(item, groups, whole, rules)
    marks = [
        mark
        if mark is not Shown.FIGURE
        else _own_mark(item, float(table.bases[group]), float(table.counts[group]), partition, group, rules)
        for group, mark in enumerate(pattern)
    ]
    marks = table.unknown(marks)
    for group in range(len(marks)):
        if marks[group] is Shown.FIGURE and (item.name, partition, group) in more.cells:
            marks[group] = Shown.FOR_OTHERS
    return tuple(_until_sums_are_safe(table, marks))


@dataclass(frozen=True)
class _Table:
    """One item by one partition, the group of each atom, and the mark of the whole."""

    item: Item
    groups: Ints
    whole: Shown
    rules: Rules

    @cached_property
    def bases(self) -> Floats:
        """Who answered, by group."""
        return by_group(self.item.bases, self.groups)

    @cached_property
    def counts(self) -> Floats:
        """Who said so, by group."""
        return by_group(self.item.counts, self.groups)

    def unknown(self, marks: list[Shown]) -> list[Shown]:
        """The marks, with those withheld that by themselves tell one who took the other replies."""
        alike = all_alike_to_one(self.item, self.groups, *self._said(marks))
        return [Shown.KNOWN if alone else mark for mark, alone in zip(marks, alike, strict=True)]

    def reach(self, marks: list[Shown]) -> tuple[Floats, Floats]:
        """The lowest and the highest that each count can be, to one who knows every mark and base."""
        low, high = self._said(marks)
        least, most = self._range(self.whole, float(self.bases.sum()), float(self.counts.sum()))
        return np.maximum(low, least - (high.sum() - high)), np.minimum(high, most - (low.sum() - low))

    def _said(self, marks: list[Shown]) -> tuple[Floats, Floats]:
        """The lowest and the highest that each count can be, by its own mark."""
        low, high = np.array(
            [self._range(*cell) for cell in zip(marks, self.bases, self.counts, strict=True)]
        ).T
        return low, high

    def _range(self, mark: Shown, base: float, count: float) -> tuple[float, float]:
        item = self.item
        return shown_range(
            mark, base, count, top=item.top, is_share=item.is_share, band_limit=self.rules.band_limit
        )

    def red(self, marks: list[Shown]) -> int:
        """How many groups are known to be all alike but for fewer than `need`, or to who took some."""
        low, high = self.reach(marks)
        room = self.bases * self.item.top
        need = np.minimum(self.rules.need, room)
        alike = all_alike_to_one(self.item, self.groups, low, high)
        return int(((high < need) | (room - low < need) | alike).sum()) + self._alone(marks)

    def _alone(self, marks: list[Shown]) -> int:
        """Whether one average is withheld by itself: the whole less the others gives it back."""
        hidden = sum(mark is not Shown.FIGURE for mark in marks)
        return int(not self.item.is_share and hidden == 1 and len(marks) > 1)


def _until_sums_are_safe(table: _Table, marks: list[Shown]) -> list[Shown]:
    """Withhold figures, the one that leaves fewest red and then the smallest, until no sum tells a count."""
    while table.red(marks):
        choices = list(_one_more(marks))
        if not choices:
            return [mark if mark is Shown.TOO_FEW else Shown.DROPPED for mark in marks]
        marks = min(choices, key=lambda choice: (table.red(choice[1]), table.bases[choice[0]], choice[0]))[1]
    return marks


def _one_more(marks: list[Shown]) -> Iterator[tuple[int, list[Shown]]]:
    for group, mark in enumerate(marks):
        if mark is Shown.FIGURE:
            yield group, [*marks[:group], Shown.FOR_OTHERS, *marks[group + 1 :]]
