"""How many answered in both of two years, and when even that says too much."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shared:
    """How many answered then, now and both times.

    `alike`: the same units answered both times and all moved by the same amount, so that a published change
    would be the change of each of them.
    """

    then: int
    now: int
    both: int
    alike: bool = False


def shared_answers(then: Mapping[str, float], now: Mapping[str, float]) -> Shared:
    """Who gave an answer to an item: unit -> answer, in both years."""
    both = then.keys() & now.keys()
    steps = {now[unit] - then[unit] for unit in both}
    return Shared(len(then), len(now), len(both), len(steps) == 1 and then.keys() == now.keys())


def published_overlap(shared: Shared, threshold: int) -> int | None:
    """How many answered both times; None where they, or those who answered once alone, are too few to show.

    Args:
        threshold: counts from 1 to below this are not published.
    """
    counts = (shared.both, shared.then - shared.both, shared.now - shared.both)
    return None if any(0 < count < threshold for count in counts) else shared.both
