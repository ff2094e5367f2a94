"""Mark, audit, repair, audit again: a sector's release that tells nothing protected, or none at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sampling.disclosure.audit import Red, red_targets
from sampling.disclosure.items import Marks, Rules, Sheet, Shown, by_group
from sampling.disclosure.marking import Withheld, mark_sheet
from sampling.disclosure.protection import TOLERANCE
from sampling.disclosure.system import printed_system
from sampling.errors import DisclosureError

MAX_REPAIRS = 200
# A repair changes one cell at a time; the first few that are red are told where none helps.
MAX_NAMED = 5


@dataclass(frozen=True)
class Protected:
    """Marks that passed the audit, and what was withheld to pass it beyond the rules."""

    marks: Marks
    beyond: Withheld


def protect(sheet: Sheet, rules: Rules, *, earlier: Sequence[Marks] = ()) -> Protected:
    """Marks under which nothing protected follows from what is printed, here and in earlier releases.

    Args:
        earlier: marks under which the same answers were published before.

    Raises:
        DisclosureError: something stays red though all that may be withheld is.
    """
    beyond = Withheld()
    for _ in range(MAX_REPAIRS):
        marks = mark_sheet(sheet, rules, beyond)
        red = red_by_print(sheet, [*earlier, marks], rules)
        if not red:
            return Protected(marks, beyond)
        wider = _repaired(_State(sheet, rules, [*earlier, marks], marks), beyond, red)
        if wider == beyond:
            break
        beyond = wider
    raise DisclosureError(sheet.name, tuple(_said(sheet, each) for each in red[:MAX_NAMED]), len(red))


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


def _key(red: Red) -> tuple[str, str, int, bool]:
    return red.target.item, red.target.partition, red.target.group, red.said_so


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


def _said(sheet: Sheet, red: Red) -> str:
    where = f"{red.target.partition} {red.target.group + 1}".strip() if red.target.partition else "the whole"
    side = "said so" if red.said_so else "did not say so"
    return f"{red.target.item}, {where}: fewer than {red.target.need:g} can have been those that {side}"


@dataclass(frozen=True)
class _State:
    """What is being repaired: the sheet, its marks, and all that is or was printed of it."""

    sheet: Sheet
    rules: Rules
    printed: Sequence[Marks]
    marks: Marks


def _repaired(state: _State, beyond: Withheld, red: Sequence[Red]) -> Withheld:
    """One more thing withheld for each item that is red, the least drastic that there is."""
    for item in dict.fromkeys(each.target.item for each in red):
        first = next(each for each in red if each.target.item == item)
        beyond = _one_repair(state, beyond, first)
    return beyond


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
        for partition in reversed(tuple(state.sheet.partitions)):
            if (item, partition) not in beyond.partitions:
                return replace(beyond, partitions=beyond.partitions | {(item, partition)})
    return beyond


def _partitions(sheet: Sheet, red: Red) -> tuple[str, ...]:
    """Where to withhold: in the partition of the group, or in any, the last first."""
    named = red.target.partition
    return (named,) if named in sheet.partitions else tuple(reversed(tuple(sheet.partitions)))


def _cell_to_withhold(state: _State, item: str, red: Red) -> tuple[str, str, int] | None:
    """The figure of an item to withhold: in the red group if it can be, else the smallest."""
    for partition in _partitions(state.sheet, red):
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
    hideable = (_smallest_base(state.sheet, state.marks, red, child) for child in causes)
    return next((group for group in hideable if group is not None), None)


def _green_without(state: _State, children: Sequence[str], red: Red, *, choices: bool = False) -> bool:
    """Whether the red target would be green if these follow-ups, or other options, told nothing of it."""
    filters = state.sheet.filters
    others = tuple(f for f in filters if f.parent != red.target.item or f.child not in children)
    options = () if choices else state.sheet.choices
    implied = () if choices else state.sheet.implied
    bare = replace(state.sheet, filters=others, choices=options, implied=implied)
    system = printed_system(bare, state.printed, state.rules)
    return not any(one.said_so is red.said_so for one in red_targets(replace(system, targets=(red.target,))))


def _smallest_base(sheet: Sheet, marks: Marks, red: Red, child: str) -> tuple[str, str, int] | None:
    """The base of the red group if it is printed, else the smallest that is."""
    n = sheet.families()[child].bases
    for partition in _partitions(sheet, red):
        bases, printed = (
            by_group(n, sheet.partitions[partition]),
            np.flatnonzero(marks.bases[child, partition]),
        )
        if red.target.partition == partition and red.target.group in printed:
            return child, partition, red.target.group
        if printed.size:
            return child, partition, int(printed[bases[printed].argmin()])
    return None
