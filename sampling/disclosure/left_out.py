"""Items whose routes leave out few whom everybody can name: beside another item they may tell of those.

Two questions may ask the same in other words, one of them of all but a few: then the difference of two
figures is the answer of the few. No rule knows what words mean, but who is asked by known facts is plain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sampling.arrays import Flags, Ints


@dataclass(frozen=True)
class Routed:
    """Who is asked an item by what everybody knows of them, among those who replied; each of shape (n,).

    possible: whom some answers lead there. certain: who is asked whatever they answer before. answered: who
    gave an answer that counts.
    """

    possible: Flags
    certain: Flags
    answered: Flags


def items_left_out(items: Mapping[str, Routed], groups: Ints, threshold: int) -> frozenset[str]:
    """Items not to be shown by a partition, since beside others they may tell of fewer than `threshold`.

    Routes are taken from the widest to the narrowest; one is refused where, in some group, sums and
    differences of those taken single out a set of less than `threshold` replies. Then items are, that nearly
    all the same answered but for few whom the route of one leaves out.

    Args:
        groups: of each who replied, counted from 0, shape (n,); all 0 for the whole.
    """
    routes = {flags.tobytes(): flags for each in items.values() for flags in (each.possible, each.certain)}
    if len(routes) < 2:
        return frozenset()
    refused = _refused(list(routes.values()), groups, threshold)
    by_route = {
        name for name, each in items.items() if {each.possible.tobytes(), each.certain.tobytes()} & refused
    }
    rest = {name: each for name, each in items.items() if name not in by_route}
    return frozenset(by_route | _nearly_same(rest, groups, threshold))


def _refused(routes: Sequence[Flags], groups: Ints, threshold: int) -> set[bytes]:
    """The routes that single out few, each as its bytes."""
    ordered = sorted((each for each in routes if each.any()), key=lambda each: -int(each.sum()))
    signatures, code = np.unique(np.stack(ordered), axis=1, return_inverse=True)
    width = signatures.shape[1]
    counts = np.bincount(groups * width + code.ravel(), minlength=(int(groups.max(initial=0)) + 1) * width)
    by_group = counts.reshape(-1, width)
    taken: list[int] = []
    refused = set()
    for place, flags in enumerate(ordered):
        rows = signatures[[*taken, place]].astype(np.int64)
        if any(_singles_out(rows, sizes, threshold) for sizes in by_group):
            refused.add(flags.tobytes())
        else:
            taken.append(place)
    return refused


def _singles_out(rows: Ints, sizes: Ints, threshold: int) -> bool:
    """Whether some sum of printed routes, shape (r, s), has members in small sets alone; sizes shape (s,)."""
    printed = rows[rows @ sizes >= threshold][:, sizes > 0]
    if len(printed) < 2:
        return False
    cells, place = np.unique(printed, axis=1, return_inverse=True)
    held = np.bincount(place.ravel(), weights=sizes[sizes > 0])
    large = cells[:, held >= threshold]
    return bool(np.linalg.matrix_rank(cells) > (np.linalg.matrix_rank(large) if large.size else 0))


def _nearly_same(items: Mapping[str, Routed], groups: Ints, threshold: int) -> set[str]:
    """Items beside a fuller one that the same answered, but for few whom their routes leave out."""
    ordered = sorted(items, key=lambda name: -int(items[name].answered.sum()))
    refused: set[str] = set()
    for place, name in enumerate(ordered):
        fuller = (items[other] for other in ordered[:place] if other not in refused)
        if any(_differ_by_few(items[name], other, groups, threshold) for other in fuller):
            refused.add(name)
    return refused


def _differ_by_few(one: Routed, other: Routed, groups: Ints, threshold: int) -> bool:
    if np.array_equal(one.possible, other.possible):
        return False
    known = (one.answered & ~other.possible) | (other.answered & ~one.possible)
    unknown = (one.answered ^ other.answered) & ~known
    named, others = np.bincount(groups, weights=known), np.bincount(groups, weights=unknown)
    both = [np.bincount(groups, weights=each.answered) >= threshold for each in (one, other)]
    return bool(np.any((named > 0) & (named < threshold) & (others < threshold) & both[0] & both[1]))
