"""The arrays all of sampling speaks in: one value per unit, labels as text, and labels turned into codes."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sampling.errors import SamplingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.str_]
T = TypeVar("T", bound=np.generic)


def floats(values: ArrayLike, name: str, *, length: int | None = None) -> Floats:
    """One float per unit, shape (n,); SamplingError when the shape is not that of the other arrays."""
    array = np.asarray(values, dtype=np.float64)
    return _of_length(array, name, length)


def flags(values: ArrayLike, name: str, *, length: int | None = None) -> Flags:
    """One truth value per unit, shape (n,)."""
    array = np.asarray(values, dtype=np.bool_)
    return _of_length(array, name, length)


def labels(values: ArrayLike | Sequence[str], name: str, *, length: int | None = None) -> Labels:
    """One label per unit as text, shape (n,)."""
    array = np.asarray(values, dtype=np.str_)
    return _of_length(array, name, length)


def coded(values: Labels) -> tuple[list[str], Ints]:
    """The distinct labels in sorted order, and the position of each unit's label among them."""
    names, codes = np.unique(values, return_inverse=True)
    return [str(name) for name in names], codes.astype(np.int64)


def _of_length(array: NDArray[T], name: str, length: int | None) -> NDArray[T]:
    if array.ndim != 1 or (length is not None and array.size != length):
        wanted = "one dimension" if length is None else f"shape ({length},)"
        raise SamplingError(f"{name}: expected {wanted}, got shape {array.shape}")
    return array
