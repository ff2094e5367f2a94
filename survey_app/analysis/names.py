"""A column of ids: text of every row held in a few bytes, looked up when it is asked for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from sampling.arrays import Flags, Ints

CHUNK = 100_000
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Names(Sequence[str]):
    """Texts one after the other in UTF-8, where each ends, and a number each that equal texts share.

    `rows` are those meant, in their order; None: all.
    """

    written: bytearray
    ends: Ints
    hashes: Ints
    rows: Ints | None = None

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Names":
        builder = NamesBuilder()
        builder.take(texts, 0)
        return builder.column()

    def __len__(self) -> int:
        return int(self.ends.size if self.rows is None else self.rows.size)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        row = int(at if self.rows is None else self.rows[at])
        start = int(self.ends[row - 1]) if row else 0
        return self.written[start : int(self.ends[row])].decode()

    def __iter__(self) -> Iterator[str]:
        """The texts, decoded some at a time."""
        for first in range(0, len(self), CHUNK):
            places = np.arange(first, min(first + CHUNK, len(self)))
            rows = places if self.rows is None else self.rows[places]
            starts = np.where(rows > 0, self.ends[rows - 1], 0)
            for start, end in zip(starts.tolist(), self.ends[rows].tolist(), strict=True):
                yield self.written[start:end].decode()

    def within(self, inside: Flags) -> "Names":
        """The texts where `inside`, shape (n,), is True, in their order."""
        return self.at(np.flatnonzero(inside))

    def at(self, places: Ints) -> "Names":
        """The texts at some places, shape (m,), in the order of the places."""
        rows = places if self.rows is None else self.rows[places]
        return Names(self.written, self.ends, self.hashes, rows)

    @property
    def missing(self) -> Flags:
        """Where the text is empty, shape (n,)."""
        empty = np.diff(self.ends, prepend=0) == 0
        return np.asarray(empty if self.rows is None else empty[self.rows])

    def repeated(self) -> list[str]:
        """The texts that occur more than once, sorted; missing ones do not count."""
        known = np.flatnonzero(~self.missing)
        hashes = self.hashes[known if self.rows is None else self.rows[known]]
        ordered = np.sort(hashes)
        twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        if twice.size == 0:
            return []
        seen = Counter(self[at] for at in known[np.isin(hashes, twice)].tolist())
        return sorted(name for name, count in seen.items() if count > 1)


@dataclass
class NamesBuilder:
    """Names as they are read, chunk by chunk."""

    written: bytearray = field(default_factory=bytearray)
    lengths: list[NDArray[np.int32]] = field(default_factory=list)
    hashes: list[Ints] = field(default_factory=list)

    def take(self, values: Sequence[str], first_row: int) -> None:
        texts = [value.encode() for value in values]
        self.written += b"".join(texts)
        self.lengths.append(np.fromiter(map(len, texts), dtype=np.int32, count=len(texts)))
        self.hashes.append(np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts)))

    def column(self) -> Names:
        ends = np.cumsum(joined(self.lengths, np.int32), dtype=np.int64)
        return Names(self.written, ends, joined(self.hashes, np.int64))


def joined(parts: list[NDArray[T]], kind: type[T]) -> NDArray[T]:
    """One array of many, which are let go."""
    whole = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    parts.clear()
    return whole
