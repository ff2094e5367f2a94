"""What a release prints of one sector's answers, item by item, before anything is decided about it.

An atom is a combination of groups that occurs, such as a region, or a kind of body in a region. Counts are
by atom; a group of a partition is a sum of atoms.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from sampling.arrays import Flags, Floats, Ints
from sampling.errors import SamplingError


class Shown(StrEnum):
    """What stands in a cell, and for a withheld one why: the reader sees no more than that it is withheld."""

    FIGURE = "figure"
    FEW = "few"
    ALL_BUT_FEW = "all but few"
    TOO_FEW = "too few answered"
    SECOND_BASE = "guards another base"
    FILTER = "its base tells the answer to the question before it"
    ALIKE = "nearly all gave one answer"
    FOR_OTHERS = "guards another cell"
    DROPPED = "this item cannot be shown by these groups"
    LEFT_OUT = "its route leaves out few who can be named"
    KNOWN = "one of the staff took the other replies"


BANDS = frozenset({Shown.FEW, Shown.ALL_BUT_FEW})
BY_BASE = frozenset({Shown.TOO_FEW, Shown.SECOND_BASE, Shown.FILTER, Shown.LEFT_OUT})


@dataclass(frozen=True)
class Rules:
    """The numbers of the method.

    threshold: fewest answers of a printed base. band_limit: counts below it, on either side, are printed as a
    band. need: how many must be able to have said so, and not to have said so, in a group; `cell_need` the
    same in a cell of the first two partitions. p_percent: of the rule for amounts.
    """

    threshold: int = 10
    band_limit: int = 3
    need: int = 2
    cell_need: int = 1
    p_percent: float = 10.0


@dataclass(frozen=True)
class Known:
    """What one person knows of an item, who took some of the replies: by atom, as `Item` has it for all."""

    bases: Ints
    counts: Floats


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item in one sector.

    Args:
        family: items with one base have one family.
        bases: who answered, by atom, shape (A,). counts: who said so, shape (A,); of an average, by how many
            steps the answers together stand above the lowest one.
        top: the most that one answer adds to a count: 1 for a share, the steps of the scale for an average.
        alike: of an average, partition -> groups whose figure would tell nearly everybody's answer, (G,);
            "" -> the whole, shape (1,).
        left_out: partitions, "" for the whole, by which it is not shown (`left_out.items_left_out`).
        known: of a share, what each person knows who took some of the answers (`known_parts`).
    """

    name: str
    family: str
    bases: Ints
    counts: Floats
    top: float = 1.0
    alike: Mapping[str, Flags] | None = None
    left_out: frozenset[str] = frozenset()
    known: tuple[Known, ...] = ()

    @property
    def is_share(self) -> bool:
        return self.alike is None


class Bound(StrEnum):
    """What the number asked a follow-up says of the count of the item that decided it."""

    AT_LEAST = "all who were asked had said so"
    REST_AT_LEAST = "nobody who was asked had said so"
    AT_MOST = "all who had said so were asked"
    REST_AT_MOST = "all who had not said so were asked"


@dataclass(frozen=True)
class Filter:
    """An item that decides who is asked the items of a family.

    AT_MOST and REST_AT_MOST hold only where everybody who is asked the follow-up answers.
    """

    parent: str
    child: str
    bound: Bound


@dataclass(frozen=True)
class Choices:
    """The options of one question of which each who answers chooses one or more; `exclusive` stand alone."""

    items: tuple[str, ...]
    exclusive: tuple[str, ...] = ()


@dataclass(frozen=True)
class Implied:
    """All who said so to the item `part` had said so to the item `whole`, which may rest on fewer."""

    part: str
    whole: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All that is printed of one sector in one release: items by partitions.

    partitions: name -> the group of each atom, counted from 0, shape (A,); the last is given up first.
    """

    name: str
    partitions: Mapping[str, Ints]
    items: tuple[Item, ...]
    filters: tuple[Filter, ...] = ()
    choices: tuple[Choices, ...] = ()
    implied: tuple[Implied, ...] = ()
    by_name: Mapping[str, Item] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {item.name: item for item in self.items})
        _check(self)

    @property
    def atoms(self) -> int:
        return self.items[0].bases.size if self.items else 0

    def families(self) -> dict[str, Item]:
        """Family -> its first item, which has its bases."""
        first: dict[str, Item] = {}
        for item in self.items:
            first.setdefault(item.family, item)
        return first

    def linked(self) -> Iterator["Sheet"]:
        """The sheet in parts that say nothing of each other: items tied by filters, options, or wholes."""
        tied: dict[str, set[str]] = {item.name: {item.name} for item in self.items}
        for names in self._ties():
            together = set().union(*(tied[name] for name in names))
            tied.update(dict.fromkeys(together, together))
        for members in {id(each): each for each in tied.values()}.values():
            yield self._of(members)

    def _ties(self) -> Iterator[tuple[str, ...]]:
        families: dict[str, list[str]] = {}
        for item in self.items:
            families.setdefault(item.family, []).append(item.name)
        yield from ((each.parent, *families[each.child]) for each in self.filters)
        yield from (each.items for each in self.choices)
        yield from ((each.part, each.whole) for each in self.implied)

    def _of(self, members: set[str]) -> "Sheet":
        return replace(
            self,
            items=tuple(item for item in self.items if item.name in members),
            filters=tuple(each for each in self.filters if each.parent in members),
            choices=tuple(each for each in self.choices if each.items[0] in members),
            implied=tuple(each for each in self.implied if each.part in members),
        )


@dataclass(frozen=True)
class Marks:
    """What is shown: (item, partition) -> one for each group; item -> of the whole.

    `bases`: (family, partition) -> groups whose base is printed; family -> whether that of the whole is.
    """

    groups: Mapping[tuple[str, str], tuple[Shown, ...]]
    whole: Mapping[str, Shown]
    bases: Mapping[tuple[str, str], Flags]
    whole_bases: Mapping[str, bool]


def by_group(values: Floats | Ints, groups: Ints) -> Floats:
    """Sums of atoms by group, shape (G,)."""
    sums = np.bincount(groups, weights=values, minlength=int(groups.max(initial=-1)) + 1)
    return sums.astype(np.float64)


def shown_range(
    mark: Shown, base: float, count: float, *, top: float, is_share: bool, band_limit: int
) -> tuple[float, float]:
    """What a reader who knows the method and the base knows of the count behind a mark: lowest, highest."""
    if mark is Shown.FIGURE:
        return count, count
    if mark is Shown.FEW:
        return 0.0, min(band_limit - 1.0, base)
    if mark is Shown.ALL_BUT_FEW:
        return max(base - band_limit + 1.0, 0.0), base
    if mark is Shown.FOR_OTHERS and is_share:
        return float(band_limit), base - band_limit
    return 0.0, base * top


def _check(sheet: Sheet) -> None:
    atoms = sheet.atoms
    shapes = {item.name: (item.bases.shape, item.counts.shape) for item in sheet.items}
    wrong = [name for name, both in shapes.items() if both != ((atoms,), (atoms,))]
    wrong += [name for name, groups in sheet.partitions.items() if sheet.items and groups.shape != (atoms,)]
    wrong += [i.name for i in sheet.items if np.any((i.counts < 0) | (i.counts > i.bases * i.top))]
    families = sheet.families()
    wrong += [i.name for i in sheet.items if not np.array_equal(families[i.family].bases, i.bases)]
    if wrong or len(sheet.by_name) != len(sheet.items):
        raise SamplingError(f"{sheet.name}: counts of one shape, within their bases, are needed: {wrong}")
