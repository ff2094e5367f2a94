"""The arrays all of sampling speaks in: one value per unit, labels as text, and labels turned into codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sampling.errors import SamplingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.str_]
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True)
class Coded:
    """Labels kept as numbers, for millions of rows: distinct `names`, and each row's place among them, (n,).

    It may stand wherever labels do; names that no row has do not count.
    """

    names: tuple[str, ...]
    codes: NDArray[np.signedinteger]

    @property
    def size(self) -> int:
        return int(self.codes.size)

    def __getitem__(self, rows: "Flags | Ints") -> "Coded":
        return Coded(self.names, self.codes[rows])

    @property
    def text(self) -> NDArray[np.str_]:
        """The label of every row, written out."""
        return np.asarray(np.array(self.names, dtype=np.str_)[self.codes])


def floats(values: ArrayLike, name: str, *, length: int | None = None) -> Floats:
    """One float per unit, shape (n,).

    Raises:
        SamplingError: the shape is not that of the other arrays.
    """
    array = np.asarray(values, dtype=np.float64)
    return _of_length(array, name, length)


def flags(values: ArrayLike, name: str, *, length: int | None = None) -> Flags:
    """One truth value per unit, shape (n,).

    Raises:
        SamplingError: the shape is not that of the other arrays.
    """
    array = np.asarray(values, dtype=np.bool_)
    return _of_length(array, name, length)


@overload
def labels(values: Coded, name: str, *, length: int | None = None) -> Coded: ...
@overload
def labels(values: ArrayLike | Sequence[str], name: str, *, length: int | None = None) -> Labels: ...
def labels(
    values: ArrayLike | Sequence[str] | Coded, name: str, *, length: int | None = None
) -> Labels | Coded:
    """One label per unit as text, shape (n,); labels that are coded already stay so.

    Raises:
        SamplingError: the shape is not that of the other arrays.
    """
    if isinstance(values, Coded):
        _of_length(values.codes, name, length)
        return values
    array = np.asarray(values, dtype=np.str_)
    return _of_length(array, name, length)


def coded(values: Labels | Coded) -> tuple[list[str], Ints]:
    """The distinct labels in sorted order, H of them, and each unit's place among them, shape (n,)."""
    if isinstance(values, Coded):
        return _recoded(values)
    names, codes = np.unique(values, return_inverse=True)
    return [str(name) for name in names], codes.astype(np.int64)


def _recoded(values: Coded) -> tuple[list[str], Ints]:
    held = np.bincount(values.codes, minlength=len(values.names)) > 0
    names = sorted({name for name, any_row in zip(values.names, held, strict=True) if any_row})
    place = {name: code for code, name in enumerate(names)}
    moved = np.array([place.get(name, -1) for name in values.names], dtype=np.int64)
    return names, moved[values.codes]


def _of_length(array: NDArray[T], name: str, length: int | None) -> NDArray[T]:
    if array.ndim != 1 or (length is not None and array.size != length):
        wanted = "one dimension" if length is None else f"shape ({length},)"
        raise SamplingError(f"{name}: expected {wanted}, got shape {array.shape}")
    return array
