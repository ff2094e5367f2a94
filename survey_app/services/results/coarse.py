"""What a bundle says of the place of each row: no more than its arithmetic needs where few replied.

This keeps a rare kind of body from being read off its row. It is no proof against whoever works at it:
weights, sizes of cells, and the counts of the frame that weights are calibrated to have to be there.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from survey_app.services.results.replies import Reply

OTHER = "other"
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Places:
    """Regions and strata that a bundle names, since `threshold` organisations or more replied in each."""

    regions: frozenset[tuple[str, str]]
    strata: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[Reply], *, threshold: int) -> "Places":
        replied = [row for row in rows if row.values]
        return cls(_large(replied, _region, threshold), _large(replied, _stratum, threshold))

    def region(self, row: Reply) -> str:
        return row.region if _region(row) in self.regions else OTHER

    def stratum(self, row: Reply) -> tuple[str, str]:
        """Name and number of organisations, the latter empty where the name is."""
        return (row.stratum.name, str(row.pop_size)) if _stratum(row) in self.strata else (OTHER, "")


def large_groups(rows: Iterable[Reply], groups: Sequence[str], *, threshold: int) -> list[str]:
    """The group of each case by one partition, where `threshold` organisations or more of it replied."""
    replied = Counter(group for row, group in zip(rows, groups, strict=True) if row.values)
    return [group if replied[group] >= threshold else OTHER for group in groups]


def numbered(contents: Mapping[str, Iterable[object]]) -> dict[str, str]:
    """A number for each cell or stratum, in the order of what its rows say, so that it tells no name."""
    in_order = sorted(contents, key=lambda name: sorted(map(repr, contents[name])))
    return {name: str(number) for number, name in enumerate(in_order, start=1)}


def _region(row: Reply) -> tuple[str, str]:
    return row.stratum.sector.value, row.region


def _stratum(row: Reply) -> str:
    return row.stratum.name


def _large(rows: list[Reply], of: Callable[[Reply], Key], threshold: int) -> frozenset[Key]:
    return frozenset(key for key, count in Counter(map(of, rows)).items() if count >= threshold)
