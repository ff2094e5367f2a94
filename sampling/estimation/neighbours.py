"""Joining what rests on few replies to its nearest neighbour, and nothing else with it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def join_neighbours(
    counts: Mapping[T, float], *, minimum: float, distance: Callable[[T, T], Any]
) -> dict[T, tuple[T, ...]]:
    """Groups that rest on `minimum` replies each, or one group of all.

    The group with fewest goes first, to the one that is nearest to any of its members; of equals the first in
    the order of `counts` is taken. So the same replies give the same groups, and nobody chooses.

    Args:
        counts: what is to be joined -> its replies, in the declared order.
        distance: how unlike two of them are, in anything that can be compared.

    Returns:
        Each of `counts` -> the members of its group, in the declared order.
    """
    place = {name: index for index, name in enumerate(counts)}
    group: dict[T, list[T]] = {name: [name] for name in counts}
    while True:
        held = {tuple(members): sum(counts[name] for name in members) for members in group.values()}
        short = [members for members, replies in held.items() if replies < minimum]
        if not short or len(held) < 2:
            return {name: tuple(members) for name, members in group.items()}
        members = min(short, key=lambda each: (held[each], place[each[0]]))
        merged = sorted({*members, *group[_nearest(members, place, distance)]}, key=place.__getitem__)
        group.update(dict.fromkeys(merged, merged))


def _nearest(members: tuple[T, ...], place: Mapping[T, int], distance: Callable[[T, T], Any]) -> T:
    others = (name for name in place if name not in members)
    return min(others, key=lambda name: (min(distance(one, name) for one in members), place[name]))


def group_name(members: tuple[str, ...]) -> str:
    """What a group is called: its first member, and how many more."""
    return members[0] if len(members) == 1 else f"{members[0]} and {len(members) - 1} more"
