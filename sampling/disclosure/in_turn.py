"""A release by several partitions, each added to what stands and paid for by itself, or left out.

Regions come first. What another partition would tell of them is withheld from that partition, never from
the regions; and one of which too little is left to be read is not printed at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sampling.disclosure.items import BANDS, Marks, Rules, Sheet, Shown
from sampling.disclosure.marking import mark_sheet
from sampling.disclosure.protect import Protected, protect
from sampling.errors import DisclosureError

# A partition is printed where no less than this of its cells says something, a figure or a band ...
MIN_SAID = 0.5
# ... and the first partition loses no more than this part of its cells.
MAX_LOST = 0.01


@dataclass(frozen=True)
class Legible:
    """Of the cells of some items by one partition: how many there are, say something, are figures."""

    cells: int
    said: int
    figures: int

    @property
    def share(self) -> float:
        """The part that says something; 1 where there is no cell."""
        return self.said / self.cells if self.cells else 1.0


@dataclass(frozen=True)
class Cost:
    """What a partition shows, and what the first one shows without and with it.

    `own` is None where no way was found to print it.
    """

    partition: str
    own: Legible | None
    first_without: Legible
    first_with: Legible

    @property
    def printed(self) -> bool:
        """Whether it is worth what it costs."""
        lost = self.first_without.share - self.first_with.share
        return self.own is not None and self.own.share >= MIN_SAID and lost <= MAX_LOST


@dataclass(frozen=True)
class InTurn:
    """The sheet with the partitions that are printed, its marks, and what each further partition costs."""

    sheet: Sheet
    protected: Protected
    costs: tuple[Cost, ...]


def protect_in_turn(sheet: Sheet, rules: Rules) -> InTurn:
    """Protect the first partition, then add the others in order, each where it is worth it.

    Raises:
        DisclosureError: the first partition cannot be printed.
    """
    first, *others = sheet.partitions
    shown = _with(sheet, [first])
    protected, costs = protect(shown, rules), []
    for name in others:
        wider = _with(sheet, [*shown.partitions, name])
        more = _added(wider, rules, protected, name)
        cost = _cost(wider, first, name, protected.marks, None if more is None else more.marks)
        costs.append(cost)
        if more is not None and cost.printed:
            shown, protected = wider, more
    return InTurn(shown, protected, tuple(costs))


def legible(sheet: Sheet, marks: Marks, partition: str) -> Legible:
    """How many cells of a partition say something."""
    shown = [mark for item in sheet.items for mark in marks.groups[item.name, partition]]
    figures = shown.count(Shown.FIGURE)
    return Legible(len(shown), figures + sum(mark in BANDS for mark in shown), figures)


def _with(sheet: Sheet, names: Iterable[str]) -> Sheet:
    return replace(sheet, partitions={name: sheet.partitions[name] for name in names})


def _added(wider: Sheet, rules: Rules, before: Protected, name: str) -> Protected | None:
    """The marks with one partition more, where only of that one more need be withheld."""
    by_rules = mark_sheet(wider, rules, before.beyond)
    if legible(wider, by_rules, name).share < MIN_SAID:
        return Protected(by_rules, before.beyond)  # not worth an audit, which can only withhold more
    try:
        return protect(wider, rules, beyond=before.beyond, only=name)
    except DisclosureError:
        return None


def _cost(wider: Sheet, first: str, name: str, before: Marks, after: Marks | None) -> Cost:
    without = legible(wider, before, first)
    if after is None:
        return Cost(name, None, without, without)
    return Cost(name, legible(wider, after, name), without, legible(wider, after, first))
