"""What is left of a count to somebody who took some of the replies: whether the others are all alike to them.

Whoever takes answers by telephone knows those answers and whose they are. Of a group of fifteen of whom they
called fourteen, the published figure tells them the fifteenth.
"""

import numpy as np

from sampling.arrays import Flags, Floats, Ints
from sampling.disclosure.items import Item, by_group


def all_alike_to_one(item: Item, groups: Ints, low: Floats, high: Floats) -> Flags:
    """The groups of which somebody who took a part knows that all the others said so, or none; shape (G,).

    Args:
        groups: the group of each atom, counted from 0, shape (A,).
        low, high: what follows from what is printed of the count of each group, shape (G,).
    """
    bases = by_group(item.bases, groups)
    alike = np.zeros(bases.size, dtype=np.bool_)
    for one in item.known:
        taken, said_so = by_group(one.bases, groups), by_group(one.counts, groups)
        others = bases - taken
        none, every = high - said_so < 1, low - said_so > others - 1
        alike |= (taken > 0) & (others > 0) & (none | every)
    return alike
