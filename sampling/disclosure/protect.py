"""Mark, audit, repair, audit again: a sector's release that tells nothing protected, or none at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sampling.disclosure.audit import Red, red_targets
from sampling.disclosure.items import Marks, Rules, Sheet, Shown, by_group
from sampling.disclosure.marking import Withheld, mark_sheet
from sampling.disclosure.protection import TOLERANCE
from sampling.disclosure.system import Target, printed_system
from sampling.errors import DisclosureError

MAX_REPAIRS = 200
# A repair changes one cell at a time; the first few that are red are told where none helps.
MAX_NAMED = 5
# Repairs of an item in a partition added later, before the item is not shown by it at all.
MAX_CELLS = 3


@dataclass(frozen=True)
class Protected:
    """Marks that passed the audit, and what was withheld to pass it beyond the rules."""

    marks: Marks
    beyond: Withheld


def protect(
    sheet: Sheet,
    rules: Rules,
    *,
    earlier: Sequence[Marks] = (),
    beyond: Withheld | None = None,
    only: str = "",
) -> Protected:
    """Marks under which nothing protected follows from what is printed, here and in earlier releases.

    Args:
        earlier: marks under which the same answers were published before.
        beyond: what is withheld beyond the rules to begin with.
        only: the partition in which more may be withheld; empty: in all of them.

    Raises:
        DisclosureError: something stays red though all that may be withheld is.
    """
    audit, withheld, tries = _Audit(sheet, rules, earlier), beyond or Withheld(), Counter[str]()
    for _ in range(MAX_REPAIRS):
        marks = mark_sheet(sheet, rules, withheld)
        red = audit.red(marks)
        if not red:
            return Protected(marks, withheld)
        wider = _repaired(_State(sheet, rules, [*earlier, marks], marks, only, tries), withheld, red)
        if wider == withheld:
            break
        withheld = wider
    where = list(dict.fromkeys(_where(each.target) for each in red))
    raise DisclosureError(sheet.name, where[:MAX_NAMED], len(where))


class _Audit:
    """What is red, looked at again only where marks have changed since."""

    def __init__(self, sheet: Sheet, rules: Rules, earlier: Sequence[Marks]) -> None:
        self._rules, self._earlier, self._parts = rules, earlier, tuple(sheet.linked())
        self._before: dict[int, tuple[object, ...]] = {}
        self._red: dict[int, tuple[Red, ...]] = {}

    def red(self, marks: Marks) -> tuple[Red, ...]:
        """Every red target of the sheet under these marks."""
        for number, part in enumerate(self._parts):
            now = _marks_of(part, marks)
            if self._before.get(number) != now:
                self._before[number] = now
                self._red[number] = red_by_print(part, [*self._earlier, marks], self._rules)
        return tuple(red for number in range(len(self._parts)) for red in self._red[number])


def _marks_of(sheet: Sheet, marks: Marks) -> tuple[object, ...]:
    """All that is printed of some items, to be compared."""
    shown = (marks.groups[item.name, partition] for item in sheet.items for partition in sheet.partitions)
    bases = (marks.bases[name, partition] for name in sheet.families() for partition in sheet.partitions)
    return (*shown, *(tuple(each.tolist()) for each in bases))


def red_by_print(sheet: Sheet, printed: Sequence[Marks], rules: Rules) -> tuple[Red, ...]:
    """What is known through what is printed, and would not be known if nothing were.

    The questionnaire and the bases say some things by themselves: where one of two said whether they had
    heard of something, no two of them can know it. No withholding helps there, and none is needed.
    """
    red = red_targets(printed_system(sheet, printed, rules))
    if not red:
        return ()
    known = {_key(each): each.enough for each in red_targets(printed_system(sheet, [], rules))}
    return tuple(each for each in red if each.enough < known.get(_key(each), np.inf) - TOLERANCE)


def _at(target: Target) -> tuple[str, str, int]:
    return target.item, target.partition, target.group


def _key(red: Red) -> tuple[str, str, int, bool]:
    return *_at(red.target), red.said_so


def reasons(sheet: Sheet, marks: Marks) -> Iterator[tuple[str, str, int, Shown]]:
    """What is withheld and why: item, partition ("" for the whole), group, reason. A band is not withheld."""
    shown = (Shown.FIGURE, Shown.FEW, Shown.ALL_BUT_FEW)
    for item in sheet.items:
        if marks.whole[item.name] not in shown:
            yield item.name, "", 0, marks.whole[item.name]
        for partition in sheet.partitions:
            for group, mark in enumerate(marks.groups[item.name, partition]):
                if mark not in shown:
                    yield item.name, partition, group, mark


def _where(target: Target) -> str:
    """Of which item and partition something is known: whoever reads it is not to learn of whom, nor what."""
    return f"{target.item}, by {target.partition}" if target.partition else f"{target.item}, the whole"


@dataclass(frozen=True)
class _State:
    """What is being repaired: the sheet, its marks, and all that is or was printed of it."""

    sheet: Sheet
    rules: Rules
    printed: Sequence[Marks]
    marks: Marks
    only: str = ""
    tries: Counter[str] = field(default_factory=Counter)

    def around(self, item: str) -> Sheet:
        """The part of the sheet that is tied to an item."""
        return next(part for part in self.sheet.linked() if item in part.by_name)

    @property
    def partitions(self) -> tuple[str, ...]:
        """Where more may be withheld."""
        return (self.only,) if self.only else tuple(self.sheet.partitions)


def _repaired(state: _State, beyond: Withheld, red: Sequence[Red]) -> Withheld:
    """One more thing withheld for each item that is red, the least drastic that there is."""
    for item in dict.fromkeys(each.target.item for each in red):
        first = next(each for each in red if each.target.item == item)
        state.tries[item] += 1
        spent = bool(state.only) and state.tries[item] > MAX_CELLS
        beyond = _given_up(state, beyond, item) if spent else _one_repair(state, beyond, first)
    return beyond


def _given_up(state: _State, beyond: Withheld, item: str) -> Withheld:
    """An item not shown by a partition that pays for itself, or what is tied to it: the first that is more.

    First itself; then the follow-ups that it decides on and that are hidden somewhere, whose bases tell most
    of it; then all its follow-ups; last, all that is tied to it.
    """
    children = dict.fromkeys(each.child for each in state.sheet.filters if each.parent == item)
    hidden = [name for name in children if not _all_printed(state, name)]
    around = state.around(item)
    steps = (
        _more(beyond, state, [item], []),
        _more(beyond, state, [item], hidden),
        _more(beyond, state, [item], list(children)),
        _more(beyond, state, [each.name for each in around.items], [each.child for each in around.filters]),
    )
    return next((step for step in steps if step != beyond), beyond)


def _all_printed(state: _State, family: str) -> bool:
    """Whether every base of a family is printed in the partitions before the one that is added."""
    before = (name for name in state.sheet.partitions if name != state.only)
    return all(bool(state.marks.bases[family, name].all()) for name in before)


def _more(beyond: Withheld, state: _State, items: Sequence[str], families: Sequence[str]) -> Withheld:
    """These items and all bases of these families withheld too, in the partition that is added."""
    groups = range(int(state.sheet.partitions[state.only].max(initial=-1)) + 1)
    bases = frozenset((name, state.only, group) for name in families for group in groups)
    dropped = frozenset((name, state.only) for name in items)
    return replace(beyond, bases=beyond.bases | bases, partitions=beyond.partitions | dropped)


def _one_repair(state: _State, beyond: Withheld, red: Red) -> Withheld:
    child = _child_to_hide(state, red)
    if child is not None:
        return replace(beyond, bases=beyond.bases | {child})
    others = _other_options(state, red)
    for item in (*others, red.target.item):
        cell = _cell_to_withhold(state, item, red)
        if cell is not None:
            return replace(beyond, cells=beyond.cells | {cell})
    for item in (red.target.item, *others):
        for partition in reversed(state.partitions):
            if (item, partition) not in beyond.partitions:
                return replace(beyond, partitions=beyond.partitions | {(item, partition)})
    return beyond


def _partitions(state: _State, red: Red) -> tuple[str, ...]:
    """Where to withhold: in the partition of the group, or in any, the last first."""
    named = red.target.partition
    return (named,) if named in state.partitions else tuple(reversed(state.partitions))


def _cell_to_withhold(state: _State, item: str, red: Red) -> tuple[str, str, int] | None:
    """The figure of an item to withhold: in the red group if it can be, else the smallest."""
    for partition in _partitions(state, red):
        bases = by_group(state.sheet.by_name[item].bases, state.sheet.partitions[partition])
        marks = state.marks.groups[item, partition]
        printed = [group for group, mark in enumerate(marks) if mark is Shown.FIGURE]
        if item != red.target.item and partition == red.target.partition and red.target.group in printed:
            return item, partition, red.target.group
        if printed:
            return item, partition, min(printed, key=lambda group: (bases[group], group))
    return None


def _other_options(state: _State, red: Red) -> tuple[str, ...]:
    """The other options of the question, or what is part of the red item or it of, where it is through these
    that it is known."""
    target = red.target.item
    beside = [each.items for each in state.sheet.choices if target in each.items]
    beside += [(each.part, each.whole) for each in state.sheet.implied if target in (each.part, each.whole)]
    if not beside or not _green_without(state, [], red, choices=True):
        return ()
    return tuple(dict.fromkeys(name for names in beside for name in names if name != target))


def _child_to_hide(state: _State, red: Red) -> tuple[str, str, int] | None:
    """A group of a follow-up to hide, where the red item is known through who was asked the follow-up."""
    of_item = (each.child for each in state.sheet.filters if each.parent == red.target.item)
    children = list(dict.fromkeys(of_item))
    causes = [child for child in children if _green_without(state, [child], red)]
    if not causes and children and _green_without(state, children, red):
        causes = children
    hideable = (_smallest_base(state, red, child) for child in causes)
    return next((group for group in hideable if group is not None), None)


def _green_without(state: _State, children: Sequence[str], red: Red, *, choices: bool = False) -> bool:
    """Whether the red target would be green if these follow-ups, or other options, told nothing of it."""
    sheet = state.around(red.target.item)
    others = tuple(f for f in sheet.filters if f.parent != red.target.item or f.child not in children)
    options = () if choices else sheet.choices
    implied = () if choices else sheet.implied
    bare = replace(sheet, filters=others, choices=options, implied=implied)
    system = printed_system(bare, state.printed, state.rules)
    targets = tuple(each for each in system.targets if _at(each) == _at(red.target))
    return not any(one.said_so is red.said_so for one in red_targets(replace(system, targets=targets)))


def _smallest_base(state: _State, red: Red, child: str) -> tuple[str, str, int] | None:
    """The base of the red group if it is printed, else the smallest that is."""
    n = state.sheet.families()[child].bases
    for partition in _partitions(state, red):
        bases = by_group(n, state.sheet.partitions[partition])
        printed = np.flatnonzero(state.marks.bases[child, partition])
        if red.target.partition == partition and red.target.group in printed:
            return child, partition, red.target.group
        if printed.size:
            return child, partition, int(printed[bases[printed].argmin()])
    return None
